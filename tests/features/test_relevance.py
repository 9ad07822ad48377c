"""Relevance of covariates: that of scikit-learn's F statistics, shrunk."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_selection import f_regression

from sklyra import LyraClassifier, LyraRegressor
from sklyra.features import find_relevance
from tests.settings import SINGLE


def test_relevance_is_what_noise_does_not_explain_of_f(
    rng: np.random.RandomState,
) -> None:
    numbers = rng.normal(size=(80, 6)).astype(np.float32)
    y = numbers[:, 0] + 0.3 * numbers[:, 1] + rng.normal(size=80)
    F, _ = f_regression(numbers, y)
    expected = np.maximum(1 - 1 / F, 0)
    found = find_relevance(numbers, y[:, None])
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert found[0] > 0.9
    assert (found == 0).any()


def test_the_most_told_output_counts_by_its_own_rows(
    rng: np.random.RandomState,
) -> None:
    numbers = rng.normal(size=(60, 2))
    y = np.stack([numbers[:, 0], rng.normal(size=60), np.full(60, np.nan)], axis=1)
    y[::3, 0] = np.nan
    alone = [find_relevance(numbers, y[:, k : k + 1]) for k in range(2)]
    rows = np.isfinite(y[:, 0])
    np.testing.assert_array_equal(alone[0], find_relevance(numbers[rows], y[rows, :1]))
    np.testing.assert_array_equal(find_relevance(numbers, y), np.maximum(*alone))


def test_constant_and_perfect_numbers_have_relevances(
    rng: np.random.RandomState,
) -> None:
    y = rng.normal(size=(30, 1))
    numbers = np.column_stack([np.ones(30), 2 * y[:, 0]])
    found = find_relevance(numbers, y)
    assert found[0] == 0
    assert found[1] == pytest.approx(1)
    assert (find_relevance(numbers, np.full((30, 1), np.nan)) == 0).all()


@pytest.mark.parametrize("kind", [LyraRegressor, LyraClassifier])
def test_perceptrons_begin_with_it(kind: type, rng: np.random.RandomState) -> None:
    letters = ["".join(row) for row in rng.choice(list("ACGT"), (60, 6))]
    table = pd.DataFrame({"x": letters, "useful": rng.normal(size=60)})
    table["useless"] = rng.normal(size=60)
    y = table["useful"] + 0.1 * rng.normal(size=60)
    labels = np.digitize(y, [-0.5, 0.5])
    target = y if kind is LyraRegressor else labels
    model = kind(**SINGLE).fit(table, target)
    scales = model.perceptrons_[0].get_params()["module__covariate_scales"]
    levels = [y] if kind is LyraRegressor else [labels == k for k in range(3)]
    F = np.max([f_regression(table[["useful", "useless"]], x)[0] for x in levels], 0)
    np.testing.assert_allclose(scales, np.maximum(1 - 1 / F, 0), atol=0.02)
    assert scales[0] > scales[1]
