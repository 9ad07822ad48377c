"""Similarity of two sequences, and the pairs that are close.

Comparing every pair of 100,000 sequences takes an hour. But similar sequences share
k-mers: an edit destroys at most k of them, so two sequences at an edit distance of d,
the longer with L letters, share at least L - k + 1 - k d k-mers [1]_. A sparse product
counts the k-mers that pairs share, and only pairs that share enough are compared. No
close pair is missed.

.. [1] Ukkonen, E. (1992). Approximate string-matching with q-grams and maximal matches.
   Theoretical Computer Science 92, 191-211.
"""

from __future__ import annotations

import itertools
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein
from scipy import sparse

from sklyra._typing import Mask, Rows
from sklyra.sequences import EncodedSequences

# How many shared k-mers can be counted in the time of comparing a pair.
_COUNTED = 20
# Shorter sequences are compared pair by pair: their k-mers would be too short.
_SHORT = 8
_LONGEST_KMER = 8


class Similarity(Protocol):
    """A measure of similarity, with a threshold above which sequences are close."""

    def near(self, one: int, rows: Rows) -> Mask:
        """Find which of some sequences are close to one."""
        ...

    def pairs(self, rows: Rows, others: Rows) -> tuple[Rows, Rows]:
        """Find the close pairs, one of `rows` and one of `others`."""
        ...


