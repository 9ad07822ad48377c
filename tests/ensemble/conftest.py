"""Ensembles for reading only: a test that trains on goes on with a clone."""

from __future__ import annotations

import pytest

from sklyra import LyraClassifier, LyraRegressor
from tests.ensemble.cases import LABELS, X, Y
from tests.settings import ENSEMBLE


@pytest.fixture(scope="session")
def regressor() -> LyraRegressor:
    return LyraRegressor(**ENSEMBLE).fit(X, Y)


@pytest.fixture(scope="session")
def classifier() -> LyraClassifier:
    return LyraClassifier(**ENSEMBLE).fit(X, LABELS)
