"""Numbers that users give beside sequences: measured values and weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_array

from sklyra._typing import Rows
from sklyra.sequences import first_missing, refuse_masked
from sklyra.targets.tables import is_table, read_table

_ADVICE = "LyraClassifier learns labels."
# Weights below this share of the greatest one are lost beside it in double precision.
_LEAST_WEIGHT = 1e-12


def check_numbers(name: str, values: Any, advice: str = "") -> npt.NDArray[np.float64]:
    """Read a column or a table of numbers, and name the row of what is none.

    Parameters
    ----------
    name : str
        What they are called.
    values : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Numbers.
    advice : str, default=""
        What to do with what is none.

    Returns
    -------
    ndarray of the same shape, float64
        The numbers, NaN and infinity included.

    Raises
    ------
    ValueError
        If one is no number, or masked.
    """
    refuse_masked(name, values)
    try:
        found: npt.NDArray[np.float64] = check_array(
            values,
            ensure_2d=False,
            dtype=np.float64,
            input_name=name,
            ensure_all_finite=False,
        )
    except (ValueError, TypeError) as error:
        row = _row_of_no_number(values)
        if row is None:
            raise
        items = np.asarray(values, dtype=object).tolist()
        raise ValueError(
            f"{name} must hold numbers, but {name}[{row}] is {items[row]!r}. {advice}"
        ) from error
    return found


def check_values(y: Any, used: Rows) -> npt.NDArray[np.float64]:
    """Read measured values.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Numbers. Of several outputs some may be missing in a row.
    used : ndarray of shape (n_used,), int
        Rows with a weight.

    Returns
    -------
    ndarray of the same shape, float64
        The values; NaN where an output was not measured.

    Raises
    ------
    ValueError
        If one is infinite or no number, or nothing was measured in a row.
    """
    if is_table(y):
        return read_table(y, used, _ADVICE)
    y = check_numbers("y", y, _ADVICE)
    if not np.isfinite(y).all():
        at = int(np.argwhere(~np.isfinite(y))[0, 0])
        raise ValueError(
            f"Input y contains NaN or infinity: y[{at}] is {y[at]}. Drop rows "
            "without a measurement."
        )
    return np.asarray(y)


def standardization(
    y: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Compute mean and standard deviation of values of any size.

    Parameters
    ----------
    y : ndarray of shape (n_samples, n_outputs), float64
        Values, the greatest perhaps near the end of what numbers reach; NaN where an
        output was not measured, but not in all rows.

    Returns
    -------
    mean : ndarray of shape (n_outputs,), float64
        Their means, exact where all values are equal.
    scale : ndarray of shape (n_outputs,), float64
        Their standard deviations; the size of the value where all are equal.
    exponent : ndarray of shape (n_outputs,), int64
        Values times 2 to the power of minus this are 1 at most.
    """
    measured = ~np.isnan(y)
    if not measured.all():
        pairs = zip(y.T, measured.T, strict=True)
        each = [standardization(column[rows, None]) for column, rows in pairs]
        mean, scale, exponent = map(np.concatenate, zip(*each, strict=True))
        return mean, scale, exponent
    exponent = np.frexp(np.abs(y).max(axis=0))[1].astype(np.int64)
    small = np.ldexp(y, -exponent)
    same = small.min(axis=0) == small.max(axis=0)
    mean = np.where(same, small[0], small.mean(axis=0))
    scale = np.where(same, 0.5, small.std(axis=0))
    return np.ldexp(mean, exponent), np.ldexp(scale, exponent), exponent


def check_weights(sample_weight: Any, n_samples: int) -> npt.NDArray[np.float64]:
    """Read weights.

    Parameters
    ----------
    sample_weight : array-like of shape (n_samples,)
        A weight for each sequence.
    n_samples : int
        Number of sequences.

    Returns
    -------
    ndarray of shape (n_samples,), float64
        The weights.

    Raises
    ------
    ValueError
        If there are more or fewer, or one is missing, negative or infinite, or all
        are zero.
    """
    weight = check_numbers("sample_weight", sample_weight)
    if weight.shape != (n_samples,):
        raise ValueError(
            f"sample_weight.shape == {weight.shape}, expected {(n_samples,)}: one "
            "weight for each sequence."
        )
    if not np.isfinite(weight).all():
        at = int(np.argmin(np.isfinite(weight)))
        raise ValueError(
            f"Input sample_weight contains NaN or infinity: sample_weight[{at}] is "
            f"{weight[at]}. Give every sequence a weight; 0 leaves it out."
        )
    if weight.min() < 0 or weight.max() == 0:
        raise ValueError(
            "Sample weights must not be negative and must contain at least one "
            f"non-zero number: sample_weight[{int(weight.argmin())}] is "
            f"{weight.min():g}, and the largest {weight.max():g}."
        )
    return weight


def without_negligible(weight: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Scale weights so that the greatest is 1, and set to 0 what is nothing beside it.

    Parameters
    ----------
    weight : ndarray of shape (n_samples,), float64
        Weights from 0, not all 0.

    Returns
    -------
    ndarray of shape (n_samples,), float64
        Weights that are 0 or from 1e-12 to 1.
    """
    weight = weight / weight.max()
    return np.where(weight < _LEAST_WEIGHT, 0.0, weight)


def _row_of_no_number(values: Any) -> int | None:
    """Find the first row of a column that holds something else than a number."""
    items = np.asarray(values, dtype=object)
    if items.ndim != 1:
        return None
    missing, _ = first_missing(items)
    for row, item in enumerate(items.tolist()):
        if row == missing:
            return row
        try:
            float(item)
        except (TypeError, ValueError):
            return row
    return None
