"""Predictions of the models alone."""

from __future__ import annotations

import numpy as np
import pytest

from tests.ecosystem.cases import LABELS, X_NEW, X, Y, classifier, regressor


@pytest.fixture(scope="session")
def values() -> np.ndarray:
    """Predict with the regressor alone."""
    return regressor().fit(X, Y).predict(X_NEW)


@pytest.fixture(scope="session")
def probabilities() -> np.ndarray:
    """Predict with the classifier alone."""
    return classifier().fit(X, LABELS).predict_proba(X_NEW)
