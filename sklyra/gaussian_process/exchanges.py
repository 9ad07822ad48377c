"""What letters are worth to the k-mers around them."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse

from sklyra._typing import Array, Rows
from sklyra.gaussian_process.features import (
    FeatureMap,
    Features,
    products_of_kmers,
    weights,
)
from sklyra.gaussian_process.kernel import Kernel
from sklyra.sequences import EncodedSequences

# Pairs of sequences that are compared at a time.
_PAIRS = 2**21


def kmer_effects(
    kernel: Kernel,
    known: Features,
    solution: Array,
    feature_map: FeatureMap,
    backgrounds: EncodedSequences,
    codes: list[npt.NDArray[np.uint8]],
) -> list[Array]:
    """Put each character into each position of some sequences, and ask what k-mers say.

    Parameters
    ----------
    kernel : Kernel
        How sequences are compared.
    known : Features
        Training sequences.
    solution : ndarray of shape (n, n_outputs), float64
        Their weights.
    feature_map : FeatureMap
        What made `known`.
    backgrounds : EncodedSequences
        Sequences whose letters are exchanged.
    codes : list of ndarray of shape (n_characters,), uint8
        For each position the characters to put in. The code above those of the
        alphabet, which is no character, adds nothing.

    Returns
    -------
    list of ndarray of shape (n_characters, n_outputs), float64
        How much more is expected of sequences with the character put there than of
        these sequences as they are, on average of those that reach so far. Where two
        positions are one position of a sequence, half for each.
    """
    if not codes:
        return []
    positions, lengths = feature_map.aligned.positions, backgrounds.lengths[:, None]
    at = np.where(positions < 0, lengths + positions, positions)  # (n, n_positions)
    there = (at >= 0) & (at < lengths)
    shared = np.isin(np.where(positions < 0, at, at - lengths), positions)
    n_codes = [len(some) for some in codes]
    position = np.repeat(np.arange(len(codes)), n_codes)
    code = np.concatenate(codes)
    possible = there[:, position] & (code < len(feature_map.alphabet.characters))

    exchanges = _Exchanges(feature_map, known, backgrounds)
    before = kernel.of_kmers(torch.from_numpy(sum(exchanges.alike))).numpy() @ solution
    worth = np.zeros((len(code), solution.shape[1]))
    rows, effects = possible.nonzero()
    at_once = max(1, _PAIRS // len(known))
    for start in range(0, len(rows), at_once):
        row, effect = (x[start : start + at_once] for x in (rows, effects))
        where = row, position[effect]
        alike = torch.from_numpy(exchanges(row, at[where], code[effect]))
        gained = kernel.of_kmers(alike).numpy() @ solution - before[row]
        np.add.at(worth, effect, gained * np.where(shared[where], 0.5, 1)[:, None])
    worth /= np.maximum(possible.sum(axis=0), 1)[:, None]
    return np.split(worth, np.cumsum(n_codes)[:-1])


class _Exchanges:
    """Compare sequences in which a character is exchanged, by what that changes.

    Only k-mers around it change. So do the weights and the length of the vector of all
    k-mers: :math:`u' = (u + d) / |u + d|`.
    """

    def __init__(
        self, feature_map: FeatureMap, known: Features, backgrounds: EncodedSequences
    ) -> None:
        self._map, self._known, self._backgrounds = feature_map, known, backgrounds
        self._counts = [c.toarray() for c in feature_map.count(backgrounds)]
        self._squares = [(weights(c) ** 2).sum(axis=1) for c in self._counts]
        ends = np.cumsum([0, *(c.shape[1] for c in self._counts)])
        made = feature_map(backgrounds).counts
        #: Products with known sequences, of each kind of k-mers.
        self.alike = [
            products_of_kmers(made[:, a:b], known.counts[:, a:b])
            for a, b in itertools.pairwise(ends)
        ]

    def __call__(self, rows: Rows, at: Rows, codes: npt.NDArray[np.uint8]) -> Array:
        """Rows, positions and characters (m,) -> cosines with known ones (m, n)."""
        old, middle = self._around(rows, at)
        new = EncodedSequences(old.values.copy(), old.offsets, old.alphabet)
        new.values[middle] = codes
        counted = zip(self._map.count(old), self._map.count(new), strict=True)
        total = np.zeros((len(rows), len(self._known)))
        steps = []
        for kind, (less, more) in enumerate(counted):
            change = (more - less).tocoo()
            was = self._counts[kind][rows[change.row], change.col]
            then, now = weights(was), weights(was + change.data)
            square = self._squares[kind][rows]
            left = square + np.bincount(change.row, now**2 - then**2, len(rows))
            # if no k-mer is left, products are 0
            scale = 1 / np.sqrt(np.maximum(left, 1e-9))
            total += self.alike[kind][rows] * (np.sqrt(square) * scale)[:, None]
            data = (now - then) * scale[change.row] / np.sqrt(len(self._counts))
            steps.append(sparse.csr_matrix((data, change.coords), shape=change.shape))
        total += products_of_kmers(sparse.hstack(steps, "csr"), self._known.counts)
        return total

    def _around(self, rows: Rows, at: Rows) -> tuple[EncodedSequences, Rows]:
        """All of sequences that k-mers with one position reach, and where it is."""
        reach = self._map.longest - 1
        start = np.maximum(at - reach, 0)
        stop = np.minimum(at + reach + 1, self._backgrounds.lengths[rows])
        offsets = np.concatenate([[0], np.cumsum(stop - start)])
        first = self._backgrounds.offsets[rows] + start
        index = np.arange(offsets[-1]) + np.repeat(first - offsets[:-1], stop - start)
        values = self._backgrounds.values[index]
        around = EncodedSequences(values, offsets, self._backgrounds.alphabet)
        return around, offsets[:-1] + at - start
