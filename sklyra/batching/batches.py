"""Batches of sequences of similar length, so that little is padded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from sklyra.batching.windows import Windows, find_windows
from sklyra.sequences import EncodedSequences, Inputs

# Sequences are sorted by length within pools of this many batches, so that batches stay
# random in all but length.
_POOL = 50


@dataclass(frozen=True)
class SequenceDataset:
    """Inputs, encoded targets and weights, side by side.

    Parameters
    ----------
    inputs : Inputs
        The sequences, and what is known beside them.
    target : ndarray of shape (n_samples, n_outputs), float32, or (n_samples,), int64
        Scaled targets, NaN where nothing was measured; or the number of the class,
        -1 where it is not known.
    weight : ndarray of shape (n_samples,), float32
        Weight of each sequence in the loss, 1 on average.
    """

    inputs: Inputs
    target: npt.NDArray[Any]
    weight: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def sequences(self) -> EncodedSequences:
        """The only chain of the inputs.

        Returns
        -------
        EncodedSequences
            Its sequences.
        """
        return self.inputs.sequences

    def take(self, rows: npt.NDArray[np.intp]) -> SequenceDataset:
        """Select rows.

        Parameters
        ----------
        rows : ndarray of shape (n_rows,), int
            Which, in which order.

        Returns
        -------
        SequenceDataset
            A copy of these rows.
        """
        inputs = self.inputs.take(rows)
        return SequenceDataset(inputs, self.target[rows], self.weight[rows])

    def entries(self, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        """Find the entries of `target` that belong to some sequences.

        Parameters
        ----------
        rows : ndarray of shape (n_rows,), int
            Which sequences, in which order.

        Returns
        -------
        ndarray of shape (n_entries,), int
            The same numbers: each sequence has one entry.
        """
        return rows

    def spread(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Repeat what is known of each sequence for each of its entries.

        Parameters
        ----------
        values : ndarray of shape (n_samples,)
            One for each sequence.

        Returns
        -------
        ndarray of shape (n_entries,)
            The same values: each sequence has one entry.
        """
        return values

    def with_other_strands(self, inputs: Inputs) -> SequenceDataset:
        """Put the other strands of all sequences behind them, with the same targets.

        Parameters
        ----------
        inputs : Inputs
            The sequences, and then their other strands.

        Returns
        -------
        SequenceDataset
            Of twice as many sequences.
        """
        return SequenceDataset(
            inputs, np.concatenate([self.target] * 2), np.concatenate([self.weight] * 2)
        )

    def to_train(self) -> SequenceDataset:
        """Return what networks train on.

        Returns
        -------
        SequenceDataset
            The same.
        """
        return self


def inputs(windows: Windows) -> dict[str, Any]:
    """Lay sequences out as arguments of the network.

    Parameters
    ----------
    windows : Windows
        Sequences of one batch.

    Returns
    -------
    dict
        ``values`` of shape (B, L), int64, or (B, L, C), float32; ``mask`` of shape
        (B, L) where lengths differ; ``triples``, a list of tensors of shape (U, 3),
        int64, where windows recur.
    """
    values, mask = windows.numbers.padded()
    batch: dict[str, Any] = {}
    if windows.n_codes:
        values = values.astype(np.int64)  # the fastest to look up
    if mask is not None:
        batch["mask"] = torch.from_numpy(mask)
        if windows.n_codes:
            values[~mask] = windows.n_rows  # a row of zeros
    if windows.triples:
        batch["triples"] = [
            torch.from_numpy(t.astype(np.int64)) for t in windows.triples
        ]
    batch["values"] = torch.from_numpy(values)
    return batch


def beside(inputs: Inputs, rows: npt.NDArray[np.intp]) -> dict[str, Any]:
    """Lay out what stands beside sequences as further arguments of the network.

    Parameters
    ----------
    inputs : Inputs
        Any samples.
    rows : ndarray of shape (B,), int
        Which of them.

    Returns
    -------
    dict
        ``covariates`` of shape (B, n_covariates), float32, and ``ends`` of shape
        (B, n_chains), int64, where there are these.
    """
    arrays = {"covariates": inputs.covariates, "ends": inputs.ends}
    return {
        name: torch.from_numpy(array[rows])
        for name, array in arrays.items()
        if array is not None
    }


class TrainingBatches:
    """Iterate over batches of a data set, in a new random order every time.

    Parameters
    ----------
    dataset : SequenceDataset
        What to learn from.
    batch_size : int
        Sequences in a batch.
    rng : Generator or None, default=None
        Where the order comes from; None keeps the order by length.
    n_blocks : int, default=0
        Number of gated convolutions of the network.
    """

    def __init__(
        self,
        dataset: SequenceDataset,
        batch_size: int,
        rng: np.random.Generator | None = None,
        n_blocks: int = 0,
    ) -> None:
        self.dataset = dataset
        self.batch_size = batch_size
        self.rng = rng
        self.windows = find_windows(dataset.sequences, n_blocks)

    def __len__(self) -> int:
        return -(-len(self.dataset) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[dict[str, Any], Tensor]]:
        for rows in self.rows():
            batch = inputs(self.windows.take(rows))
            batch |= beside(self.dataset.inputs, rows)
            entries = self.dataset.entries(rows)
            batch["weight"] = torch.from_numpy(self.dataset.weight[entries])
            yield batch, torch.from_numpy(self.dataset.target[entries])

    def rows(self) -> list[npt.NDArray[np.intp]]:
        """Divide rows into batches, in a new random order if there is a generator.

        Returns
        -------
        list of ndarray of shape (n_rows,), int
            Rows of each batch.
        """
        lengths = self.dataset.sequences.lengths
        if self.rng is None:
            order = np.argsort(lengths, kind="stable")
            return np.array_split(
                order, range(self.batch_size, len(order), self.batch_size)
            )
        order = self.rng.permutation(len(lengths))
        batches = []
        step = _POOL * self.batch_size
        for start in range(0, len(order), step):
            pool = order[start : start + step]
            pool = pool[np.argsort(lengths[pool], kind="stable")]
            cuts = range(self.batch_size, len(pool), self.batch_size)
            batches += np.array_split(pool, cuts)
        return [batches[i] for i in self.rng.permutation(len(batches))]


def chunks(
    sequences: EncodedSequences, n_positions: int
) -> Iterator[npt.NDArray[np.intp]]:
    """Cut a collection into chunks of bounded size, shortest sequences first.

    Parameters
    ----------
    sequences : EncodedSequences
        Any sequences.
    n_positions : int
        How many positions a padded chunk may have; one sequence may have more.

    Yields
    ------
    ndarray of shape (n_rows,), int
        Rows of one chunk.
    """
    lengths = sequences.lengths
    order = np.argsort(lengths, kind="stable")
    start = 0
    while start < len(order):
        # lengths rise, so that a chunk is as wide as its last sequence
        ahead = lengths[order[start : start + n_positions]]
        fits = ahead * np.arange(1, len(ahead) + 1) <= n_positions
        stop = start + max(1, int(np.count_nonzero(fits)))
        yield order[start:stop]
        start = stop
