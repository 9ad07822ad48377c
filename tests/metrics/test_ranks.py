"""Scores against those of SciPy and scikit-learn, and against their laws."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import norm, spearmanr
from sklearn.base import BaseEstimator
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_pinball_loss
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from sklyra import SequenceOneHotEncoder
from sklyra.metrics import (
    coverage_score,
    coverage_scorer,
    interval_score,
    interval_scorer,
    normal_log_loss,
    normal_log_loss_scorer,
    spearman_score,
    spearman_scorer,
)

few = settings(max_examples=80, deadline=None)
value = st.one_of(st.integers(-3, 3), st.floats(-1e6, 1e6))  # integers for ties
pairs = st.lists(st.tuples(value, value), min_size=3, max_size=30).map(
    lambda drawn: tuple(np.array(drawn, dtype=float).T)
)


def ordered(y):
    """Tell whether values order anything."""
    return len(np.unique(y)) > 1


@given(pairs)
@few
def test_the_score_is_scipy_s_with_ties_and_without(drawn):
    true, predicted = drawn
    assume(ordered(true) and ordered(predicted))
    expected = spearmanr(true, predicted).statistic
    assert spearman_score(true, predicted) == pytest.approx(expected, abs=1e-9)


@given(pairs)
@few
def test_the_score_is_a_float_between_minus_one_and_one(drawn):
    score = spearman_score(*drawn)
    assert type(score) is float
    assert -1 <= score <= 1


@given(pairs)
@few
def test_measurement_and_prediction_may_change_places(drawn):
    true, predicted = drawn
    assert spearman_score(true, predicted) == spearman_score(predicted, true)


@given(pairs)
@few
def test_only_the_order_of_predictions_counts(drawn):
    true, predicted = drawn
    ranks = np.unique(predicted, return_inverse=True)[1]
    score = spearman_score(true, predicted)
    assert spearman_score(true, 2.0**ranks) == pytest.approx(score)
    assert spearman_score(true, -ranks) == pytest.approx(-score)


@given(pairs)
@few
def test_a_perfect_order_scores_one(drawn):
    true, _ = drawn
    assume(ordered(true))
    assert spearman_score(true, true) == pytest.approx(1)


@pytest.mark.parametrize("constant", [0.0, 7.0, -1e9])
def test_constant_values_score_zero(constant):
    y = np.array([1.0, 2.0, 3.0])
    flat = np.full(3, constant)
    assert spearman_score(y, flat) == 0.0
    assert spearman_score(flat, y) == 0.0
    assert spearman_score(flat, flat) == 0.0


def test_the_score_of_several_outputs_is_their_mean():
    rng = np.random.default_rng(0)
    true, predicted = rng.integers(0, 5, size=(2, 40, 3))
    columns = [spearmanr(true[:, i], predicted[:, i]).statistic for i in range(3)]
    assert spearman_score(true, predicted) == pytest.approx(np.mean(columns))


def test_an_output_that_orders_nothing_counts_as_zero_in_the_mean():
    true = np.array([[1, 1], [2, 2], [3, 3]])
    predicted = np.array([[1, 5], [2, 5], [3, 5]])
    assert spearman_score(true, predicted) == pytest.approx(0.5)


@pytest.mark.parametrize(
    "form",
    [
        list,
        tuple,
        np.array,
        lambda y: np.array(y, dtype=np.float32),
        lambda y: np.array(y)[:, None],
        pd.Series,
        pd.DataFrame,
        pl.Series,
        pa.array,
    ],
    ids=[
        "list",
        "tuple",
        "array",
        "float32",
        "column",
        "Series",
        "DataFrame",
        "polars",
        "pyarrow",
    ],
)
def test_every_form_of_numbers_is_read_alike(form):
    true, predicted = [3, 1, 2, 2], [1, 5, 2, 4]
    expected = spearmanr(true, predicted).statistic
    assert spearman_score(form(true), form(predicted)) == pytest.approx(expected)
    assert spearman_score(true, form(predicted)) == pytest.approx(expected)


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["y_true", "y_pred"])
def test_values_that_are_not_finite_are_refused_by_name(odd, name):
    arguments = {"y_true": [1.0, 2.0, 3.0], "y_pred": [1.0, 2.0, 3.0]}
    arguments[name][1] = odd
    problem = "NaN" if np.isnan(odd) else "infinity"
    with pytest.raises(ValueError, match=f"Input {name} contains {problem}"):
        spearman_score(**arguments)


@pytest.mark.parametrize(
    ("true", "predicted", "message"),
    [
        ([1, 2, 3], [1, 2], r"inconsistent numbers of samples: \[3, 2\]"),
        ([1], [1], r"shape \(1, 1\).*at least two samples"),
        (
            [[1], [2]],
            [[1, 2], [3, 4]],
            r"\(2, 1\), y_pred \(2, 2\).*same number of out",
        ),
        ([], [], r"0 sample\(s\)"),
        (["a", "b"], [1, 2], "could not convert string"),
    ],
    ids=["lengths", "one sample", "outputs", "no samples", "text"],
)
def test_values_that_cannot_be_compared_are_refused(true, predicted, message):
    with pytest.raises(ValueError, match=message):
        spearman_score(true, predicted)


def test_the_scorer_works_in_cross_validation_on_text():
    rng = np.random.default_rng(0)
    X = ["".join(rng.choice(list("ACGT"), 6)) for _ in range(60)]
    y = np.array([np.exp(text.count("G")) for text in X])
    model = make_pipeline(SequenceOneHotEncoder(flatten=True), Ridge())
    scores = cross_val_score(
        model, X, y, cv=3, scoring=spearman_scorer, error_score="raise"
    )
    assert scores.min() > 0.8


def test_the_scorer_is_the_score_of_predictions_and_greater_is_better():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 2)), rng.normal(size=20)
    model = Ridge().fit(X, y)
    assert spearman_scorer(model, X, y) == spearman_score(y, model.predict(X)) > 0


def test_the_scorer_gives_a_model_of_the_mean_zero():
    X, y = np.zeros((10, 1)), np.arange(10.0)
    assert spearman_scorer(DummyRegressor().fit(X, y), X, y) == 0.0


@given(pairs, st.sampled_from([0.5, 0.8, 0.9]))
@few
def test_the_interval_score_is_that_of_two_quantiles(drawn, confidence):
    """It is the sum of two pinball losses, up to a factor."""
    true, center = drawn
    interval = np.stack([center - 1, center + 2], axis=1)
    low, high = (1 - confidence) / 2, (1 + confidence) / 2
    pinball = mean_pinball_loss(true, interval[:, 0], alpha=low)
    pinball += mean_pinball_loss(true, interval[:, 1], alpha=high)
    expected = 2 * pinball / (1 - confidence)
    score = interval_score(true, interval, confidence)
    assert score == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_scores_of_several_outputs_leave_out_what_was_not_measured():
    true = np.array([[1.0, np.nan], [2.0, 5.0]])
    interval = np.array([[[0, 0], [1, 1]], [[0, 4], [1, 6]]], float)
    assert coverage_score(true, interval) == pytest.approx(2 / 3)
    assert interval_score(true, interval, 0.5) == pytest.approx((1 + 1 + 4 + 2) / 3)
    loss = normal_log_loss(true, np.nan_to_num(true), np.ones((2, 2)))
    assert loss == pytest.approx(np.log(2 * np.pi) / 2)


def test_the_log_loss_is_scipy_s():
    rng = np.random.default_rng(0)
    y, mean, std = rng.normal(size=(3, 20))
    std = np.abs(std) + 0.1
    expected = -norm.logpdf(y, mean, std).mean()
    assert normal_log_loss(y, mean, std) == pytest.approx(expected)


def test_bad_intervals_are_refused():
    with pytest.raises(ValueError, match=r"needs \(2, 2\)"):
        coverage_score([1, 2], [[1, 2, 3], [1, 2, 3]])
    with pytest.raises(ValueError, match="up to its upper bound"):
        coverage_score([1, 2], [[1, 0], [1, 2]])
    with pytest.raises(ValueError, match="nothing to score"):
        interval_score([np.nan], [[1, 2]])
    with pytest.raises(ValueError, match="between 0 and 1"):
        interval_score([1], [[1, 2]], 90)
    with pytest.raises(ValueError, match="all must have the same"):
        normal_log_loss([1], [1, 2], [1])
    with pytest.raises(ValueError, match="must be above 0"):
        normal_log_loss([1], [1], [0])


class Sure(BaseEstimator):
    """A model with a method for each scorer."""

    def fit(self, X, y):
        return self

    def predict(self, X, return_std=False):
        return np.zeros(len(X)), np.ones(len(X))

    def predict_interval(self, X, confidence):
        return np.tile([-1.0, 1.0], (len(X), 1))


def test_scorers_are_larger_for_what_is_better():
    X, y = np.zeros((4, 1)), np.array([0.0, 0.5, 0.9, 3.0])
    model = Sure()
    assert coverage_scorer(model, X, y) == pytest.approx(-0.15)
    assert interval_scorer(model, X, y) == pytest.approx(-(2 + 20 * 2 / 4))
    assert normal_log_loss_scorer(model, X, y) == pytest.approx(norm.logpdf(y).mean())
    scores = cross_val_score(model, X, y, scoring=interval_scorer, cv=2)
    assert len(scores) == 2
