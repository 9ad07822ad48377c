"""Models of positions: invariance, weights, missing labels, strands, validation."""

from __future__ import annotations

import pickle
from typing import Any

import joblib
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    cross_val_predict,
    cross_val_score,
)
from sklearn.pipeline import make_pipeline

from sklyra import (
    LyraPositionClassifier,
    LyraPositionRegressor,
    LyraSearchCV,
    SequenceOneHotEncoder,
    predict_stream,
)
from sklyra.ensemble import POSITION_ARCHITECTURES, POSITION_PARTS
from sklyra.exceptions import LengthWarning
from sklyra.metrics import position_mcc_scorer, sov_scorer
from tests.positions.cases import DNA, HIDDEN, STATES, VALUES, X, states_of
from tests.settings import POSITIONS

QUICK = {**POSITIONS, "n_members": 1, "max_epochs": 1}
# "NA" and "NAN" alone are refused as text for a missing value
residues = st.text("ACDEFGHIKLMNPQRSTVWYX", min_size=1, max_size=40).filter(
    lambda sequence: sequence not in ("NA", "NAN")
)


@given(st.lists(residues, min_size=1, max_size=6), st.randoms())
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_position_is_the_same_alone_and_in_any_batch(classifier, drawn, random):
    order = list(range(len(drawn)))
    random.shuffle(order)
    together = classifier.predict_proba(drawn)
    shuffled = classifier.predict_proba([drawn[i] for i in order])
    for place, i in enumerate(order):
        np.testing.assert_allclose(shuffled[place], together[i], atol=1e-5)
        alone = classifier.predict_proba([drawn[i]])[0]
        np.testing.assert_allclose(alone, together[i], atol=1e-5)


def test_a_position_is_the_same_beside_long_sequences(regressor, rng):
    long = "".join(rng.choice(list("ACDEFGHIKLMNPQRSTVWY"), 3_000))
    with pytest.warns(LengthWarning):
        together = regressor.predict([X[0], long, *X[1:20]])
    np.testing.assert_allclose(together[0], regressor.predict(X[:1])[0], atol=1e-5)
    np.testing.assert_allclose(together[5], regressor.predict([X[4]])[0], atol=1e-5)


