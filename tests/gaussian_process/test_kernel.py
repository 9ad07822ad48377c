"""The kernel against its equation, the process against its own."""

from __future__ import annotations

import itertools
import math
import pickle
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal
from sklearn.linear_model import RidgeCV

from sklyra import PROTEIN, SequenceOneHotEncoder
from sklyra.datasets import make_epistasis
from sklyra.gaussian_process import (
    GaussianProcess,
    effects,
    evidence,
    process,
)
from sklyra.gaussian_process.effects import pair_effects
from sklyra.gaussian_process.evidence import best_kernel
from sklyra.gaussian_process.explanation import divided
from sklyra.gaussian_process.features import FeatureMap
from sklyra.gaussian_process.kernel import Kernel
from sklyra.gaussian_process.letters import products
from sklyra.sequences import check_sequences

LETTERS = list("ACGT")


def encode(sequences):
    return check_sequences(list(sequences), alphabet="dna")


def random(rng, n, length):
    return ["".join(rng.choice(LETTERS, length)) for _ in range(n)]


def made(n_positions, rng):
    numbers = [torch.tensor(v, dtype=torch.float64) for v in (0.3, 1.7, 2.5, 0.2)]
    return Kernel(torch.from_numpy(rng.gamma(1, 1, n_positions)), *numbers)


def pair(known, one, two):
    """The arguments of a kernel."""
    a, b = (known(encode(text)) for text in (one, two))
    letters = (torch.from_numpy(x.letters) for x in (a, b))
    return partial(products, *letters), torch.from_numpy(a.kmer_similarity(b))


def test_kernel_is_its_equation(rng):
    text, other = random(rng, 6, 9), random(rng, 4, 9)
    known = FeatureMap(encode(text))
    kernel = made(len(known.aligned), rng)
    letters, cosine = pair(known, text, other)
    parts = kernel.components(letters, cosine)
    w = kernel.relevance.tolist()
    for i, x in enumerate(text):
        for j, z in enumerate(other):
            same = [x[s] == z[s] for s in known.aligned.positions]
            additive = 0.3 * sum(a * b for a, b in zip(w, same, strict=True)) / sum(w)
            apart = sum(a * (not b) for a, b in zip(w, same, strict=True))
            expected = (
                additive,
                math.exp(-apart),
                1.7 * math.exp(-2.5 * (1 - cosine[i, j].item())),
            )
            for part, value in zip(parts, expected, strict=True):
                assert part[i, j].item() == pytest.approx(value, rel=1e-6)


def fitted(rng, n=60, length=8, outputs=1, weight=None, most=8192):
    text = random(rng, n, length)
    y = np.array([[x.count("A") + 2 * (x[0] == x[3]), x.count("CG")] for x in text])
    y = y[:, :outputs].astype(float)
    weight = np.ones(n) if weight is None else weight
    state = np.random.RandomState(0)
    return text, y, GaussianProcess(encode(text), y, weight, state, most)


def compare(model, one, two):
    """The kernel between texts."""
    return model.kernel(*pair(model._map, one, two)).numpy()


def posterior(model, text, centred, weight, asked):
    """The posterior mean, with numpy alone."""
    noise = model.kernel.noise.item() / weight + 1e-6
    K = compare(model, text, text) + np.diag(noise)
    return compare(model, asked, text) @ np.linalg.solve(K, centred)


def test_prediction_is_the_posterior_mean(rng):
    weight = rng.gamma(2, 0.5, 60)
    text, y, model = fitted(rng, outputs=2, weight=weight)
    asked = random(rng, 20, 8)
    mean = np.average(y, axis=0, weights=weight)
    expected = mean + posterior(model, text, y - mean, weight, asked)
    np.testing.assert_allclose(model.predict(encode(asked)), expected, atol=1e-8)


def test_held_out_is_the_posterior_mean_of_the_rest(rng):
    text, y, model = fitted(rng)
    fold = np.arange(60) % 3
    folds = [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in (0, 2)]
    found = model.held_out(folds, encode(text))[0]
    assert np.isnan(found[fold == 1]).all()
    for train, valid in folds:
        rest, asked = ([text[i] for i in rows] for rows in (train, valid))
        centred = y[train] - y.mean(axis=0)
        expected = y.mean(axis=0) + posterior(
            model, rest, centred, np.ones(len(train)), asked
        )
        np.testing.assert_allclose(found[valid], expected, atol=1e-8)


