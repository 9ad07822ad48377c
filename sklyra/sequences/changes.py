"""Changes of a parent, in all of its variants at once, and the parent itself."""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sklyra._typing import Codes, Rows
from sklyra.alphabets import Alphabet
from sklyra.sequences.checking import check_sequences
from sklyra.sequences.encoded import EncodedSequences
from sklyra.sequences.mutations import Mutation


class Changes(NamedTuple):
    """Where sequences differ from a parent, one entry for each place.

    Parameters
    ----------
    rows : ndarray of shape (n_changes,), int
        The sequence, in order.
    positions : ndarray of shape (n_changes,), int
        The position in it, from 0, in order within a sequence.
    codes : ndarray of shape (n_changes,), uint8
        What stands there instead.
    """

    rows: Rows
    positions: Rows
    codes: Codes


def find_consensus(codes: npt.NDArray[np.integer]) -> Rows:
    """Find what most sequences have at each position: the parent of variants.

    Parameters
    ----------
    codes : ndarray of shape (n_samples, n_positions), int
        What stands at each position, as a number from 0 that is not large.

    Returns
    -------
    ndarray of shape (n_positions,), int
        The most common number at each position, the lowest of equally common ones; 0
        if there are no sequences.
    """
    # A column at a time: one count of all needs eight bytes for each character.
    common = (np.bincount(column, minlength=1).argmax() for column in codes.T)
    return np.fromiter(common, np.intp, codes.shape[1])


def read_parent(parent: str, alphabet: Alphabet, n_positions: int) -> Codes:
    """Read the parent of variants that have been read.

    Parameters
    ----------
    parent : str
        The parent.
    alphabet : Alphabet
        That of the variants.
    n_positions : int
        Their length.

    Returns
    -------
    ndarray of shape (n_positions,), uint8
        The characters of the parent.

    Raises
    ------
    ValueError
        If the parent has another length, or a character outside the alphabet.
    """
    codes: Codes = check_sequences([parent], alphabet=alphabet, fitted=True).values
    if len(codes) != n_positions:
        raise ValueError(
            f"parent has {len(codes)} letters, but sequences have {n_positions}."
        )
    return codes


def find_changes(sequences: EncodedSequences, parent: npt.NDArray[Any]) -> Changes:
    """Find where sequences differ from their parent, in all of them at once.

    Parameters
    ----------
    sequences : EncodedSequences
        Sequences of letters, all as long as the parent.
    parent : ndarray of shape (n_positions,), int
        Characters of the parent, from `read_parent` or `find_consensus`.

    Returns
    -------
    Changes
        Each place where a sequence has another character.

    Raises
    ------
    ValueError
        If a sequence has another length.

    Examples
    --------
    >>> from sklyra.sequences import check_sequences, find_changes
    >>> sequences = check_sequences(["MKTAYI", "MRTAYV"], alphabet="protein")
    >>> find_changes(sequences, sequences.padded()[0][0]).positions
    array([1, 5])
    """
    odd = np.flatnonzero(sequences.lengths != len(parent))
    if len(odd):
        raise ValueError(
            f"X[{odd[0]}] has {sequences.lengths[odd[0]]} letters and the parent has "
            f"{len(parent)}: mutations are found position by position. Align them, "
            "with gaps (-)."
        )
    codes = sequences.values.reshape(len(sequences), len(parent))
    rows, positions = np.nonzero(codes != parent)
    return Changes(rows, positions, codes[rows, positions])


def list_mutations(
    sequences: EncodedSequences, parent: npt.NDArray[Any], *, start: int = 1
) -> list[tuple[Mutation, ...]]:
    """List the mutations of each of many variants.

    Parameters
    ----------
    sequences : EncodedSequences
        Sequences of letters, all as long as the parent.
    parent : ndarray of shape (n_positions,), int
        Characters of the parent, from `read_parent` or `find_consensus`.
    start : int, default=1
        Number of the parent's first letter.

    Returns
    -------
    list of tuple of Mutation
        For each sequence what differs, by position.

    Raises
    ------
    ValueError
        If a sequence has another length, or a degenerate character where it differs.

    Examples
    --------
    >>> from sklyra.sequences import check_sequences, list_mutations, read_parent
    >>> sequences = check_sequences(["MKTAYI", "MRTAYV"], alphabet="protein")
    >>> parent = read_parent("MKTAYI", sequences.alphabet, 6)
    >>> [list(map(str, row)) for row in list_mutations(sequences, parent)]
    [[], ['K2R', 'I6V']]
    """
    assert sequences.alphabet is not None
    changes = find_changes(sequences, parent)
    _check_definite(changes, parent, sequences.alphabet)
    # Variants share most of their mutations: each is made once.
    characters = sequences.alphabet.characters
    places = changes.positions * len(characters) + changes.codes
    different, which = np.unique(places, return_inverse=True)
    mutations = [
        Mutation(characters[parent[position]], position + start, characters[code])
        for position, code in zip(*np.divmod(different, len(characters)), strict=True)
    ]
    listed = [mutations[number] for number in which.tolist()]
    ends = np.searchsorted(changes.rows, np.arange(len(sequences) + 1)).tolist()
    return [tuple(listed[a:b]) for a, b in itertools.pairwise(ends)]


def _check_definite(
    changes: Changes, parent: npt.NDArray[Any], alphabet: Alphabet
) -> None:
    """Refuse changes from or to a character that may be one of several letters."""
    table = np.isin(list(alphabet.characters), list(alphabet.degenerate))
    from_parent = table[parent[changes.positions]]
    bad = np.flatnonzero(from_parent | table[changes.codes])
    if not len(bad):
        return
    at = bad[0]
    position = changes.positions[at]
    code = parent[position] if from_parent[at] else changes.codes[at]
    where = "the parent" if from_parent[at] else f"X[{changes.rows[at]}]"
    character = alphabet.characters[code]
    raise ValueError(
        f"{where} has {character!r} at position {position} (0-based), which may be any "
        f"of {alphabet.degenerate[character]}: no mutation can be named. Leave it out, "
        "or write the letter that it is."
    )
