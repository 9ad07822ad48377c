"""Covariates: numbers and categories beside sequences, as columns around zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from sklyra._state import check_version
from sklyra.features.categories import CategoryColumn
from sklyra.features.numbers import NumberColumn
from sklyra.sequences.tables import Column

_VERSION = 1


class Covariates:
    """All columns of a table that hold no sequences.

    Parameters
    ----------
    columns : sequence of NumberColumn or CategoryColumn
        What was learned of each.
    useless : sequence of str, default=()
        Names of columns that are left out, because they tell nothing of the target.
    """

    def __init__(
        self,
        columns: Sequence[NumberColumn | CategoryColumn],
        useless: Sequence[str] = (),
    ) -> None:
        self.columns = list(columns)
        self.useless = list(useless)

    @classmethod
    def learn(cls, columns: Sequence[tuple[Column, str, bool]]) -> Self:
        """Learn from training data.

        Parameters
        ----------
        columns : sequence of (Column, {"number", "category"}, bool)
            Each column with its kind, and whether text in it is read as numbers.

        Returns
        -------
        Covariates
            What was learned.
        """
        learned: list[NumberColumn | CategoryColumn] = []
        for column, kind, parses in columns:
            if kind == "number":
                learned.append(NumberColumn.learn(column, parses))
            else:
                learned.append(CategoryColumn.learn(column))
        return cls(learned)

    @property
    def names(self) -> list[str]:
        """Name of each column of `transform`.

        Returns
        -------
        list of str
            Such as "dose", "dose missing" and "cell=HEK".
        """
        return [name for column in self.used for name in column.names]

    @property
    def used(self) -> list[NumberColumn | CategoryColumn]:
        """The columns that are not left out.

        Returns
        -------
        list of NumberColumn or CategoryColumn
            In their order.
        """
        return [column for column in self.columns if column.name not in self.useless]

    def transform(
        self, columns: Sequence[Column]
    ) -> tuple[npt.NDArray[np.float32] | None, npt.NDArray[np.int64] | None]:
        """Convert columns to numbers around zero.

        Parameters
        ----------
        columns : sequence of Column
            As many as were learned from, in their order.

        Returns
        -------
        table : ndarray of shape (n_samples, n_names), float32, or None
            None if there are no columns that vary and are of use.
        guessed : ndarray of shape (n_samples,), int64, or None
            Number of values of each sample that nothing was learned about; None if
            there are none.
        """
        named = {column.name: column for column in columns}
        both = [learned.transform(named[learned.name]) for learned in self.used]
        guesses = [mask for _, mask in both if mask.any()]
        guessed = None
        if guesses:
            guessed = np.stack(guesses).astype(np.int64).sum(axis=0)
        if not self.names:
            return None, guessed
        table = np.concatenate([part for part, _ in both], axis=1)
        return table.astype(np.float32), guessed

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values.

        Returns
        -------
        dict
            What was learned, and the version of this layout.
        """
        columns = [column.to_state() for column in self.columns]
        return {"version": _VERSION, "columns": columns, "useless": self.useless}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Convert from plain values.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        Covariates
            The same.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        kinds = {"number": NumberColumn, "category": CategoryColumn}
        rows = [dict(row) for row in state["columns"]]
        columns = [kinds[row.pop("kind")](**row) for row in rows]
        return cls(columns, state.get("useless", ()))  # models before left none out
