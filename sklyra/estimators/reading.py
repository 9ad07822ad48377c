"""How estimators read sequences: what X may be, in training and later."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data

from sklyra._documentation import DOC_LINK_MODULE, DOC_LINK_TEMPLATE
from sklyra.alphabets import Alphabet
from sklyra.encoders import SequenceOneHotEncoder
from sklyra.estimators.parameters import encoder
from sklyra.sequences import (
    EncodedSequences,
    check_sequences,
    find_alphabet,
    is_text,
    recode,
)


class SequenceReader(BaseEstimator):
    """Read X, and remember of training what later X must agree with."""

    _doc_link_module = DOC_LINK_MODULE
    _doc_link_template = DOC_LINK_TEMPLATE
    alphabet_: Alphabet | None

    def _read_input(self, X: Any, reset: bool) -> EncodedSequences:
        if reset:
            for name in ("n_features_in_", "feature_names_in_"):
                self.__dict__.pop(name, None)
            sequences = self._read_new(X)
            self.alphabet_ = sequences.alphabet
            self.max_length_ = int(sequences.lengths.max())
            self._channels = (
                len(self.alphabet_.letters)
                if self.alphabet_ is not None
                else sequences.values.shape[1]
            )
            return sequences
        if hasattr(X, "columns") and hasattr(self, "feature_names_in_"):
            validate_data(self, X, reset=False, skip_check_array=True)  # names
        if is_text(X):
            if self.alphabet_ is None:
                raise ValueError(
                    f"X holds sequences of characters, but this {type(self).__name__} "
                    "was fitted on numbers. Encode them as the training data were."
                )
            return check_sequences(
                X,
                alphabet=self.alphabet_,
                unknown=self.unknown,
                fitted=True,
                named=_is_named(self.alphabet),
            )
        if not _has_channels(X):
            if self.alphabet_ is not None:
                raise ValueError(
                    f"This {type(self).__name__} was fitted on sequences of the "
                    f"alphabet {self.alphabet_.name!r}, but X holds a table of "
                    "numbers. Pass sequences."
                )
            X = validate_data(self, X, reset=False, dtype=np.float32)
        sequences = check_sequences(X, fitted=True)
        if sequences.values.shape[1] != self._channels:
            raise ValueError(
                f"X has {sequences.values.shape[1]} channels at each position, but "
                f"{type(self).__name__} was fitted with {self._channels}."
            )
        sequences = self._as_codes(sequences, self.alphabet_)
        if self.alphabet_ is not None and sequences.alphabet is None:
            raise ValueError(
                f"This {type(self).__name__} was fitted on letters of the alphabet "
                f"{self.alphabet_.name!r}, but some positions of X are no letter's "
                "one-hot channels. Pass sequences, or fit on numbers of this kind."
            )
        return sequences

    def _read_new(self, X: Any) -> EncodedSequences:
        if is_text(X):
            if hasattr(X, "columns"):
                validate_data(self, X, skip_check_array=True)  # remembers their names
            return check_sequences(X, alphabet=self.alphabet, unknown=self.unknown)
        if not _has_channels(X):
            if _depth(X) == 1:
                raise ValueError(
                    "X holds one number for each sample. Pass sequences, or a table "
                    "of numbers (n_samples, n_positions); targets come second: "
                    "fit(X, y)."
                )
            return check_sequences(validate_data(self, X, reset=True, dtype=np.float32))
        known = None if self.alphabet == "auto" else find_alphabet(self.alphabet)
        return self._as_codes(check_sequences(X), known)

    def _as_codes(
        self, sequences: EncodedSequences, alphabet: Alphabet | None
    ) -> EncodedSequences:
        """Read one-hot channels as the letters that they are, if these are known."""
        one_hot = isinstance(encoder(self.encoding), SequenceOneHotEncoder)
        if alphabet is None or not one_hot:
            return sequences
        codes = recode(sequences.values, alphabet)
        if codes is None:
            return sequences
        return EncodedSequences(codes.values, sequences.offsets, codes.alphabet)


def _is_named(alphabet: str | Alphabet) -> bool:
    """Check whether the user chose an alphabet."""
    return isinstance(alphabet, Alphabet) or alphabet != "auto"


def _has_channels(X: Any) -> bool:
    """Tell (n, L, C) numbers and lists of (L_i, C) from a table (n, L)."""
    return _depth(X) == 3


def _depth(X: Any) -> int:
    """Count the axes of numbers, which may be in a list of arrays of any lengths."""
    if isinstance(X, (list, tuple)):
        return 1 + np.ndim(X[0]) if len(X) else 2
    return int(getattr(X, "ndim", 2))
