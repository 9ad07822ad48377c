"""Number the windows of letters that gated convolutions see, so that each is done once.

The output of a stack of gated convolutions at a position depends on the letters around
it alone: one more on either side with each convolution. In variants of one parent, and
in DNA or RNA, the same windows stand in many places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sklyra.sequences import EncodedSequences

# Doing each different window once pays up to this share of different ones.
_WORTHWHILE = 0.75
# Numbers up to this, and up to so many times as many as there are, are looked up in a
# table; others are sorted.
_TABLE = 2**24
_SPARSE = 64


@dataclass(frozen=True)
class Windows:
    """Hold the numbers of the windows around each position.

    Parameters
    ----------
    numbers : EncodedSequences
        For each position the number of the window around it, of the width that the last
        of `triples` sees; its code if there are no triples; its channels if the
        sequences have no letters.
    triples : list of ndarray of shape (U, 3), int32
        For each gated convolution from the first on, its different windows: what stands
        left, in the middle and right in each, as numbers of windows of the convolution
        before it (codes, for the first).
    n_codes : int
        Number of codes of the alphabet.
    """

    numbers: EncodedSequences
    triples: list[npt.NDArray[np.int32]]
    n_codes: int

    @property
    def n_rows(self) -> int:
        """How many different numbers there may be.

        Returns
        -------
        int
            One more than the greatest.
        """
        return len(self.triples[-1]) if self.triples else self.n_codes

    def take(self, rows: npt.NDArray[np.intp]) -> Windows:
        """Select sequences, and number again the windows that occur in them.

        Parameters
        ----------
        rows : ndarray of shape (n_rows,), int
            Which sequences, in which order.

        Returns
        -------
        Windows
            Those of the sequences.
        """
        part = self.numbers.take(rows)
        values, triples = part.values, list(self.triples)
        while triples:
            different, number = _renumber(values, len(triples[-1]))
            if len(different) <= _WORTHWHILE * len(values):
                break
            values = triples.pop()[values, 1]
        if not triples:
            part = EncodedSequences(values, part.offsets, None)
            return Windows(part, [], self.n_codes)
        part = EncodedSequences(number, part.offsets, None)
        kept = []
        for level in range(len(triples) - 1, -1, -1):
            used = triples[level][different]
            if level:
                nothing = len(triples[level - 1])
                # Nothing is the greatest number, and so it stays.
                different, used = _renumber(used, nothing + 1)
                different = different[different < nothing]
            kept.append(used)
        return Windows(part, kept[::-1], self.n_codes)


def find_windows(sequences: EncodedSequences, n_blocks: int) -> Windows:
    """Give every different window of all sequences a number.

    This stops at a width at which too few windows recur to be worth it.

    Parameters
    ----------
    sequences : EncodedSequences
        Sequences of letters or channels.
    n_blocks : int
        Number of gated convolutions.

    Returns
    -------
    Windows
        The numbers.
    """
    if sequences.alphabet is None:
        return Windows(sequences, [], 0)
    codes, n_codes = sequences.values, len(sequences.alphabet.characters)
    seen = np.zeros(n_codes, bool)
    seen[codes] = True
    short = (np.cumsum(seen) - 1).astype(np.int16)[codes]  # codes without gaps
    base = int(np.count_nonzero(seen)) + 1
    starts, stops = sequences.offsets[:-1], sequences.offsets[1:] - 1
    numbers, count = codes, n_codes
    triples: list[npt.NDArray[np.int32]] = []
    bound, key = base, short
    for reach in range(1, n_blocks + 1):
        bound *= base**2
        if bound >= 2**63:
            break
        key = key.astype(np.int32 if bound < 2**31 else np.int64)
        key *= base**2
        key += base * _shifted(short, reach, starts, base - 1).astype(key.dtype)
        key += _shifted(short[::-1], reach, len(codes) - 1 - stops, base - 1)[::-1]
        examples, number = _distinct(key, bound)
        if len(examples) > _WORTHWHILE * len(codes):
            break
        rows = np.empty((len(examples), 3), np.int32)
        rows[:, 0] = _shifted(numbers, 1, starts, count, np.int32)[examples]
        rows[:, 1] = numbers[examples]
        rows[:, 2] = _shifted(
            numbers[::-1], 1, len(codes) - 1 - stops, count, np.int32
        )[::-1][examples]
        triples.append(rows)
        numbers, count = number, len(examples)
    flat = EncodedSequences(numbers, sequences.offsets, None)
    return Windows(flat, triples, n_codes)


def _shifted(
    values: npt.NDArray[np.integer],
    by: int,
    starts: npt.NDArray[np.int64],
    nothing: int,
    dtype: type = np.int16,
) -> npt.NDArray[np.integer]:
    """Look up what stands `by` places before each position of its sequence."""
    out: npt.NDArray[Any] = np.empty(len(values), dtype)
    out[by:] = values[:-by]
    for near in range(by):
        at = starts + near
        out[at[at < len(out)]] = nothing
    return out


def _distinct(
    keys: npt.NDArray[np.integer], bound: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Find where an example of each different key is, and the number of each key."""
    if bound > min(_TABLE, _SPARSE * len(keys)):
        _, examples, number = np.unique(keys, return_index=True, return_inverse=True)
        return examples, number.astype(np.int32)
    different, number = _renumber(keys, bound)
    examples = np.empty(len(different), np.int64)
    examples[number] = np.arange(len(keys))
    return examples, number


def _renumber(
    values: npt.NDArray[np.integer], bound: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Find the different values below a bound, and the number of each among them."""
    if bound > min(_TABLE, _SPARSE * len(values)):
        different, number = np.unique(values, return_inverse=True)
        return different, number.reshape(values.shape).astype(np.int32)
    seen = np.zeros(bound, bool)
    seen[values] = True
    different = np.flatnonzero(seen)
    numbers = np.empty(bound, np.int32)
    numbers[different] = np.arange(len(different), dtype=np.int32)
    return different, numbers[values]
