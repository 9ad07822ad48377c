"""Errors of fit: bad options, swapped arguments, and a model that stays as it was."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

from sklyra import LyraClassifier, LyraRegressor
from tests.estimators.cases import LABELS, X, Y
from tests.settings import NETWORK


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("alphabet", "aa"),
        ("unknown", "ignore"),
        ("encoding", "onehot"),
        ("d_model", 0),
        ("d_model", 2.5),
        ("d_state", 7),
        ("pgc_hidden", (8, 0)),
        ("pgc_hidden", 8),
        ("n_s4d_layers", -1),
        ("pooling", "median"),
        ("head_hidden", 0),
        ("dropout", 1.0),
        ("dropout", "a"),
        ("lr", 0),
        ("weight_decay", -1),
        ("state_weight_decay", -1),
        ("lr_schedule", "step"),
        ("batch_size", "all"),
        ("max_epochs", 0),
        ("max_epochs", True),
        ("max_epochs", None),
        ("validation_fraction", 1.0),
        ("n_iter_no_change", 0),
        ("callbacks", "print"),
        ("device", "tpu9"),
        ("n_threads", 0),
    ],
)
@pytest.mark.parametrize("estimator", [LyraRegressor, LyraClassifier])
def test_bad_option_is_refused_by_name_in_fit(
    estimator: type[Any], name: str, value: Any
) -> None:
    model = estimator(**{**NETWORK, name: value})
    with pytest.raises((ValueError, TypeError), match=name):
        model.fit(X, LABELS if estimator is LyraClassifier else Y)


def test_loss_is_refused_by_name_in_fit() -> None:
    with pytest.raises(ValueError, match=r"loss='rank' .*squared_error"):
        LyraRegressor(**NETWORK, loss="rank").fit(X, Y)


@pytest.mark.parametrize("problem", ["letters", "targets", "interrupt"])
def test_failed_fit_leaves_the_estimator_as_it_was(
    regressor: LyraRegressor, problem: str
) -> None:
    from skorch.callbacks import Callback

    class Interrupt(Callback):
        def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
            raise KeyboardInterrupt

    fresh = LyraRegressor(**NETWORK)
    fitted = pickle.loads(pickle.dumps(regressor))
    before = fitted.predict(X)
    for model in (fresh, fitted):
        state = set(vars(model))
        rows, y = X, Y
        if problem == "letters":
            rows = [*X[:-1], "???"]
        elif problem == "targets":
            y = np.append(Y[:-1], np.nan)
        else:
            model.set_params(callbacks=[Interrupt()])
        for call in (model.fit, model.partial_fit):
            with pytest.raises((ValueError, KeyboardInterrupt)):
                call(rows, y)
        assert set(vars(model)) == state
    np.testing.assert_array_equal(fitted.predict(X), before)
    with pytest.raises(NotFittedError):
        fresh.predict(X)


def test_diverging_training_says_so() -> None:
    options = {**NETWORK, "lr": 1e30, "lr_schedule": "constant", "max_epochs": 20}
    with pytest.raises(
        RuntimeError, match=r"diverged in epoch.*Lower lr \(now 1e\+30\)"
    ):
        LyraRegressor(**options).fit(X, Y)


def test_labels_in_the_regressor_are_sent_to_the_classifier():
    with pytest.raises(ValueError, match=r"'binder'.*LyraClassifier learns labels"):
        LyraRegressor().fit(["ACGT", "ACGA"], ["binder", "other"])


@pytest.mark.parametrize("form", [list, np.array, pd.Series])
def test_targets_in_front_of_sequences_are_sent_behind_them(form):
    with pytest.raises(ValueError, match=r"targets come second: fit\(X, y\)"):
        LyraRegressor().fit(form([1.0, 2.0, 3.0]), ["ACGT", "AGGT", "TCGA"])


def test_text_is_no_learning_rate():
    with pytest.raises(
        TypeError, match=r"lr='0.1' is not an option: choose a number in \(0, inf\)"
    ):
        LyraRegressor(lr="0.1").fit(["ACGT", "ACGA"], [0.0, 1.0])
