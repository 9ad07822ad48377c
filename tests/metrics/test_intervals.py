"""Scores of intervals and deviations against those of SciPy and scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.base import BaseEstimator
from sklearn.metrics import mean_pinball_loss
from sklearn.model_selection import cross_val_score

from sklyra.metrics import (
    coverage_score,
    coverage_scorer,
    interval_score,
    interval_scorer,
    normal_log_loss,
    normal_log_loss_scorer,
)
from tests.metrics.test_ranks import few, pairs


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


def test_means_that_are_no_numbers_are_refused():
    with pytest.raises(ValueError, match="y_pred has NaN or infinity"):
        normal_log_loss([1.0, 2.0], [np.nan, 2.0], [1.0, 1.0])
    assert np.isfinite(normal_log_loss([np.nan, 2.0], [np.nan, 2.0], [1.0, 1.0]))
