"""Substitution matrices: scores of letters against letters."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sklyra.alphabets import Alphabet
from sklyra.sequences import check_option

_BASES = (set("ACGT"), set("ACGU"))
_NUCLEIC = set("ACGTUNRYSWKMBDHV-*X")


def substitution_scores(name: str, alphabet: Alphabet) -> npt.NDArray[np.float32]:
    """Look up the scores of letters against each other.

    Parameters
    ----------
    name : str
        A matrix that Biopython knows, such as "BLOSUM62".
    alphabet : Alphabet
        The alphabet of the letters.

    Returns
    -------
    ndarray of shape (n_letters, n_letters), float32
        Score of each letter against each letter, in the order of the alphabet. A gap
        or a stop that the matrix does not know has its lowest score.

    Raises
    ------
    ValueError
        If there is no such matrix, or it knows other letters.
    """
    from Bio.Align import substitution_matrices

    check_option("matrix", name, substitution_matrices.load())
    matrix = substitution_matrices.load(name)
    letters = alphabet.letters
    of_bases = set(matrix.alphabet) <= _NUCLEIC
    is_bases = set(letters) - set("-*") in _BASES
    if is_bases and not of_bases:
        raise ValueError(
            f"matrix={name!r} scores amino acids, but the sequences are "
            f"{alphabet.name!r}: A, C, G and T would be read as residues. Choose "
            'a matrix of nucleotides such as "NUC.4.4".'
        )
    # matrices of nucleotides know T only
    as_t = of_bases and "U" not in matrix.alphabet
    columns = letters.replace("U", "T") if as_t else letters
    missing = [a for a in columns if a not in matrix.alphabet and a not in "-*"]
    if missing:
        raise ValueError(
            f"matrix={name!r} has no row for {missing} of the alphabet "
            f"{alphabet.name!r}; it has {matrix.alphabet!r}. Choose another matrix."
        )
    # a gap or stop that a matrix does not score gets its lowest score
    table = np.full((len(letters), len(letters)), matrix.min(), np.float32)
    for i, a in enumerate(columns):
        for j, b in enumerate(columns):
            if a in matrix.alphabet and b in matrix.alphabet:
                table[i, j] = matrix[a, b]
    return table
