"""Data sets of sequences with a target at every position."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sklyra.batching.batches import SequenceDataset
from sklyra.sequences import EncodedSequences, Inputs

# Networks train on pieces of longer sequences, so that memory is bounded. At the cuts a
# piece ends where its sequence does not, which is rare enough to do no harm.
_LONGEST = 2048


@dataclass(frozen=True)
class PositionDataset(SequenceDataset):
    """Inputs, and an encoded target and a weight for each of their positions.

    Parameters
    ----------
    inputs : Inputs
        The sequences.
    target : ndarray of shape (n_positions_total, n_outputs), float32, or \
(n_positions_total,), int64
        Scaled targets of each position of the first sequence, then of the next; NaN
        where nothing was measured. Or the number of the class, -1 where it is not
        known.
    weight : ndarray of shape (n_positions_total,), float32
        Weight of each position in the loss, 0 where nothing was measured.
    """

    def take(self, rows: npt.NDArray[np.intp]) -> PositionDataset:
        """Select sequences.

        Parameters
        ----------
        rows : ndarray of shape (n_rows,), int
            Which, in which order.

        Returns
        -------
        PositionDataset
            A copy of these sequences.
        """
        at = self.entries(rows)
        inputs = self.inputs.take(rows)
        return PositionDataset(inputs, self.target[at], self.weight[at])

    def entries(self, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        """Find the positions of some sequences.

        Parameters
        ----------
        rows : ndarray of shape (n_rows,), int
            Which sequences, in which order.

        Returns
        -------
        ndarray of shape (n_positions,), int
            Indices into `target`.
        """
        return self.sequences.positions(rows)

    def spread(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Repeat what is known of each sequence for each of its positions.

        Parameters
        ----------
        values : ndarray of shape (n_samples,)
            One for each sequence.

        Returns
        -------
        ndarray of shape (n_positions_total,)
            One for each position.
        """
        return np.repeat(values, self.sequences.lengths)

    def with_other_strands(self, inputs: Inputs) -> PositionDataset:
        """Put the other strands behind all sequences: targets backwards.

        Parameters
        ----------
        inputs : Inputs
            The sequences, and then their other strands.

        Returns
        -------
        PositionDataset
            Of twice as many sequences.
        """
        back = self.sequences.mirrored()
        return PositionDataset(
            inputs,
            np.concatenate([self.target, self.target[back]]),
            np.concatenate([self.weight, self.weight[back]]),
        )

    def to_train(self) -> PositionDataset:
        """Cut long sequences into pieces.

        Returns
        -------
        PositionDataset
            The same positions, in sequences of 2,048 at most.
        """
        whole = self.sequences
        if whole.lengths.max() <= _LONGEST:
            return self
        cuts = [
            start + length * np.arange(1, n + 1) // n
            for start, length, n in zip(
                whole.offsets,
                whole.lengths,
                -(-whole.lengths // _LONGEST),
                strict=False,
            )
        ]
        offsets = np.concatenate([[0], *cuts])
        pieces = EncodedSequences(whole.values, offsets, whole.alphabet)
        return PositionDataset(Inputs((pieces,)), self.target, self.weight)