@pytest.mark.parametrize("most", [60, 45])
def test_what_is_held_out_learns_no_kernel(rng, most):
    """Its targets may be anything."""
    text, y, _ = fitted(rng)
    folds = [(np.arange(40), np.arange(40, 60))]
    found = []
    for last in (y[40:], 1e3 * rng.normal(size=(20, y.shape[1]))):
        target = np.concatenate([y[:40], last])
        model = GaussianProcess(
            encode(text), target, np.ones(60), np.random.RandomState(0), most
        )
        found.append(model.held_out(folds, encode(text))[1])
    np.testing.assert_array_equal(*found)
    assert np.isfinite(found[0][40:]).all()


def test_kernels_of_many_rows_are_not_learnt_again(rng, monkeypatch):
    monkeypatch.setattr(process, "_LEARN_AGAIN", 59)
    text, _, model = fitted(rng)
    folds = [(np.arange(40), np.arange(40, 60))]
    found = model.held_out(folds, encode(text))[1]
    np.testing.assert_array_equal(found, model.held_out(folds, encode(text))[0])


def test_memory_for_what_is_held_out_is_freed(rng):
    _, _, model = fitted(rng)
    model.release()
    assert not any(
        torch.is_tensor(x) and x.ndim == 2 and x.numel() == 3600
        for x in vars(model).values()
    )


def test_two_measurements_weigh_as_one_with_twice_the_weight(rng):
    text, y, model = fitted(rng)
    asked, twice = random(rng, 9, 8), [*text, *text]
    centred = y - y.mean(axis=0)
    model._features = model._map(encode(twice))
    model._target, model._weight = np.tile(y, (2, 1)), np.ones(120)
    factor = process._factor(model._among(), np.ones(120), model.kernel)
    y_twice = torch.from_numpy(model._target - model._mean)
    model._solution = process._solve(factor, y_twice)
    expected = y.mean(axis=0) + posterior(model, text, centred, np.full(60, 2.0), asked)
    np.testing.assert_allclose(model.predict(encode(asked)), expected, atol=1e-3)


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(12)), st.integers(1, 12))
def test_a_prediction_depends_on_its_sequence_alone(order, n):
    text = TEXT[:12]
    alone = np.concatenate([MODEL.predict(encode([x])) for x in text])
    together = MODEL.predict(encode([text[i] for i in order[:n]]))
    np.testing.assert_allclose(together, alone[order[:n]], rtol=1e-9, atol=1e-9)


def test_many_sequences_are_compared_in_parts(monkeypatch):
    expected = MODEL.predict(encode(TEXT))
    monkeypatch.setattr("sklyra.gaussian_process.features.AT_ONCE", 7)
    np.testing.assert_allclose(MODEL.predict(encode(TEXT)), expected, atol=1e-9)


def test_training_sequences_are_compared_in_parts(monkeypatch):
    monkeypatch.setattr("sklyra.gaussian_process.features.AT_ONCE", 7)
    expected = compare(MODEL, TEXT, TEXT)
    np.testing.assert_allclose(MODEL._among().numpy(), expected, rtol=1e-12)


def test_more_rows_than_there_is_time_for(rng):
    text, y, model = fitted(rng, most=40)
    assert len(model._rows) == 40
    rows = model._rows
    centred = y[rows] - y[rows].mean(axis=0)
    known = [text[i] for i in rows]
    expected = y[rows].mean(axis=0) + posterior(
        model, known, centred, np.ones(40), text
    )
    np.testing.assert_allclose(model.predict(encode(text)), expected, atol=1e-8)
    found = model.held_out([(np.arange(30), np.arange(30, 60))], encode(text))[0]
    early = rows[rows < 30]
    mean = y[rows].mean(axis=0)
    known = [text[i] for i in early]
    expected = mean + posterior(
        model, known, y[early] - mean, np.ones(len(early)), text
    )
    assert np.isnan(found[:30]).all()
    np.testing.assert_allclose(found[30:], expected[30:], atol=1e-8)


def test_relevance_finds_the_positions_that_matter(rng):
    text = random(rng, 300, 12)
    level = dict(zip(LETTERS, (-1.0, 0.0, 0.5, 2.0), strict=True))
    y = np.array([[level[x[2]] * level[x[7]]] for x in text])
    y += 0.05 * rng.normal(size=y.shape)
    model = GaussianProcess(encode(text), y, np.ones(300), np.random.RandomState(0))
    relevance = model.kernel.relevance.numpy()
    assert set(model.positions[np.argsort(relevance)[-2:]]) == {2, 7}
    assert np.sort(relevance)[-2] > 5 * np.sort(relevance)[-3]


