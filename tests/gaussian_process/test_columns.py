"""Gaussian processes over tables: kernel, search, posterior, explanation."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch

from sklyra.features import FacingPositions
from sklyra.gaussian_process import (
    GaussianProcess,
    Posterior,
    column_evidence,
    explain_columns,
)
from sklyra.gaussian_process.column_features import ColumnFeatureMap
from sklyra.gaussian_process.column_kernel import ColumnKernel, Terms
from sklyra.sequences import Inputs, check_sequences


def draw(rng, n, length, letters="ACGT"):
    return ["".join(row) for row in rng.choice(list(letters), (n, length))]


@pytest.fixture
def inputs(rng):
    """A peptide, a guide, a target that it faces, and two numbers."""
    peptides = draw(rng, 30, 5, "ACDEFG")
    targets = draw(rng, 30, 8)
    guides = [
        t[2:5] + c for t, c in zip(targets, rng.choice(list("ACGT"), 30), strict=True)
    ]
    chains = (
        check_sequences(peptides, alphabet="protein"),
        check_sequences(guides, alphabet="dna"),
        check_sequences(targets, alphabet="dna"),
    )
    numbers = rng.normal(size=(30, 2)).astype(np.float32)
    found = FacingPositions(
        Inputs(chains, numbers, names=("peptide", "guide", "target"))
    )
    assert len(found.facing) == 1
    return found(Inputs(chains, numbers, names=("peptide", "guide", "target")))


def a_kernel(features, rng):
    n_kmers = sum(chain.counts.shape[1] > 0 for chain in features.chains)
    n_covariates = features.covariates.shape[1]
    terms = Terms.of(len(features.chains), n_kmers, n_covariates > 0)

    def numbers(*shape):
        return torch.from_numpy(rng.uniform(0.1, 1, shape))

    return ColumnKernel(
        tuple(numbers(chain.codes.shape[1]) for chain in features.chains),
        numbers(n_covariates),
        numbers(),
        numbers(len(terms.letters)),
        numbers(len(terms.kmers)),
        numbers(n_kmers),
        numbers(),
    )


def naive(kernel, features, i, j):
    """The kernel of two samples, from its equation."""
    factors, additive = [], 0.0
    for chain, weights in zip(features.chains, kernel.relevance, strict=True):
        distance = 0.0
        for w, a, b in zip(
            weights.tolist(), chain.codes[i], chain.codes[j], strict=True
        ):
            distance += w * np.sum((chain.table[a] - chain.table[b]) ** 2) / 2
            additive += w * (chain.table[a] @ chain.table[b])
        factors.append(math.exp(-distance))
    z = features.covariates[i] - features.covariates[j]
    factors.append(math.exp(-np.sum(kernel.covariates.numpy() * z**2) / 2))
    words = []
    with_kmers = [c for c in features.chains if c.counts.shape[1]]
    for chain, s in zip(with_kmers, kernel.sharpness.tolist(), strict=True):
        counts = chain.counts.toarray()
        words.append(math.exp(-s * (1 - counts[i] @ counts[j])))
    total = (
        kernel.additive.item()
        * additive
        / sum(w.sum() for w in kernel.relevance).item()
    )
    for v, term in zip(kernel.letters.tolist(), kernel.terms.letters, strict=True):
        total += v * math.prod(factors[n] for n in term)
    for v, (term, more) in zip(kernel.kmers.tolist(), kernel.terms.kmers, strict=True):
        total += v * math.prod(words[n] for n in term) * (factors[-1] if more else 1)
    return total


def test_the_kernel_is_its_equation(inputs, rng):
    features = ColumnFeatureMap(inputs)(inputs)
    kernel = a_kernel(features, rng)
    rows, columns = features.take(np.arange(4)), features.take(np.arange(4, 10))
    found = kernel(*rows.compare(columns))
    expected = [[naive(kernel, features, i, j) for j in range(4, 10)] for i in range(4)]
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    diagonal = kernel.diagonal(*rows.compare_itself(kernel.relevance))
    expected = [naive(kernel, features, i, i) for i in range(4)]
    np.testing.assert_allclose(diagonal, expected, rtol=1e-6)
    again = ColumnKernel.from_state(kernel.to_state())
    np.testing.assert_array_equal(again(*rows.compare(columns)), found)
    # chains of pairs have no k-mers
    assert [chain.counts.shape[1] > 0 for chain in features.chains] == [True] * 3 + [
        False
    ]


@pytest.mark.parametrize(
    ("n_chains", "covariates", "n_terms"),
    [(2, False, 3), (2, True, 7), (3, True, 15), (4, True, 7)],
)
def test_terms_are_products_of_factors(n_chains, covariates, n_terms):
    terms = Terms.of(n_chains, n_chains, covariates)
    n = n_chains + covariates
    assert len(set(terms.letters)) == len(terms.letters) == n_terms
    assert {(k,) for k in range(n)} <= set(terms.letters)
    assert tuple(range(n)) in terms.letters
    assert tuple(range(n_chains)) in terms.letters


def paired(rng, n=300):
    """Labels that neither column alone knows anything of: whether two letters match."""
    one, two = draw(rng, n, 4, "ACDE"), draw(rng, n, 4, "ACDE")
    y = np.array([a[1] == b[2] for a, b in zip(one, two, strict=True)], float)
    chains = tuple(check_sequences(c, alphabet="protein") for c in (one, two))
    return Inputs(chains, names=("a", "b")), y[:, None]


def test_what_fits_what_is_learned_and_named(rng):
    inputs, y = paired(rng)
    state = np.random.RandomState(0)
    posterior = GaussianProcess().fit(
        inputs.take(np.arange(200)), y[:200], np.ones(200), state
    )
    found = posterior.predict(inputs.take(np.arange(200, 300)))
    assert np.corrcoef(found[:, 0], y[200:, 0])[0, 1] > 0.8
    shares = explain_columns(posterior, np.arange(200)).variance_shares
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["a x b"] > 0.4
    assert shares["a"] + shares["b"] < 0.1
    again = Posterior.from_state(posterior.to_state())
    np.testing.assert_array_equal(again.predict(inputs), posterior.predict(inputs))


def test_held_out_rows_are_predicted_as_if_never_seen(rng):
    inputs, y = paired(rng, 60)
    posterior = GaussianProcess().fit(inputs, y, np.ones(60), np.random.RandomState(0))
    rows = np.arange(60)
    folds = [(rows[rows % 3 != k], rows[rows % 3 == k]) for k in range(3)]
    kept, _ = posterior.held_out(folds, inputs)
    for train, valid in folds:
        features = posterior.training.features
        K = posterior.kernel(*features.take(train).compare(features.take(train)))
        K += (posterior.kernel.noise + 1e-6) * torch.eye(
            len(train), dtype=torch.float64
        )
        cross = posterior.kernel(*features.take(valid).compare(features.take(train)))
        centered = torch.from_numpy(y[train] - posterior.mean)
        expected = (cross @ torch.linalg.solve(K, centered)).numpy() + posterior.mean
        np.testing.assert_allclose(kept[valid], expected, atol=1e-8)


def test_rows_are_predicted_by_themselves(inputs, rng):
    y = rng.normal(size=(30, 1))
    posterior = GaussianProcess().fit(inputs, y, np.ones(30), np.random.RandomState(0))
    whole = posterior.predict(inputs)
    for row, other in itertools.pairwise([4, 9, 2]):
        some = posterior.predict(inputs.take(np.array([row, other])))
        np.testing.assert_allclose(some, whole[[row, other]], rtol=1e-9)


@pytest.mark.parametrize(("few", "steps"), [(30, [3, 2]), (29, [3, 5])])
def test_few_rows_are_fitted_in_fewer_steps(inputs, rng, monkeypatch, few, steps):
    monkeypatch.setattr(column_evidence, "FEW_ROWS", few)
    monkeypatch.setattr(column_evidence, "_FEW_STEPS", 2)
    stages = ((20, 3, True), (30, 5, False))
    monkeypatch.setattr(column_evidence, "_STAGES", stages)
    climb, taken = column_evidence.climb_columns, []

    def climb_and_tell(*args):
        taken.append(args[-2])
        return climb(*args)

    monkeypatch.setattr(column_evidence, "climb_columns", climb_and_tell)
    GaussianProcess().fit(inputs, rng.normal(size=(30, 1)), np.ones(30), rng)
    assert taken == steps
