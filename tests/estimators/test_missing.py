"""Regression where some outputs were not measured, from fit to the score."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.metrics import r2_score
from sklearn.model_selection import KFold, cross_val_score

from sklyra import LyraRegressor
from tests.ensemble.cases import X
from tests.settings import COUNTER, ENSEMBLE, NETWORK, SINGLE

TRUTH = np.array([[x.count(c) for c in "ACG"] for x in X], dtype=float)
HALVES = {**ENSEMBLE, "cv": KFold(2)}  # all rows are held out
GAPS = np.random.default_rng(0).random(TRUTH.shape) < 0.4
GAPS[GAPS.all(axis=1)] = False
Y = np.where(GAPS, np.nan, TRUTH)


@pytest.fixture(scope="module")
def fitted() -> LyraRegressor:
    return LyraRegressor(**HALVES).fit(X, Y)


def mean_r2(y: Any, prediction: Any, weight: Any = None) -> float:
    weight = np.ones(len(y)) if weight is None else weight
    columns = [
        r2_score(values[k], predicted[k], sample_weight=weight[k])
        for values, predicted in zip(y.T, prediction.T, strict=True)
        for k in [~np.isnan(values)]
    ]
    return float(np.mean(columns))


def test_all_outputs_are_predicted_everywhere(fitted: LyraRegressor) -> None:
    assert fitted.oof_prediction_.shape == (60, 3)
    assert np.isfinite(fitted.oof_prediction_).all()
    assert np.isfinite(fitted.predict(X)).all()
    assert fitted.stacking_weights_.shape == (3, 3)
    assert sum(fitted.variance_shares_.values()) == pytest.approx(1)
    assert np.isfinite(fitted.additive_effects_["effect"]).all()
    # what was not measured is known all the same, for the composition decides
    for k in range(3):
        held_out = fitted.oof_prediction_[GAPS[:, k], k]
        assert np.corrcoef(held_out, TRUTH[GAPS[:, k], k])[0, 1] > 0.6


def test_scores_are_of_what_was_measured(fitted: LyraRegressor) -> None:
    assert fitted.oof_score_ == pytest.approx(mean_r2(Y, fitted.oof_prediction_))
    prediction = fitted.predict(X)
    assert fitted.score(X, Y) == pytest.approx(mean_r2(Y, prediction))
    weight = np.linspace(0.5, 2, 60)
    expected = mean_r2(Y, prediction, weight)
    assert fitted.score(X, Y, sample_weight=weight) == pytest.approx(expected)
    assert fitted.score(X, pd.DataFrame(Y)) == fitted.score(X, Y)
    # without gaps it is scikit-learn's, to the last bit
    assert fitted.score(X, TRUTH) == r2_score(TRUTH, prediction)
    # rows without any value do not count, nor do columns with a single one
    longer = np.concatenate([Y, np.full((5, 3), np.nan)])
    assert fitted.score(X + X[:5], longer) == pytest.approx(fitted.score(X, Y))
    single = Y.copy()
    single[1:, 2] = np.nan
    expected = mean_r2(Y[:, :2], prediction[:, :2])
    assert fitted.score(X, single) == pytest.approx(expected)
    with pytest.raises(ValueError, match=r"\(60, 2\), but .* shape \(60, 3\)"):
        fitted.score(X, Y[:, :2])
    with pytest.raises(ValueError, match="no column that was measured in two rows"):
        fitted.score(X, np.where(np.arange(60)[:, None] == 0, Y, np.nan))


def test_a_row_without_any_value_is_named_and_left_out_by_weight() -> None:
    model = LyraRegressor(**NETWORK)
    y, weight = Y.copy(), np.ones(60)
    y[[7, 20]] = np.nan
    with pytest.raises(ValueError, match=r"row 7 \(2 such rows in all\).*weight 0"):
        model.fit(X, y)
    weight[[7, 20]] = 0
    kept = np.flatnonzero(weight)
    found = model.fit(X, y, sample_weight=weight)
    assert np.isnan(found.oof_prediction_[[7, 20]]).all()
    rows = clone(model).fit([X[i] for i in kept], y[kept])
    np.testing.assert_array_equal(found.predict(X), rows.predict(X))


def test_one_output_must_be_complete() -> None:
    for y in (Y[:, 0], Y[:, :1]):
        with pytest.raises(ValueError, match=r"y\[\d+\] is .*nan"):
            LyraRegressor(**NETWORK).fit(X, y)


@pytest.mark.parametrize("changes", [{"loss": "ranking"}, {"cv": KFold(3)}])
def test_gaps_pass_losses_and_splitters(changes: dict[str, Any]) -> None:
    options = {**NETWORK, "n_members": 2, "max_epochs": 2, **changes}
    model = LyraRegressor(**options).fit(X, Y)
    assert np.isfinite(model.predict(X)).all()
    assert np.isfinite(model.oof_score_)


def test_validation_data_may_have_gaps() -> None:
    later = Y[40:].copy()
    later[:, 1] = np.nan  # a whole output of them, too
    later[np.isnan(later).all(axis=1), 0] = 3.0
    model = LyraRegressor(**SINGLE)
    model.fit(X[:40], Y[:40], X_val=X[40:], y_val=later)
    assert np.isfinite(model.oof_prediction_).all()
    assert np.isfinite(model.stacking_weights_).all()
    expected = mean_r2(later[:, [0, 2]], model.oof_prediction_[:, [0, 2]])
    assert model.oof_score_ == pytest.approx(expected)
    later[3] = np.nan
    with pytest.raises(ValueError, match="in all columns of row 3") as caught:
        model.fit(X[:40], Y[:40], X_val=X[40:], y_val=later)
    assert caught.value.__notes__ == ["X and y are X_val and y_val here."]


def test_training_goes_on_with_gaps() -> None:
    never = Y.copy()
    never[:, 2] = np.nan
    never[np.isnan(never).all(axis=1), 0] = 3.0
    empty = r"all rows of column 2 \(1 such columns"
    options = {**SINGLE, "perceptron": False, "warm_start": True}
    model = LyraRegressor(**options)
    before = model.fit(X, Y).predict(X)
    assert (model.fit(X, Y).predict(X) != before).any()
    # a Gaussian process forgets, so that every output has to be there again
    with pytest.raises(ValueError, match=empty):
        model.fit(X, never)
    stream = LyraRegressor(**NETWORK)
    with pytest.raises(ValueError, match=empty):
        stream.partial_fit(X, never)
    before = stream.partial_fit(X, Y).predict(X)
    after = stream.partial_fit(X, never).predict(X)
    assert np.isfinite(after).all()
    assert (after != before).any()


def test_an_output_of_few_rows_is_predicted_by_its_mean() -> None:
    """One fold holds out all that is known of it."""
    y = Y.copy()
    y[1:, 2] = np.nan
    y[0, 2] = 5.0
    y[np.isnan(y).all(axis=1), 0] = 3.0
    model = LyraRegressor(**HALVES, perceptron=False).fit(X, y)
    assert np.isfinite(model.oof_prediction_).all()
    assert (model.predict(X)[:, 2] == 5).all()


@pytest.mark.slow
def test_half_of_the_values_teach_as_much() -> None:
    rng = np.random.default_rng(1)
    many = ["".join(rng.choice(list("ACGT"), 20)) for _ in range(400)]
    truth = np.array([[x.count(c) for c in "ACG"] for x in many], dtype=float)
    y = np.where(rng.random(truth.shape) < 0.5, np.nan, truth)
    y[np.isnan(y).all(axis=1), 0] = truth[np.isnan(y).all(axis=1), 0]
    model = LyraRegressor(**COUNTER).fit(many[:300], y[:300])
    assert model.score(many[300:], truth[300:]) > 0.95


@pytest.mark.slow
def test_cross_validation_scores_what_was_measured() -> None:
    scores = cross_val_score(LyraRegressor(**NETWORK), X, Y, cv=3)
    assert np.isfinite(scores).all()
