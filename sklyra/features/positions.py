"""Aligned positions: those that mean the same in every sequence."""

from __future__ import annotations

import string
from dataclasses import replace
from typing import Any

import numpy as np

from sklyra._state import check_version, require
from sklyra.alphabets import Alphabet
from sklyra.sequences import EncodedSequences

# Sequences of one length, up to this, are compared at all positions.
_POSITIONS = 1024
# Others are aligned by both ends, and this many positions from each count: of
# sequences, and of columns of tables. Measured: trees gain where the middle is reached.
_ENDS, TABLE_ENDS = 50, 128
# Characters that are looked up at a time.
_AT_ONCE = 2**20
_VERSION = 1


class AlignedPositions:
    """Positions that can be compared across sequences, learned from training sequences.

    Where all sequences have one length of up to 1,024, every position; otherwise some
    from either end. Positions with one character in all training sequences are left
    out.

    Parameters
    ----------
    sequences : EncodedSequences
        Training sequences, as codes.
    ends : int or None, default=None
        Positions from either end, where lengths differ. None is 50.
    keep_constant : bool, default=False
        Whether positions with one character in all of them are kept.

    Attributes
    ----------
    alphabet : Alphabet
        That of the sequences, with one more silent character, the last, for a position
        that a sequence does not reach.
    positions : ndarray of shape (n_positions,), int64
        Each position from 0, negative if counted from the right end.
    """

    def __init__(
        self,
        sequences: EncodedSequences,
        ends: int | None = None,
        keep_constant: bool = False,
    ) -> None:
        assert sequences.alphabet is not None
        self.alphabet = _add_absent_character(sequences.alphabet)
        lengths = sequences.lengths
        longest = int(lengths.max())
        if (lengths == longest).all() and longest <= _POSITIONS:
            self.positions = np.arange(longest)
        else:
            ends = min(_ENDS if ends is None else ends, longest)
            self.positions = np.concatenate([np.arange(ends), np.arange(-ends, 0)])
        if keep_constant:
            return
        codes = self(sequences).values.reshape(len(sequences), -1)
        self.positions = self.positions[(codes != codes[0]).any(axis=0)]

    def __len__(self) -> int:
        return len(self.positions)

    def __call__(self, sequences: EncodedSequences) -> EncodedSequences:
        """Look up the characters at these positions.

        Parameters
        ----------
        sequences : EncodedSequences
            Any sequences of the same alphabet.

        Returns
        -------
        EncodedSequences
            The characters at these positions: sequences of one length.
        """
        lengths = sequences.lengths[:, None]
        codes = np.empty((len(sequences), len(self)), np.uint8)
        at_once = max(1, _AT_ONCE // max(1, len(self)))
        for start in range(0, len(sequences), at_once):
            rows = slice(start, start + at_once)
            n = lengths[rows]
            at = np.where(self.positions < 0, n + self.positions, self.positions)
            there = (at >= 0) & (at < n)
            index = np.where(there, sequences.offsets[:-1, None][rows] + at, 0)
            codes[rows] = sequences.values[index]
            codes[rows][~there] = len(self.alphabet.characters) - 1
        offsets = len(self) * np.arange(len(sequences) + 1)
        return EncodedSequences(codes.ravel(), offsets, self.alphabet)

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values.

        Returns
        -------
        dict
            The state of the alphabet, the positions, and the version of this layout.
        """
        return {
            "version": _VERSION,
            "alphabet": self.alphabet.to_state(),
            "positions": self.positions,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> AlignedPositions:
        """Convert from plain values.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        AlignedPositions
            The same positions.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        new = cls.__new__(cls)
        new.alphabet = Alphabet.from_state(state["alphabet"])
        new.positions = state["positions"]
        numbers = new.positions.dtype == np.int64 and new.positions.ndim == 1
        require(numbers and len(new) <= _POSITIONS, cls.__name__)
        return new

    def __getstate__(self) -> dict[str, Any]:
        return self.to_state()

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(vars(self.from_state(state)))


def _add_absent_character(alphabet: Alphabet) -> Alphabet:
    """Add a silent character that no sequence holds."""
    taken = {*alphabet.characters, *alphabet.aliases}
    free = next(c for c in string.printable if c not in taken)
    return replace(alphabet, silent=alphabet.silent + free)
