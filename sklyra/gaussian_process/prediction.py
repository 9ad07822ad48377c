"""Predictions from kernel and solution: posterior mean and latent variance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from sklyra._typing import Array, Rows
from sklyra._workers import in_threads
from sklyra.gaussian_process.features import AT_ONCE, row_blocks
from sklyra.gaussian_process.protocols import AnyFeatureMap, AnyFeatures, AnyKernel
from sklyra.sequences import Samples

# Numbers of a block of the kernel matrix, of which each thread holds a few: 32 MiB.
_NUMBERS = 2**22


class Solution(NamedTuple):
    """Training sequences, and the weights with which they predict.

    Parameters
    ----------
    kernel : AnyKernel
        The kernel.
    features : AnyFeatures
        Training sequences.
    weights : ndarray of shape (n, n_outputs), float64
        Weight of each in the predictions of each output, 0 where it was not measured.
    mean : ndarray of shape (n_outputs,), float64
        What is predicted of sequences that are like none of these; NaN for an output
        that was never measured.
    """

    kernel: AnyKernel
    features: AnyFeatures
    weights: Array
    mean: Array


def predict(
    feature_map: AnyFeatureMap, sequences: Samples, solution: Solution
) -> Array:
    """Compute the posterior mean.

    Parameters
    ----------
    feature_map : AnyFeatureMap
        Computed the features of the solution.
    sequences : EncodedSequences or Inputs
        Any sequences of the same alphabet.
    solution : Solution
        What to predict with.

    Returns
    -------
    ndarray of shape (n_samples, n_outputs), float64
        Expected values; NaN for an output that was never measured.
    """
    out = np.tile(solution.mean, (len(sequences), 1))
    weights = torch.from_numpy(solution.weights)

    def compute(rows: Rows) -> None:
        block = feature_map(sequences.take(rows))
        for columns in row_blocks(len(solution.features)):
            compared = block.compare(solution.features.take(columns))
            out[rows] += (solution.kernel(*compared) @ weights[columns]).numpy()

    in_threads(compute, list(row_blocks(len(sequences))))
    return out


def latent_variance(
    feature_map: AnyFeatureMap,
    sequences: Samples,
    kernel: AnyKernel,
    features: AnyFeatures,
    factor: Tensor,
) -> Array:
    r"""Compute the posterior variance, without noise.

    :math:`k(x, x) - k_x^T (K + R)^{-1} k_x`, with :math:`k_x` the kernel between a
    sequence and those of training, and :math:`R` the noise of these.

    Parameters
    ----------
    feature_map : AnyFeatureMap
        Computed `features`.
    sequences : EncodedSequences or Inputs
        Any sequences of the same alphabet.
    kernel : AnyKernel
        The kernel.
    features : AnyFeatures
        Training sequences.
    factor : Tensor of shape (n, n), float64
        Cholesky factor of :math:`K + R`.

    Returns
    -------
    ndarray of shape (n_samples,), float64
        Variances from 0, in the units of the kernel.
    """
    out = np.empty(len(sequences))

    def compute(rows: Rows) -> None:
        block = feature_map(sequences.take(rows))
        # laid out as torch solves without a copy: in rows here, in columns there
        cross = torch.empty(len(rows), len(features), dtype=torch.float64)
        for columns in row_blocks(len(features)):
            compared = block.compare(features.take(columns))
            cross[:, columns[0] : columns[-1] + 1] = kernel(*compared)
        half = torch.linalg.solve_triangular(factor, cross.mT, upper=False)
        prior = kernel.diagonal(*block.compare_itself(kernel.relevance))
        # rounding may take it below 0
        out[rows] = (prior - half.square_().sum(dim=0)).clamp(min=0).numpy()

    at_once = max(1, min(AT_ONCE, _NUMBERS // len(features)))
    in_threads(compute, list(row_blocks(len(sequences), at_once)))
    return out
