"""Rows of a table without weight: nothing is learned from them."""

from __future__ import annotations

from typing import Any

import numpy as np

from sklyra._typing import Rows
from sklyra.sequences.tables import Column
from sklyra.targets.numbers import check_weights


def leave_weightless_out(
    table: list[Column], sample_weight: Any
) -> tuple[list[Column], Rows]:
    """Replace rows of weight 0 by a copy of the first row that has one.

    Parameters
    ----------
    table : list of Column
        Columns of training.
    sample_weight : array-like of shape (n_samples,) or None
        Weights.

    Returns
    -------
    table : list of Column
        As many rows, none of them of weight 0.
    used : ndarray of int
        Rows that have a weight, rising.
    """
    n_rows = len(table[0].values)
    if sample_weight is None:
        return table, np.arange(n_rows)
    used = np.flatnonzero(check_weights(sample_weight, n_rows) > 0)
    rows = np.full(n_rows, used[0])
    rows[used] = used
    return [take_rows(column, rows) for column in table], used


def take_rows(column: Column, rows: Rows) -> Column:
    """Select rows of a column.

    Parameters
    ----------
    column : Column
        The column.
    rows : ndarray of int
        Which, in which order.

    Returns
    -------
    Column
        A copy of these rows.
    """
    if np.array_equal(rows, np.arange(len(column.values))):
        return column
    return column._replace(values=[column.values[row] for row in rows.tolist()])
