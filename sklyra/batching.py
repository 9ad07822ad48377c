"""Batches of sequences of similar length, so that little is padded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from sklyra.sequences import EncodedSequences

# Sequences are sorted by length within pools of this many batches, so that batches stay
# random in all but length.
_POOL = 50
# Sharing the work of equal triples pays if there are at most this many for a position.
_WORTHWHILE = 0.5


@dataclass(frozen=True)
class SequenceDataset:
    """Put sequences, targets and weights side by side.

    Parameters
    ----------
    sequences : EncodedSequences
        The sequences.
    target : ndarray of shape (n_samples, n_outputs), float32, or (n_samples,), int64
        Scaled targets, or the number of the class.
    weight : ndarray of shape (n_samples,), float32
        Weight of each sequence in the loss, 1 on average.
    """

    sequences: EncodedSequences
    target: npt.NDArray[Any]
    weight: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.sequences)


def inputs(sequences: EncodedSequences, n_blocks: int) -> dict[str, Any]:
    """Lay sequences out as arguments of the network.

    Parameters
    ----------
    sequences : EncodedSequences
        Sequences of one batch.
    n_blocks : int
        Number of gated convolutions of the network.

    Returns
    -------
    dict
        ``values`` of shape (B, L) or (B, L, C); ``mask`` of shape (B, L) where lengths
        differ; ``triples``, a list of tensors of shape (U, 3), where triples of
        neighbours recur.
    """
    values, mask = sequences.padded()
    batch: dict[str, Any] = {}
    if sequences.alphabet is not None:
        n_codes = len(sequences.alphabet.characters)
        values, triples = distinct_triples(values, mask, n_codes, n_blocks)
        if triples:
            batch["triples"] = [torch.from_numpy(rows) for rows in triples]
    batch["values"] = torch.from_numpy(values)
    if mask is not None:
        batch["mask"] = torch.from_numpy(mask)
    return batch


def distinct_triples(
    codes: npt.NDArray[np.uint8],
    mask: npt.NDArray[np.bool_] | None,
    n_codes: int,
    n_blocks: int,
) -> tuple[npt.NDArray[Any], list[npt.NDArray[np.int32]]]:
    """Find the different triples of neighbours that each gated convolution meets.

    The first convolution meets triples of codes; its output at a position is known by
    the number of the triple. The second meets triples of those numbers, and so on: its
    output is known by five codes. This stops where too few recur to be worth it.

    Parameters
    ----------
    codes : ndarray of shape (B, L), uint8
        Padded codes.
    mask : ndarray of shape (B, L), bool, or None
        True at real positions; None if all are.
    n_codes : int
        Number of codes.
    n_blocks : int
        Number of gated convolutions.

    Returns
    -------
    values : ndarray of shape (B, L), int
        The number of the triple at each position, for the last list of triples; one
        more than the last number at padding. The codes if no triples recur.
    triples : list of ndarray of shape (U, 3), int32
        For each convolution, what stands left, in the middle and right.
    """
    triples: list[npt.NDArray[np.int32]] = []
    values, count = codes, n_codes
    for _ in range(n_blocks):
        nothing = np.int64(count)
        around = np.full((codes.shape[0], codes.shape[1] + 2), nothing)
        around[:, 1:-1] = values if mask is None else np.where(mask, values, nothing)
        base = count + 1
        key = (around[:, :-2] * base + around[:, 1:-1]) * base + around[:, 2:]
        real = key.ravel() if mask is None else key[mask]
        different, number = _number(real, base**3)
        if len(different) > _WORTHWHILE * len(real):
            break
        left, rest = np.divmod(different, base**2)
        triples.append(
            np.stack([left, *np.divmod(rest, base)], axis=1).astype(np.int32)
        )
        count = len(different)
        values = np.full(codes.shape, count, np.int32)
        values[slice(None) if mask is None else mask] = (
            number.reshape(codes.shape) if mask is None else number
        )
    return values, triples


def _number(
    keys: npt.NDArray[np.int64], bound: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Find different keys below a bound, and the number of each key among them."""
    if bound > 2**16:
        return np.unique(keys, return_inverse=True)
    seen = np.zeros(bound, bool)  # a table is faster than sorting
    seen[keys] = True
    return np.flatnonzero(seen), (np.cumsum(seen) - 1)[keys]


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
        self.n_blocks = n_blocks
        self.rng = rng

    def __len__(self) -> int:
        return -(-len(self.dataset) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[dict[str, Any], Tensor]]:
        for rows in self._rows():
            batch = inputs(self.dataset.sequences.take(rows), self.n_blocks)
            batch["weight"] = torch.from_numpy(self.dataset.weight[rows])
            yield batch, torch.from_numpy(self.dataset.target[rows])

    def _rows(self) -> list[npt.NDArray[np.intp]]:
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
