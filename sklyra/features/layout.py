"""Letters of chains, laid out by position: forwards and backwards."""

from __future__ import annotations

import numpy as np

from sklyra._typing import Codes
from sklyra.sequences import EncodedSequences


def lay_out(
    sequences: EncodedSequences, start: int, length: int, nothing: int
) -> Codes:
    """Look up some positions of each sequence.

    Parameters
    ----------
    sequences : EncodedSequences
        The sequences.
    start : int
        First position, from 0.
    length : int
        Number of positions.
    nothing : int
        Code where a sequence has no such position.

    Returns
    -------
    ndarray of shape (n_samples, length), uint8
        Codes.
    """
    at = start + np.arange(length)
    there = at < sequences.lengths[:, None]
    index = np.where(there, sequences.offsets[:-1, None] + at, 0)
    codes: Codes = np.where(there, sequences.values[index], nothing).astype(np.uint8)
    return codes


def read_backwards(sequences: EncodedSequences) -> EncodedSequences:
    """Read each sequence backwards.

    Parameters
    ----------
    sequences : EncodedSequences
        The sequences.

    Returns
    -------
    EncodedSequences
        The last letter of each first.
    """
    ends = np.repeat(sequences.offsets[1:] - 1, sequences.lengths)
    begins = np.repeat(sequences.offsets[:-1], sequences.lengths)
    index = ends - (np.arange(len(sequences.values)) - begins)
    return EncodedSequences(
        sequences.values[index], sequences.offsets, sequences.alphabet
    )


def are_nucleic(one: EncodedSequences, two: EncodedSequences) -> bool:
    """Check for DNA or RNA, whose letters are A, C, G and T or U in this order.

    Parameters
    ----------
    one, two : EncodedSequences
        Two chains.

    Returns
    -------
    bool
        Whether both are of nucleotides.
    """
    names = [chain.alphabet.letters if chain.alphabet else "" for chain in (one, two)]
    return all(name in ("ACGT", "ACGU") for name in names)
