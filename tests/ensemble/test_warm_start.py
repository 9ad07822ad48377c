"""Training that goes on: warm starts and partial fits."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone

from sklyra import LyraRegressor
from tests.ensemble.cases import X, Y
from tests.settings import ENSEMBLE


def test_partial_fit_trains_every_member(regressor):
    model = LyraRegressor(**ENSEMBLE)
    model.partial_fit(X, Y).partial_fit(X, Y)
    assert len(model.nets_) == 2
    assert model.gaussian_process_ is None
    assert model.perceptrons_ == []
    fitted = clone(regressor).fit(X, Y)
    fitted.partial_fit(X, Y)
    assert {len(net.history) for net in fitted.perceptrons_} == {2}
    assert model.n_iter_ == 2


def test_partial_fit_forgets_how_good_the_model_was(regressor):
    model = clone(regressor).fit(X, Y)
    assert hasattr(model, "oof_score_")
    model.partial_fit(X, Y)
    assert not hasattr(model, "oof_score_")
    assert not hasattr(model, "oof_prediction_")


@pytest.mark.slow
def test_warm_start_goes_on_and_fits_the_process_again():
    model = LyraRegressor(**ENSEMBLE, warm_start=True).fit(X, Y)
    before = model.gaussian_process_
    model.fit(X, Y + 1)
    assert model.n_iter_ == 2
    assert model.gaussian_process_ is not before
    model.set_params(n_members=3).fit(X, Y)
    assert len(model.nets_) == len(model.perceptrons_) == 3
    model.set_params(perceptron=False).fit(X, Y)
    assert (len(model.nets_), len(model.perceptrons_)) == (3, 0)
    assert model.stacking_weights_.shape == (2, 1)
    model.set_params(perceptron=True).fit(X, Y)
    assert {len(net.history) for net in model.perceptrons_} == {1}


@pytest.mark.slow
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_training_goes_on_with_the_same_architecture_only(regressor, method):
    model = clone(regressor).set_params(warm_start=True).fit(X, Y)
    expected = model.predict(X)
    model.set_params(d_model=16, n_members=3)
    with pytest.raises(ValueError, match="go on with networks that have d_model=8"):
        getattr(model, method)(X, Y)
    np.testing.assert_array_equal(model.predict(X), expected)
    getattr(model.set_params(d_model=8), method)(X, Y)
    assert len(model.nets_) == 3
