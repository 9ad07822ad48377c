"""One-hot encoding: one channel for each letter."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sklyra.alphabets import Alphabet
from sklyra.encoders.base import PositionEncoder


class SequenceOneHotEncoder(PositionEncoder):
    """Encode each position as one channel for each letter.

    A degenerate character is the mean of the letters it may be, a gap or stop zero
    unless it occurred in fit, where it gets a channel.

    Parameters
    ----------
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
        The numbers that stand for each of ``alphabet_.characters``.

    Examples
    --------
    >>> from sklyra import SequenceOneHotEncoder
    >>> encoder = SequenceOneHotEncoder(flatten=True).fit(["ACG", "AC"])
    >>> encoder.transform(["TR"])
    array([[0. , 0. , 0. , 1. , 0.5, 0. , 0.5, 0. , 0. , 0. , 0. , 0. ]],
          dtype=float32)
    """

    def __init__(
        self,
        alphabet: str | Alphabet = "auto",
        *,
        unknown: str = "error",
        flatten: bool = False,
    ) -> None:
        self.alphabet = alphabet
        self.unknown = unknown
        self.flatten = flatten

    def letter_features(
        self, alphabet: Alphabet
    ) -> tuple[npt.NDArray[np.float32], list[str]]:
        """Compute the identity matrix.

        Parameters
        ----------
        alphabet : Alphabet
            The alphabet of the sequences.

        Returns
        -------
        table : ndarray of shape (n_letters, n_letters), float32
            One row for each letter.
        names : list of str
            The letters.
        """
        return np.eye(len(alphabet.letters), dtype=np.float32), list(alphabet.letters)
