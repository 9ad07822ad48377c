"""Columns of categories beside sequences: a column of zeros and ones for each level."""

from __future__ import annotations

from collections import Counter
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from sklyra._typing import Array, Mask
from sklyra._warnings import warn
from sklyra.exceptions import CovariateWarning
from sklyra.features.numbers import warn_missing
from sklyra.sequences.columns import describe_many_levels, level_names
from sklyra.sequences.tables import Column


class CategoryColumn:
    """A column of categories: its levels, each a column of zeros and ones.

    Parameters
    ----------
    name : str
        Its name.
    levels : list of str
        Levels of the training data, in order.
    had_missing : bool
        Whether some rows had none.
    """

    def __init__(self, name: str, levels: list[str], had_missing: bool) -> None:
        self.name = name
        self.levels = levels
        self.had_missing = had_missing

    @classmethod
    def learn(cls, column: Column) -> Self:
        """Learn from training data.

        Parameters
        ----------
        column : Column
            The column.

        Returns
        -------
        CategoryColumn
            What was learned.

        Raises
        ------
        ValueError
            If there are too many levels.
        """
        texts = level_names(column.values)
        levels = Counter(texts)
        n_missing = levels.pop("", 0)
        message = describe_many_levels(column, levels)
        if message:
            raise ValueError(message)
        if n_missing:
            filled = "no level" if levels else "the column is left out"
            warn_missing(column.name, np.array(texts) == "", filled)
        return cls(column.name, sorted(levels, key=_order), n_missing > 0)

    @property
    def names(self) -> list[str]:
        """Name of each column that it becomes.

        Returns
        -------
        list of str
            A name for each level; none if all rows have the same.
        """
        if len(self.levels) + self.had_missing < 2:
            return []
        return [f"{self.name}={level}" for level in self.levels]

    def transform(self, column: Column) -> tuple[Array, Mask]:
        """Mark the level of each row.

        Parameters
        ----------
        column : Column
            The column.

        Returns
        -------
        table : ndarray of shape (n_samples, n_names), float64
            One-hot rows; zeros where the level is missing or unknown.
        guessed : ndarray of shape (n_samples,), bool
            Where nothing was learned about the level: it was not in training.
        """
        texts = np.array(level_names(column.values), dtype=object)
        known = np.array(self.levels, dtype=object)
        table = texts[:, None] == known[None, :]
        unseen = ~table.any(axis=1)
        self._warn_unseen(texts, unseen)
        guessed = unseen & ~np.array((texts == "") & self.had_missing, bool)
        guessed &= bool(self.levels)
        out = table.astype(float) if self.names else np.empty((len(texts), 0))
        return out, guessed

    def _warn_unseen(
        self, texts: npt.NDArray[Any], unseen: npt.NDArray[np.bool_]
    ) -> None:
        missing = np.array(texts == "", bool)
        if missing.any() and self.levels and not self.had_missing:
            warn_missing(self.name, missing, "no level: no training row lacked it")
        rows = np.flatnonzero(unseen & ~missing)
        if len(rows) and self.levels:
            listed = ", ".join(map(repr, self.levels[:5]))
            more = ", ..." if len(self.levels) > 5 else ""
            warn(
                f'X["{self.name}"][{rows[0]}] is {texts[rows[0]]!r} ({len(rows)} of '
                f"{len(texts)} rows), which no training row had ({listed}{more}): "
                "nothing was learned about it, it is encoded as zeros.",
                CovariateWarning,
            )

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values.

        Returns
        -------
        dict
            The parameters.
        """
        return {"kind": "category", **vars(self)}


def _order(level: str) -> tuple[bool, float, str]:
    """Sort numbers by their value, and before text."""
    try:
        number = float(level)
    except ValueError:
        return True, 0.0, level
    return False, number, level
