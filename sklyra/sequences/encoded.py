"""Encoded sequences: one flat array of codes with offsets."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sklyra._state import check_version, require
from sklyra._typing import Mask, Rows
from sklyra.alphabets import Alphabet

_VERSION = 1
# Rows in which a sequence stands on average, where a column is said to recur.
_REPEATS = 5


@dataclass(frozen=True, eq=False)
class EncodedSequences:
    """Hold many sequences as one flat array, never padded.

    Parameters
    ----------
    values : ndarray of shape (n_positions_total,), uint8, or (n_positions_total, C), float32
        One code for each position, or its channels.
    offsets : ndarray of shape (n_samples + 1,), int64
        Sequence ``i`` is ``values[offsets[i]:offsets[i + 1]]``.
    alphabet : Alphabet or None
        What the codes mean; None where `values` are channels.
    """  # noqa: E501 - numpydoc wants a parameter's type on one line

    values: npt.NDArray[Any]
    offsets: npt.NDArray[np.int64]
    alphabet: Alphabet | None

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Number of positions of each sequence.

        Returns
        -------
        ndarray of shape (n_samples,), int64
            Lengths.
        """
        return np.diff(self.offsets)

    def take(self, rows: Rows) -> EncodedSequences:
        """Select sequences.

        Parameters
        ----------
        rows : ndarray of shape (n_rows,), int
            Which sequences, in which order.

        Returns
        -------
        EncodedSequences
            A copy of these sequences.
        """
        offsets = np.concatenate([[0], np.cumsum(self.lengths[rows])])
        return EncodedSequences(
            self.values[self.positions(rows)], offsets, self.alphabet
        )

    def positions(self, rows: Rows) -> Rows:
        """Find where the positions of some sequences stand in the flat array.

        Parameters
        ----------
        rows : ndarray of shape (n_rows,), int
            Which sequences, in which order.

        Returns
        -------
        ndarray of shape (n_positions_of_rows,), int
            Indices into `values`, sequence by sequence.
        """
        lengths = self.lengths[rows]
        ends = np.cumsum(lengths)
        shift = np.repeat(self.offsets[:-1][rows] - (ends - lengths), lengths)
        found: Rows = np.arange(ends[-1] if len(ends) else 0) + shift
        return found

    def mirrored(self) -> Rows:
        """Find where each position stands if every sequence is read backwards.

        Returns
        -------
        ndarray of shape (n_positions_total,), int
            Indices into `values`: the last position of the first sequence comes first.
        """
        both_ends = self.offsets[:-1] + self.offsets[1:] - 1
        found: Rows = np.repeat(both_ends, self.lengths) - np.arange(self.offsets[-1])
        return found

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values.

        Returns
        -------
        dict
            The arrays, the state of the alphabet or None, and the version of this
            layout.
        """
        return {
            "version": _VERSION,
            "values": self.values,
            "offsets": self.offsets,
            "alphabet": None if self.alphabet is None else self.alphabet.to_state(),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> EncodedSequences:
        """Convert from plain values.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        EncodedSequences
            The same sequences.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        alphabet = state["alphabet"]
        new = cls(
            state["values"],
            state["offsets"],
            None if alphabet is None else Alphabet.from_state(alphabet),
        )
        new._require_consistent()
        return new

    def _require_consistent(self) -> None:
        """Refuse places beyond the end, and codes of no character."""
        offsets, n_positions = self.offsets, len(self.values)
        ends = offsets.ndim == 1 and len(offsets) > 0 and offsets.dtype == np.int64
        require(ends and offsets[0] == 0 and offsets[-1] == n_positions, "sequences")
        require(bool((np.diff(offsets) >= 0).all()), "sequences")
        if self.alphabet is not None and n_positions:
            known = self.values.dtype == np.uint8 and self.values.ndim == 1
            n_codes = len(self.alphabet.characters)
            require(known and bool(self.values.max() < n_codes), "sequences")

    def copies(self) -> Rows:
        """Find sequences that are the same.

        Returns
        -------
        ndarray of shape (n_samples,), int
            A number for each, the same for equal ones; numbers rise from 0 in the order
            in which they are first met.
        """
        numbers: dict[bytes, int] = {}
        return np.array(
            [
                numbers.setdefault(self.values[start:stop].tobytes(), len(numbers))
                for start, stop in itertools.pairwise(self.offsets)
            ],
            dtype=np.intp,
        )

    def padded(self) -> tuple[npt.NDArray[Any], Mask | None]:
        """Lay the sequences out as rows, all as long as the longest.

        Returns
        -------
        values : ndarray of shape (n_samples, n_positions) or (n_samples, n_positions, C)
            The sequences; padding repeats whatever value comes first.
        mask : ndarray of shape (n_samples, n_positions), bool, or None
            True at real positions; None where all lengths are equal.
        """  # noqa: E501 - as above
        lengths = self.lengths
        longest = int(lengths.max())
        if (lengths == longest).all():
            shape = (len(self), longest, *self.values.shape[1:])
            return self.values.reshape(shape), None
        mask = np.arange(longest) < lengths[:, None]
        index = self.offsets[:-1, None] + np.arange(longest)
        return self.values[np.where(mask, index, 0)], mask

    def decode(self) -> list[str]:
        """Turn codes back into text, in upper case and without aliases.

        Returns
        -------
        list of str
            The sequences.
        """
        if self.alphabet is None:
            raise TypeError("Sequences of channels have no characters to decode to.")
        letters = np.frombuffer(self.alphabet.characters.encode(), np.uint8)
        text = letters[self.values].tobytes().decode()
        ends = self.offsets.tolist()
        return [text[a:b] for a, b in itertools.pairwise(ends)]