def test_shares_tell_words_from_positions(rng):
    text = random(rng, 300, 30)
    motif = np.array([[float("TATA" in x or "GGC" in x)] for x in text])
    first = np.array([[float(x[0] in "AC") + (x[5] == "G")] for x in text])
    ones, state = np.ones(300), np.random.RandomState(0)
    by_words = GaussianProcess(encode(text), motif - motif.mean(), ones, state).kernel
    by_place = GaussianProcess(encode(text), first - first.mean(), ones, state).kernel
    assert by_words.composition > 2 * by_place.composition
    assert by_place.additive > by_place.composition


def evidence_of(kernel, known, text, y):
    """What the search maximises, from its equation."""
    K = kernel(*pair(known, text, text)).numpy()
    K = K + np.diag(np.full(len(y), kernel.noise.item() + 1e-6))
    z = (y - y.mean())[:, 0]
    scale = z @ np.linalg.solve(K, z) / len(y)  # the best variance
    density = multivariate_normal(cov=K * scale).logpdf(z)
    logs = kernel.relevance.log()
    shares = torch.stack(kernel[1:]).log()
    prior = (logs - logs.mean()).square().sum() / 2
    prior += ((shares - math.log(0.3)) / 2).square().sum() / 2
    return density - prior.item()


def test_the_evidence_is_that_of_a_normal_distribution(rng):
    """At the best kernel no small change of any parameter is better."""
    text, y, model = fitted(rng)
    features = model._map(encode(text))
    found = best_kernel(features, y - y.mean(), np.ones(60), np.random.RandomState(0))

    log_density = partial(evidence_of, known=model._map, text=text, y=y)
    best = log_density(found)
    for name in ("additive", "composition", "sharpness", "noise"):
        for factor in (0.5, 2):
            other = found._replace(**{name: getattr(found, name) * factor})
            assert log_density(other) < best + 0.02
    for position in range(len(model.positions)):
        for factor in (0.5, 2):
            relevance = found.relevance.clone()
            relevance[position] *= factor
            assert log_density(found._replace(relevance=relevance)) < best + 0.02


def test_the_search_goes_on_with_more_rows(rng, monkeypatch):
    stages = (250, 20), (500, 6)
    monkeypatch.setattr(evidence, "_STAGES", stages)
    text = random(rng, 500, 8)
    y = np.array([[float(x[1] == x[5]) + (x[7] == "A")] for x in text])
    y += rng.normal(size=y.shape)
    known = FeatureMap(encode(text))
    features, ones = known(encode(text)), np.ones(len(y))

    def found():
        state = np.random.RandomState(0)
        return evidence_of(
            best_kernel(features, y - y.mean(), ones, state), known, text, y
        )

    more = found()
    monkeypatch.setattr(evidence, "_STAGES", stages[:1])
    assert more > found() + 0.5


def test_rounding_does_not_lead_the_search(rng):
    """Targets in another unit have the same kernel."""
    text = random(rng, 200, 12)
    level = rng.normal(size=(12, 4))
    y = np.array(
        [[sum(level[s, LETTERS.index(c)] for s, c in enumerate(x))] for x in text]
    )
    y = np.tanh(y - y.mean())
    features = FeatureMap(encode(text))(encode(text))
    one, two = (
        best_kernel(features, unit * y, np.ones(200), np.random.RandomState(0))
        for unit in (1, 1 + 1e-7)
    )
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)


def test_equal_sequences_have_nothing_to_compare():
    y = np.array([[1.0], [2.0], [3.0]])
    state = np.random.RandomState(0)
    model = GaussianProcess(encode(["ACGT"] * 3), y, np.ones(3), state)
    assert len(model.positions) == 0
    np.testing.assert_allclose(model.predict(encode(["ACGT"])), 2.0, atol=1e-6)


def test_pickle_predicts_the_same():
    again = pickle.loads(pickle.dumps(MODEL))
    np.testing.assert_array_equal(
        again.predict(encode(TEXT)), MODEL.predict(encode(TEXT))
    )


_RNG = np.random.default_rng(1)
TEXT = ["".join(_RNG.choice(LETTERS, n)) for n in _RNG.integers(1, 20, 40)]
MODEL = GaussianProcess(
    encode(TEXT),
    np.array([[float(len(x))] for x in TEXT]),
    np.ones(40),
    np.random.RandomState(0),
)