def test_the_same_seed_makes_the_same_model(classifier):
    again = LyraPositionClassifier(**POSITIONS).fit(X, HIDDEN)
    for a, b in zip(again.predict_proba(X), classifier.predict_proba(X), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_model_learns_what_letters_decide():
    model = LyraPositionClassifier(**{**POSITIONS, "max_epochs": 12}).fit(X, STATES)
    new = ["MKTAYIAKQRQISFVKSHFSRQ", "GGSPNDAELW"]
    assert model.score(new, [states_of(x) for x in new]) > 0.9
    assert model.oof_score_ > 0.8
    shapes = [(len(x), 3) for x in X]
    held_out = [p.shape for p in model.oof_prediction_ if p is not None]
    assert held_out == shapes


@pytest.mark.slow
def test_held_out_predictions_are_of_members_that_did_not_see_the_sequence(rng):
    """Of noise nothing can be known of a sequence that was held out."""
    noise = ["".join(rng.choice(list("AB"), len(x))) for x in X]
    model = LyraPositionClassifier(**{**POSITIONS, "max_epochs": 15, "n_members": 5})
    model.fit(X, noise)
    assert model.oof_score_ < 0.6
    certain = [p.max(axis=1) for p in model.oof_prediction_]
    assert np.concatenate(certain).mean() < 0.65


def test_saved_models_predict_the_same(classifier, multilabel, regressor, tmp_path):
    for number, model in enumerate((classifier, multilabel, regressor)):
        path = tmp_path / f"{number}.joblib"
        joblib.dump(model, path)
        loaded = joblib.load(path)
        for again in (loaded, pickle.loads(pickle.dumps(model))):
            for a, b in zip(again.predict(X), model.predict(X), strict=True):
                assert np.array_equal(a, b)
        assert loaded.score(X[:2], model.predict(X[:2])) == 1


def test_positions_without_weight_do_not_count():
    wrong = [np.where(np.arange(len(v)) < 3, 9.0, v) for v in VALUES]
    weight = [1.0 * (np.arange(len(v)) >= 3) for v in VALUES]
    hidden = [np.where(w > 0, v, np.nan) for v, w in zip(wrong, weight, strict=True)]
    weighed = LyraPositionRegressor(**POSITIONS).fit(X, wrong, sample_weight=weight)
    missing = LyraPositionRegressor(**POSITIONS).fit(X, hidden)
    for a, b in zip(weighed.predict(X[:3]), missing.predict(X[:3]), strict=True):
        np.testing.assert_allclose(a, b, atol=0.05)
    assert max(p.max() for p in weighed.predict(X)) < 2


def test_sequences_without_weight_do_not_count(classifier):
    more = [*X, "WWWWWWWW"]
    model = LyraPositionClassifier(**POSITIONS).fit(
        more, [*HIDDEN, "ZZZZZZZZ"], sample_weight=[1.0] * len(X) + [0.0]
    )
    assert model.classes_.tolist() == ["C", "E", "H"]
    assert model.oof_prediction_[-1] is None
    for a, b in zip(model.predict_proba(X), classifier.predict_proba(X), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-9)


def test_score_weighs_sequences_and_positions(classifier):
    predicted = classifier.predict(X[:2])
    y = [predicted[0], "Z" * len(X[1])]
    assert classifier.score(X[:2], y, sample_weight=[1, 0]) == 1
    each = [np.full(len(X[0]), 3 / len(X[0])), np.full(len(X[1]), 1 / len(X[1]))]
    assert classifier.score(X[:2], y, sample_weight=each) == pytest.approx(0.75)


@pytest.mark.parametrize("members", [1, 2])
def test_both_strands_have_the_same_answer_backwards(members):
    options = {**POSITIONS, "n_members": members, "reverse_complement": True}
    values = [np.array([base in "GC" for base in x], float) for x in DNA]
    model = LyraPositionRegressor(**options).fit(DNA, values)
    pairs = str.maketrans("ACGT", "TGCA")
    other = [x.translate(pairs)[::-1] for x in DNA]
    for a, b in zip(model.predict(DNA), model.predict(other), strict=True):
        np.testing.assert_allclose(a, b[::-1], atol=1e-5)
    assert model.score(DNA, values) > 0.5
    seen, back = model.embed(DNA[:1])[0], model.embed(other[:1])[0]
    np.testing.assert_allclose(seen, back[::-1], atol=1e-4)


@pytest.mark.slow
def test_palindromic_training_data_make_a_palindromic_model(rng):
    """Reversed sequences with reversed labels: the answer to a reversal is reversed."""
    both = [*X, *(x[::-1] for x in X)]
    values = [np.array([c in "AELK" for c in x], float) for x in both]
    options = {**POSITIONS, "early_stopping": False, "max_epochs": 30}
    model = LyraPositionRegressor(**options).fit(both, values)
    a, b = model.predict(X[:10]), model.predict([x[::-1] for x in X[:10]])
    off = np.concatenate([p - q[::-1] for p, q in zip(a, b, strict=True)])
    assert np.sqrt((off**2).mean()) < 0.1


def test_parts_are_the_rows_of_their_tables(rng):
    """RNA has all of them; its network also reads how well bases pair."""
    X = ["".join(rng.choice(list("ACGU"), 30)) for _ in range(12)]
    model = LyraPositionRegressor(n_members=1, max_epochs=1, early_stopping=False)
    model.fit(X, [rng.normal(size=30) for _ in X])
    kinds = (*POSITION_ARCHITECTURES, *POSITION_PARTS)
    assert list(model.predict_parts(X)) == [kind.name for kind in kinds]
    network = model._ensemble.parts[0].architecture
    assert network.view(model._reader.read(model, X)).sequences.alphabet is None
    only = LyraPositionRegressor(
        n_members=1, max_epochs=1, early_stopping=False, surroundings=False
    ).fit(X, [rng.normal(size=30) for _ in X])
    assert list(only.predict_parts(X)) == ["lyra"]


def test_validation_data_are_not_trained_on():
    model = LyraPositionClassifier(**QUICK)
    model.fit(X[:30], HIDDEN[:30], X_val=X[30:], y_val=HIDDEN[30:])
    assert [p.shape for p in model.oof_prediction_] == [(len(x), 3) for x in X[30:]]
    assert "valid_loss" in model.history_[0]


def test_few_sequences_hold_nothing_out():
    model = LyraPositionRegressor(**QUICK).fit(X[:6], VALUES[:6])
    assert np.isnan(model.oof_score_)
    assert all(np.isnan(p).all() for p in model.oof_prediction_)
    assert np.isfinite(model.predict(X[6:7])[0]).all()


def test_groups_are_held_out_together():
    groups = np.arange(len(X)) % 4
    model = LyraPositionRegressor(**{**QUICK, "n_members": 2})
    model.fit(X, VALUES, groups=groups)
    held = [not np.isnan(p).any() for p in model.oof_prediction_]
    for group in range(4):
        assert len({held[i] for i in np.flatnonzero(groups == group)}) == 1


@pytest.mark.slow
def test_balanced_classes_change_what_is_predicted_but_not_probabilities():
    rare = [
        "".join("R" if c == "W" else "-C"[i % 3 > 0] for i, c in enumerate(x))
        for x in X
    ]
    plain = LyraPositionClassifier(**POSITIONS).fit(X, rare)
    balanced = LyraPositionClassifier(**POSITIONS, class_weight="balanced").fit(X, rare)
    share = [
        np.mean(list("".join(m.predict(X)))[:] == np.array("R"))
        for m in (plain, balanced)
    ]
    assert share[1] >= share[0]
    mean = [np.concatenate(m.predict_proba(X))[:, 1].mean() for m in (plain, balanced)]
    assert mean[0] == pytest.approx(mean[1], abs=0.1)


@pytest.mark.slow
def test_cross_validation_and_searches_take_models_of_positions():
    model = LyraPositionClassifier(**QUICK)
    scores = cross_val_score(model, X, HIDDEN, cv=3, scoring=position_mcc_scorer)
    assert scores.shape == (3,)
    assert np.isfinite(scores).all()
    assert np.isfinite(cross_val_score(model, X, HIDDEN, cv=2)).all()
    predicted = cross_val_predict(model, X, HIDDEN, cv=2)
    assert [len(p) for p in predicted] == [len(x) for x in X]
    grid = GridSearchCV(model, {"dilations": [(1,), (2,)]}, cv=2, scoring=sov_scorer)
    assert len(grid.fit(X, HIDDEN).predict(X[:2])) == 2
    groups = np.arange(len(X)) % 4
    assert len(cross_val_score(model, X, HIDDEN, cv=GroupKFold(2), groups=groups)) == 2


@pytest.mark.slow
def test_optuna_searches_their_parameters():
    model = LyraPositionRegressor(**QUICK)
    search = LyraSearchCV(model, n_trials=2, cv=2, random_state=0)
    search.fit(X, VALUES)
    assert {"lr", "dropout", "d_model"} <= set(search.best_params_)
    assert "pooling" not in search.best_params_
    assert len(search.predict(X[:1])[0]) == len(X[0])


def test_a_pipeline_of_one_hot_channels_is_the_estimator_alone(classifier):
    model = LyraPositionClassifier(**POSITIONS, alphabet="protein")
    pipe = make_pipeline(SequenceOneHotEncoder("protein"), clone(model))
    predicted = pipe.fit(X, HIDDEN).predict_proba(X)
    alone = clone(model).fit(X, HIDDEN).predict_proba(X)
    for a, b in zip(predicted, alone, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_streams_go_chunk_by_chunk(classifier):
    chunks: Any = (X[i : i + 7] for i in range(0, 21, 7))
    parts = list(predict_stream(classifier, chunks))
    assert [t for part in parts for t in part] == classifier.predict(X[:21]).tolist()
    proba = list(predict_stream(classifier, [X[:2], X[2:3]], "predict_proba"))
    np.testing.assert_allclose(
        proba[1][0], classifier.predict_proba(X[2:3])[0], atol=1e-5
    )


def test_progress_is_recorded_for_each_member(classifier):
    assert {row["member"] for row in classifier.history_} == {0, 1}
    assert {row["network"] for row in classifier.history_} == {"lyra"}
    assert classifier.n_iter_ <= 4
    assert classifier.stacking_weights_.shape == (6, 1)
    assert (classifier.stacking_weights_ >= 0).all()
