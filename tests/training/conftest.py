"""A fitted network."""

from __future__ import annotations

import copy

import pytest

from sklyra import LyraRegressor
from tests.settings import PROTEIN_NETWORK
from tests.training.cases import X, Y


@pytest.fixture(scope="session")
def fitted() -> LyraRegressor:
    """For reading only."""
    return LyraRegressor(**PROTEIN_NETWORK).fit(X, Y)


@pytest.fixture
def model(fitted: LyraRegressor) -> LyraRegressor:
    """Whose network a test may replace."""
    return copy.deepcopy(fitted)
