"""Substitution matrix encoding: one row of scores for each letter."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sklyra.alphabets import Alphabet
from sklyra.encoders.base import PositionEncoder
from sklyra.features import substitution_scores


class SubstitutionMatrixEncoder(PositionEncoder):
    """Encode each position as its row of a substitution matrix.

    Letters that replace each other in evolution get similar numbers. The matrices are
    Biopython's. DNA and RNA need one of nucleotides.

    Parameters
    ----------
    matrix : str, default="BLOSUM62"
        Name of a matrix in ``Bio.Align.substitution_matrices``, such as BLOSUM45,
        BLOSUM80, PAM30 or PAM250 for proteins and NUC.4.4 for DNA.
    alphabet : {"auto", "dna", "rna", "protein"} or Alphabet, default="auto"
        What the characters mean; "auto" decides in fit.
    unknown : {"error", "mask"}, default="error"
        Refuse a character outside the alphabet, or read it as any letter.
    flatten : bool, default=False
        Whether to return one padded row for each sequence, as ridge, SVMs and forests
        need. Otherwise the output is an array of shape (n_samples, n_positions,
        n_channels), or a list of arrays where lengths differ.

    Attributes
    ----------
    alphabet_ : Alphabet
        The alphabet in use.
    channels_ : list of str
        Name of each channel.
    max_length_ : int
        Length of the longest sequence in fit.
    table_ : ndarray of shape (n_characters, n_channels), float32
        The numbers that stand for each of ``alphabet_.characters``, in half or third
        bits as the matrix is.

    References
    ----------
    .. [1] Henikoff, S. & Henikoff, J. G. (1992). Amino acid substitution matrices from
       protein blocks. PNAS 89, 10915-10919.

    Examples
    --------
    >>> from sklyra import SubstitutionMatrixEncoder
    >>> SubstitutionMatrixEncoder().fit_transform(["WK"])[0, :, :5]
    array([[-3., -2., -4., -3.,  1.],
           [-1., -3., -1.,  1., -3.]], dtype=float32)
    """

    def __init__(
        self,
        matrix: str = "BLOSUM62",
        *,
        alphabet: str | Alphabet = "auto",
        unknown: str = "error",
        flatten: bool = False,
    ) -> None:
        self.matrix = matrix
        self.alphabet = alphabet
        self.unknown = unknown
        self.flatten = flatten

    def letter_features(
        self, alphabet: Alphabet
    ) -> tuple[npt.NDArray[np.float32], list[str]]:
        """Look up the matrix's rows, restricted to the letters.

        Parameters
        ----------
        alphabet : Alphabet
            The alphabet of the sequences.

        Returns
        -------
        table : ndarray of shape (n_letters, n_letters), float32
            Scores of each letter against each letter.
        names : list of str
            The letters.
        """
        scores = substitution_scores(self.matrix, alphabet)
        return scores, list(alphabet.letters)