def test_epistasis_is_found_in_long_sequences(rng):
    """Begun with relevances at which all sequences are unlike, it would not be."""
    text = random(rng, 400, 120)
    y = np.array([[float((x[40] in "AC") == (x[90] in "AG"))] for x in text])
    y += np.array([[(x[40] == "A") + (x[90] == "A")] for x in text])
    state = np.random.RandomState(0)
    model = GaussianProcess(encode(text[:300]), y[:300], np.ones(300), state)
    off = model.predict(encode(text[300:])) - y[300:]
    assert np.mean(off**2) < 0.1 * y.var()


def shares_of(text, y):
    y = np.asarray(y, dtype=float)
    y = (y - y.mean()) / y.std()
    sequences = check_sequences(text)
    state = np.random.RandomState(0)
    model = GaussianProcess(sequences, y[:, None], np.ones(len(y)), state)
    return model, model.variance_shares()


@pytest.mark.parametrize("order", [1, 2, 3])
def test_variance_comes_from_where_it_was_put(order):
    """No more is additive than effects of single letters explain."""
    data = make_epistasis(500, order=order, random_state=0)
    text = list(data.sequences)
    _, shares = shares_of(text, data.y)
    assert sum(shares.values()) == pytest.approx(1)
    one_hot = SequenceOneHotEncoder(flatten=True).fit_transform(text)
    explained = RidgeCV().fit(one_hot, data.y).score(one_hot, data.y)
    assert 0.1 < shares["additive"] < explained + 0.02
    if order == 1:
        assert shares["additive"] > 0.95
    else:  # the data have as much variance of each order
        expected = {2: (0.5, 0.5, 0), 3: (1 / 3, 1 / 3, 1 / 3)}[order]
        found = [shares[name] for name in ("additive", "pairwise", "higher_order")]
        np.testing.assert_allclose(found, expected, atol=0.08)


def test_effects_are_averages_over_letters_put_in(rng):
    """Compare with predicting sequences in which each letter is put."""
    text = random(rng, 60, 6)
    y = np.array([[(x[1] == "A") + 2 * ("GA" in x), x.count("G") % 2] for x in text])
    model = GaussianProcess(
        encode(text), y - y.mean(axis=0), np.ones(60), np.random.RandomState(0)
    )
    assert model.kernel.composition > 0.01
    positions, letters, worth = model.additive_effects()
    assert len(worth) == 24
    for position in range(6):
        at = positions == position
        here = np.array(letters)[at]
        put = [
            model.predict(encode([x[:position] + c + x[position + 1 :] for x in text]))
            for c in here
        ]
        often = [np.mean([x[position] == c for x in text]) for c in here]
        put = np.mean(put, axis=1)
        put -= np.average(put, axis=0, weights=often)
        np.testing.assert_allclose(worth[at], put, atol=1e-9)


@pytest.mark.parametrize("n_outputs", [1, 2])
def test_what_is_unseen_is_solved_without_it(rng, n_outputs):
    """Copies are left out together."""
    text = random(rng, 70, 8)
    text += text[1:31]
    y, weight = rng.normal(size=(100, n_outputs)), rng.uniform(0.5, 2, 100)
    sequences = encode(text)
    model = GaussianProcess(sequences, y, weight, np.random.RandomState(0))
    K, everything = model._among(), np.arange(100)
    factor = process._factor(K.clone(), weight, model.kernel)
    unseen = model._unseen(factor, sequences.copies())
    np.testing.assert_array_equal(unseen.rows, everything)
    np.testing.assert_array_equal(unseen.fold[1:31], unseen.fold[70:])
    assert set(unseen.fold) == set(range(5))
    K.diagonal().add_(torch.from_numpy(model.kernel.noise.item() / weight + 1e-6))
    for fold in range(5):
        rest = np.flatnonzero(unseen.fold != fold)
        expected = np.linalg.solve(K[rest][:, rest], y[rest] - model._mean)
        found = unseen.solution[:, n_outputs * fold : n_outputs * (fold + 1)]
        np.testing.assert_allclose(found[rest], expected, rtol=1e-6, atol=1e-8)
        assert not found[unseen.fold == fold].any()


