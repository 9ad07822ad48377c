"""Models for reading only: a test that changes one has its own."""

from __future__ import annotations

import pytest

from sklyra import LyraPositionClassifier, LyraPositionRegressor
from tests.positions.cases import HIDDEN, TABLES, VALUES, X
from tests.settings import POSITIONS


@pytest.fixture(scope="session")
def classifier() -> LyraPositionClassifier:
    return LyraPositionClassifier(**POSITIONS).fit(X, HIDDEN)


@pytest.fixture(scope="session")
def regressor() -> LyraPositionRegressor:
    return LyraPositionRegressor(**POSITIONS).fit(X, VALUES)


@pytest.fixture(scope="session")
def multilabel() -> LyraPositionClassifier:
    return LyraPositionClassifier(**POSITIONS).fit(X, TABLES)
