"""Input of sequences that are compared letter by letter."""

from __future__ import annotations

from typing import Any

import numpy as np

from sklyra.alphabets import Alphabet
from sklyra.sequences import EncodedSequences, both_strands, check_sequences
from sklyra.sequences.tables import refuse_tables


def read_letters(
    X: Any,
    alphabet: str | Alphabet = "auto",
    unknown: str = "error",
    reverse_complement: bool = False,
    fitted: bool = False,
) -> EncodedSequences:
    """Read sequences of letters.

    Parameters
    ----------
    X : array-like of shape (n_samples,) of str
        Sequences.
    alphabet, unknown, fitted : object
        As for `sklyra.sequences.check_sequences`.
    reverse_complement : bool, default=False
        Whether the reverse complement of each follows behind all of them.

    Returns
    -------
    EncodedSequences
        The sequences.

    Raises
    ------
    TypeError
        If X is numbers.
    ValueError
        If X is a table of several columns, or sequences cannot be read.
    """
    refuse_tables(X)
    sequences = check_sequences(X, alphabet=alphabet, unknown=unknown, fitted=fitted)
    if sequences.alphabet is None:
        raise TypeError("Numbers cannot be compared letter by letter: give text.")
    return both_strands(sequences) if reverse_complement else sequences


def without_gaps(sequences: EncodedSequences) -> EncodedSequences:
    """Take gaps out: they say how sequences were aligned, not what they are.

    Parameters
    ----------
    sequences : EncodedSequences
        Sequences.

    Returns
    -------
    EncodedSequences
        Their letters; one gap of a sequence that has nothing else.
    """
    assert sequences.alphabet is not None
    letters = sequences.values != sequences.alphabet.codes[ord("-")]
    if letters.all():
        return sequences
    starts = sequences.offsets[:-1]
    letters[starts[~np.logical_or.reduceat(letters, starts)]] = True
    ends = np.concatenate([[0], np.cumsum(letters)])
    offsets = ends[sequences.offsets]
    return EncodedSequences(sequences.values[letters], offsets, sequences.alphabet)
