"""Training set of the Gaussian process, in which outputs may be missing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from sklyra._typing import Array, Rows
from sklyra.gaussian_process.protocols import AnyFeatureMap, AnyFeatures
from sklyra.sequences import EncodedSequences, Inputs, Samples


class OutputGroup(NamedTuple):
    """Outputs that are measured on the same rows.

    Parameters
    ----------
    rows : ndarray of shape (n_measured,), int
        The rows, rising.
    outputs : ndarray of shape (n_outputs_of_group,), int
        The outputs, rising.
    """

    rows: Rows
    outputs: Rows

    def select(self, values: Array) -> Array:
        """Select what belongs to the group.

        Parameters
        ----------
        values : ndarray of shape (n_samples, n_outputs), float64
            Values of all rows and outputs.

        Returns
        -------
        ndarray of shape (n_measured, n_outputs_of_group), float64
            Those of the group; no copy where the group is all there is.
        """
        if values.shape == (len(self.rows), len(self.outputs)):
            return values
        return values[np.ix_(self.rows, self.outputs)]


def output_groups(target: Array) -> list[OutputGroup]:
    """Group outputs by the rows on which they are measured.

    Parameters
    ----------
    target : ndarray of shape (n_samples, n_outputs), float64
        Values, NaN where an output was not measured.

    Returns
    -------
    list of OutputGroup
        One group where nothing is missing. An output that was never measured is in
        none.
    """
    patterns, number = np.unique(~np.isnan(target), axis=1, return_inverse=True)
    return [
        OutputGroup(np.flatnonzero(pattern), np.flatnonzero(number == which))
        for which, pattern in enumerate(patterns.T)
        if pattern.any()
    ]


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """Hold what a Gaussian process is conditioned on.

    Parameters
    ----------
    rows : ndarray of shape (n_samples,), int
        Which of all rows these are.
    sequences : EncodedSequences or Inputs
        The sequences, or the rows of a table.
    features : AnyFeatures
        Their features.
    target : ndarray of shape (n_samples, n_outputs), float64
        Measured values, NaN where an output was not measured.
    weight : ndarray of shape (n_samples,), float64
        Weight of each row, above 0: the inverse of its noise, in proportion.
    """

    rows: Rows
    sequences: Samples
    features: AnyFeatures
    target: Array
    weight: Array

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, rows: Rows) -> TrainingSet:
        """Select rows.

        Parameters
        ----------
        rows : ndarray of shape (n_rows,), int
            Which of these rows, in which order.

        Returns
        -------
        TrainingSet
            A copy of these rows.
        """
        return TrainingSet(
            self.rows[rows],
            self.sequences.take(rows),
            self.features.take(rows),
            self.target[rows],
            self.weight[rows],
        )

    @cached_property
    def groups(self) -> list[OutputGroup]:
        """Group outputs by the rows on which they are measured.

        Returns
        -------
        list of OutputGroup
            One where nothing is missing.
        """
        return output_groups(self.target)

    @cached_property
    def mean(self) -> Array:
        """Weighted mean of each output.

        Returns
        -------
        ndarray of shape (n_outputs,), float64
            Means over the rows that have the output; NaN where none has.
        """
        mean = np.full(self.target.shape[1], np.nan)
        for group in self.groups:
            mean[group.outputs] = np.average(
                group.select(self.target), axis=0, weights=self.weight[group.rows]
            )
        return mean

    @property
    def centered(self) -> Array:
        """Subtract the mean of each output from the targets.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs), float64
            Values around zero, NaN where an output was not measured.
        """
        return self.target - self.mean

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values, without the features.

        Returns
        -------
        dict
            Plain values and arrays.
        """
        return {
            "rows": self.rows,
            "sequences": self.sequences.to_state(),
            "columns": isinstance(self.sequences, Inputs),
            "target": self.target,
            "weight": self.weight,
        }

    @classmethod
    def from_state(
        cls, state: dict[str, Any], feature_map: AnyFeatureMap
    ) -> TrainingSet:
        """Convert from plain values.

        Parameters
        ----------
        state : dict
            What `to_state` returned.
        feature_map : AnyFeatureMap
            Computes the features again.

        Returns
        -------
        TrainingSet
            The same training set.
        """
        kind: Any = Inputs if state.get("columns") else EncodedSequences
        sequences = kind.from_state(state["sequences"])
        features = feature_map(sequences)
        return cls(state["rows"], sequences, features, state["target"], state["weight"])
