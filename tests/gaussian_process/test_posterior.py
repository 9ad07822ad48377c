"""Posterior mean and variance, against their equations."""

from __future__ import annotations

import pickle
import weakref
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Kernel

from sklyra.gaussian_process import factors, prediction
from tests.gaussian_process.cases import (
    LETTERS,
    conditioned,
    encode,
    fit,
    fitted,
    kernel_between,
    noisy_kernel,
    posterior_mean,
    posterior_variance,
    random_text,
)


@pytest.fixture(scope="module")
def ragged():
    """Sequences of 1 to 19 letters, and a posterior of their lengths."""
    rng = np.random.default_rng(1)
    text = ["".join(rng.choice(LETTERS, n)) for n in rng.integers(1, 20, 40)]
    return text, fit(encode(text), np.array([[float(len(x))] for x in text]))


def test_prediction_is_the_posterior_mean(rng):
    weight = rng.gamma(2, 0.5, 60)
    text, y, model = fitted(rng, outputs=2, weight=weight)
    asked = random_text(rng, 20, 8)
    mean = np.average(y, axis=0, weights=weight)
    expected = mean + posterior_mean(model, text, y - mean, weight, asked)
    np.testing.assert_allclose(model.predict(encode(asked)), expected, atol=1e-8)


def test_more_rows_than_there_is_time_for(rng):
    text, y, model = fitted(rng, most=40)
    assert len(model.training.rows) == 40
    rows = model.training.rows
    centered = y[rows] - y[rows].mean(axis=0)
    known = [text[i] for i in rows]
    expected = y[rows].mean(axis=0) + posterior_mean(
        model, known, centered, np.ones(40), text
    )
    np.testing.assert_allclose(model.predict(encode(text)), expected, atol=1e-8)
    found = model.held_out([(np.arange(30), np.arange(30, 60))], encode(text))[0]
    early = rows[rows < 30]
    mean = y[rows].mean(axis=0)
    known = [text[i] for i in early]
    expected = mean + posterior_mean(
        model, known, y[early] - mean, np.ones(len(early)), text
    )
    assert np.isnan(found[:30]).all()
    np.testing.assert_allclose(found[30:], expected[30:], atol=1e-8)


def test_equal_sequences_have_nothing_to_compare():
    model = fit(encode(["ACGT"] * 3), np.array([[1.0], [2.0], [3.0]]))
    assert len(model.feature_map.aligned.positions) == 0
    np.testing.assert_allclose(model.predict(encode(["ACGT"])), 2.0, atol=1e-6)


def test_two_measurements_weigh_as_one_with_twice_the_weight(rng):
    text, asked = random_text(rng, 60, 8), random_text(rng, 9, 8)
    y = rng.normal(size=(60, 1))
    seed = rng.integers(2**31)
    twice = conditioned(np.random.default_rng(seed), [*text, *text], np.tile(y, (2, 1)))
    once = twice.condition(
        twice.kernel,
        twice.feature_map,
        twice.training.take(np.arange(60)),
    )
    heavy = once.training
    once = once.condition(
        once.kernel, once.feature_map, replace(heavy, weight=np.full(60, 2.0))
    )
    for compute in ("predict", "variance"):
        one, two = (getattr(x, compute)(encode(asked)) for x in (once, twice))
        scale = once.scale / twice.scale if compute == "variance" else 1
        np.testing.assert_allclose(two * scale, one, atol=1e-4)


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(12)), st.integers(1, 12))
@pytest.mark.parametrize("compute", ["predict", "variance"])
def test_a_prediction_depends_on_its_sequence_alone(ragged, compute, order, n):
    text, model = ragged
    compute = getattr(model, compute)
    single = np.concatenate([compute(encode([x])) for x in text[:12]])
    joint = compute(encode([text[i] for i in order[:n]]))
    np.testing.assert_allclose(joint, single[order[:n]], rtol=1e-9, atol=1e-9)


def test_many_sequences_are_compared_in_blocks(ragged, monkeypatch):
    text, model = ragged
    mean, variance = model.predict(encode(text)), model.variance(encode(text))
    monkeypatch.setattr("sklyra.gaussian_process.features.AT_ONCE", 7)
    np.testing.assert_allclose(model.predict(encode(text)), mean, atol=1e-9)
    monkeypatch.setattr(prediction, "_NUMBERS", 3 * len(text))
    found = model.variance(encode(text))
    np.testing.assert_allclose(found, variance, rtol=1e-9, atol=1e-9)


