"""Variance divided by orders of effects, against least squares."""

from __future__ import annotations

import numpy as np
import pytest

from sklyra.gaussian_process.variance_shares import divide_variance


def test_variance_is_divided_as_least_squares_divide_it(rng):
    """Whatever sums and pairs have in common is that of sums."""
    sums = rng.normal(size=(50, 2))
    pairs = 2 * sums + rng.normal(size=(50, 2)) + 7
    terms = rng.normal(size=(3, 50, 2))
    terms += np.stack([sums + 3, 0.5 * pairs, 0 * sums])
    total = terms.sum(axis=0)
    target = total + rng.normal(size=(50, 2))

    def explained(*directions):
        found = 0
        for k in range(2):
            A = np.column_stack([d[:, k] - d[:, k].mean() for d in directions])
            fitted = A @ np.linalg.lstsq(A, total[:, k] - total[:, k].mean())[0]
            found += fitted @ target[:, k] / 50
        return found / target.var(axis=0).sum()

    found = divide_variance(terms, sums, pairs, target)
    assert found[0] == pytest.approx(explained(sums))
    assert found[0] + found[1] == pytest.approx(explained(sums, pairs))
    centered = total - total.mean(axis=0)
    predicted = (centered * target).sum() / 50 / target.var(axis=0).sum()
    assert found[:4].sum() == pytest.approx(predicted)
    assert found.sum() == pytest.approx(1)


@pytest.mark.parametrize("slope", [-14, 30])
def test_effects_that_are_hardly_any_explain_hardly_any(rng, slope):
    """However well they go with what is predicted."""
    total = rng.normal(size=(100, 1))
    terms = np.stack([0 * total, total, 0 * total])
    nothing = np.zeros_like(total)
    found = divide_variance(terms, total / slope, nothing, total)
    assert found[0] < 0.1
    assert found[2] > 0.9


def test_missing_targets_leave_their_rows_out(rng):
    """Outputs count by their rows: all alike, the fractions are those of each."""
    terms, sums, pairs = rng.normal(size=(3, 60, 2)), *rng.normal(size=(2, 60, 2))
    target = terms.sum(axis=0) + rng.normal(size=(60, 2))
    rows = np.arange(0, 60, 3)

    def of(columns, rows):
        at = np.ix_(rows, columns)
        values = [x[at] for x in (sums, pairs, target)]
        found = divide_variance(np.stack([x[at] for x in terms]), *values)
        return found, target[at].var(axis=0).sum() * len(rows)

    (one, weight_one), (two, weight_two) = of([0], np.arange(60)), of([1], rows)
    missing = target.copy()
    missing[np.setdiff1d(np.arange(60), rows), 1] = np.nan
    found = divide_variance(terms, sums, pairs, missing)
    expected = (one * weight_one + two * weight_two) / (weight_one + weight_two)
    assert (one[:4] > 0).all()
    np.testing.assert_allclose(found, expected, rtol=1e-10)
