"""Sequences as encoders read them: text in, codes out, in fit and afterwards."""

from __future__ import annotations

from typing import Any

from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from sklyra._constraints import check_attributes
from sklyra.alphabets import Alphabet
from sklyra.sequences import EncodedSequences, check_sequences, is_text
from sklyra.sequences.parameters import READING


def text_tags(tags: Tags) -> Tags:
    """Declare that an encoder takes text alone.

    Parameters
    ----------
    tags : sklearn.utils.Tags
        Tags of a transformer; changed in place.

    Returns
    -------
    sklearn.utils.Tags
        The same tags.
    """
    tags.input_tags.string = True
    tags.input_tags.two_d_array = False
    tags.transformer_tags.preserves_dtype = []  # text has no dtype to preserve
    return tags


def read_new(encoder: Any, X: Any) -> tuple[EncodedSequences, Alphabet]:
    """Read the sequences of `fit`.

    Parameters
    ----------
    encoder : estimator
        An encoder with the parameters `alphabet` and `unknown`.
    X : array-like of shape (n_samples,) of str
        Sequences.

    Returns
    -------
    sequences : EncodedSequences
        Their codes.
    alphabet : Alphabet
        The alphabet of these codes.

    Raises
    ------
    ValueError
        If X holds numbers or sequences that cannot be read.
    ValueError, TypeError
        If a parameter has a value that is not allowed.
    """
    check_attributes(encoder, READING)
    sequences = _read(encoder, X, encoder.alphabet, fitted=False)
    assert sequences.alphabet is not None
    return sequences, sequences.alphabet


def read_known(encoder: Any, X: Any) -> EncodedSequences:
    """Read the sequences of `transform`, in the alphabet of `fit`.

    Parameters
    ----------
    encoder : estimator
        A fitted encoder.
    X : array-like of shape (n_samples,) of str
        Sequences.

    Returns
    -------
    EncodedSequences
        Their codes.

    Raises
    ------
    NotFittedError
        If the encoder is not fitted.
    ValueError
        If X holds numbers or sequences that cannot be read.
    """
    check_is_fitted(encoder)
    return _read(encoder, X, encoder.alphabet_, fitted=True)


def _read(
    encoder: Any, X: Any, alphabet: str | Alphabet, fitted: bool
) -> EncodedSequences:
    if not is_text(X):
        raise ValueError(
            f"{type(encoder).__name__} encodes sequences of characters, but X holds "
            "numbers. Expected 1D array of str; reshape your data."
        )
    named = isinstance(encoder.alphabet, Alphabet) or encoder.alphabet != "auto"
    return check_sequences(
        X, alphabet=alphabet, unknown=encoder.unknown, fitted=fitted, named=named
    )


def describe_encoder(encoder: Any) -> dict[str, Any]:
    """Describe an encoder in plain values.

    Parameters
    ----------
    encoder : PositionEncoder or KmerVectorizer
        The encoder, fitted or not.

    Returns
    -------
    dict
        As `sklyra.file_info` returns it.
    """
    alphabet: Alphabet | None = vars(encoder).get("alphabet_")
    if alphabet is None:
        return {"fitted": False}
    return {"fitted": True, "alphabet": alphabet.name}
