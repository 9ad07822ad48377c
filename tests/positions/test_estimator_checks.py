"""scikit-learn's own checks, on numbers whose positions share the target of their row.

The checks pass one target for each row. Here it is that of all its positions, and the
prediction of a row is that of its first position: everything between is what users run.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from sklyra import LyraPositionClassifier, LyraPositionRegressor
from tests.test_estimator_checks import EXPECTED, SKIPPED, run

SMALL: dict[str, Any] = {
    "n_members": 1,
    "d_model": 16,
    "kernel_size": 9,
    "dilations": (1,),
    "d_state": 8,
    "head_hidden": 16,
    "dropout": 0.0,
    "lr": 0.02,
    "batch_size": 32,
    "lr_schedule": "constant",
    "early_stopping": False,
    "random_state": 0,
}


# What cannot apply where y and weights have an entry for each position.
EXPECTED_HERE = {
    **EXPECTED,
    "check_sample_weights_shape": (
        "Weights of shape (n_samples, n_positions) are refused there; here positions "
        "may have one each."
    ),
    "check_supervised_y_2d": (
        "A column of targets is read as one for each row there, but here as labels of "
        "the first position."
    ),
}


def spread(X: Any, y: Any) -> Any:
    """Give every position the target of its row; leave to `fit` what is no table."""
    shape = X.shape if hasattr(X, "shape") else np.asarray(X).shape
    if y is None or len(shape) != 2 or np.asarray(y).ndim != 1:
        return y
    return [np.full(shape[1], label) for label in np.asarray(y)]


class OneForAll:
    """Read and answer one target a row."""

    positions: type[BaseEstimator]

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        return super().fit(X, spread(X, y), sample_weight)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        # not that of scikit-learn's mixins, which comes first
        return self.positions.score(self, X, spread(X, y), sample_weight)

    def predict(self, X: Any) -> Any:
        return np.array([row[0] for row in self.positions.predict(self, X)])


class RowRegressor(OneForAll, RegressorMixin, LyraPositionRegressor):
    __init__ = LyraPositionRegressor.__init__
    positions = LyraPositionRegressor


class RowClassifier(OneForAll, ClassifierMixin, LyraPositionClassifier):
    __init__ = LyraPositionClassifier.__init__
    positions = LyraPositionClassifier

    def predict_proba(self, X: Any) -> Any:
        return np.array([row[0] for row in super().predict_proba(X)])

    def decision_function(self, X: Any) -> Any:
        return np.array([row[0] for row in super().decision_function(X)])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("estimator", "epochs", "checks"), [(RowRegressor, 20, 50), (RowClassifier, 8, 57)]
)
def test_models_of_positions_pass_every_check(
    estimator: type[BaseEstimator], epochs: int, checks: int
) -> None:
    counts, failed, skipped = run(estimator(**SMALL, max_epochs=epochs), EXPECTED_HERE)
    assert not failed
    assert skipped <= SKIPPED
    assert counts["passed"] >= checks
    assert counts["xfail"] <= len(EXPECTED_HERE)
