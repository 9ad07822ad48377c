"""Proposals: sequences to measure next, and what a model says of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, overload

import numpy as np

from sklyra._typing import Array, Mask, Rows

if TYPE_CHECKING:
    import pandas as pd


class Predicted(NamedTuple):
    """What a model says of the value of sequences.

    Parameters
    ----------
    name : str
        Name of the value.
    mean : ndarray of shape (n_sequences,), float64
        Predictions, in the units of `y` or as `decision_function` returns them.
    std : ndarray of shape (n_sequences,), float64
        Standard deviations of measurements around them; of classifiers those among
        their members.
    low, high : ndarray of shape (n_sequences,), float64
        Bounds that hold 90% of measurements; NaN if the model has none.
    """

    name: str
    mean: Array
    std: Array
    low: Array
    high: Array


class Proposal:
    """Sequences to measure next, the most wanted first. Behaves as a list of them.

    Parameters
    ----------
    sequences : list of str
        The sequences.
    values : list of Predicted
        What is said of each objective.
    novelty : ndarray of shape (n_sequences,), float64
        How unlike training sequences they are, by the model that finds them most so;
        about 1 at the edge of these.
    parents : list of str
        The parent of each, of those given the one with the fewest mutations to it.
    mutations : list of str
        What differs from it, such as "A23G:K41R".
    n_mutations : ndarray of shape (n_sequences,), int64
        Number of mutations.
    pareto : ndarray of shape (n_sequences,), bool
        Whether no other is predicted to be as good in all objectives and better in one.
    """

    def __init__(
        self,
        sequences: list[str],
        values: list[Predicted],
        novelty: Array,
        parents: list[str],
        mutations: list[str],
        n_mutations: Rows,
        pareto: Mask,
    ) -> None:
        self.sequences, self.values, self.novelty = sequences, values, novelty
        self.parents, self.mutations = parents, mutations
        self.n_mutations, self.pareto = n_mutations, pareto

    def __len__(self) -> int:
        return len(self.sequences)

    def __iter__(self) -> Iterator[str]:
        return iter(self.sequences)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        return self.sequences[index]

    def __repr__(self) -> str:
        if not self.sequences:
            return "Proposal of 0 sequences"
        value = self.values[0]
        best = int(np.argmax(value.mean))
        return (
            f"Proposal of {len(self)} sequences: {value.name} up to "
            f"{value.mean[best]:.3g} (std {value.std[best]:.2g}), "
            f"{self.n_mutations.min()} to {self.n_mutations.max()} mutations, novelty "
            f"up to {self.novelty.max():.2f}"
        )

    def to_frame(self) -> pd.DataFrame:
        """Write a table. Needs pandas.

        Returns
        -------
        pandas.DataFrame
            A row for each sequence: ``sequence``, ``mutations``, ``n_mutations``,
            ``parent``; of each objective its value, named as the objective is, with
            ``_std``, ``_low`` and ``_high`` behind the name for the others;
            ``novelty``, and ``pareto`` if there are several objectives.
        """
        import pandas as pd

        table: dict[str, object] = {
            "sequence": self.sequences,
            "mutations": self.mutations,
            "n_mutations": self.n_mutations,
            "parent": self.parents,
        }
        for value in self.values:
            table[value.name] = value.mean
            table[f"{value.name}_std"] = value.std
            if np.isfinite(value.low).any():
                table[f"{value.name}_low"] = value.low
                table[f"{value.name}_high"] = value.high
        table["novelty"] = self.novelty
        if len(self.values) > 1:
            table["pareto"] = self.pareto
        return pd.DataFrame(table)
