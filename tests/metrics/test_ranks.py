"""Spearman's correlation against SciPy's and against its laws."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from sklyra import SequenceOneHotEncoder
from sklyra.metrics import spearman_score, spearman_scorer

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
