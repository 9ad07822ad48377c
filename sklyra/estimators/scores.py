"""Scores of predictions, where targets may be missing."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.metrics import accuracy_score, r2_score

from sklyra._typing import Array
from sklyra.targets.numbers import check_weights
from sklyra.targets.tables import find_shape, is_table, read_table


def r2_of_measured(y: Any, prediction: Any, sample_weight: Any) -> float:
    """Compute the mean R2 of all outputs, each from the rows that have it.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Measured values; NaN where one of several outputs was not measured.
    prediction : ndarray of the same shape, float64
        What was predicted.
    sample_weight : array-like of shape (n_samples,) or None
        Weight of each sequence.

    Returns
    -------
    float
        That of scikit-learn where nothing is missing.

    Raises
    ------
    ValueError
        If no output was measured in two rows, or shapes differ.
    """
    table = _with_missing(y, prediction)
    if table is None:
        return float(r2_score(y, prediction, sample_weight=sample_weight))
    weight = _weights(sample_weight, len(table))
    scores = []
    for values, predicted in zip(table.T, prediction.T, strict=True):
        rows = ~np.isnan(values) & (weight > 0)
        if rows.sum() > 1:
            part = values[rows], predicted[rows]
            scores.append(r2_score(*part, sample_weight=weight[rows]))
    if not scores:
        raise ValueError(
            "y has no column that was measured in two rows or more, so that there is "
            "nothing to score. Pass more rows."
        )
    return float(np.mean(scores))


def accuracy_of_known(y: Any, prediction: Any, sample_weight: Any) -> float:
    """Compute the part of rows whose labels are all right.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, n_labels)
        Labels; NaN where one of several is not known.
    prediction : ndarray of the same shape
        What was predicted.
    sample_weight : array-like of shape (n_samples,) or None
        Weight of each sequence.

    Returns
    -------
    float
        That of scikit-learn where nothing is missing. Otherwise labels that are not
        known do not count.

    Raises
    ------
    ValueError
        If no label is known, or shapes differ.
    """
    table = _with_missing(y, prediction)
    if table is None:
        return float(accuracy_score(y, prediction, sample_weight=sample_weight))
    known = ~np.isnan(table)
    weight = _weights(sample_weight, len(table)) * known.any(axis=1)
    if not weight.any():
        raise ValueError(
            "y has no row with a label that is known, so that there is nothing to "
            "score. Pass more rows."
        )
    right = ((table == prediction) | ~known).all(axis=1)
    return float(np.average(right, weights=weight))


def _with_missing(y: Any, prediction: Any) -> Array | None:
    """Read a table of which entries are missing; None for any other y."""
    if not is_table(y):
        return None
    if find_shape(y) != prediction.shape:
        raise ValueError(
            f"y.shape == {find_shape(y)}, but predictions have shape "
            f"{prediction.shape}: pass what the model was fitted to, for each sequence."
        )
    # here rows may be empty, and then do not count
    table = read_table(y, np.empty(0, np.intp), "Predictions are numbers.")
    return table if np.isnan(table).any() else None


def _weights(sample_weight: Any, n_samples: int) -> Array:
    """Check weights; all alike if there are none."""
    if sample_weight is None:
        return np.ones(n_samples)
    return check_weights(sample_weight, n_samples)