class Identity:
    """Compare by edit distance: 1 - distance / length of the longer sequence.

    Parameters
    ----------
    sequences : EncodedSequences
        The sequences.
    threshold : float
        Least similarity of close sequences, in (0, 1].
    """

    def __init__(self, sequences: EncodedSequences, threshold: float) -> None:
        self._texts = np.array(as_texts(sequences), object)
        self._lengths = sequences.lengths
        self._threshold = threshold
        self._short = self._lengths < _SHORT
        lengths = np.unique(np.maximum(self._lengths, _SHORT))
        self._size = kmer_length(lengths, self._allowed(lengths))
        self._kmers = count_present_kmers(sequences, self._size)

    def _allowed(self, longer: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Compute the greatest edit distance of close sequences."""
        edits = np.floor((1 - self._threshold) * longer + 1e-9)
        allowed: npt.NDArray[np.int64] = edits.astype(np.int64)
        return allowed

    def near(self, one: int, rows: Rows) -> Mask:
        close: Mask = self._compare(np.array([one]), rows)[0]
        return close

    def pairs(self, rows: Rows, others: Rows) -> tuple[Rows, Rows]:
        one, other = self._kmers[rows], self._kmers[others]
        totals = [
            np.bincount(x.indices, x.data, minlength=x.shape[1]) for x in (one, other)
        ]
        if totals[0] @ totals[1] > _COUNTED * len(rows) * len(others):
            i, j = np.nonzero(self._compare(rows, others))
            return rows[i], others[j]
        first, second, shared = _count_shared(self._kmers, rows, others)
        longer = np.maximum(self._lengths[first], self._lengths[second])
        allowed = self._allowed(longer)
        enough = shared > longer - self._size * (allowed + 1)
        enough &= longer >= _SHORT
        first, second, allowed = first[enough], second[enough], allowed[enough]
        if len(first):
            distance = process.cpdist(
                self._texts[first],
                self._texts[second],
                scorer=Levenshtein.distance,
                score_cutoff=int(allowed.max()),
            )
            close = distance <= allowed
            first, second = first[close], second[close]
        rows, others = rows[self._short[rows]], others[self._short[others]]
        if len(rows) and len(others):
            i, j = np.nonzero(self._compare(rows, others))
            first = np.concatenate([first, rows[i]])
            second = np.concatenate([second, others[j]])
        return first, second

    def _compare(self, rows: Rows, others: Rows) -> Mask:
        """Compare every pair; a table of shape (n_rows, n_others)."""
        lengths = self._lengths
        allowed = self._allowed(np.maximum(lengths[rows][:, None], lengths[others]))
        distance = process.cdist(
            self._texts[rows],
            self._texts[others],
            scorer=Levenshtein.distance,
            score_cutoff=int(allowed.max()),
            dtype=np.int32,
        )
        return np.asarray(distance <= allowed)


class SamePositions:
    """Compare position by position: the fraction of positions with the same letter.

    Positions where both have a gap do not count.

    Parameters
    ----------
    sequences : EncodedSequences
        Sequences of one length.
    threshold : float
        Least similarity of close sequences, in (0, 1].
    """

    def __init__(self, sequences: EncodedSequences, threshold: float) -> None:
        lengths = np.unique(sequences.lengths)
        if len(lengths) > 1:
            raise ValueError(
                "similarity='hamming' compares position by position, but sequences "
                f"have {lengths[0]} to {lengths[-1]} letters. Align them, or choose "
                "'identity' or 'kmer'."
            )
        self._codes, _ = sequences.padded()
        assert sequences.alphabet is not None
        self._gap = sequences.alphabet.codes[ord("-")]
        self._threshold = threshold
        allowed = np.floor((1 - threshold) * lengths + 1e-9).astype(np.int64)
        self._size = kmer_length(lengths, allowed)
        self._shared = int(lengths[0] - self._size * (allowed[0] + 1) + 1)
        self._kmers = count_present_kmers(sequences, self._size, in_place=True)

    def near(self, one: int, rows: Rows) -> Mask:
        return self._close(np.full(len(rows), one), rows)

    def pairs(self, rows: Rows, others: Rows) -> tuple[Rows, Rows]:
        first, second, shared = _count_shared(self._kmers, rows, others)
        first, second = first[shared >= self._shared], second[shared >= self._shared]
        close = self._close(first, second)
        return first[close], second[close]

    def _close(self, first: Rows, second: Rows) -> Mask:
        one, other = self._codes[first], self._codes[second]
        # what both lack makes nobody similar
        either = ((one != self._gap) | (other != self._gap)).sum(axis=1)
        differ = (one != other).sum(axis=1)
        return np.asarray(differ <= np.floor((1 - self._threshold) * either + 1e-9))


class SharedKmers:
    """Compare sets of k-mers: the share of those in either that are in both.

    Parameters
    ----------
    sequences : EncodedSequences
        The sequences.
    threshold : float
        Least similarity of close sequences, in (0, 1].
    size : int
        Length of the k-mers.
    """

    def __init__(
        self, sequences: EncodedSequences, threshold: float, size: int
    ) -> None:
        kmers = count_present_kmers(sequences, size)
        kmers.data[:] = 1
        self._kmers = kmers
        self._count = np.diff(kmers.indptr)
        self._threshold = threshold

    def near(self, one: int, rows: Rows) -> Mask:
        close = np.zeros(len(self._count), bool)
        close[self.pairs(np.array([one]), rows)[1]] = True
        return close[rows]

    def pairs(self, rows: Rows, others: Rows) -> tuple[Rows, Rows]:
        first, second, shared = _count_shared(self._kmers, rows, others)
        either = self._count[first] + self._count[second] - shared
        close = shared >= self._threshold * either - 1e-9
        return first[close], second[close]


def kmer_length(lengths: npt.NDArray[np.int64], allowed: npt.NDArray[np.int64]) -> int:
    """Choose the length of k-mers, so that close sequences share one for sure.

    Parameters
    ----------
    lengths : ndarray of shape (n,), int
        Lengths of the longer of two sequences.
    allowed : ndarray of shape (n,), int
        Greatest edit distance of the two.

    Returns
    -------
    int
        Length of the k-mers.
    """
    return int(min(_LONGEST_KMER, (lengths // (allowed + 1)).min()))


def count_present_kmers(
    sequences: EncodedSequences, size: int, in_place: bool = False
) -> sparse.csr_matrix:
    """Count k-mers of any characters, degenerate ones too, that occur at all.

    Parameters
    ----------
    sequences : EncodedSequences
        The sequences.
    size : int
        Length of the k-mers.
    in_place : bool, default=False
        Whether the same letters at different positions are different k-mers.

    Returns
    -------
    sparse matrix of shape (n_samples, n_kmers), int32
        Number of times that each k-mer occurs in each sequence; only k-mers that occur
        have a column, in no order.
    """
    # Not `sklyra.features.count_kmers`: that leaves out k-mers with a degenerate
    # character, while the bound on shared k-mers needs all of them, and has a column
    # for each of 20**8 possible k-mers, whose transpose does not fit into memory.
    assert sequences.alphabet is not None
    base = len(sequences.alphabet.characters)
    codes = sequences.values.astype(np.int64)
    n_kmers = np.maximum(sequences.lengths - size + 1, 0)
    ends = np.concatenate([[0], np.cumsum(n_kmers)])
    within = np.arange(ends[-1]) - np.repeat(ends[:-1], n_kmers)
    start = np.repeat(sequences.offsets[:-1], n_kmers) + within
    keys = within if in_place else np.zeros(len(start), np.int64)
    for step in range(size):
        keys = keys * base + codes[start + step]
    different, columns = np.unique(keys, return_inverse=True)
    kmers = sparse.csr_matrix(
        (np.ones(len(keys), np.int32), columns, ends),
        shape=(len(sequences), len(different)),
    )
    kmers.sum_duplicates()
    return kmers


def as_texts(sequences: EncodedSequences) -> list[str]:
    """Write each code as one character, so that texts compare as sequences do.

    Parameters
    ----------
    sequences : EncodedSequences
        The sequences.

    Returns
    -------
    list of str
        A text for each.
    """
    text = sequences.values.tobytes().decode("latin-1")
    ends = sequences.offsets.tolist()
    return [text[a:b] for a, b in itertools.pairwise(ends)]


def _count_shared(kmers: Any, rows: Rows, others: Rows) -> tuple[Rows, Rows, Rows]:
    """Count the k-mers that pairs share, for pairs that share any.

    A k-mer that occurs m times in one and n times in the other counts m n times, which
    is at least as often as they share it.
    """
    table = (kmers[rows] @ kmers[others].T).tocoo()
    return rows[table.row], others[table.col], table.data
