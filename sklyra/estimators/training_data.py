"""Training data: inputs, encoded targets and weights, from what users pass."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_consistent_length

from sklyra.batching import SequenceDataset
from sklyra.sequences import Inputs
from sklyra.targets import Target
from sklyra.targets.numbers import check_weights, without_negligible


def resume_target(target: Target, earlier: Target) -> Target:
    """Let a target go on from that of the last fit.

    Parameters
    ----------
    target : Target
        One that has learned nothing.
    earlier : Target
        That of the last fit.

    Returns
    -------
    Target
        The first.

    Raises
    ------
    ValueError
        If they are of different kinds.
    """
    if type(target) is not type(earlier):
        raise ValueError(
            f"y is {target.kind}, but training is to go on with a model of "
            f"{earlier.kind}. Pass y as before, or make a new estimator."
        )
    target.resume(earlier)
    return target


def encode_data(
    inputs: Inputs, y: Any, sample_weight: Any, target: Target, learn: bool
) -> tuple[SequenceDataset, npt.NDArray[np.bool_]]:
    """Check y and weights, and leave out sequences without weight.

    Parameters
    ----------
    inputs : Inputs
        What X holds.
    y : array-like of shape (n_samples, ...)
        Measurements.
    sample_weight : array-like of shape (n_samples,) or None
        Weights.
    target : Target
        What encodes y.
    learn : bool
        Whether the target is to learn from it.

    Returns
    -------
    data : SequenceDataset
        The sequences with a weight, 1 on average.
    used : ndarray of shape (n_samples,), bool
        Which they are.
    """
    check_consistent_length(inputs.chains[0], y)
    weight = np.ones(len(inputs))
    if sample_weight is not None:
        weight = check_weights(sample_weight, len(inputs))
    weight = without_negligible(weight)
    encoded = target.read(y, np.flatnonzero(weight > 0), learn)
    weight = without_negligible(weight * target.class_weights(y))
    used = weight > 0
    kept = np.flatnonzero(used)
    weight = weight[kept] / weight[kept].mean()
    if len(kept) < len(inputs):
        inputs, encoded = inputs.take(kept), encoded[kept]
    return SequenceDataset(inputs, encoded, weight.astype(np.float32)), used
