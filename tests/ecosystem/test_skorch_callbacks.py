"""skorch's callbacks: scores, early stopping and interrupts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.metrics import accuracy_score, get_scorer
from sklearn.model_selection import GridSearchCV
from skorch.callbacks import Callback, EarlyStopping, EpochScoring

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


def test_scores_of_the_regressor_are_noted_in_the_history() -> None:
    model = regressor(callbacks=[EpochScoring("r2", lower_is_better=False)])
    model.fit(X, Y, X_val=X_NEW, y_val=Y_NEW)
    noted = [row["r2"] for row in model.history_]
    assert len(noted) == 6
    assert noted[-1] > noted[0]
    losses = [row["valid_loss"] for row in model.history_]
    # the weights kept are those of the least loss; scores of scaled targets are alike
    best = noted[int(np.argmin(losses))]
    np.testing.assert_allclose(best, model.score(X_NEW, Y_NEW), atol=1e-4)
    assert best > 0.8


def test_scores_that_predict_once_more_are_refused() -> None:
    """Batches are sorted by length: predictions come in another order than targets."""
    model = regressor(callbacks=[EpochScoring("r2", use_caching=False)])
    with pytest.raises(ValueError, match="Leave use_caching=True"):
        model.fit(X, Y)


def test_scores_of_the_classifier_are_noted_in_the_history() -> None:
    scoring = EpochScoring("accuracy", lower_is_better=False)
    on_train = EpochScoring("accuracy", name="train_accuracy", on_train=True)
    model = classifier(callbacks=[scoring, on_train])
    model.fit(X, LABELS, X_val=X_NEW, y_val=LABELS_NEW)
    losses = [row["valid_loss"] for row in model.history_]
    noted = [row["accuracy"] for row in model.history_]
    assert noted[int(np.argmin(losses))] == model.score(X_NEW, LABELS_NEW) > 0.85
    assert model.history_[-1]["train_accuracy"] > 0.8


@pytest.mark.parametrize(
    ("scoring", "n_classes"),
    [("roc_auc", 2), ("roc_auc_ovr", 3)],
)
def test_scores_of_probabilities_are_noted(scoring: str, n_classes: int) -> None:
    callback = EpochScoring(scoring, lower_is_better=False)
    model = classifier(callbacks=[callback])
    labels = np.array(list("abc"))[np.digitize(Y, np.quantile(Y, [0.5, 0.8]))]
    labels_new = np.array(list("abc"))[np.digitize(Y_NEW, np.quantile(Y, [0.5, 0.8]))]
    if n_classes == 2:
        labels, labels_new = LABELS, LABELS_NEW
    model.fit(X, labels, X_val=X_NEW, y_val=labels_new)
    losses = [row["valid_loss"] for row in model.history_]
    noted = model.history_[int(np.argmin(losses))][scoring]
    found = get_scorer(scoring)(model, X_NEW, labels_new)
    assert noted == pytest.approx(found, abs=1e-6)
    assert found > 0.7


def test_the_history_has_no_columns_of_skorchs_own() -> None:
    scoring = EpochScoring("r2", lower_is_better=False)
    rows = regressor(callbacks=[scoring]).fit(X, Y).history_
    columns = {"network", "member", "epoch", "train_loss", "valid_loss", "lr"}
    columns |= {"seconds", "r2"}
    assert [row.keys() for row in rows] == [columns] * 6
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4, 5, 6]


def impatient(patience: int = 2) -> EarlyStopping:
    """Stop as soon as the training loss has fallen `patience` times."""
    return EarlyStopping("train_loss", patience=patience, lower_is_better=False)


def test_early_stopping_stops_and_leaves_a_fitted_model() -> None:
    model = regressor(callbacks=[impatient()], max_epochs=20).fit(X, Y)
    losses = [row["train_loss"] for row in model.history_]
    assert losses == sorted(losses, reverse=True)
    assert model.n_iter_ == len(losses) == 3  # a first epoch and two without a rise
    assert np.isfinite(model.predict(X_NEW)).all()
    # what came before the stop is what would have come without it
    longer = regressor(callbacks=[impatient(3)], max_epochs=20).fit(X, Y)
    assert [row["train_loss"] for row in longer.history_[:3]] == losses
    assert longer.n_iter_ == 4


def test_early_stopping_in_a_search_does_not_end_the_search() -> None:
    search = GridSearchCV(
        regressor(callbacks=[impatient()], max_epochs=20),
        {"lr": [1e-3, 2e-2]},
        cv=2,
        error_score="raise",
    ).fit(X, Y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.best_estimator_.n_iter_ < 20


def test_the_epoch_that_stops_counts_for_the_best_weights() -> None:
    model = regressor(callbacks=[impatient(3)], max_epochs=20, lr=0.002)
    model.fit(X, Y, X_val=X_NEW, y_val=Y_NEW)
    losses = [row["valid_loss"] for row in model.history_]
    assert np.argmin(losses) == len(losses) - 1 == 3
    found = np.mean((model.predict(X_NEW) - Y_NEW) ** 2) / Y.var()
    np.testing.assert_allclose(found, losses[-1], rtol=1e-3)


def test_the_epoch_that_stops_has_all_columns() -> None:
    rows = regressor(callbacks=[impatient()], max_epochs=20).fit(X, Y).history_
    assert rows[-1].keys() == rows[0].keys()


class CtrlC(Callback):
    """Press Ctrl-C at the end of an epoch."""

    def __init__(self, epoch: int = 2) -> None:
        self.epoch = epoch

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        if net.history[-1, "epoch"] >= self.epoch:
            raise KeyboardInterrupt


def test_ctrl_c_gets_through_and_leaves_the_model_unfitted() -> None:
    model = classifier(callbacks=[CtrlC()])
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, LABELS)
    assert vars(model).keys() == model.get_params().keys()
    with pytest.raises(NotFittedError):
        model.predict(X_NEW)


@pytest.mark.parametrize("method", ["fit", "warm fit", "partial_fit"])
def test_ctrl_c_leaves_a_fitted_model_as_it_was(method: str) -> None:
    model = regressor(max_epochs=3).fit(X, Y)
    before = model.predict(X_NEW)
    history, names = list(model.history_), list(vars(model))
    model.set_params(callbacks=[CtrlC(1)], warm_start=method == "warm fit")
    with pytest.raises(KeyboardInterrupt):
        (model.partial_fit if method == "partial_fit" else model.fit)(X_NEW, -Y_NEW)
    np.testing.assert_array_equal(model.predict(X_NEW), before)
    assert model.history_ == history
    assert list(vars(model)) == names
    # and training may go on from there
    model.set_params(callbacks=None)
    assert accuracy_score(model.partial_fit(X, Y).predict(X_NEW).round(), Y_NEW) > 0.5
