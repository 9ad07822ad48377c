"""Explanations: effects of letters, and orders of epistasis."""

from __future__ import annotations

import itertools
from functools import partial

import numpy as np
import pytest
import torch
from sklearn.linear_model import RidgeCV

from sklyra import PROTEIN, SequenceOneHotEncoder
from sklyra.datasets import make_epistasis
from sklyra.gaussian_process import effects, explain, fold_solutions
from sklyra.gaussian_process.effects import pair_effects
from sklyra.gaussian_process.fold_solutions import choose_folds, solve_folds
from sklyra.gaussian_process.letters import products
from sklyra.sequences import check_sequences
from tests.gaussian_process.cases import (
    conditioned,
    encode,
    explained,
    fit,
    noisy_kernel,
    random_text,
)


def shares_of(text, y):
    return explained(check_sequences(text), y)[1].variance_shares


@pytest.mark.slow
@pytest.mark.parametrize("order", [1, 2, 3])
def test_variance_comes_from_where_it_was_put(order):
    """No more is additive than effects of single letters explain."""
    data = make_epistasis(500, order=order, random_state=0)
    text = list(data.sequences)
    shares = shares_of(text, data.y)
    assert sum(shares.values()) == pytest.approx(1)
    one_hot = SequenceOneHotEncoder(flatten=True).fit_transform(text)
    by_ridge = RidgeCV().fit(one_hot, data.y).score(one_hot, data.y)
    assert 0.1 < shares["additive"] < by_ridge + 0.02
    if order == 1:
        assert shares["additive"] > 0.95
    else:  # the data have as much variance of each order
        expected = {2: (0.5, 0.5, 0), 3: (1 / 3, 1 / 3, 1 / 3)}[order]
        found = [shares[name] for name in ("additive", "pairwise", "higher_order")]
        np.testing.assert_allclose(found, expected, atol=0.08)


def test_effects_are_averages_over_letters_put_in(rng):
    """Compare with predicting sequences in which each letter is put."""
    text = random_text(rng, 60, 6)
    y = np.array([[(x[1] == "A") + 2 * ("GA" in x), x.count("G") % 2] for x in text])
    model = fit(encode(text), y - y.mean(axis=0))
    assert model.kernel.composition > 0.01
    _, positions, letters, found = explain(model)
    assert len(found) == 24
    for position in range(6):
        at = positions == position
        here = np.array(letters)[at]
        put = [
            model.predict(encode([x[:position] + c + x[position + 1 :] for x in text]))
            for c in here
        ]
        frequency = [np.mean([x[position] == c for x in text]) for c in here]
        put = np.mean(put, axis=1)
        put -= np.average(put, axis=0, weights=frequency)
        np.testing.assert_allclose(found[at], put, atol=1e-9)


@pytest.mark.parametrize("n_outputs", [1, 2])
def test_what_is_unseen_is_solved_without_it(rng, n_outputs):
    """Copies are left out together."""
    text = random_text(rng, 70, 8)
    text += text[1:31]
    y, weight = rng.normal(size=(100, n_outputs)), rng.uniform(0.5, 2, 100)
    model = conditioned(rng, text, y, weight)
    folds = solve_folds(model.factors, model.solution, encode(text).copies())
    np.testing.assert_array_equal(folds.rows, np.arange(100))
    np.testing.assert_array_equal(folds.fold[1:31], folds.fold[70:])
    assert set(folds.fold) == set(range(5))
    K = noisy_kernel(model, text, weight)
    for fold in range(5):
        rest = np.flatnonzero(folds.fold != fold)
        expected = np.linalg.solve(K[rest][:, rest], y[rest] - model.mean)
        found = folds.weights[:, n_outputs * fold : n_outputs * (fold + 1)]
        np.testing.assert_allclose(found[rest], expected, rtol=1e-6, atol=1e-8)
        assert not found[folds.fold == fold].any()


