"""Conformal quantiles against a loop, and against what they promise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklyra.uncertainty import (
    check_confidence,
    conformal_quantile,
    require_rows,
    rows_needed,
)

few = settings(max_examples=100, deadline=None)


def reference(scores, confidence):
    """The smallest score that is as large as enough of n + 1 rows, one unknown."""
    for score in sorted(scores):
        if (
            sum(other <= score for other in scores)
            >= confidence * (len(scores) + 1) - 1e-9
        ):
            return score
    return np.inf


@given(
    st.lists(st.integers(-5, 5), min_size=1, max_size=30),
    st.sampled_from([0.05, 0.5, 0.8, 0.9, 0.95, 0.975]),
)
@few
def test_the_quantile_is_that_of_a_loop(scores, confidence):
    values = np.array(scores, dtype=float)
    assert conformal_quantile(values, confidence) == reference(scores, confidence)


@pytest.mark.parametrize(
    ("confidence", "rows"), [(0.5, 1), (0.9, 9), (0.95, 19), (0.99, 99), (0.8, 4)]
)
def test_rows_needed_are_just_enough(confidence, rows):
    assert rows_needed(confidence) == rows
    assert np.isfinite(conformal_quantile(np.arange(float(rows)), confidence))
    assert conformal_quantile(np.arange(rows - 1.0), confidence) == np.inf


def test_a_new_score_is_covered_exactly_as_often_as_is_promised():
    rng = np.random.default_rng(0)
    draws = rng.normal(size=(4000, 20))
    inside = [row[0] <= conformal_quantile(row[1:], 0.9) for row in draws]
    # 19 rows: the 18th of 20 in all, 0.9 exactly
    assert np.mean(inside) == pytest.approx(0.9, abs=4 * np.sqrt(0.09 / 4000))


def test_the_smallest_score_is_the_least_there_is():
    scores = np.array([3.0, 1.0, 2.0])
    assert conformal_quantile(scores, 1e-12) == conformal_quantile(scores, 0.1) == 1


def test_too_few_rows_are_refused_with_what_is_needed():
    message = r"confidence=0.95 needs 19 held-out rows .* has 10. Ask for 0.909 at most"
    with pytest.raises(ValueError, match=message):
        require_rows(10, 0.95, "the model")
    require_rows(19, 0.95, "the model")


@pytest.mark.parametrize("value", [0, 1, -0.1, 1.5, np.nan, np.inf])
def test_a_confidence_outside_0_to_1_is_refused(value):
    with pytest.raises(ValueError, match="between 0 and 1"):
        check_confidence(value)


def test_percent_is_recognized():
    with pytest.raises(ValueError, match="percent"):
        check_confidence(90)


@pytest.mark.parametrize("value", ["0.9", None, True, [0.9], 1j])
def test_a_confidence_that_is_no_number_is_refused(value):
    with pytest.raises(TypeError, match="confidence must be a number"):
        check_confidence(value)
