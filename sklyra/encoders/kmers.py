"""Counts of words."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils import check_scalar
from sklearn.utils.validation import check_is_fitted

from sklyra.alphabets import Alphabet
from sklyra.encoders.base import SequenceTransformer
from sklyra.features import count_kmers
from sklyra.sequences import EncodedSequences


class KmerVectorizer(SequenceTransformer):
    """Count the words of k letters in each sequence.

    Every possible word has a column, so there is nothing to learn but the alphabet.
    Words with a degenerate character, or with a gap or stop that did not occur in fit,
    count nowhere.

    Parameters
    ----------
    k : int or tuple of (int, int), default=3
        Length of the words, or the least and the greatest length.
    alphabet : {"auto", "dna", "rna", "protein"} or Alphabet, default="auto"
        What the characters mean; "auto" decides in fit.
    unknown : {"error", "mask"}, default="error"
        Refuse a character outside the alphabet, or read it as any letter.
    sparse_output : bool, default=True
        Whether counts come as a sparse matrix. False makes an array of all words, which
        is large for long words, and lets `set_output` choose frames.

    Attributes
    ----------
    alphabet_ : Alphabet
        The alphabet in use.

    Examples
    --------
    >>> from sklyra import KmerVectorizer
    >>> counts = KmerVectorizer(k=2).fit_transform(["ACAC"])
    >>> counts.shape, counts.sum()
    ((1, 16), np.float32(3.0))
    """

    def __init__(
        self,
        k: int | tuple[int, int] = 3,
        *,
        alphabet: str | Alphabet = "auto",
        unknown: str = "error",
        sparse_output: bool = True,
    ) -> None:
        self.k = k
        self.alphabet = alphabet
        self.unknown = unknown
        self.sparse_output = sparse_output

    def _learn(self, sequences: EncodedSequences, alphabet: Alphabet) -> None:
        check_scalar(self.sparse_output, "sparse_output", (bool, np.bool_))
        self._sizes(len(alphabet.letters))  # may refuse k

    def transform(self, X: Any) -> sparse.csr_matrix | npt.NDArray[np.float32]:
        """Count words.

        Parameters
        ----------
        X : array-like of shape (n_samples,) of str
            Sequences.

        Returns
        -------
        sparse matrix or ndarray of shape (n_samples, n_words), float32
            How often each word stands in each sequence, overlaps counted.
        """
        sequences = self._read_fitted(X)
        sizes = self._sizes(len(self.alphabet_.letters))
        counts = count_kmers(sequences, sizes)
        return counts if self.sparse_output else counts.toarray()

    def _sizes(self, base: int) -> range:
        """Say how long the words are."""
        pair = self.k if isinstance(self.k, (tuple, list)) else (self.k, self.k)
        if len(pair) != 2 or any(isinstance(size, bool) for size in pair):
            raise ValueError(f"k={self.k!r} is not an option: choose an int or two.")
        for size in pair:
            check_scalar(size, "k", Integral, min_val=1)
        low, high = pair
        if low > high:
            raise ValueError(
                f"k={self.k!r} is not an option: the lower length comes first."
            )
        if base**high > 2**31:
            raise ValueError(
                f"k={self.k!r} is not an option: {base} letters make {base}**{high} "
                "words, and columns are 2**31 at most."
            )
        return range(int(low), int(high) + 1)

    def get_feature_names_out(
        self, input_features: object = None
    ) -> npt.NDArray[np.object_]:
        """Name the columns of the output.

        Parameters
        ----------
        input_features : None
            Not used.

        Returns
        -------
        ndarray of str
            The words, shortest first, in the order of the alphabet's letters.
        """
        check_is_fitted(self)
        letters = np.array(list(self.alphabet_.letters), dtype=object)
        names, words = [], np.array([""], dtype=object)
        sizes = self._sizes(len(letters))
        for size in range(1, sizes[-1] + 1):
            words = (words[:, None] + letters).ravel()
            if size in sizes:
                names.append(words)
        return np.concatenate(names)
