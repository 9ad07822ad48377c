"""Cross-validation, learning curves and permutation importance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from Bio.Seq import Seq
from Bio.SeqRecord import SeqRecord
from sklearn.inspection import permutation_importance
from sklearn.metrics import log_loss, r2_score
from sklearn.model_selection import (
    KFold,
    cross_val_predict,
    cross_val_score,
    learning_curve,
)

from tests.ecosystem.cases import (
    LABELS,
    PRIOR,
    X_NEW,
    Y_NEW,
    X,
    Y,
    classifier,
    regressor,
)

FORMS: dict[str, Callable[[np.ndarray], Any]] = {
    "list": list,
    "tuple": tuple,
    "unicode array": lambda X: np.array(X.tolist()),
    "column": lambda X: X[:, None],
    "pandas Series": lambda X: pd.Series(X, index=range(len(X), 0, -1)),
    "pandas frame": lambda X: pd.DataFrame({"sequence": X}),
    "polars Series": lambda X: pl.Series(X.tolist()),
    "records": lambda X: [SeqRecord(Seq(sequence)) for sequence in X],
}


def test_cross_val_score_shows_that_it_learns() -> None:
    scores = cross_val_score(regressor(), X, Y, cv=3)
    assert scores.shape == (3,)
    assert scores.min() > 0.7
    accuracies = cross_val_score(classifier(), X, LABELS, cv=3)
    assert accuracies.min() > 0.8


@pytest.fixture(scope="module")
def scores_of_array() -> np.ndarray:
    """Score in two folds of an array of objects."""
    return cross_val_score(regressor(max_epochs=1), X, Y, cv=2)


@pytest.mark.parametrize("form", FORMS)
def test_cross_val_score_is_the_same_for_every_form_of_x(
    form: str, scores_of_array: np.ndarray
) -> None:
    model = regressor(max_epochs=1)
    found = cross_val_score(model, FORMS[form](X), Y, cv=2, error_score="raise")
    np.testing.assert_array_equal(found, scores_of_array)


def test_cross_val_predict_predicts_each_row_without_having_seen_it() -> None:
    cv = KFold(3, shuffle=True, random_state=0)
    found = cross_val_predict(regressor(), X, Y, cv=cv)
    assert r2_score(Y, found) > 0.8
    train, test = next(cv.split(X))
    one_fold = regressor().fit(X[train], Y[train]).predict(X[test])
    np.testing.assert_array_equal(found[test], one_fold)


def test_cross_val_predict_gives_probabilities() -> None:
    found = cross_val_predict(classifier(), X, LABELS, cv=3, method="predict_proba")
    assert found.shape == (150, 2)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert log_loss(LABELS, found[:, 1]) < log_loss(LABELS, PRIOR) / 2


def test_learning_curve_rises() -> None:
    sizes, train, test = learning_curve(
        regressor(), X, Y, cv=3, train_sizes=[16, 100], error_score="raise"
    )
    assert sizes.tolist() == [16, 100]
    assert train.shape == test.shape == (2, 3)
    assert test[1].min() > 0.7
    assert test[1].mean() > test[0].mean() + 0.2


def test_permuting_the_sequences_destroys_the_score() -> None:
    column = X_NEW[:, None]
    model = regressor().fit(X[:, None], Y)
    found = permutation_importance(model, column, Y_NEW, n_repeats=3, random_state=0)
    assert found.importances.shape == (1, 3)
    # an unrelated prediction as spread as the truth is: R2 = -1
    assert found.importances.min() > 1.2
