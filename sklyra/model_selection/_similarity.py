"""How alike two sequences are, and which pairs are so alike that they are close.

Looking at every pair of 100,000 sequences takes an hour. But sequences that are alike
share words: an edit destroys at most q of the words of q letters, so two sequences that
are d edits apart, the longer with L letters, share at least L - q + 1 - q d of them
[1]_. A sparse product counts the words that pairs share, and only pairs that share
enough are looked at. No close pair is missed.

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

# How many words that a pair shares can be counted in the time of comparing the pair.
_COUNTED = 20
# Shorter sequences are compared pair by pair: their words would be too short.
_SHORT = 8
_LONGEST_WORD = 8


class Similarity(Protocol):
    """Say which sequences are close."""

    def near(self, one: int, rows: Rows) -> Mask:
        """Say which of some sequences are close to one."""
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
        How alike close sequences are at least, in (0, 1].
    """

    def __init__(self, sequences: EncodedSequences, threshold: float) -> None:
        self._texts = np.array(as_texts(sequences), object)
        self._lengths = sequences.lengths
        self._threshold = threshold
        self._short = self._lengths < _SHORT
        lengths = np.unique(np.maximum(self._lengths, _SHORT))
        self._size = word_size(lengths, self._allowed(lengths))
        self._words = count_characters(sequences, self._size)

    def _allowed(self, longer: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """How many edits apart close sequences may be."""
        edits = np.floor((1 - self._threshold) * longer + 1e-9)
        allowed: npt.NDArray[np.int64] = edits.astype(np.int64)
        return allowed

    def near(self, one: int, rows: Rows) -> Mask:
        close: Mask = self._compare(np.array([one]), rows)[0]
        return close

    def pairs(self, rows: Rows, others: Rows) -> tuple[Rows, Rows]:
        one, other = self._words[rows], self._words[others]
        often = [
            np.bincount(w.indices, w.data, minlength=w.shape[1]) for w in (one, other)
        ]
        if often[0] @ often[1] > _COUNTED * len(rows) * len(others):
            i, j = np.nonzero(self._compare(rows, others))
            return rows[i], others[j]
        first, second, shared = _share(self._words, rows, others)
        longer = np.maximum(self._lengths[first], self._lengths[second])
        allowed = self._allowed(longer)
        enough = shared > longer - self._size * (allowed + 1)
        enough &= longer >= _SHORT
        first, second, allowed = first[enough], second[enough], allowed[enough]
        if len(first):
            apart = process.cpdist(
                self._texts[first],
                self._texts[second],
                scorer=Levenshtein.distance,
                score_cutoff=int(allowed.max()),
            )
            first, second = first[apart <= allowed], second[apart <= allowed]
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
        apart = process.cdist(
            self._texts[rows],
            self._texts[others],
            scorer=Levenshtein.distance,
            score_cutoff=int(allowed.max()),
            dtype=np.int32,
        )
        return np.asarray(apart <= allowed)


class SamePositions:
    """Compare position by position: the share of positions with the same letter.

    Parameters
    ----------
    sequences : EncodedSequences
        Sequences of one length.
    threshold : float
        How alike close sequences are at least, in (0, 1].
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
        apart = np.floor((1 - threshold) * lengths + 1e-9).astype(np.int64)
        self._same = int(lengths[0] - apart[0])
        self._size = word_size(lengths, apart)
        self._shared = int(lengths[0] - self._size * (apart[0] + 1) + 1)
        self._words = count_characters(sequences, self._size, in_place=True)

    def near(self, one: int, rows: Rows) -> Mask:
        return self._close(np.full(len(rows), one), rows)

    def pairs(self, rows: Rows, others: Rows) -> tuple[Rows, Rows]:
        first, second, shared = _share(self._words, rows, others)
        first, second = first[shared >= self._shared], second[shared >= self._shared]
        close = self._close(first, second)
        return first[close], second[close]

    def _close(self, first: Rows, second: Rows) -> Mask:
        same = (self._codes[first] == self._codes[second]).sum(axis=1)
        return np.asarray(same >= self._same)


class SharedWords:
    """Compare sets of words: how many words are in both, of those in either.

    Parameters
    ----------
    sequences : EncodedSequences
        The sequences.
    threshold : float
        How alike close sequences are at least, in (0, 1].
    size : int
        Letters of a word.
    """

    def __init__(
        self, sequences: EncodedSequences, threshold: float, size: int
    ) -> None:
        shortest = int(sequences.lengths.argmin())
        if sequences.lengths[shortest] < size:
            raise ValueError(
                f"X[{shortest}] has {sequences.lengths[shortest]} letters, less than a "
                f"word (k={size}): it has nothing to compare. Lower k, drop it, or "
                "choose similarity='identity'."
            )
        words = count_characters(sequences, size)
        words.data[:] = 1
        self._words = words
        self._count = np.diff(words.indptr)
        self._threshold = threshold

    def near(self, one: int, rows: Rows) -> Mask:
        close = np.zeros(len(self._count), bool)
        close[self.pairs(np.array([one]), rows)[1]] = True
        return close[rows]

    def pairs(self, rows: Rows, others: Rows) -> tuple[Rows, Rows]:
        first, second, shared = _share(self._words, rows, others)
        either = self._count[first] + self._count[second] - shared
        close = shared >= self._threshold * either - 1e-9
        return first[close], second[close]


def word_size(lengths: npt.NDArray[np.int64], apart: npt.NDArray[np.int64]) -> int:
    """Say how long words may be, so that close sequences share one for sure.

    Parameters
    ----------
    lengths : ndarray of shape (n,), int
        Lengths of the longer of two sequences.
    apart : ndarray of shape (n,), int
        How many edits apart the two may be.

    Returns
    -------
    int
        Number of letters.
    """
    return int(min(_LONGEST_WORD, (lengths // (apart + 1)).min()))


def count_characters(
    sequences: EncodedSequences, size: int, in_place: bool = False
) -> sparse.csr_matrix:
    """Count words of any characters, degenerate ones too, that occur at all.

    Parameters
    ----------
    sequences : EncodedSequences
        The sequences.
    size : int
        Characters of a word.
    in_place : bool, default=False
        Whether words at different positions are different.

    Returns
    -------
    sparse matrix of shape (n_samples, n_words), int32
        How often each word stands in each sequence; only words that occur have a
        column, in no order.
    """
    assert sequences.alphabet is not None
    base = len(sequences.alphabet.characters)
    codes = sequences.values.astype(np.int64)
    n_words = np.maximum(sequences.lengths - size + 1, 0)
    ends = np.concatenate([[0], np.cumsum(n_words)])
    within = np.arange(ends[-1]) - np.repeat(ends[:-1], n_words)
    start = np.repeat(sequences.offsets[:-1], n_words) + within
    keys = within if in_place else np.zeros(len(start), np.int64)
    for step in range(size):
        keys = keys * base + codes[start + step]
    different, columns = np.unique(keys, return_inverse=True)
    words = sparse.csr_matrix(
        (np.ones(len(keys), np.int32), columns, ends),
        shape=(len(sequences), len(different)),
    )
    words.sum_duplicates()
    return words


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


def _share(words: Any, rows: Rows, others: Rows) -> tuple[Rows, Rows, Rows]:
    """Count the words that pairs share, for pairs that share any.

    A word that stands m times in one and n times in the other counts m n times, which
    is at least as often as they share it.
    """
    table = (words[rows] @ words[others].T).tocoo()
    return rows[table.row], others[table.col], table.data
