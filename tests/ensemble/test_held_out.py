"""Predictions of rows that training did not see."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score
from sklearn.model_selection import PredefinedSplit
from skorch.callbacks import Callback

from sklyra import LyraRegressor
from sklyra._training import EpochOutputs, predict_nets
from sklyra.batching import SequenceDataset
from sklyra.ensemble.held_out import divide, output_without_choice
from sklyra.nn import SquaredError
from sklyra.sequences import Inputs, check_sequences
from tests.ensemble.cases import LABELS, X, Y
from tests.settings import ENSEMBLE, FIVE_FOLDS, SINGLE


def test_a_target_far_off_is_not_predicted_by_its_own_mean():
    y = np.where(np.arange(60) == 17, 1e3, Y)
    model = LyraRegressor(**FIVE_FOLDS).fit(X, y)
    # the mean with it would be 16 above
    assert abs(model.oof_prediction_[17] - Y.mean()) < 8


def test_an_epoch_is_chosen_by_other_blocks(rng):
    record = EpochOutputs()
    outputs = rng.normal(size=(6, 20, 1))
    record.outputs_, record.means_ = list(outputs), list(np.arange(6.0)[:, None])
    record.criterion_ = SquaredError()
    record.valid_ = record.sum_ = None
    target = rng.normal(size=(20, 1)).astype(np.float32)
    weight = rng.uniform(0.5, 2, 20).astype(np.float32)
    sequences = check_sequences(X[:20], alphabet="dna")
    blocks = np.arange(20) % 4
    held = SequenceDataset(Inputs((sequences,)), target, weight)
    found, trained = output_without_choice(record, held, blocks)
    for block in range(4):
        others, own = blocks != block, blocks == block
        errors = weight[others] * (outputs[:, others, 0] - target[others, 0]) ** 2
        best = errors.sum(axis=1).argmin()
        np.testing.assert_array_equal(found[own], outputs[best][own])
        assert set(trained[own, 0]) == {float(best)}


def test_outputs_of_each_epoch_are_recorded_in_the_order_of_rows(monkeypatch):
    seen = []

    class Look(Callback):
        def on_epoch_end(self, net, dataset_valid=None, **kwargs):
            seen.append(predict_nets([net], dataset_valid.inputs)[0])

    text = [x[: 5 + i % 7] for i, x in enumerate(X)]
    model = LyraRegressor(
        **{**SINGLE, "max_epochs": 2}, perceptron=False, callbacks=[Look()]
    )
    kept = []

    def spy(record, held, blocks):
        kept.append((record.take(), record))
        return np.zeros((20, 1)), np.zeros((20, 1))

    monkeypatch.setattr("sklyra.ensemble.held_out.output_without_choice", spy)
    model.set_params(cv=PredefinedSplit(np.where(np.arange(60) < 40, -1, 0)))
    model.fit(text, Y)
    (((outputs, means, _), record),) = kept
    np.testing.assert_allclose(outputs, seen, rtol=1e-4, atol=1e-6)
    assert np.shape(means) == (2, 1)  # epochs
    assert not any(name.endswith("_") for name in vars(record))


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40))
@settings(max_examples=40, deadline=None)
def test_blocks_keep_equal_sequences_together(copies):
    blocks = divide(np.array(copies))
    assert blocks.min() >= 0
    assert blocks.max() < 5
    for one, block in zip(copies, blocks, strict=True):
        assert set(blocks[np.array(copies) == one]) == {block}
    assert len(set(blocks)) == min(5, len(set(copies)))


def test_a_target_that_cannot_be_known_has_no_honest_score(rng):
    noise = rng.normal(size=60)
    model = LyraRegressor(**FIVE_FOLDS).fit(X, noise)
    assert model.oof_score_ < 0.2


def test_classifier_scores_what_was_held_out(classifier):
    assert classifier.oof_prediction_.shape == (60, 3)
    known = np.isfinite(classifier.oof_prediction_).all(axis=1)
    assert known.sum() == 24  # a fifth by each of two members
    proba = classifier.oof_prediction_[known]
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    labels = classifier.classes_[proba.argmax(axis=1)]
    assert classifier.oof_score_ == pytest.approx(accuracy_score(LABELS[known], labels))


def test_one_member_holds_out_its_fraction():
    model = LyraRegressor(**SINGLE, validation_fraction=0.25).fit(X, Y)
    assert np.isfinite(model.oof_prediction_).sum() == 15
    assert len(model.nets_) == 1
    found = {(row["network"], row["member"]) for row in model.history_}
    assert found == {("lyra", 0), ("perceptron", 0)}


def test_validation_data_weigh_the_parts():
    model = LyraRegressor(**ENSEMBLE).fit(X[:40], Y[:40], X_val=X[40:], y_val=Y[40:])
    assert model.oof_prediction_.shape == (20,)
    # the epoch and the stacking weights are chosen by other rows of X_val
    assert np.corrcoef(model.oof_prediction_, model.predict(X[40:]))[0, 1] > 0.9
    assert len({row["member"] for row in model.history_}) == 2