def test_some_of_many_sequences_are_left_out(monkeypatch):
    monkeypatch.setattr(fold_solutions, "_LEFT_OUT", 20)
    rows, fold = choose_folds(np.arange(200))
    assert len(rows) == 20
    np.testing.assert_array_equal(np.bincount(fold), [4] * 5)
    # copies are many, but what is different is few
    _, fold = choose_folds(np.arange(200) // 40)
    np.testing.assert_array_equal(np.bincount(fold), [40] * 5)


@pytest.mark.parametrize("letters", ["AC", "ACGT", "ACGT-"])
def test_libraries_listed_in_order_are_explained(letters, monkeypatch):
    """Rows with a period have the same letters."""
    # half of the smaller libraries, as of a thousand sequences otherwise
    monkeypatch.setattr(fold_solutions, "_LEFT_OUT", 128)
    length = {2: 8, 4: 4, 5: 3}[len(letters)]
    text = ["".join(x) for x in itertools.product(letters, repeat=length)]
    shares = shares_of(text, [(x[0] in "AG") == (x[-1] in "AG") for x in text])
    assert shares["pairwise"] > 0.8
    shares = shares_of(text, [letters.index(x[-1]) for x in text])
    assert shares["additive"] > 0.9


def test_shares_are_of_the_variance_of_targets(rng):
    """What is not predicted is noise, also if the process takes noise for signal."""
    text = random_text(rng, 400, 30)
    signal = np.array([x.count("G") for x in text], float)
    signal /= signal.std()
    y = np.sqrt(0.2) * signal + np.sqrt(0.8) * rng.normal(size=400)
    shares = shares_of(text, y)
    assert shares["additive"] == pytest.approx(0.2, abs=0.1)
    assert shares["unexplained"] > 0.7


def test_pair_effects_are_what_means_over_letters_leave(rng, monkeypatch):
    """From the definition: the mean given two letters, less means given fewer."""
    n_positions = 4
    text = random_text(rng, 30, n_positions)
    y = rng.normal(size=(30, 2))
    model = conditioned(rng, text, y)
    features, solution = model.training.features, model.solution
    grid = np.array(list(itertools.product(range(4), repeat=n_positions)))
    letters = torch.from_numpy(features.table[grid])
    training = torch.from_numpy(features.letters)
    no_kmers = torch.zeros(len(grid), 30, dtype=torch.float64)
    terms = model.kernel.components(partial(products, letters, training), no_kmers)
    value = (terms[1] @ torch.from_numpy(model.solution)).numpy()
    frequency = [np.bincount(c, minlength=4) / 30 for c in features.codes.T]
    weight = np.prod([frequency[s][grid[:, s]] for s in range(n_positions)], axis=0)

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
    rows = features.take(np.arange(10))
    found = pair_effects(model.kernel, features, solution, rows)
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-10)


def test_effects_that_add_up_are_additive(rng):
    """Also where few mutations of a parent leave most letters to guess."""
    parent = rng.integers(20, size=20)
    effect = rng.normal(size=(20, 20))
    rows = np.tile(parent, (400, 1))
    for row in rows:
        sites = rng.choice(20, rng.integers(1, 5), replace=False)
        row[sites] = rng.integers(20, size=len(sites))
    y = effect[np.arange(20), rows].sum(axis=1)
    y = (y - y.mean()) / y.std() + rng.normal(scale=0.1, size=400)
    text = ["".join(row) for row in np.array(list(PROTEIN.letters))[rows]]
    posterior = fit(check_sequences(text, alphabet=PROTEIN), y[:, None])
    shares = explain(posterior).variance_shares
    assert shares["additive"] > 0.97 * (1 - shares["unexplained"])
    assert shares["additive"] > 0.7


def test_a_motif_anywhere_is_no_sum_of_letters(rng):
    """A linear model of 3,000 such sequences explains 0.15."""
    text = random_text(rng, 400, 60)
    shares = shares_of(text, ["GGA" in x for x in text])
    assert shares["additive"] < 0.2
    assert shares["composition"] > 0.3


def test_a_count_of_letters_is_their_sum(rng):
    """Though it depends on k-mers, not positions."""
    text = random_text(rng, 200, 40)
    y = [x.count("G") for x in text]
    _, (shares, _, letters, found) = explained(encode(text), y)
    assert shares["additive"] > 0.95
    is_g = np.array(letters) == "G"
    steps = found[is_g].mean() - found[~is_g].mean()
    assert steps * np.std(y) == pytest.approx(1, abs=0.1)


def test_short_landscapes_add_up_as_far_as_they_do():
    """K-mers know positions of short sequences, too: effects must not hide in them."""
    data = make_epistasis(200, length=8, order=3, n_terms=2, random_state=0)
    text = list(data.sequences)
    model, (shares, *_) = explained(check_sequences(text), data.y)
    assert model.kernel.composition > 1
    one_hot = SequenceOneHotEncoder(flatten=True).fit_transform(text)
    by_ridge = RidgeCV().fit(one_hot, data.y).score(one_hot, data.y)
    assert shares["additive"] == pytest.approx(by_ridge, abs=0.05)


def test_noise_that_is_remembered_is_noise(rng):
    text = ["".join(rng.choice(list(PROTEIN.letters), 200)) for _ in range(150)]
    shares = shares_of(text, rng.normal(size=150))
    assert shares["unexplained"] > 0.85


def test_a_constant_has_no_variance_to_divide(rng):
    model = fit(encode(random_text(rng, 40, 7)), np.zeros((40, 1)))
    assert set(explain(model).variance_shares.values()) == {0.0}


@pytest.mark.parametrize("n_rows", [1, 30])
def test_equal_sequences_have_no_effects_but_a_mean(n_rows):
    values = np.arange(n_rows, dtype=float)
    model = fit(encode(["ACGT"] * n_rows), values[:, None])
    shares, positions, letters, found = explain(model)
    assert (len(positions), len(letters), found.shape) == (0, 0, (0, 1))
    assert shares["additive"] == 0
    assert sum(shares.values()) == pytest.approx(1 if n_rows > 1 else 0)
    expected = values.mean()
    np.testing.assert_allclose(model.predict(encode(["ACGT"])), expected, atol=1e-6)
