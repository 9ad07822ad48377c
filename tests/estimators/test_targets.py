"""Targets, labels and weights, and what is predicted for them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sklyra import LyraClassifier, LyraRegressor
from tests.estimators.cases import LABELS, X, Y
from tests.settings import NETWORK


def test_regressor_returns_the_units_of_y() -> None:
    base = LyraRegressor(**NETWORK).fit(X, Y).predict(X)
    moved = LyraRegressor(**NETWORK).fit(X, 1000 * Y - 3).predict(X)
    assert base.dtype == np.float64
    assert base.shape == (60,)
    np.testing.assert_allclose(moved, 1000 * base - 3, rtol=1e-4)


def test_several_outputs_come_back_as_columns() -> None:
    both = np.column_stack([Y, -10 * Y])
    out = LyraRegressor(**{**NETWORK, "max_epochs": 30, "lr": 0.01}).fit(X, both)
    assert out.predict(X).shape == (60, 2)
    assert out.score(X, both) > 0.5
    assert LyraRegressor(**NETWORK).fit(X, Y[:, None]).predict(X).shape == (60, 1)


@pytest.mark.parametrize(
    "labels",
    [
        LABELS,
        LABELS == "few",
        np.where(LABELS == "few", 7, -3),
        pd.Series(LABELS).astype("category"),
        list(LABELS),
        np.where(LABELS == "few", 0.0, 1.0),
    ],
    ids=["str", "bool", "int", "category", "list", "float"],
)
def test_labels_may_be_of_any_type(labels: Any) -> None:
    model = LyraClassifier(**NETWORK).fit(X, labels)
    expected = np.unique(np.asarray(labels))
    np.testing.assert_array_equal(model.classes_, expected)
    probability = model.predict_proba(X)
    assert probability.shape == (60, len(expected))
    np.testing.assert_allclose(probability.sum(axis=1), 1)
    np.testing.assert_array_equal(
        model.predict(X), expected[probability.argmax(axis=1)]
    )
    score = model.decision_function(X)
    if len(expected) == 2:
        log_odds = np.log(probability[:, 1] / probability[:, 0])
        np.testing.assert_allclose(score, log_odds, atol=1e-6)
    else:
        np.testing.assert_array_equal(score.argmax(axis=1), probability.argmax(axis=1))


def test_class_weight_moves_predictions_to_the_rare_class() -> None:
    """But not probabilities, which are for classes as often as they are."""
    rare = np.array([x.startswith("A") for x in X])
    assert 0 < rare.sum() < 10
    options = {**NETWORK, "max_epochs": 5}
    plain = LyraClassifier(**options).fit(X, rare)
    weight = {True: 0.5 / rare.mean(), False: 0.5 / (1 - rare.mean())}
    balanced = LyraClassifier(**options, class_weight="balanced").fit(X, rare)
    by_hand = LyraClassifier(**options, class_weight=weight).fit(X, rare)
    for model in (balanced, by_hand):
        assert model.predict(X).sum() > plain.predict(X).sum() + 3
        probability = model.predict_proba(X)[:, 1]
        assert probability.mean() == pytest.approx(rare.mean(), abs=0.05)
        log_odds = np.log(probability) - np.log(1 - probability)
        shift = np.log(weight[True] / weight[False])
        expected = model.decision_function(X) - shift
        np.testing.assert_allclose(log_odds, expected, atol=1e-6)
    alike = LyraClassifier(**options, class_weight={True: 1.0, False: 1.0})
    np.testing.assert_array_equal(
        alike.fit(X, rare).predict_proba(X), plain.predict_proba(X)
    )


def test_a_class_without_weight_is_left_out() -> None:
    model = LyraClassifier(**NETWORK, class_weight={"few": 0, "some": 1, "many": 2})
    probability = model.fit(X, LABELS).predict_proba(X)
    assert np.isfinite(probability).all()
    assert np.isnan(model.oof_prediction_[LABELS == "few"]).all()


@pytest.mark.slow
def test_sample_weight_decides_what_is_learnt() -> None:
    X_, y = X + X, np.concatenate([np.zeros(60), np.ones(60)])
    options = {**NETWORK, "max_epochs": 20, "early_stopping": False}
    for first, second in ((1, 9), (9, 1)):
        weight = np.repeat([first, second], 60)
        model = LyraRegressor(**options).fit(X_, y, sample_weight=weight)
        expected = second / (first + second)
        assert model.predict(X).mean() == pytest.approx(expected, abs=0.12)


def test_zero_weight_is_the_absence_of_a_row() -> None:
    weight = np.ones(60)
    weight[::3] = 0
    kept = [x for x, w in zip(X, weight, strict=True) if w]
    a = LyraRegressor(**NETWORK).fit(X, Y, sample_weight=weight)
    b = LyraRegressor(**NETWORK).fit(kept, Y[weight > 0])
    np.testing.assert_array_equal(a.predict(X), b.predict(X))
