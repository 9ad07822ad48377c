"""Aligned positions: those that mean the same in every sequence."""

from __future__ import annotations

import string
from dataclasses import replace

import numpy as np

from sklyra.alphabets import Alphabet
from sklyra.sequences import EncodedSequences

# Sequences of one length, up to this, share a frame: all positions are compared.
_POSITIONS = 1024
# Others are aligned by both ends, and this many positions from each count.
_ENDS = 50
# Characters that are looked up at a time.
_AT_ONCE = 2**20


class AlignedPositions:
    """Positions that can be compared across sequences, learned from training sequences.

    Where all sequences have one length of up to 1,024, every position; otherwise 50
    from either end. Positions with one character in all training sequences are left
    out.

    Parameters
    ----------
    sequences : EncodedSequences
        Training sequences, as codes.

    Attributes
    ----------
    alphabet : Alphabet
        That of the sequences, with one more silent character, the last, for a position
        that a sequence does not reach.
    positions : ndarray of shape (n_positions,), int64
        Each position from 0, negative if counted from the right end.
    """

    def __init__(self, sequences: EncodedSequences) -> None:
        assert sequences.alphabet is not None
        self.alphabet = _add_absent_character(sequences.alphabet)
        lengths = sequences.lengths
        longest = int(lengths.max())
        if (lengths == longest).all() and longest <= _POSITIONS:
            self.positions = np.arange(longest)
        else:
            ends = min(_ENDS, longest)
            self.positions = np.concatenate([np.arange(ends), np.arange(-ends, 0)])
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


def _add_absent_character(alphabet: Alphabet) -> Alphabet:
    """Add a silent character that no sequence holds."""
    taken = {*alphabet.characters, *alphabet.aliases}
    free = next(c for c in string.printable if c not in taken)
    return replace(alphabet, silent=alphabet.silent + free)
