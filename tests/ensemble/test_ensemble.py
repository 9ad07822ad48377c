"""Members, the Gaussian process, and how they are joined."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.base import clone

from sklyra import LyraClassifier, LyraRegressor
from sklyra._training import predict_nets
from sklyra.features import AlignedPositions
from sklyra.sequences import Inputs, check_sequences
from tests.ensemble.cases import LABELS, X, Y
from tests.settings import ENSEMBLE, SINGLE


def parts(model):
    """What each network says, each perceptron, and the Gaussian process."""
    sequences = check_sequences(X, alphabet=model.alphabet_)
    nets = predict_nets(model.nets_, Inputs((sequences,)))
    perceptrons = predict_nets(
        model.perceptrons_, Inputs((AlignedPositions(sequences)(sequences),))
    )
    return nets, perceptrons, model.gaussian_process_.predict(sequences)


def test_regressor_adds_its_parts(regressor):
    nets, perceptrons, process = parts(regressor)
    assert nets.shape == perceptrons.shape == (2, 60, 1)
    assert regressor.stacking_weights_.shape == (3, 1)
    one, two, three = regressor.stacking_weights_
    expected = nets.mean(axis=0) * one + perceptrons.mean(axis=0) * two
    expected += process * three
    expected = expected[:, 0] * Y.std() + Y.mean()
    np.testing.assert_allclose(regressor.predict(X), expected, rtol=1e-6)


def test_classifier_adds_its_parts(classifier):
    nets, perceptrons, process = parts(classifier)
    one, two, three = classifier.stacking_weights_
    expected = nets.mean(axis=0) * one + perceptrons.mean(axis=0) * two
    expected += process * three
    np.testing.assert_allclose(classifier.decision_function(X), expected, rtol=1e-5)
    np.testing.assert_allclose(
        classifier.predict_proba(X), softmax(expected, axis=1), rtol=1e-5
    )


def test_members_differ(regressor):
    for members in parts(regressor)[:2]:
        assert min(np.ptp(members, axis=0).ravel()) > 1e-4


def test_network_alone_is_not_scaled():
    options = {"gaussian_process": False, "perceptron": False}
    model = LyraRegressor(**ENSEMBLE, **options).fit(X, Y)
    assert model.gaussian_process_ is None
    assert model.perceptrons_ == []
    assert model.stacking_weights_.tolist() == [[1.0]]
    sequences = check_sequences(X, alphabet=model.alphabet_)
    nets = predict_nets(model.nets_, Inputs((sequences,)))
    expected = nets.mean(axis=0)[:, 0] * Y.std() + Y.mean()
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-6)


def test_one_classifying_network_alone_keeps_its_temperature():
    options = {"gaussian_process": False, "perceptron": False}
    model = LyraClassifier(**SINGLE, **options).fit(X, LABELS)
    assert model.stacking_weights_.tolist() == [[1.0]]
    several = LyraClassifier(**ENSEMBLE, **options).fit(X, LABELS)
    assert several.stacking_weights_.item() != 1


def test_without_unseen_data_parts_count_alike():
    model = LyraRegressor(**ENSEMBLE, early_stopping=False).fit(X, Y)
    assert model.stacking_weights_.tolist() == [[1 / 3]] * 3
    assert np.isnan(model.oof_prediction_).all()
    assert np.isnan(model.oof_score_)
    few = LyraRegressor(**ENSEMBLE).fit(X[:10], Y[:10])
    assert few.stacking_weights_.tolist() == [[1 / 3]] * 3


def test_numbers_have_networks_alone(rng):
    model = LyraRegressor(**ENSEMBLE).fit(rng.normal(size=(40, 6)), rng.normal(size=40))
    assert model.gaussian_process_ is None
    assert model.perceptrons_ == []
    assert len(model.nets_) == 2


def test_several_targets_have_shares_of_their_own():
    two = np.column_stack([Y, [float(x.count("G")) for x in X]])
    model = LyraRegressor(**ENSEMBLE).fit(X, two)
    assert model.stacking_weights_.shape == (3, 2)
    assert model.predict(X).shape == model.oof_prediction_.shape == (60, 2)


@pytest.mark.parametrize("value", [0, -1, 2.5, "many"])
def test_bad_n_members(regressor, value):
    with pytest.raises((ValueError, TypeError), match="n_members"):
        clone(regressor).set_params(n_members=value).fit(X, Y)


@pytest.mark.parametrize(
    "scale", [1e-300, pytest.param(1e200, marks=pytest.mark.slow), 1e300]
)
def test_targets_of_any_size_are_learnt_alike(regressor, scale):
    model = LyraRegressor(**ENSEMBLE).fit(X, Y * scale)
    assert model.oof_score_ == pytest.approx(regressor.oof_score_, rel=1e-6)
    np.testing.assert_allclose(
        model.predict(X) / scale, regressor.predict(X), rtol=1e-6
    )


@pytest.mark.parametrize(
    "value",
    [0.1, *(pytest.param(v, marks=pytest.mark.slow) for v in (0.0, -7e300, 1e-200))],
)
def test_constant_targets_are_predicted_exactly(value):
    model = LyraRegressor(**ENSEMBLE).fit(X, np.full(60, value))
    assert set(model.predict(X).tolist()) == {value}
    assert set(model.oof_prediction_.tolist()) == {value}
    assert np.isnan(model.oof_score_)
    both = LyraRegressor(**ENSEMBLE).fit(X, np.column_stack([Y, np.full(60, value)]))
    assert set(both.predict(X)[:, 1].tolist()) == {value}
    assert np.isfinite(both.oof_score_)


def test_targets_that_begin_to_vary_are_learnt_later():
    model = LyraRegressor(**ENSEMBLE).partial_fit(X[:5], np.full(5, 3.0))
    assert set(model.predict(X).tolist()) == {3.0}
    model.partial_fit(X, Y)
    assert np.ptp(model.predict(X)) > 0
