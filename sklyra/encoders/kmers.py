"""K-mer counts of sequences, as a sparse or dense table."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.callback import CallbackSupportMixin, with_callbacks
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from sklyra._constraints import BOOL, Int, Table, TupleOf, check_attributes
from sklyra._documentation import DOC_LINK_MODULE, DOC_LINK_TEMPLATE
from sklyra.alphabets import Alphabet
from sklyra.encoders.reading import describe_encoder, read_known, read_new, text_tags
from sklyra.features import count_kmers
from sklyra.persistence import save

_PARAMETERS: Table = {"k": [Int(1), TupleOf(Int(1), 2)], "sparse_output": [BOOL]}


class KmerVectorizer(CallbackSupportMixin, TransformerMixin, BaseEstimator):
    """Count the k-mers of each sequence: all stretches of k letters.

    Every possible k-mer has a column, so there is nothing to learn but the alphabet.
    K-mers with a degenerate character, or with a gap or stop that did not occur in fit,
    are not counted.

    Parameters
    ----------
    k : int or tuple of (int, int), default=3
        Length of the k-mers, or the least and the greatest length.
    alphabet : {"auto", "dna", "rna", "protein"} or Alphabet, default="auto"
        What the characters mean; "auto" decides in fit.
    unknown : {"error", "mask"}, default="error"
        Refuse a character outside the alphabet, or read it as any letter.
    sparse_output : bool, default=True
        Whether counts come as a sparse matrix. False makes an array of all k-mers,
        which is large for long ones, and lets `set_output` choose frames.

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

    _doc_link_module = DOC_LINK_MODULE
    _doc_link_template = DOC_LINK_TEMPLATE

    alphabet_: Alphabet

    save = save
    _describe = describe_encoder

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

    def __sklearn_tags__(self) -> Tags:
        return text_tags(super().__sklearn_tags__())

    # scikit-learn ships no types
    @with_callbacks  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the alphabet of sequences.

        Parameters
        ----------
        X : array-like of shape (n_samples,) of str
            Sequences.
        y : None
            Not used.

        Returns
        -------
        self
            The fitted encoder.
        """
        task = self._init_callback_context()
        task.call_on_fit_task_begin(estimator=self, X=X, y=y)
        check_attributes(self, _PARAMETERS)
        _, alphabet = read_new(self, X)
        self._sizes(len(alphabet.letters))  # may refuse k
        self.alphabet_ = alphabet
        task.call_on_fit_task_end(estimator=self, X=X, y=y)
        return self

    def transform(self, X: Any) -> sparse.csr_matrix | npt.NDArray[np.float32]:
        """Count k-mers.

        Parameters
        ----------
        X : array-like of shape (n_samples,) of str
            Sequences.

        Returns
        -------
        sparse matrix or ndarray of shape (n_samples, n_kmers), float32
            How often each k-mer occurs in each sequence, overlaps included.
        """
        sequences = read_known(self, X)
        sizes = self._sizes(len(self.alphabet_.letters))
        counts = count_kmers(sequences, sizes)
        return counts if self.sparse_output else counts.toarray()

    def _sizes(self, base: int) -> range:
        """List the lengths of k-mers over so many letters."""
        pair = self.k if isinstance(self.k, (tuple, list)) else (self.k, self.k)
        low, high = pair
        if low > high:
            raise ValueError(
                f"k={self.k!r} is not an option: the lower length comes first."
            )
        if base**high > 2**31:
            raise ValueError(
                f"k={self.k!r} is not an option: {base} letters make {base}**{high} "
                "k-mers, and columns are 2**31 at most."
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
            The k-mers, shortest first, in the order of the alphabet's letters.
        """
        check_is_fitted(self)
        letters = np.array(list(self.alphabet_.letters), dtype=object)
        names, kmers = [], np.array([""], dtype=object)
        sizes = self._sizes(len(letters))
        for size in range(1, sizes[-1] + 1):
            kmers = (kmers[:, None] + letters).ravel()
            if size in sizes:
                names.append(kmers)
        return np.concatenate(names)
