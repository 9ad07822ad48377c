"""Bagging, boosting, voting, stacking, calibration and other meta-estimators."""

from __future__ import annotations

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    BaggingClassifier,
    BaggingRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss, r2_score, roc_auc_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline

from sklyra import KmerVectorizer
from tests.ecosystem.cases import (
    LABELS,
    LABELS_NEW,
    X_NEW,
    Y_NEW,
    X,
    Y,
    classifier,
    regressor,
)


def test_bagged_regressors_average_their_members() -> None:
    bag = BaggingRegressor(regressor(), n_estimators=3, random_state=0)
    bag.fit(X[:, None], Y)
    members = np.array([member.predict(X_NEW) for member in bag.estimators_])
    assert np.ptp(members, axis=0).min() > 0
    found = bag.predict(X_NEW[:, None])
    np.testing.assert_allclose(found, members.mean(axis=0))
    assert r2_score(Y_NEW, found) > 0.8


def test_bagged_classifiers_average_their_members() -> None:
    bag = BaggingClassifier(classifier(), n_estimators=3, random_state=0)
    bag.fit(X[:, None], LABELS)
    members = np.array([member.predict_proba(X_NEW) for member in bag.estimators_])
    found = bag.predict_proba(X_NEW[:, None])
    np.testing.assert_allclose(found, members.mean(axis=0))
    assert bag.score(X_NEW[:, None], LABELS_NEW) > 0.85


def test_boosted_regressors_learn() -> None:
    boosted = AdaBoostRegressor(regressor(), n_estimators=2, random_state=0)
    boosted.fit(X[:, None], Y)
    assert len(boosted.estimators_) == 2
    found = boosted.predict(X_NEW[:, None])
    assert found.shape == (100,)
    assert r2_score(Y_NEW, found) > 0.8


def test_boosted_classifiers_learn() -> None:
    boosted = AdaBoostClassifier(classifier(), n_estimators=2, random_state=0)
    boosted.fit(X[:, None], LABELS)
    found = boosted.predict_proba(X_NEW[:, None])
    assert found.shape == (100, 2)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert boosted.score(X_NEW[:, None], LABELS_NEW) > 0.85


def test_voting_regressors_average_their_members(values: np.ndarray) -> None:
    second = regressor(random_state=1)
    vote = VotingRegressor([("first", regressor()), ("second", second)]).fit(X, Y)
    other = second.fit(X, Y).predict(X_NEW)
    assert (other != values).all()
    np.testing.assert_allclose(vote.predict(X_NEW), (values + other) / 2)
    assert vote.score(X_NEW, Y_NEW) > 0.8


def test_voting_classifiers_average_their_members(probabilities: np.ndarray) -> None:
    second = classifier(random_state=1)
    vote = VotingClassifier(
        [("first", classifier()), ("second", second)], voting="soft"
    ).fit(X, LABELS)
    other = second.fit(X, LABELS).predict_proba(X_NEW)
    assert (other != probabilities).all()
    np.testing.assert_allclose(vote.predict_proba(X_NEW), (probabilities + other) / 2)
    assert vote.score(X_NEW, LABELS_NEW) > 0.85


def test_stacked_regressors_go_beside_a_model_of_words(values: np.ndarray) -> None:
    words = make_pipeline(KmerVectorizer(2), Ridge())
    stack = StackingRegressor([("lyra", regressor()), ("words", words)], cv=2)
    stack.fit(X, Y)
    below = stack.transform(X_NEW)
    assert below.shape == (100, 2)
    np.testing.assert_array_equal(below[:, 0], values)
    assert stack.score(X_NEW, Y_NEW) > 0.85


def test_stacked_classifiers_go_beside_a_model_of_words(
    probabilities: np.ndarray,
) -> None:
    words = make_pipeline(KmerVectorizer(2), LogisticRegression())
    stack = StackingClassifier([("lyra", classifier()), ("words", words)], cv=2)
    stack.fit(X, LABELS)
    below = stack.transform(X_NEW)
    assert below.shape == (100, 2)
    np.testing.assert_array_equal(below[:, 0], probabilities[:, 1])
    assert stack.score(X_NEW, LABELS_NEW) > 0.85


def test_calibration_gives_good_probabilities() -> None:
    calibrated = CalibratedClassifierCV(classifier(), method="sigmoid", cv=3)
    calibrated.fit(X, LABELS)
    found = calibrated.predict_proba(X_NEW)
    assert calibrated.classes_.tolist() == ["few", "many"]
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert log_loss(LABELS_NEW, found[:, 1]) < 0.35
    assert calibrated.score(X_NEW, LABELS_NEW) > 0.85


def test_calibrating_a_fitted_model_keeps_its_order() -> None:
    model = classifier(max_epochs=2).fit(X, LABELS)
    calibrated = CalibratedClassifierCV(FrozenEstimator(model), method="sigmoid")
    found = calibrated.fit(X_NEW, LABELS_NEW).predict_proba(X)[:, 1]
    before = model.decision_function(X)
    assert roc_auc_score(LABELS, found) == roc_auc_score(LABELS, before)
    assert roc_auc_score(LABELS, before) > 0.7


def test_outputs_may_be_fitted_one_by_one(values: np.ndarray) -> None:
    G = np.array([sequence.count("G") for sequence in X], dtype=float)
    both = np.column_stack([Y, G])
    model = MultiOutputRegressor(regressor()).fit(X, both)
    found = model.predict(X_NEW)
    assert found.shape == (100, 2)
    np.testing.assert_array_equal(found[:, 0], values)
    together = regressor().fit(X, both).predict(X_NEW)
    for prediction in (found, together):
        truth = [[sequence.count(letter) for letter in "AG"] for sequence in X_NEW]
        scores = r2_score(truth, prediction, multioutput="raw_values")
        assert scores.min() > 0.7


def test_targets_may_be_transformed() -> None:
    model = TransformedTargetRegressor(
        regressor(), func=np.log1p, inverse_func=np.expm1
    ).fit(X, Y)
    found = model.predict(X_NEW)
    alone = np.expm1(regressor().fit(X, np.log1p(Y)).predict(X_NEW))
    np.testing.assert_array_equal(found, alone)
    assert r2_score(Y_NEW, found) > 0.7


def test_classes_may_be_told_from_the_rest_one_by_one() -> None:
    classes = np.array(["none", "some", "many"], dtype=object)
    labels = classes[np.digitize(Y, [1, 3])]
    model = OneVsRestClassifier(classifier(max_epochs=9)).fit(X, labels)
    assert len(model.estimators_) == 3
    found = model.decision_function(X_NEW)
    assert found.shape == (100, 3)
    for column, member in enumerate(model.estimators_):
        np.testing.assert_array_equal(found[:, column], member.decision_function(X_NEW))
    assert model.score(X_NEW, classes[np.digitize(Y_NEW, [1, 3])]) > 0.8