def test_training_sequences_are_compared_in_blocks(ragged, monkeypatch):
    text, model = ragged
    monkeypatch.setattr("sklyra.gaussian_process.features.AT_ONCE", 7)
    expected = kernel_between(model, text, text)
    found = factors.kernel_matrix(model.kernel, model.training.features)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12)


def test_variance_is_its_equation(rng):
    """Also of characters that are no letter, and of sequences without a known k-mer."""
    weight = rng.gamma(2, 0.5, 50)
    text = random_text(rng, 50, 8)
    text[3], text[7] = "NNNNNNNN", "ACRTACGT"
    y = rng.normal(size=(50, 2)) * [1, 10]
    model = conditioned(rng, text, y, weight)
    asked = [
        *random_text(rng, 20, 8),
        *text[:10],
        "NNNNNNNN",
        "A",
        "ACGTACGTACGTACGTAC",
    ]
    centered = y - np.average(y, axis=0, weights=weight)
    inverse = np.linalg.inv(noisy_kernel(model, text, weight))
    scale = np.einsum("io,ij,jo->o", centered, inverse, centered) / 50
    np.testing.assert_allclose(model.scale, scale, rtol=1e-8)
    np.testing.assert_allclose(model.noise_variance, 0.2 * scale, rtol=1e-8)
    expected = posterior_variance(model, text, weight, asked)[:, None] * scale
    assert expected.min() > 0
    np.testing.assert_allclose(model.variance(encode(asked)), expected, rtol=1e-7)


class Given(Kernel):
    """A matrix as a kernel of scikit-learn, of numbers of its rows."""

    def __init__(self, matrix=None):
        self.matrix = matrix

    def __call__(self, X, Y=None, eval_gradient=False):
        rows = X[:, 0].astype(int)
        return self.matrix[np.ix_(rows, rows if Y is None else Y[:, 0].astype(int))]

    def diag(self, X):
        return self.matrix.diagonal()[X[:, 0].astype(int)]

    def is_stationary(self):
        return False


def test_mean_and_variance_are_those_of_scikit_learn(rng):
    weight = rng.gamma(2, 0.5, 60)
    text, y, model = fitted(rng, weight=weight)
    asked = random_text(rng, 20, 8)
    (scale,) = model.scale
    matrix = kernel_between(model, [*text, *asked], [*text, *asked])
    other = GaussianProcessRegressor(
        Given(scale * matrix),
        alpha=scale * (model.kernel.noise.item() / weight + 1e-6),
        optimizer=None,
    )
    mean = np.average(y[:, 0], weights=weight)
    rows = np.arange(80)[:, None]
    other.fit(rows[:60], y[:, 0] - mean)
    expected, std = other.predict(rows[60:], return_std=True)
    found = model.predict(encode(asked))[:, 0]
    np.testing.assert_allclose(found, expected + mean, rtol=1e-8)
    np.testing.assert_allclose(model.variance(encode(asked))[:, 0], std**2, rtol=1e-6)
    np.testing.assert_allclose(
        model.noise_variance, scale * model.kernel.noise.item(), rtol=1e-12
    )


def test_the_scale_is_the_most_probable_one(rng):
    """Under another one the targets are less probable."""
    text, y, model = fitted(rng)
    K, centered = noisy_kernel(model, text, np.ones(60)), (y - y.mean())[:, 0]

    def log_density(scale):
        return multivariate_normal(cov=scale * K).logpdf(centered)

    (scale,) = model.scale
    best = log_density(scale)
    assert best > max(log_density(0.9 * scale), log_density(1.1 * scale))


def test_variance_of_constant_targets_is_zero(rng):
    model = conditioned(rng, random_text(rng, 20, 6), np.full((20, 1), 3.0))
    assert not model.variance(encode(random_text(rng, 5, 6))).any()


def test_factors_are_released_and_computed_again(rng, monkeypatch):
    text = random_text(rng, 40, 8)
    model = conditioned(rng, text, rng.normal(size=(40, 1)))
    computed = []
    compute = factors.Factors.compute

    def watched(self, which):
        computed.append(which)
        return compute(self, which)

    monkeypatch.setattr(factors.Factors, "compute", watched)
    expected = model.variance(encode(text))
    assert computed == []
    model.release()
    loaded = pickle.loads(pickle.dumps(model))
    for again in (model, loaded):
        np.testing.assert_array_equal(again.variance(encode(text)), expected)
        np.testing.assert_array_equal(again.variance(encode(text)), expected)
    assert computed == [0, 0]


def test_released_factors_take_no_memory(rng):
    model = conditioned(rng, random_text(rng, 60, 8), rng.normal(size=(60, 1)))
    factor = weakref.ref(model.factors.get(0))
    assert factor() is not None
    model.release()
    assert factor() is None
