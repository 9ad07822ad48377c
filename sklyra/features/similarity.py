"""Similarity of letters, as vectors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sklyra.alphabets import PROTEIN, Alphabet
from sklyra.features.substitution import substitution_scores

# Residues by size, polarity and charge.
KINDS = ("AVLIMC", "FWYH", "STNQ", "KR", "DE", "GP")


def letter_vectors(alphabet: Alphabet) -> npt.NDArray[np.float64]:
    """Give each character a vector, so that their products are their similarities.

    Letters of DNA or RNA are similar if they are the same. Half of the similarity of
    two residues is the correlation of their rows in BLOSUM62 [1]_, a quarter is given
    if they are of one kind, a quarter if they are the same.

    Parameters
    ----------
    alphabet : Alphabet
        Any alphabet.

    Returns
    -------
    ndarray of shape (n_characters, n_letters), float64
        Vectors of length 1 for letters, the mean of several for degenerate characters,
        zeros for silent ones.

    References
    ----------
    .. [1] Henikoff, S. & Henikoff, J. G. (1992). Amino acid substitution matrices from
       protein blocks. PNAS 89, 10915-10919.
    """
    letters = np.eye(len(alphabet.letters))
    if set(PROTEIN.letters) <= set(alphabet.letters):
        rows = substitution_scores("BLOSUM62", alphabet)
        kind = [[letter in kind for kind in KINDS] for letter in alphabet.letters]
        residue = np.isin(list(alphabet.letters), list(PROTEIN.letters))
        rows = rows - rows[residue].mean(axis=0)
        rows[~residue] = 0
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
        letters = np.hstack([letters / 2, np.divide(kind, 2), rows * np.sqrt(0.5)])
        # a gap or a stop that is a letter is like nothing but itself
        letters /= np.linalg.norm(letters, axis=1, keepdims=True)
        # the same products from fewer numbers, each mostly one letter's
        values, axes = np.linalg.eigh(letters @ letters.T)
        letters = (axes * np.sqrt(np.maximum(values, 0))) @ axes.T
    vectors: npt.NDArray[np.float64] = alphabet.membership @ letters
    return vectors
