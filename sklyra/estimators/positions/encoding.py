"""Training data of models of positions, from what users pass."""

from __future__ import annotations

from typing import Any

import numpy as np

from sklyra._typing import Array, Mask
from sklyra._warnings import warn
from sklyra.batching import PositionDataset
from sklyra.exceptions import SklyraWarning
from sklyra.sequences import Inputs, PositionLabels
from sklyra.targets import PositionTarget
from sklyra.targets.numbers import check_weights, without_negligible


def encode_positions(
    inputs: Inputs,
    labels: PositionLabels,
    sample_weight: Any,
    target: PositionTarget,
    learn: bool,
) -> tuple[PositionDataset, Mask]:
    """Encode labels and weights, and leave out sequences without any.

    Parameters
    ----------
    inputs : Inputs
        What X holds.
    labels : PositionLabels
        What y holds.
    sample_weight : array-like of shape (n_samples,), of numbers or arrays, or None
        Weights of sequences, or of their positions.
    target : PositionTarget
        What encodes labels.
    learn : bool
        Whether the target is to learn from them.

    Returns
    -------
    data : PositionDataset
        The sequences in which something was measured. The weights of all positions
        are 1 on average, and 0 where nothing was.
    used : ndarray of shape (n_samples,), bool
        Which they are.

    Warns
    -----
    SklyraWarning
        If nothing was measured in a sequence.
    """
    lengths = inputs.sequences.lengths
    of_sequence = np.repeat(np.arange(len(lengths)), lengths)
    warn_of_empty(labels.measured, of_sequence, len(lengths))
    weight = without_negligible(read_weights(sample_weight, lengths))
    of_measured = weight[labels.measured]
    if not of_measured.any():
        raise ValueError(
            "sample_weight is 0 wherever something was measured: there is nothing to "
            "learn from."
        )
    encoded = target.read(labels, np.flatnonzero(of_measured), learn)
    of_measured = without_negligible(of_measured * target.class_weights(labels))
    weight[:] = 0
    weight[labels.measured] = of_measured
    used = np.bincount(of_sequence, weight, len(lengths)) > 0
    kept = np.flatnonzero(used)
    data = PositionDataset(inputs, encoded, weight.astype(np.float32))
    if len(kept) < len(inputs):
        data = data.take(kept)
    data.weight[:] /= data.weight.mean(dtype=np.float64)
    return data, used


def warn_of_empty(measured: Mask, of_sequence: Any, n_samples: int) -> None:
    """Warn of sequences in which nothing was measured.

    Parameters
    ----------
    measured : ndarray of shape (n_positions_total,), bool
        Where something was.
    of_sequence : ndarray of shape (n_positions_total,), int
        Sequence of each position.
    n_samples : int
        Number of sequences.

    Warns
    -----
    SklyraWarning
        If there is one.
    """
    empty = np.flatnonzero(np.bincount(of_sequence, measured, n_samples) == 0)
    if len(empty):
        warn(
            f"Nothing was measured at any position of X[{empty[0]}] ({len(empty)} such "
            "sequences in all): it is left out.",
            SklyraWarning,
        )


def read_weights(sample_weight: Any, lengths: Any) -> Array:
    """Read weights of sequences or of positions.

    Parameters
    ----------
    sample_weight : array-like of shape (n_samples,), of numbers or arrays, or None
        Weights.
    lengths : ndarray of shape (n_samples,), int64
        Lengths of the sequences.

    Returns
    -------
    ndarray of shape (n_positions_total,), float64
        Weights of positions.

    Raises
    ------
    ValueError
        If weights are bad, or are neither one for each sequence nor for each position.
    """
    if sample_weight is None:
        return np.ones(lengths.sum())
    if not isinstance(sample_weight, (list, tuple)):
        sample_weight = np.asarray(sample_weight)
    each = list(sample_weight)
    if not each or np.ndim(each[0]) == 0:
        return np.repeat(check_weights(sample_weight, len(lengths)), lengths)
    if len(each) != len(lengths):
        raise ValueError(
            f"sample_weight has {len(each)} entries for {len(lengths)} sequences: pass "
            "a number or an array for each."
        )
    for row, (weights, length) in enumerate(zip(each, lengths, strict=True)):
        if np.shape(weights) != (length,):
            raise ValueError(
                f"sample_weight[{row}] has shape {np.shape(weights)}, but X[{row}] has "
                f"{length} positions: pass a weight for each, or one for the sequence."
            )
    return check_weights(np.concatenate(each), int(lengths.sum()))