def test_variance_is_divided_as_least_squares_divide_it(rng):
    """Whatever sums and pairs have in common is that of sums."""
    sums = rng.normal(size=(50, 2))
    pairs = 2 * sums + rng.normal(size=(50, 2)) + 7
    terms = rng.normal(size=(3, 50, 2))
    terms += np.stack([sums + 3, 0.5 * pairs, 0 * sums])
    total = terms.sum(axis=0)
    target = total + rng.normal(size=(50, 2))

    def explained(*directions):
        found = 0
        for k in range(2):
            A = np.column_stack([d[:, k] - d[:, k].mean() for d in directions])
            fitted = A @ np.linalg.lstsq(A, total[:, k] - total[:, k].mean())[0]
            found += fitted @ target[:, k] / 50
        return found / target.var(axis=0).sum()

    found = divided(terms, sums, pairs, target)
    assert found[0] == pytest.approx(explained(sums))
    assert found[0] + found[1] == pytest.approx(explained(sums, pairs))
    centred = total - total.mean(axis=0)
    predicted = (centred * target).sum() / 50 / target.var(axis=0).sum()
    assert found[:4].sum() == pytest.approx(predicted)
    assert found.sum() == pytest.approx(1)


@pytest.mark.parametrize("slope", [-14, 30])
def test_effects_that_are_hardly_any_explain_hardly_any(rng, slope):
    """However well they go with what is predicted."""
    total = rng.normal(size=(100, 1))
    terms = np.stack([0 * total, total, 0 * total])
    nothing = np.zeros_like(total)
    found = divided(terms, total / slope, nothing, total)
    assert found[0] < 0.1
    assert found[2] > 0.9


def test_some_of_many_sequences_are_left_out(rng, monkeypatch):
    monkeypatch.setattr(process, "_LOOKED_AT", 20)
    text = random(rng, 200, 8)
    y = rng.normal(size=(200, 1))
    model = GaussianProcess(encode(text), y, np.ones(200), np.random.RandomState(0))
    factor = process._factor(model._among(), np.ones(200), model.kernel)
    unseen = model._unseen(factor, np.arange(200))
    assert len(unseen.rows) == 20
    np.testing.assert_array_equal(np.bincount(unseen.fold), [4] * 5)
    # copies are many, but what is different is few
    unseen = model._unseen(factor, np.arange(200) // 40)
    np.testing.assert_array_equal(np.bincount(unseen.fold), [40] * 5)


@pytest.mark.parametrize("letters", ["AC", "ACGT", "ACGT-"])
def test_libraries_listed_in_order_are_explained(letters, monkeypatch):
    """Rows with a period have the same letters."""
    # half of the smaller libraries, as of a thousand sequences otherwise
    monkeypatch.setattr(process, "_LOOKED_AT", 128)
    length = {2: 8, 4: 4, 5: 3}[len(letters)]
    text = ["".join(x) for x in itertools.product(letters, repeat=length)]
    _, shares = shares_of(text, [(x[0] in "AG") == (x[-1] in "AG") for x in text])
    assert shares["pairwise"] > 0.8
    _, shares = shares_of(text, [letters.index(x[-1]) for x in text])
    assert shares["additive"] > 0.9


def test_shares_are_of_the_variance_of_targets(rng):
    """What is not predicted is noise, also if the process takes noise for signal."""
    text = random(rng, 400, 30)
    signal = np.array([x.count("G") for x in text], float)
    signal /= signal.std()
    y = np.sqrt(0.2) * signal + np.sqrt(0.8) * rng.normal(size=400)
    _, shares = shares_of(text, y)
    assert shares["additive"] == pytest.approx(0.2, abs=0.1)
    assert shares["unexplained"] > 0.7


def test_pair_effects_are_what_means_over_letters_leave(rng, monkeypatch):
    """From the definition: the mean given two letters, less means given fewer."""
    n_positions = 4
    text = random(rng, 30, n_positions)
    y = rng.normal(size=(30, 2))
    model = GaussianProcess(encode(text), y, np.ones(30), np.random.RandomState(0))
    features, solution = model._features, model._solution.numpy()
    grid = np.array(list(itertools.product(range(4), repeat=n_positions)))
    letters = torch.from_numpy(features.table[grid])
    known = torch.from_numpy(features.letters)
    no_words = torch.zeros(len(grid), 30, dtype=torch.float64)
    terms = model.kernel.components(partial(products, letters, known), no_words)
    value = (terms[1] @ model._solution).numpy()
    often = [np.bincount(c, minlength=4) / 30 for c in features.codes.T]
    weight = np.prod([often[s][grid[:, s]] for s in range(n_positions)], axis=0)

    def mean_given(codes, positions):
        same = weight * (grid[:, positions] == codes[list(positions)]).all(axis=1)
        return same @ value / same.sum()

    def of_pairs(codes):
        total = 0
        for pair in itertools.combinations(range(n_positions), 2):
            total += mean_given(codes, pair) + mean_given(codes, ())
            total -= sum(mean_given(codes, (position,)) for position in pair)
        return total

    expected = [of_pairs(codes) for codes in features.codes[:10].astype(int)]
    monkeypatch.setattr(effects, "_NUMBERS", 7 * 4 * len(features.table))
    some = features.take(np.arange(10))
    found = pair_effects(model.kernel, features, solution, some)
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-10)


