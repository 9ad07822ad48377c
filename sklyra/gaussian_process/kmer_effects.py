"""Effects of substitutions on k-mer similarity."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse

from sklyra._typing import Array, Rows
from sklyra.gaussian_process.feature_map import FeatureMap
from sklyra.gaussian_process.features import Features, kmer_products, log_counts
from sklyra.gaussian_process.kernel import Kernel
from sklyra.sequences import EncodedSequences

# Pairs of sequences that are compared at a time.
_PAIRS = 2**21


def kmer_effects(
    kernel: Kernel,
    training: Features,
    solution: Array,
    feature_map: FeatureMap,
    backgrounds: EncodedSequences,
    codes: list[npt.NDArray[np.uint8]],
) -> list[Array]:
    """Put each character into each position of sequences, and predict from k-mers.

    Parameters
    ----------
    kernel : Kernel
        The kernel.
    training : Features
        Training sequences.
    solution : ndarray of shape (n, n_outputs), float64
        Their weights.
    feature_map : FeatureMap
        Computed `training`.
    backgrounds : EncodedSequences
        Sequences in which letters are substituted.
    codes : list of ndarray of shape (n_characters,), uint8
        For each position the characters to put in. The code above those of the
        alphabet, which is no character, adds nothing.

    Returns
    -------
    list of ndarray of shape (n_characters, n_outputs), float64
        What is expected of sequences with the character put there, less what is
        expected of them as they are, averaged over those that reach so far. Where two
        positions are one position of a sequence, half for each.
    """
    if not codes:
        return []
    positions, lengths = feature_map.aligned.positions, backgrounds.lengths[:, None]
    at = np.where(positions < 0, lengths + positions, positions)  # (n, n_positions)
    exists = (at >= 0) & (at < lengths)
    # counted from the other end, it is one of the positions, too
    is_double = np.isin(np.where(positions < 0, at, at - lengths), positions)
    n_codes = [len(x) for x in codes]
    position = np.repeat(np.arange(len(codes)), n_codes)
    code = np.concatenate(codes)
    possible = exists[:, position] & (code < len(feature_map.alphabet.characters))

    substitutions = _Substitutions(feature_map, training, backgrounds)
    similarity = torch.from_numpy(sum(substitutions.similarity))
    before = kernel.of_kmers(similarity).numpy() @ solution
    values = np.zeros((len(code), solution.shape[1]))
    rows, effects = possible.nonzero()
    at_once = max(1, _PAIRS // len(training))
    for start in range(0, len(rows), at_once):
        row, effect = (x[start : start + at_once] for x in (rows, effects))
        where = row, position[effect]
        similarity = torch.from_numpy(substitutions(row, at[where], code[effect]))
        change = kernel.of_kmers(similarity).numpy() @ solution - before[row]
        np.add.at(values, effect, change * np.where(is_double[where], 0.5, 1)[:, None])
    values /= np.maximum(possible.sum(axis=0), 1)[:, None]
    return np.split(values, np.cumsum(n_codes)[:-1])


class _Substitutions:
    """Compare sequences in which a character is substituted, by what that changes.

    Only k-mers around it change. So do the weights and the length of the vector of all
    k-mers: :math:`u' = (u + d) / |u + d|`.
    """

    def __init__(
        self,
        feature_map: FeatureMap,
        training: Features,
        backgrounds: EncodedSequences,
    ) -> None:
        self._map, self._training = feature_map, training
        self._backgrounds = backgrounds
        self._counts = [c.toarray() for c in feature_map.count(backgrounds)]
        self._squares = [(log_counts(c) ** 2).sum(axis=1) for c in self._counts]
        ends = np.cumsum([0, *(c.shape[1] for c in self._counts)])
        counts = feature_map(backgrounds).counts
        #: Products with training sequences, of each kind of k-mers.
        self.similarity = [
            kmer_products(counts[:, a:b], training.counts[:, a:b])
            for a, b in itertools.pairwise(ends)
        ]

    def __call__(self, rows: Rows, at: Rows, codes: npt.NDArray[np.uint8]) -> Array:
        """Rows, positions and characters (m,) -> cosines with training (m, n)."""
        old, middle = self._around(rows, at)
        new = EncodedSequences(old.values.copy(), old.offsets, old.alphabet)
        new.values[middle] = codes
        counted = zip(self._map.count(old), self._map.count(new), strict=True)
        total = np.zeros((len(rows), len(self._training)))
        changes = []
        for kind, (less, more) in enumerate(counted):
            change = (more - less).tocoo()
            was = self._counts[kind][rows[change.row], change.col]
            then, now = log_counts(was), log_counts(was + change.data)
            square = self._squares[kind][rows]
            left = square + np.bincount(change.row, now**2 - then**2, len(rows))
            # if no k-mer is left, products are 0
            scale = 1 / np.sqrt(np.maximum(left, 1e-9))
            total += self.similarity[kind][rows] * (np.sqrt(square) * scale)[:, None]
            data = (now - then) * scale[change.row] / np.sqrt(len(self._counts))
            changes.append(sparse.csr_matrix((data, change.coords), shape=change.shape))
        total += kmer_products(sparse.hstack(changes, "csr"), self._training.counts)
        return total

    def _around(self, rows: Rows, at: Rows) -> tuple[EncodedSequences, Rows]:
        """Segments of sequences that k-mers with a position cover, and where it is."""
        reach = self._map.longest - 1
        start = np.maximum(at - reach, 0)
        stop = np.minimum(at + reach + 1, self._backgrounds.lengths[rows])
        offsets = np.concatenate([[0], np.cumsum(stop - start)])
        first = self._backgrounds.offsets[rows] + start
        index = np.arange(offsets[-1]) + np.repeat(first - offsets[:-1], stop - start)
        values = self._backgrounds.values[index]
        around = EncodedSequences(values, offsets, self._backgrounds.alphabet)
        return around, offsets[:-1] + at - start
