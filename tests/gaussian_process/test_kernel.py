"""The kernel, against its equation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sklyra.gaussian_process.feature_map import FeatureMap
from tests.gaussian_process.cases import a_kernel, encode, pair, random_text


def test_kernel_is_its_equation(rng):
    text, other = random_text(rng, 6, 9), random_text(rng, 4, 9)
    feature_map = FeatureMap(encode(text))
    kernel = a_kernel(len(feature_map.aligned), rng)
    letters, cosine = pair(feature_map, text, other)
    parts = kernel.components(letters, cosine)
    w = kernel.relevance.tolist()
    for i, x in enumerate(text):
        for j, z in enumerate(other):
            same = [x[s] == z[s] for s in feature_map.aligned.positions]
            additive = 0.3 * sum(a * b for a, b in zip(w, same, strict=True)) / sum(w)
            distance = sum(a * (not b) for a, b in zip(w, same, strict=True))
            expected = (
                additive,
                math.exp(-distance),
                1.7 * math.exp(-2.5 * (1 - cosine[i, j].item())),
            )
            for part, value in zip(parts, expected, strict=True):
                assert part[i, j].item() == pytest.approx(value, rel=1e-6)


def test_the_diagonal_is_that_of_the_matrix(rng):
    text = [*random_text(rng, 8, 9), "NNNNNNNNN", "ACRTACGTA"]
    feature_map = FeatureMap(encode(text))
    kernel = a_kernel(len(feature_map.aligned), rng)
    asked = [*text, "ACG", "N"]
    features = feature_map(encode(asked))
    found = kernel.diagonal(*features.compare_itself(kernel.relevance))
    expected = kernel(*pair(feature_map, asked, asked)).diagonal()
    np.testing.assert_allclose(found, expected, rtol=1e-12)