def test_effects_that_add_up_are_additive(rng):
    """Also where few mutations of a parent leave most letters to guess."""
    parent = rng.integers(20, size=20)
    worth = rng.normal(size=(20, 20))
    rows = np.tile(parent, (400, 1))
    for row in rows:
        sites = rng.choice(20, rng.integers(1, 5), replace=False)
        row[sites] = rng.integers(20, size=len(sites))
    y = worth[np.arange(20), rows].sum(axis=1)
    y = (y - y.mean()) / y.std() + rng.normal(scale=0.1, size=400)
    text = ["".join(row) for row in np.array(list(PROTEIN.letters))[rows]]
    sequences = check_sequences(text, alphabet=PROTEIN)
    state = np.random.RandomState(0)
    model = GaussianProcess(sequences, y[:, None], np.ones(400), state)
    shares = model.variance_shares()
    assert shares["additive"] > 0.97 * (1 - shares["unexplained"])
    assert shares["additive"] > 0.7


def test_a_motif_anywhere_is_no_sum_of_letters(rng):
    """A linear model of 3,000 such sequences explains 0.15."""
    text = random(rng, 400, 60)
    _, shares = shares_of(text, ["GGA" in x for x in text])
    assert shares["additive"] < 0.2
    assert shares["composition"] > 0.3


def test_a_count_of_letters_is_their_sum(rng):
    """Though k-mers, not positions, tell it."""
    text = random(rng, 200, 40)
    y = [x.count("G") for x in text]
    model, shares = shares_of(text, y)
    assert shares["additive"] > 0.95
    _, letters, worth = model.additive_effects()
    is_g = np.array(letters) == "G"
    steps = worth[is_g].mean() - worth[~is_g].mean()
    assert steps * np.std(y) == pytest.approx(1, abs=0.1)


def test_short_landscapes_add_up_as_far_as_they_do():
    """K-mers know positions of short sequences, too: effects must not hide in them."""
    data = make_epistasis(200, length=8, order=3, n_terms=2, random_state=0)
    text = list(data.sequences)
    model, shares = shares_of(text, data.y)
    assert model.kernel.composition > 1
    one_hot = SequenceOneHotEncoder(flatten=True).fit_transform(text)
    explained = RidgeCV().fit(one_hot, data.y).score(one_hot, data.y)
    assert shares["additive"] == pytest.approx(explained, abs=0.05)


def test_noise_that_is_remembered_is_noise(rng):
    text = ["".join(rng.choice(list(PROTEIN.letters), 200)) for _ in range(150)]
    _, shares = shares_of(text, rng.normal(size=150))
    assert shares["unexplained"] > 0.85


def test_a_constant_has_no_variance_to_divide():
    model = GaussianProcess(
        encode(TEXT),
        np.zeros((len(TEXT), 1)),
        np.ones(len(TEXT)),
        np.random.RandomState(0),
    )
    assert set(model.variance_shares().values()) == {0.0}


@pytest.mark.parametrize("n_rows", [1, 30])
def test_equal_sequences_have_no_effects_but_a_mean(n_rows):
    values = np.arange(n_rows, dtype=float)
    model = GaussianProcess(
        encode(["ACGT"] * n_rows),
        values[:, None],
        np.ones(n_rows),
        np.random.RandomState(0),
    )
    positions, letters, worth = model.additive_effects()
    assert (len(positions), len(letters), worth.shape) == (0, 0, (0, 1))
    shares = model.variance_shares()
    assert shares["additive"] == 0
    assert sum(shares.values()) == pytest.approx(1 if n_rows > 1 else 0)
    expected = values.mean()
    np.testing.assert_allclose(model.predict(encode(["ACGT"])), expected, atol=1e-6)
