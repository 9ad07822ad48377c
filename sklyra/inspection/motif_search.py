"""Search for motifs: candidates among k-mers, and steps that make them better."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sklyra._typing import Array
from sklyra.alphabets import Alphabet
from sklyra.features import count_kmers
from sklyra.inspection.planting import Planting
from sklyra.sequences import check_sequences

# Columns of a count of k-mers, at most: eleven nucleotides, five residues.
_MOST_KMERS = 2**22
# A position belongs to a motif if its letter matters this much of the most.
_CORE = 0.25
# What a step gains, at least, relative to the effect: predictions are rounded, and
# letters that do not matter would be exchanged for ever.
_GAIN = 0.01


class Motif(NamedTuple):
    """A motif, and places at which it is written.

    Parameters
    ----------
    kmer : str
        Its letters.
    places : ndarray of shape (n_places,), float64
        From 0, the beginning of a sequence, to 1, its end.
    """

    kmer: str
    places: Array


def associated_kmers(
    X: list[str], values: Array, alphabet: Alphabet, size: int, n: int
) -> list[str]:
    """List k-mers that go with high or low predictions, the clearest first.

    Parameters
    ----------
    X : list of str
        Sequences.
    values : ndarray of shape (n_samples,), float64
        Predictions of them.
    alphabet : Alphabet
        That of the model.
    size : int
        Length of the k-mers.
    n : int
        How many to list, at most.

    Returns
    -------
    list of str
        Different k-mers, by how far the mean prediction of sequences that have one is
        from that of all, in standard errors.

    Raises
    ------
    ValueError
        If there are too many k-mers of that size, or none is in `X`.
    """
    base = len(alphabet.letters)
    if base**size > _MOST_KMERS:
        raise ValueError(
            f"size={size}: there are {base}**{size} k-mers, but {_MOST_KMERS:,} at "
            "most can be counted. Pass a smaller size: of longer motifs parts are "
            "found."
        )
    sequences = check_sequences(X, alphabet=alphabet, fitted=True)
    present = count_kmers(sequences, range(size, size + 1)) > 0
    n_present = np.asarray(present.sum(axis=0)).ravel()
    columns = np.flatnonzero(n_present)
    if not len(columns):
        raise ValueError(
            f"X has nowhere {size} letters in a row that are known: all are broken by "
            "gaps or characters that stand for several letters. Pass a smaller size."
        )
    total = np.asarray((values - values.mean()) @ present).ravel()
    clear = np.abs(total[columns]) / np.sqrt(n_present[columns])
    best = columns[np.argsort(-clear, kind="stable")[:n]]
    digits = best[:, None] // base ** np.arange(size)[::-1] % base
    return ["".join(alphabet.letters[digit] for digit in row) for row in digits]


def climb(planting: Planting, kmer: str, places: Array, letters: list[str]) -> Motif:
    """Exchange letters while the effect grows, and cut off those that do not matter.

    Parameters
    ----------
    planting : Planting
        Where k-mers are written.
    kmer : str
        Where to begin.
    places : ndarray of shape (n_places,), float64
        Places at which it is written.
    letters : list of str
        Letters of the alphabet.

    Returns
    -------
    Motif
        What is left.
    """
    while True:
        table = letter_effects(planting, kmer, places, letters)
        own = table[0, letters.index(kmer[0])]
        at, letter = np.unravel_index((np.sign(own) * table).argmax(), table.shape)
        if np.sign(own) * (table[at, letter] - own) <= _GAIN * abs(own):
            break
        kmer = kmer[:at] + letters[letter] + kmer[at + 1 :]
    first, end = _core(table)
    # a place is that of the first letter among those where the k-mer fits
    length = float(np.mean([len(background) for background in planting.backgrounds]))
    room = max(length - len(kmer), 0.0)
    wider = max(length - (end - first), 1.0)
    return Motif(kmer[first:end], np.minimum((places * room + first) / wider, 1.0))


def letter_effects(
    planting: Planting, kmer: str, places: Array, letters: list[str]
) -> Array:
    """Compute the effect of a k-mer with each letter at each position.

    Parameters
    ----------
    planting : Planting
        Where k-mers are written.
    kmer : str
        The k-mer.
    places : ndarray of shape (n_places,), float64
        Places at which it is written.
    letters : list of str
        Letters of the alphabet.

    Returns
    -------
    ndarray of shape (n_positions, n_letters), float64
        Mean effects.
    """
    return np.array(
        [planting.effects(row, places) for row in _exchanged(kmer, letters)]
    )


def _exchanged(kmer: str, letters: list[str]) -> list[list[str]]:
    """Write each letter into each position of a k-mer, a row for each position."""
    return [
        [kmer[:at] + letter + kmer[at + 1 :] for letter in letters]
        for at in range(len(kmer))
    ]


def _core(table: Array) -> tuple[int, int]:
    """Find the first and last positions at which the letter matters."""
    matters = np.ptp(table, axis=1)
    kept = np.flatnonzero(matters >= _CORE * matters.max())
    return int(kept[0]), int(kept[-1]) + 1
