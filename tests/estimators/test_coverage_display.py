"""The drawing of how often intervals and sets hold."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

from sklyra import CoverageDisplay, IntervalDisplay, LyraClassifier, LyraRegressor
from sklyra.datasets import load_cr6261
from tests.settings import ENSEMBLE

mpl.use("Agg")

X, Y = load_cr6261(return_X_y=True)
TRAIN, TEST = slice(None, None, 16), slice(1, None, 16)
SMALL = {**ENSEMBLE, "n_threads": 1}


@pytest.fixture(autouse=True)
def closed() -> Any:
    yield
    from matplotlib import pyplot as plt

    plt.close("all")


@pytest.fixture(scope="module")
def model() -> LyraRegressor:
    return LyraRegressor(**SMALL).fit(X[TRAIN], Y[TRAIN])


def test_coverage_is_drawn_against_what_was_asked_for(model: LyraRegressor) -> None:
    shown = CoverageDisplay.from_estimator(model, X[TEST], Y[TEST])
    for level, found in zip(shown.at, shown.found, strict=True):
        low, high = model.predict_interval(X[TEST], level).T
        assert found == np.mean((low <= Y[TEST]) & (Y[TEST] <= high))
    assert (shown.line_.get_ydata() == shown.found).all()
    assert (shown.wanted_line_.get_ydata() == shown.at).all()
    assert shown.ax_.get_xlabel() == "coverage asked for"


def test_coverage_is_drawn_against_novelty(model: LyraRegressor) -> None:
    from matplotlib import pyplot as plt

    _, ax = plt.subplots()
    shown = CoverageDisplay.from_estimator(
        model, X[TEST], Y[TEST], by="novelty", confidence=0.8, ax=ax
    )
    assert shown.ax_ is ax
    assert (np.diff(shown.at) >= 0).all()
    assert shown.n_samples.sum() == len(Y[TEST])
    low, high = model.predict_interval(X[TEST], 0.8).T
    inside = np.mean((low <= Y[TEST]) & (Y[TEST] <= high))
    assert np.average(shown.found, weights=shown.n_samples) == pytest.approx(inside)


@pytest.mark.parametrize("kind", ["classes", "labels", "outputs"])
def test_every_kind_of_y_is_drawn(kind: str) -> None:
    y: Any = np.where(Y > 8, "binds", "not")
    make: Any = LyraClassifier
    if kind == "labels":
        y = np.stack([Y > 8, Y > 7.5], axis=1).astype(float)
    elif kind == "outputs":
        y, make = np.stack([Y, -Y], axis=1), LyraRegressor
    if kind != "classes":
        y[::7, 1] = np.nan
    fitted = make(**SMALL).fit(X[TRAIN], y[TRAIN])
    shown = CoverageDisplay.from_estimator(fitted, X[TEST], y[TEST])
    known = 1 if kind == "classes" else np.isfinite(y[TEST].astype(float))
    assert (shown.n_samples == (128 if kind == "classes" else np.sum(known))).all()
    assert shown.found[-1] > 0.75


def test_what_cannot_be_drawn_is_refused(model: LyraRegressor) -> None:
    with pytest.raises(ValueError, match="by='size' is not an option"):
        CoverageDisplay.from_estimator(model, X[TEST], Y[TEST], by="size")
    with pytest.raises(NotFittedError):
        CoverageDisplay.from_estimator(LyraRegressor(), X[TEST], Y[TEST])


def test_no_set_holds_a_class_that_training_did_not_have() -> None:
    labels = np.where(np.median(Y) < Y, "high", "low").astype(object)
    model = LyraClassifier(**SMALL).fit(X[TRAIN], labels[TRAIN])
    y = labels[TEST].copy()
    expected = CoverageDisplay.from_estimator(model, X[TEST][10:], y[10:])
    y[:10] = None
    missing = CoverageDisplay.from_estimator(model, X[TEST], y)
    np.testing.assert_array_equal(missing.found, expected.found)
    y[:10] = "middle"
    strange = CoverageDisplay.from_estimator(model, X[TEST], y)
    n = len(y)
    np.testing.assert_allclose(strange.found, expected.found * (n - 10) / n)


def test_one_column_is_as_good_as_none_and_others_are_refused(
    model: LyraRegressor,
) -> None:
    expected = CoverageDisplay.from_estimator(model, X[TEST], Y[TEST])
    for form in (Y[TEST][:, None], pd.DataFrame({"y": Y[TEST]})):
        found = CoverageDisplay.from_estimator(model, X[TEST], form)
        np.testing.assert_array_equal(found.found, expected.found)
        np.testing.assert_array_equal(found.n_samples, expected.n_samples)
    for wrong in (Y[TEST][:1], Y[:3], np.stack([Y[TEST]] * 2, axis=1)):
        for display in (CoverageDisplay, IntervalDisplay):
            with pytest.raises(ValueError, match="y has shape"):
                display.from_estimator(model, X[TEST], wrong)


def test_levels_are_those_that_held_out_rows_support() -> None:
    few = LyraRegressor(**SMALL).fit(X[TRAIN], Y[TRAIN], X_val=X[:10], y_val=Y[:10])
    shown = CoverageDisplay.from_estimator(few, X[TEST], Y[TEST])
    assert shown.at[-1] == 0.9
    assert len(shown.found) == len(shown.at) == 9
