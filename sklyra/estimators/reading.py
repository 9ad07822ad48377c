"""Reader of X: what it may be, in training and later."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.utils.validation import validate_data

from sklyra._state import check_version
from sklyra._warnings import warn
from sklyra.alphabets import Alphabet
from sklyra.encoders import SequenceOneHotEncoder
from sklyra.estimators.parameters import encoder
from sklyra.exceptions import LengthWarning
from sklyra.sequences import (
    EncodedSequences,
    Inputs,
    check_sequences,
    find_alphabet,
    is_text,
    recode,
)

_VERSION = 1


class InputReader:
    """What X of training was, with which later X must agree.

    Parameters
    ----------
    alphabet : Alphabet or None
        That of its sequences; None for numbers.
    n_channels : int
        Letters, or numbers at each position.
    max_length : int
        Length of the longest sequence.
    """

    def __init__(
        self, alphabet: Alphabet | None, n_channels: int, max_length: int
    ) -> None:
        self.alphabet = alphabet
        self.n_channels = n_channels
        self.max_length = max_length

    @property
    def alphabets(self) -> Alphabet | None:
        """What estimators keep as ``alphabet_``.

        Returns
        -------
        Alphabet or None
            That of the sequences.
        """
        return self.alphabet

    @classmethod
    def learn(cls, estimator: Any, X: Any) -> tuple[Self, Inputs]:
        """Read X of training.

        Parameters
        ----------
        estimator : estimator
            Its parameters say how to read; scikit-learn notes names and number of
            columns there.
        X : array-like
            As for `fit`.

        Returns
        -------
        reader : InputReader
            What later X must agree with.
        inputs : Inputs
            What X holds.
        """
        for name in ("n_features_in_", "feature_names_in_"):
            estimator.__dict__.pop(name, None)
        sequences = _read_new(estimator, X)
        alphabet = sequences.alphabet
        n_channels = sequences.values.shape[1] if alphabet is None else 0
        if alphabet is not None:
            n_channels = len(alphabet.letters)
        reader = cls(alphabet, n_channels, int(sequences.lengths.max()))
        return reader, Inputs((sequences,))

    def read(self, estimator: Any, X: Any) -> Inputs:
        """Read X as that of training was.

        Parameters
        ----------
        estimator : estimator
            As for `learn`.
        X : array-like
            As for `predict`.

        Returns
        -------
        Inputs
            What X holds.
        """
        return Inputs((self._read(estimator, X),))

    def _read(self, estimator: Any, X: Any) -> EncodedSequences:
        owner = type(estimator).__name__
        if hasattr(X, "columns") and hasattr(estimator, "feature_names_in_"):
            # compares names
            validate_data(estimator, X, reset=False, skip_check_array=True)
        if is_text(X):
            if self.alphabet is None:
                raise ValueError(
                    f"X holds sequences of characters, but this {owner} "
                    "was fitted on numbers. Encode them as the training data were."
                )
            return check_sequences(
                X,
                alphabet=self.alphabet,
                unknown=estimator.unknown,
                fitted=True,
                named=_is_named(estimator.alphabet),
            )
        if not _has_channels(X):
            if self.alphabet is not None:
                raise ValueError(
                    f"This {owner} was fitted on sequences of the "
                    f"alphabet {self.alphabet.name!r}, but X holds a table of "
                    "numbers. Pass sequences."
                )
            X = validate_data(estimator, X, reset=False, dtype=np.float32)
        sequences = check_sequences(X, fitted=True)
        if sequences.values.shape[1] != self.n_channels:
            raise ValueError(
                f"X has {sequences.values.shape[1]} channels at each position, but "
                f"{owner} was fitted with {self.n_channels}."
            )
        sequences = _as_codes(estimator, sequences, self.alphabet)
        if self.alphabet is not None and sequences.alphabet is None:
            raise ValueError(
                f"This {owner} was fitted on letters of the alphabet "
                f"{self.alphabet.name!r}, but some positions of X are no letter's "
                "one-hot channels. Pass sequences, or fit on numbers of this kind."
            )
        return sequences

    def check_lengths(self, inputs: Inputs, max_length: int) -> None:
        """Warn of sequences that are far longer than those of training.

        Parameters
        ----------
        inputs : Inputs
            What was read.
        max_length : int
            Length of the longest sequence of training.
        """
        warn_of_length(inputs.sequences, max_length)

    def check_repeats(self, inputs: Inputs, groups: Any, cv: Any) -> None:
        """Do nothing: equal sequences are held out together.

        Parameters
        ----------
        inputs : Inputs
            What was read.
        groups, cv : object
            What else may say how rows are held out.
        """

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values and arrays.

        Returns
        -------
        dict
            What was learned, and the version of this layout.
        """
        alphabet = None if self.alphabet is None else self.alphabet.to_state()
        return {
            "version": _VERSION,
            "alphabet": alphabet,
            "n_channels": self.n_channels,
            "max_length": self.max_length,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Convert from plain values and arrays.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        InputReader
            The same.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        alphabet = state["alphabet"]
        if alphabet is not None:
            alphabet = Alphabet.from_state(alphabet)
        return cls(alphabet, state["n_channels"], state["max_length"])

    def __getstate__(self) -> dict[str, Any]:
        return self.to_state()

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(vars(self.from_state(state)))


def _read_new(estimator: Any, X: Any) -> EncodedSequences:
    """Read X of training, whatever it is."""
    if is_text(X):
        if hasattr(X, "columns"):
            validate_data(estimator, X, skip_check_array=True)  # notes their names
        return check_sequences(
            X, alphabet=estimator.alphabet, unknown=estimator.unknown
        )
    if not _has_channels(X):
        if _depth(X) == 1:
            raise ValueError(
                "X holds one number for each sample. Pass sequences, or a table "
                "of numbers (n_samples, n_positions); targets come second: "
                "fit(X, y)."
            )
        X = validate_data(estimator, X, reset=True, dtype=np.float32)
        return check_sequences(X)
    known = None
    if _is_named(estimator.alphabet):
        known = find_alphabet(estimator.alphabet)
    return _as_codes(estimator, check_sequences(X), known)


def _as_codes(
    estimator: Any, sequences: EncodedSequences, alphabet: Alphabet | None
) -> EncodedSequences:
    """Read one-hot channels as the letters that they are, if these are known."""
    one_hot = isinstance(encoder(estimator.encoding), SequenceOneHotEncoder)
    if alphabet is None or not one_hot:
        return sequences
    codes = recode(sequences.values, alphabet)
    if codes is None:
        return sequences
    return EncodedSequences(codes.values, sequences.offsets, codes.alphabet)


def warn_of_length(sequences: EncodedSequences, max_length: int) -> None:
    """Warn if the longest sequence is far longer than those of training.

    Parameters
    ----------
    sequences : EncodedSequences
        Sequences to predict.
    max_length : int
        Length of the longest sequence of training.
    """
    lengths = sequences.lengths
    if lengths.max() > 2 * max_length:
        warn(
            f"X[{int(lengths.argmax())}] has {lengths.max()} positions, the "
            f"longest sequence in training had {max_length}: the model has "
            "seen nothing like it.",
            LengthWarning,
        )


def _is_named(alphabet: str | Alphabet) -> bool:
    """Check whether the user chose an alphabet."""
    return isinstance(alphabet, Alphabet) or alphabet != "auto"


def _has_channels(X: Any) -> bool:
    """Check for numbers (n, L, C) or lists of (L_i, C), not a table (n, L)."""
    return _depth(X) == 3


def _depth(X: Any) -> int:
    """Count the axes of numbers, which may be in a list of arrays of any lengths."""
    if isinstance(X, (list, tuple)):
        return 1 + np.ndim(X[0]) if len(X) else 2
    return int(getattr(X, "ndim", 2))
