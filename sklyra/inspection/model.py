"""Models to inspect, and the parents that are mutated."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sklyra._typing import Array
from sklyra.alphabets import Alphabet
from sklyra.estimators import LyraClassifier, LyraRegressor
from sklyra.sequences import check_sequences

# Sequences that are predicted at a time.
_BLOCK = 20_000


def find_model(model: Any) -> LyraRegressor | LyraClassifier:
    """Find the fitted model of sequences to inspect.

    Parameters
    ----------
    model : LyraRegressor or LyraClassifier
        A fitted one, or a search that has one as its ``best_estimator_``.

    Returns
    -------
    LyraRegressor or LyraClassifier
        The model.

    Raises
    ------
    TypeError
        If it is something else.
    ValueError
        If it was fitted to numbers, or to tables of several columns.
    """
    model = getattr(model, "best_estimator_", model)
    if not isinstance(model, (LyraRegressor, LyraClassifier)):
        raise TypeError(
            f"model is a {type(model).__name__}. Pass a fitted LyraRegressor or "
            "LyraClassifier, or a search of one; of a pipeline its last step."
        )
    check_is_fitted(model)
    if not isinstance(model.alphabet_, Alphabet):
        what = "numbers" if model.alphabet_ is None else "tables of several columns"
        raise ValueError(
            f"model was fitted to {what}, but mutations are those of one sequence. "
            "Fit it to a single column of sequences."
        )
    return model


def read_parent(model: LyraRegressor | LyraClassifier, parent: Any) -> str:
    """Read a parent as the model reads sequences.

    Parameters
    ----------
    model : LyraRegressor or LyraClassifier
        A fitted model of sequences.
    parent : str
        The sequence that is mutated.

    Returns
    -------
    str
        Its letters as the alphabet has them.

    Raises
    ------
    TypeError
        If it is not one string.
    ValueError
        If it has a character outside the alphabet, or one that may be several letters,
        or another length than all of training.
    """
    if not isinstance(parent, str):
        raise TypeError(
            f"parent is a {type(parent).__name__}, but must be one sequence: a string."
        )
    alphabet = model.alphabet_
    assert isinstance(alphabet, Alphabet)
    codes = check_sequences([parent], alphabet=alphabet, fitted=True).values
    letters = "".join(alphabet.characters[code] for code in codes)
    for place, letter in enumerate(letters):
        if letter in alphabet.letters:
            continue
        at = f"parent has {letter!r} at position {place + 1} (counted from 1), "
        if letter in alphabet.degenerate:
            raise ValueError(
                f"{at}which may be any of {alphabet.degenerate[letter]!r}. Write one "
                "letter, so that a mutation of it has a meaning."
            )
        raise ValueError(
            f"{at}which is no letter of this model: training sequences had none, so "
            "that nothing is known of it. Leave it out of the parent; of an "
            "alignment, fit to sequences with their gaps."
        )
    _check_length(model, letters)
    return letters


def _check_length(model: LyraRegressor | LyraClassifier, parent: str) -> None:
    """Refuse a parent of another length, where training had one length only."""
    doubt = model._ensemble.doubt
    samples = doubt and doubt.novelty.samples
    if not samples:
        return
    lengths = samples.sequences.lengths
    if len(lengths) > 1 and (lengths == lengths[0]).all() and lengths[0] != len(parent):
        raise ValueError(
            f"parent has {len(parent)} letters, but training sequences have "
            f"{lengths[0]}, all of them: the model knows nothing of other lengths. "
            "Pass the part of the parent that they show."
        )


def predict_margins(
    model: LyraRegressor | LyraClassifier, sequences: list[str]
) -> Array:
    """Predict values, or what `decision_function` returns.

    Parameters
    ----------
    model : LyraRegressor or LyraClassifier
        A fitted model of sequences.
    sequences : list of str
        Any number of them.

    Returns
    -------
    ndarray of shape (n_sequences[, n_outputs]), float64
        Predictions.
    """
    margins = model._ensemble.target.margins
    blocks = [
        margins(model._output(sequences[first : first + _BLOCK]))
        for first in range(0, len(sequences), _BLOCK)
    ]
    values: Array = np.concatenate(blocks).astype(np.float64)
    return values
