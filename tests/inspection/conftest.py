from __future__ import annotations

import matplotlib as mpl
import pytest

from sklyra import LyraRegressor
from tests.inspection.models import SETTINGS, X, Y

mpl.use("Agg")


@pytest.fixture(scope="module")
def regressor() -> LyraRegressor:
    return LyraRegressor(**SETTINGS).fit(X, Y)
