"""The drawing of predictions with their intervals."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from sklyra import IntervalDisplay, LyraClassifier, LyraRegressor
from sklyra.datasets import load_cr6261
from tests.settings import ENSEMBLE, LEAST

mpl.use("Agg")

X, Y = load_cr6261(return_X_y=True)
TRAIN, TEST = slice(None, None, 16), slice(1, None, 16)


@pytest.fixture(autouse=True)
def closed() -> Any:
    yield
    from matplotlib import pyplot as plt

    plt.close("all")


def test_what_is_drawn_is_what_is_predicted() -> None:
    model = LyraRegressor(**ENSEMBLE).fit(X[TRAIN], Y[TRAIN])
    shown = IntervalDisplay.from_estimator(model, X[TEST], Y[TEST], confidence=0.5)
    low, high = model.predict_interval(X[TEST], 0.5).T
    inside = (low <= Y[TEST]) & (Y[TEST] <= high)
    assert 0 < inside.mean() < 1
    assert shown.coverage_ == inside.mean()
    assert shown.ax_.get_title() == f"{inside.mean():.0%} inside intervals of 50%"
    points = {line.get_label(): line for line in shown.ax_.lines[1:]}
    for label, rows in (("inside", inside), ("outside", ~inside)):
        expected = np.column_stack([Y[TEST][rows], model.predict(X[TEST])[rows]])
        drawn = points[label].get_xydata()
        assert sorted(map(tuple, drawn)) == sorted(map(tuple, expected))
    bars = np.vstack([c.get_segments() for c in shown.ax_.collections])  # (n, 2, 2)
    by_x = {(x, a, b) for (x, a), (_, b) in bars.tolist()}
    assert by_x == set(zip(Y[TEST].tolist(), low.tolist(), high.tolist(), strict=True))


def test_of_many_some_are_drawn_and_all_count() -> None:
    measured = np.arange(1000.0)
    low = np.where(measured < 300, measured + 1, measured - 1)
    interval = np.column_stack([low, low + 3])
    shown = IntervalDisplay.from_predictions(measured, measured, interval)
    assert shown.coverage_ == 0.7
    drawn = np.concatenate([line.get_xdata() for line in shown.ax_.lines[1:]])
    assert len(drawn) == 200
    assert drawn.min() == 0
    assert drawn.max() == 999
    again = shown.plot(ax=shown.ax_)
    assert again.figure_ is shown.figure_


def test_what_was_not_measured_is_left_out_and_outputs_are_chosen() -> None:
    table = np.column_stack([Y, -Y])
    table[TEST][:5, 1] = np.nan
    model = LyraRegressor(**ENSEMBLE).fit(X[TRAIN], table[TRAIN])
    shown = IntervalDisplay.from_estimator(model, X[TEST], table[TEST], output=1)
    assert len(shown.measured) == len(Y[TEST]) - 5
    np.testing.assert_array_equal(shown.measured, table[TEST][5:, 1])
    low, high = model.predict_interval(X[TEST])[5:, :, 1].T
    np.testing.assert_array_equal(shown.interval, np.column_stack([low, high]))
    with pytest.raises(ValueError, match="output=2 is none of the 2 outputs"):
        IntervalDisplay.from_estimator(model, X[TEST], table[TEST], output=2)
    with pytest.raises(ValueError, match="Nothing was measured"):
        IntervalDisplay.from_predictions([np.nan], [1.0], [[0.0, 2.0]])


def test_classes_and_what_is_not_fitted_are_refused() -> None:
    with pytest.raises(NotFittedError):
        IntervalDisplay.from_estimator(LyraRegressor(), X[:3], Y[:3])
    model = LyraClassifier(**LEAST).fit(X[:40], np.arange(40) % 2)
    with pytest.raises(TypeError, match="LyraClassifier, but intervals are those"):
        IntervalDisplay.from_estimator(model, X[:3], [0, 1, 0])
