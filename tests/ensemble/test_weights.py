"""Weights of rows and of classes in every base model."""

from __future__ import annotations

import numpy as np
import pytest

from sklyra import LyraClassifier, LyraRegressor
from tests.ensemble.cases import LABELS, X, Y
from tests.settings import ENSEMBLE, FIVE_FOLDS


def test_sequences_without_weight_are_not_held_out():
    weight = np.ones(60)
    weight[::4] = 0
    model = LyraRegressor(**FIVE_FOLDS).fit(X, Y, sample_weight=weight)
    assert (np.isnan(model.oof_prediction_) == (weight == 0)).all()


@pytest.mark.slow
@pytest.mark.parametrize("low", [-60, -300, -13])
def test_weights_too_small_to_matter_are_none(low):
    weight = np.where(np.arange(60) < 30, 1.0, 10.0**low)
    model = LyraRegressor(**ENSEMBLE).fit(X, Y, sample_weight=weight)
    alone = LyraRegressor(**ENSEMBLE).fit(X[:30], Y[:30])
    np.testing.assert_array_equal(model.predict(X), alone.predict(X))
    LyraRegressor(**ENSEMBLE).fit(X, Y, sample_weight=np.logspace(-60, 0, 60))


@pytest.mark.parametrize("scale", [1e-300, 1e300])
def test_weights_count_in_proportion(regressor, scale):
    model = LyraRegressor(**ENSEMBLE).fit(X, Y, sample_weight=np.full(60, scale))
    np.testing.assert_array_equal(model.predict(X), regressor.predict(X))


@pytest.mark.parametrize("weights", [{"low": -1.0}, {"low": np.inf}])
def test_class_weights_that_are_none_are_refused(weights):
    with pytest.raises(ValueError, match=r"class_weight=.* none negative"):
        LyraClassifier(**ENSEMBLE, class_weight=weights).fit(X, LABELS)
