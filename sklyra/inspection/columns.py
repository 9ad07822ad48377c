"""Columns of tables that results are written to."""

from __future__ import annotations

from typing import Any

from sklyra._typing import Array


def add_outputs(table: dict[str, Any], name: str, values: Array) -> None:
    """Add what there is of each output to a table.

    Parameters
    ----------
    table : dict of str to array
        Columns by name, to which some are added.
    name : str
        Name of the column; of several outputs with ``_0``, ``_1`` and so on behind.
    values : ndarray of shape (n_rows,) or (n_rows, n_outputs), float64
        What the column holds.
    """
    if values.ndim == 1:
        table[name] = values
        return
    for output, column in enumerate(values.T):
        table[f"{name}_{output}"] = column
