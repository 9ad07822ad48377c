from __future__ import annotations

import pytest

from sklyra import LyraRegressor
from tests.inspection.models import SETTINGS, X, Y


@pytest.fixture(scope="module")
def regressor() -> LyraRegressor:
    return LyraRegressor(**SETTINGS).fit(X, Y)
