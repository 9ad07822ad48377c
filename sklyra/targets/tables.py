"""Tables of targets: several columns, in which entries may be missing."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import issparse
from sklearn.utils import check_array

from sklyra.sequences import refuse_masked
from sklyra.sequences.missing import is_missing


def is_table(y: Any) -> bool:
    """Check whether a target has several columns.

    Parameters
    ----------
    y : array-like
        A target, as the user passed it.

    Returns
    -------
    bool
        True for two columns or more; False for anything else, whatever it is.
    """
    shape = find_shape(y)
    return shape is not None and len(shape) == 2 and shape[1] > 1


def find_shape(y: Any) -> tuple[int, ...] | None:
    """Find the shape of a target.

    Parameters
    ----------
    y : array-like
        A target, as the user passed it.

    Returns
    -------
    tuple of int, or None
        The shape; None for lists of several lengths.
    """
    if hasattr(y, "shape"):
        return tuple(y.shape)
    try:
        return np.asarray(y).shape
    except ValueError:
        return None


def read_table(y: Any, used: npt.NDArray[Any], advice: str) -> npt.NDArray[np.float64]:
    """Read a table of numbers in which entries may be missing, but no whole row.

    Parameters
    ----------
    y : array-like of shape (n_samples, n_outputs)
        Numbers; NaN, None or NA where nothing was measured.
    used : ndarray of shape (n_used,), int
        Rows with a weight.
    advice : str
        What to do with what is no number.

    Returns
    -------
    ndarray of shape (n_samples, n_outputs), float64
        The numbers; NaN where nothing was measured.

    Raises
    ------
    ValueError
        If an entry is infinite, masked or no number, or a row that is used has none.
    """
    if issparse(y):
        raise ValueError(
            f"y is a sparse {type(y).__name__} of shape {y.shape}, in which an entry "
            "that was not measured cannot be told from 0. Pass y.toarray()."
        )
    refuse_masked("y", y, "Pass y.filled(np.nan).")
    try:
        values = _check(y)
    except (ValueError, TypeError):
        values = _check(_as_numbers(y, advice))
    infinite = np.argwhere(np.isinf(values))
    if len(infinite):
        row, column = infinite[0]
        raise ValueError(
            f"Input y contains infinity: {name_entry(y, row, column)} is "
            f"{values[row, column]} ({len(infinite)} in all). Pass NaN where nothing "
            "was measured."
        )
    empty = used[np.isnan(values[used]).all(axis=1)]
    if len(empty):
        raise ValueError(
            f"Input y contains NaN in all columns of row {empty[0]} ({len(empty)} such "
            "rows in all): nothing was measured there. Drop these rows, or leave them "
            "out with sample_weight 0."
        )
    return values


def require_columns(y: Any, values: npt.NDArray[Any]) -> None:
    """Refuse a column of training in which nothing was measured.

    Parameters
    ----------
    y : array-like
        The target as the user passed it, which may have names of columns.
    values : ndarray of shape (n_used,) or (n_used, n_outputs)
        Rows with a weight; NaN where nothing was measured.

    Raises
    ------
    ValueError
        If there is one.
    """
    empty = np.flatnonzero(np.isnan(values).all(axis=0))
    if len(empty):
        raise ValueError(
            f"Input y contains NaN in all rows of {name_column(y, empty[0])} "
            f"({len(empty)} such columns in all): nothing was measured. Drop it."
        )


def name_column(y: Any, column: int) -> str:
    """Name a column of a table for messages.

    Parameters
    ----------
    y : array-like of shape (n_samples, n_outputs)
        The table as the user passed it.
    column : int
        Its number.

    Returns
    -------
    str
        The number, and the name if the table is a frame.
    """
    names = getattr(y, "columns", None)
    if names is None or len(names) <= column or not isinstance(names[column], str):
        return f"column {column}"
    return f"column {column} ({names[column]!r})"


def name_entry(y: Any, row: int, column: int) -> str:
    """Name an entry of a table for messages.

    Parameters
    ----------
    y : array-like of shape (n_samples, n_outputs)
        The table as the user passed it.
    row, column : int
        Where it stands.

    Returns
    -------
    str
        Such as "y[3] in column 1 ('dose')".
    """
    return f"y[{row}] in {name_column(y, column)}"


def _check(y: Any) -> npt.NDArray[np.float64]:
    values: npt.NDArray[np.float64] = check_array(
        y, dtype=np.float64, input_name="y", ensure_all_finite=False
    )
    return values


def _as_numbers(y: Any, advice: str) -> npt.NDArray[Any]:
    """Read one entry after the other, and name the first that is no number."""
    items = np.array(y, dtype=object)
    if items.ndim != 2:
        return items
    for row, column in np.ndindex(items.shape):
        item = items[row, column]
        try:
            items[row, column] = np.nan if is_missing(item) else float(item)
        except (ValueError, TypeError) as error:
            raise ValueError(
                f"y must hold numbers, but {name_entry(y, row, column)} is {item!r}. "
                f"{advice}"
            ) from error
    return items
