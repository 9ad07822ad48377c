"""Evidence of kernels, against its equation."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import torch
from scipy.stats import multivariate_normal

from sklyra.gaussian_process import evidence
from sklyra.gaussian_process.evidence import best_kernel
from sklyra.gaussian_process.feature_map import FeatureMap
from tests.gaussian_process.cases import (
    LETTERS,
    encode,
    fit,
    fitted,
    pair,
    random_text,
)


def test_relevance_finds_the_positions_that_matter(rng):
    text = random_text(rng, 300, 12)
    level = dict(zip(LETTERS, (-1.0, 0.0, 0.5, 2.0), strict=True))
    y = np.array([[level[x[2]] * level[x[7]]] for x in text])
    y += 0.05 * rng.normal(size=y.shape)
    model = fit(encode(text), y)
    relevance = model.kernel.relevance.numpy()
    positions = model.feature_map.aligned.positions
    assert set(positions[np.argsort(relevance)[-2:]]) == {2, 7}
    assert np.sort(relevance)[-2] > 5 * np.sort(relevance)[-3]


def test_variances_separate_kmers_from_positions(rng):
    text = random_text(rng, 300, 30)
    motif = np.array([[float("TATA" in x or "GGC" in x)] for x in text])
    first = np.array([[float(x[0] in "AC") + (x[5] == "G")] for x in text])
    of_motif = fit(encode(text), motif - motif.mean()).kernel
    of_letters = fit(encode(text), first - first.mean()).kernel
    assert of_motif.composition > 2 * of_letters.composition
    assert of_letters.additive > of_letters.composition


def evidence_of(kernel, feature_map, text, y):
    """What the search maximizes, from its equation."""
    K = kernel(*pair(feature_map, text, text)).numpy()
    K = K + np.diag(np.full(len(y), kernel.noise.item() + 1e-6))
    z = (y - y.mean())[:, 0]
    scale = z @ np.linalg.solve(K, z) / len(y)  # the best variance
    density = multivariate_normal(cov=K * scale).logpdf(z)
    logs = kernel.relevance.log()
    variances = torch.stack(kernel[1:]).log()
    prior = (logs - logs.mean()).square().sum() / 2
    prior += ((variances - math.log(0.3)) / 2).square().sum() / 2
    return density - prior.item()


def test_the_evidence_is_that_of_a_normal_distribution(rng):
    """At the best kernel no small change of any parameter is better."""
    text, y, model = fitted(rng)
    features = model.feature_map(encode(text))
    found = best_kernel(features, y - y.mean(), np.ones(60), np.random.RandomState(0))

    log_density = partial(evidence_of, feature_map=model.feature_map, text=text, y=y)
    best = log_density(found)
    for name in ("additive", "composition", "sharpness", "noise"):
        for factor in (0.5, 2):
            other = found._replace(**{name: getattr(found, name) * factor})
            assert log_density(other) < best + 0.02
    for position in range(len(model.feature_map.aligned.positions)):
        for factor in (0.5, 2):
            relevance = found.relevance.clone()
            relevance[position] *= factor
            assert log_density(found._replace(relevance=relevance)) < best + 0.02


def test_the_search_goes_on_with_more_rows(rng, monkeypatch):
    stages = (250, 20), (500, 6)
    monkeypatch.setattr(evidence, "_STAGES", stages)
    text = random_text(rng, 500, 8)
    y = np.array([[float(x[1] == x[5]) + (x[7] == "A")] for x in text])
    y += rng.normal(size=y.shape)
    feature_map = FeatureMap(encode(text))
    features, ones = feature_map(encode(text)), np.ones(len(y))

    def found():
        state = np.random.RandomState(0)
        return evidence_of(
            best_kernel(features, y - y.mean(), ones, state), feature_map, text, y
        )

    more = found()
    monkeypatch.setattr(evidence, "_STAGES", stages[:1])
    assert more > found() + 0.5


def test_rounding_does_not_lead_the_search(rng):
    """Targets in another unit have the same kernel."""
    text = random_text(rng, 200, 12)
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


def test_epistasis_is_found_in_long_sequences(rng):
    """Begun with relevances at which all sequences are far apart, it would not be."""
    text = random_text(rng, 400, 120)
    y = np.array([[float((x[40] in "AC") == (x[90] in "AG"))] for x in text])
    y += np.array([[(x[40] == "A") + (x[90] == "A")] for x in text])
    model = fit(encode(text[:300]), y[:300])
    off = model.predict(encode(text[300:])) - y[300:]
    assert np.mean(off**2) < 0.1 * y.var()
