"""A saved model is the same model wherever it is loaded: models to be saved."""

from __future__ import annotations

import pytest

from sklyra import LyraRegressor
from tests.persistence.cases import X, Y, regressor


@pytest.fixture(scope="session")
def model() -> LyraRegressor:
    """Fit one for tests that only read it."""
    return regressor().fit(X, Y)
