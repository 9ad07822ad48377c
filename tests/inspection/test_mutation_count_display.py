"""The drawing of values against the number of mutations."""

from __future__ import annotations

import numpy as np
import pytest

from sklyra import LyraRegressor
from sklyra.inspection import MutationCountDisplay
from tests.inspection.models import PARENT, X, Y


def test_medians_are_those_of_each_number(regressor: LyraRegressor) -> None:
    y = np.where(np.arange(len(Y)) % 4 == 0, np.nan, Y)
    shown = MutationCountDisplay.from_estimator(regressor, X, y, parent=PARENT)
    counts = np.array([sum(a != b for a, b in zip(x, PARENT, strict=True)) for x in X])
    np.testing.assert_array_equal(shown.counts_, np.unique(counts))
    assert len(shown.counts_) > 1
    predicted = regressor.predict(X)
    for at, count in enumerate(shown.counts_):
        rows = counts == count
        assert shown.medians_["predicted"][at] == pytest.approx(
            np.median(predicted[rows]), abs=1e-6
        )
        known = y[rows][~np.isnan(y[rows])]
        expected = np.median(known) if len(known) else np.nan
        assert shown.medians_["measured"][at] == pytest.approx(expected, nan_ok=True)
    drawn = {line.get_label(): line.get_ydata() for line in shown.ax_.lines}
    np.testing.assert_array_equal(drawn["measured"], shown.medians_["measured"])
    assert drawn["parent, predicted"][0] == pytest.approx(
        regressor.predict([PARENT])[0], abs=1e-6
    )


def test_bars_reach_to_percentiles_and_measurements_may_be_left_out() -> None:
    values = np.arange(101.0)
    shown = MutationCountDisplay.from_predictions(np.full(101, 2), values)
    (bars,) = shown.ax_.collections
    ((_, low), (_, high)) = bars.get_segments()[0]
    assert (low, high) == (10, 90)
    assert list(shown.medians_) == ["predicted"]
    assert [line.get_label() for line in shown.ax_.lines] == ["predicted"]


def test_variants_of_other_lengths_are_refused(regressor: LyraRegressor) -> None:
    with pytest.raises(ValueError, match=r"parent has 8 letters, but sequence 1 has 7"):
        MutationCountDisplay.from_estimator(
            regressor, [PARENT, PARENT[:-1]], parent=PARENT
        )
    with pytest.raises(ValueError, match="output=1 is none of the 1 outputs"):
        MutationCountDisplay.from_estimator(regressor, X, parent=PARENT, output=1)
