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
    check_consistent_length(inputs.sequences, y)
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