def recurs(copies: Rows) -> bool:
    """Check whether a column has few sequences that stand in many rows.

    Parameters
    ----------
    copies : ndarray of shape (n_samples,), int
        What `EncodedSequences.copies` returned.

    Returns
    -------
    bool
        True if each stands in five rows or more on average.
    """
    return bool((copies.max() + 1) * _REPEATS <= len(copies))


def recode(
    values: npt.NDArray[np.float32], alphabet: Alphabet
) -> EncodedSequences | None:
    """Read one-hot channels back into codes.

    Parameters
    ----------
    values : ndarray of shape (n_positions_total, n_channels), float32
        Channels of each position.
    alphabet : Alphabet
        The alphabet they may be an encoding of.

    Returns
    -------
    EncodedSequences or None
        One sequence with all positions, or None if a row is no character's row.
    """
    extra = values.shape[1] - len(alphabet.letters)
    if extra not in (0, len(alphabet.silent)):  # or it is not known which one it is
        return None
    alphabet = alphabet.with_letters(alphabet.silent[:extra])
    # A random projection names each row; equality of the whole row is checked after.
    axis = np.random.default_rng(0).normal(size=values.shape[1])
    names = alphabet.membership.astype(float) @ axis
    order = np.argsort(names, kind="stable")
    at = np.searchsorted(names[order], values.astype(float) @ axis - 1e-9)
    codes = order[np.minimum(at, len(order) - 1)].astype(np.uint8)
    if not np.array_equal(alphabet.membership[codes], values):
        return None
    return EncodedSequences(codes, np.array([0, len(codes)]), alphabet)


def locate(offsets: npt.NDArray[np.int64], at: int) -> tuple[int, int]:
    """Find the sequence and the position in it of an index into the flat array.

    Parameters
    ----------
    offsets : ndarray of shape (n_samples + 1,), int64
        Where sequences begin and end.
    at : int
        Index into the flat array.

    Returns
    -------
    row : int
        Which sequence.
    position : int
        Which position in it, 0-based.
    """
    row = int(np.searchsorted(offsets, at, side="right")) - 1
    return row, at - int(offsets[row])
