"""Position encoders: a table with a row of numbers for each character."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.callback import CallbackSupportMixin, with_callbacks
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import FeatureUnion
from sklearn.utils import Tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from sklyra._constraints import BOOL, check_attributes
from sklyra._documentation import DOC_LINK_MODULE, DOC_LINK_TEMPLATE
from sklyra.alphabets import Alphabet
from sklyra.encoders.reading import describe_encoder, read_known, read_new, text_tags
from sklyra.persistence import save
from sklyra.sequences import EncodedSequences


def _table_maker() -> str:
    """Find the ColumnTransformer or FeatureUnion that is calling, if any.

    Their own message about channels is that they "should be 2D", or they put them side
    by side along the sequence.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        caller = frame.f_locals.get("self")
        if isinstance(caller, (ColumnTransformer, FeatureUnion)):
            return type(caller).__name__
        frame = frame.f_back
    return ""


def _has_columns(encoder: PositionEncoder) -> bool:
    """Check whether the output is a table, with names for its columns."""
    if not encoder.flatten:
        raise AttributeError(
            "Several channels for each position are no table: only with flatten=True "
            "do columns have names, and frames can be chosen by set_output."
        )
    return True


class PositionEncoder(CallbackSupportMixin, TransformerMixin, BaseEstimator):
    """Replace every character by the numbers of its row in a table."""

    _doc_link_module = DOC_LINK_MODULE
    _doc_link_template = DOC_LINK_TEMPLATE

    alphabet: str | Alphabet
    unknown: str
    flatten: bool
    alphabet_: Alphabet

    save = save
    _describe = describe_encoder

    def __sklearn_tags__(self) -> Tags:
        return text_tags(super().__sklearn_tags__())

    def letter_features(
        self, alphabet: Alphabet
    ) -> tuple[npt.NDArray[np.float32], list[str]]:
        """Compute the numbers that stand for each letter, and name them.

        Parameters
        ----------
        alphabet : Alphabet
            The alphabet of the sequences.

        Returns
        -------
        table : ndarray of shape (n_letters, n_channels), float32
            One row for each of ``alphabet.letters``.
        names : list of str
            Name of each channel.
        """
        raise NotImplementedError

    def character_features(
        self, alphabet: Alphabet
    ) -> tuple[npt.NDArray[np.float32], list[str]]:
        """Compute the numbers that stand for each character, and name them.

        Parameters
        ----------
        alphabet : Alphabet
            The alphabet of the sequences.

        Returns
        -------
        table : ndarray of shape (n_characters, n_channels), float32
            One row for each of ``alphabet.characters``: that of a degenerate character
            is the mean of what it may be, that of a silent one zero.
        names : list of str
            Name of each channel.
        """
        table, names = self.letter_features(alphabet)
        return alphabet.membership @ table, names

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
        check_attributes(self, {"flatten": [BOOL]})
        sequences, alphabet = read_new(self, X)
        self.table_, self.channels_ = self.character_features(alphabet)
        self.max_length_ = int(sequences.lengths.max())
        self.alphabet_ = alphabet
        task.call_on_fit_task_end(estimator=self, X=X, y=y)
        return self

    def transform(self, X: Any) -> npt.NDArray[np.float32] | list[Any]:
        """Encode sequences.

        Parameters
        ----------
        X : array-like of shape (n_samples,) of str
            Sequences.

        Returns
        -------
        ndarray of shape (n_samples, n_positions, n_channels), float32, or list
            Channels of each position; a list of arrays of shape (n_positions,
            n_channels) where lengths differ. With ``flatten=True`` always an array of
            shape (n_samples, max_length * n_channels), zero behind a sequence's end.
        """
        if not self.flatten and (name := _table_maker()):
            raise ValueError(
                f"{type(self).__name__} has several channels for each position, but a "
                f"{name} needs one table: pass flatten=True, which needs sequences no "
                "longer than in fit."
            )
        sequences = read_known(self, X)
        values: npt.NDArray[np.float32] = self.table_[sequences.values]
        if self.flatten:
            return self._flatten(values, sequences)
        if (sequences.lengths == sequences.lengths[0]).all():
            return values.reshape(len(sequences), -1, values.shape[1])
        return np.split(values, sequences.offsets[1:-1])

    def _flatten(
        self, values: npt.NDArray[np.float32], sequences: EncodedSequences
    ) -> npt.NDArray[np.float32]:
        lengths = sequences.lengths
        if lengths.max() > self.max_length_:
            raise ValueError(
                f"X[{lengths.argmax()}] has {lengths.max()} positions, but the longest "
                f"sequence in fit had {self.max_length_}: with flatten=True there are "
                "no columns for the rest. Cut the sequence, or fit with the longest."
            )
        out = np.zeros((len(sequences), self.max_length_, values.shape[1]), np.float32)
        out[np.arange(self.max_length_) < lengths[:, None]] = values
        return out.reshape(len(sequences), -1)

    def inverse_transform(self, X: Any) -> list[str]:
        """Turn encoded sequences back into text.

        Characters with the same row (such as selenocysteine, which is encoded as
        cysteine) come back as the first of them.

        Parameters
        ----------
        X : array-like
            What :meth:`transform` returned.

        Returns
        -------
        list of str
            Sequences. Behind ``flatten=True``, zeros at the end are taken for padding.

        Raises
        ------
        ValueError
            If letters share a row, or a row of X is no character's.
        """
        check_is_fitted(self)
        letters = self.table_[: len(self.alphabet_.letters)]
        if len(np.unique(letters, axis=0)) < len(letters):
            raise ValueError(
                f"{type(self).__name__} gives several letters the same numbers, so "
                "the text cannot be told from them."
            )
        if self.flatten:
            X = np.asarray(X).reshape(len(X), -1, self.table_.shape[1])
        return [
            self._decode(np.asarray(part, np.float32), i) for i, part in enumerate(X)
        ]

    def _decode(self, part: npt.NDArray[np.float32], index: int) -> str:
        if self.flatten:
            filled = np.flatnonzero(part.any(axis=1))
            part = part[: filled[-1] + 1 if len(filled) else 0]
        distance = np.abs(part[:, None] - self.table_).max(axis=-1)
        if len(part) and distance.min(axis=1).max() > 1e-4:
            position = int(distance.min(axis=1).argmax())
            raise ValueError(
                f"X[{index}] at position {position} (0-based) is the encoding of no "
                f"character of {self.alphabet_.characters!r}."
            )
        return "".join(self.alphabet_.characters[i] for i in distance.argmin(axis=1))

    # scikit-learn ships no types
    @available_if(_has_columns)  # type: ignore[untyped-decorator]
    def get_feature_names_out(
        self, input_features: object = None
    ) -> npt.NDArray[np.object_]:
        """Name the columns of the output, with ``flatten=True``.

        Parameters
        ----------
        input_features : None
            Not used.

        Returns
        -------
        ndarray of str
            ``"p{position}_{channel}"`` with positions from 1, as in the name of a
            mutation.
        """
        check_is_fitted(self)
        names = [
            f"p{position}_{channel}"
            for position in range(1, self.max_length_ + 1)
            for channel in self.channels_
        ]
        return np.array(names, dtype=object)
