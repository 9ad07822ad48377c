"""Models for reading only: a test that changes one has its own."""

from __future__ import annotations

import pytest

from sklyra import LyraClassifier, LyraRegressor
from tests.estimators.cases import LABELS, X_EQUAL, X, Y
from tests.settings import NETWORK


@pytest.fixture(scope="session")
def regressor() -> LyraRegressor:
    return LyraRegressor(**NETWORK).fit(X, Y)


@pytest.fixture(scope="session")
def classifier() -> LyraClassifier:
    return LyraClassifier(**NETWORK).fit(X, LABELS)


@pytest.fixture(scope="session")
def equal_lengths() -> LyraRegressor:
    return LyraRegressor(**NETWORK).fit(X_EQUAL, Y)
