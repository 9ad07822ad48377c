"""Strands of DNA: reverse complements."""

from __future__ import annotations

import numpy as np

from sklyra._typing import Rows
from sklyra.alphabets import Alphabet
from sklyra.sequences.encoded import EncodedSequences

_PAIRS = {"A": "T", "C": "G", "G": "C", "T": "A"}


def both_strands(sequences: EncodedSequences) -> EncodedSequences:
    """Put the reverse complement of each sequence behind all of them.

    Parameters
    ----------
    sequences : EncodedSequences
        DNA.

    Returns
    -------
    EncodedSequences
        Sequence ``n + i`` is sequence ``i`` of `n`, read along the other strand.

    Raises
    ------
    ValueError
        If the sequences are not DNA.
    """
    alphabet = sequences.alphabet
    if alphabet is None or not set(_PAIRS) <= set(alphabet.letters) <= set("ACGT-"):
        name = "numbers" if alphabet is None else f"letters of {alphabet.name!r}"
        raise ValueError(
            f"Only DNA has a reverse complement, but X holds {name}. Leave "
            "reverse_complement=False, or pass alphabet='dna' if it is DNA."
        )
    backwards = EncodedSequences(
        _complement(alphabet)[sequences.values[::-1]],
        sequences.offsets[-1] - sequences.offsets[::-1],
        alphabet,
    ).take(np.arange(len(sequences))[::-1])
    return EncodedSequences(
        np.concatenate([sequences.values, backwards.values]),
        np.concatenate(
            [sequences.offsets, sequences.offsets[-1] + backwards.offsets[1:]]
        ),
        alphabet,
    )


def duplexes(sequences: EncodedSequences) -> Rows:
    """Find sequences that are the same, read along either strand.

    Parameters
    ----------
    sequences : EncodedSequences
        DNA.

    Returns
    -------
    ndarray of shape (n_samples,), int
        A number for each, the same for equal ones and for reverse complements.
    """
    one, other = np.split(both_strands(sequences).copies(), 2)
    numbers: Rows = np.minimum(one, other)
    return numbers


def _complement(alphabet: Alphabet) -> np.ndarray:
    """Code of the complement of each code: what its letters pair with."""
    meaning = [
        frozenset(alphabet.degenerate.get(c, c if c in alphabet.letters else ""))
        for c in alphabet.characters
    ]
    table = np.arange(len(meaning), dtype=np.uint8)
    for code, letters in enumerate(meaning):
        if letters:
            table[code] = meaning.index(frozenset(_PAIRS.get(c, c) for c in letters))
    return table
