"""Does it learn? From memory, from planted epistasis, and from measured data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import RidgeCV
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from sklyra import LyraClassifier, LyraRegressor, SequenceOneHotEncoder
from sklyra.datasets import load_cr6261, load_splice_junctions, make_epistasis
from sklyra.metrics import spearman_score

pytestmark = pytest.mark.slow

# A network that may learn by heart, and nothing beside it.
ALONE: dict[str, Any] = {
    "n_members": 1,
    "gaussian_process": False,
    "perceptron": False,
    "dropout": 0,
    "weight_decay": 0,
    "early_stopping": False,
    "lr": 0.002,
    "random_state": 0,
}


def ridge() -> object:
    return make_pipeline(SequenceOneHotEncoder(flatten=True), RidgeCV())


def test_sixty_four_sequences_are_overfitted() -> None:
    data = make_epistasis(64, length=20, order=3, random_state=0)
    model = LyraRegressor(**ALONE, max_epochs=60)
    assert model.fit(data.sequences, data.y).score(data.sequences, data.y) > 0.99


def test_sixty_four_labels_are_overfitted() -> None:
    X, y = load_splice_junctions(return_X_y=True)
    X, y = X[::50], y[::50]
    model = LyraClassifier(**ALONE, max_epochs=30)
    assert model.fit(X, y).score(X, y) == 1


def test_planted_interaction_is_learnt_where_ridge_fails() -> None:
    """One interaction of three letters and nothing else."""
    order = 3
    data = make_epistasis(1100, length=8, order=order, n_terms=1, random_state=1)
    signs = (
        np.array(
            [
                [c == s[0] for c, s in zip(x, data.states, strict=True)]
                for x in data.sequences
            ]
        )
        * 2
        - 1
    )
    (positions,) = [p for p in data.coefficients if len(p) == order]
    y = signs[:, positions].prod(axis=1).astype(float)
    X_train, X_test, y_train, y_test = train_test_split(
        data.sequences, y, random_state=0
    )
    assert r2_score(y_test, ridge().fit(X_train, y_train).predict(X_test)) < 0.05
    options = {"n_members": 1, "max_epochs": 8, "random_state": 0}
    options |= {"gaussian_process": False, "perceptron": False}
    model = LyraRegressor(**options).fit(X_train, y_train)
    assert r2_score(y_test, model.predict(X_test)) > 0.9


def test_antibody_landscape_is_learnt_beyond_ridge() -> None:
    X, y = load_cr6261(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    # one network, a fifth of the sequences: enough, and the suite stays short
    model = LyraRegressor(n_members=1, max_epochs=5, random_state=0)
    model.fit(X_train[::5], y_train[::5])
    network = spearman_score(y_test, model.predict(X_test))
    linear = spearman_score(y_test, ridge().fit(X_train, y_train).predict(X_test))
    assert network >= 0.91
    assert network > linear + 0.05
