"""Cholesky factors of the kernel matrix of training sequences with their noise."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from sklyra._typing import Array, Rows
from sklyra._workers import in_threads
from sklyra.gaussian_process.features import row_blocks
from sklyra.gaussian_process.kernel import JITTER
from sklyra.gaussian_process.protocols import AnyFeatures, AnyKernel
from sklyra.gaussian_process.training import TrainingSet

# Numbers in all factors that are kept, if there are several: 128 MiB. The largest is
# kept in any case.
_KEPT = 2**24


class Factors:
    """Hold the factor of each group of outputs, computed when it is needed.

    They are kept as long as together they are no larger than 128 MiB or than the
    largest of them, until `release`.

    Parameters
    ----------
    kernel : AnyKernel
        The kernel.
    training : TrainingSet
        Rows that it compares.
    """

    def __init__(self, kernel: AnyKernel, training: TrainingSet) -> None:
        self.kernel, self.training = kernel, training
        self._kept: dict[int, Tensor] = {}

    def get(self, which: int) -> Tensor:
        """Return a factor, and compute it if it is not kept.

        Parameters
        ----------
        which : int
            Number of the group, from 0.

        Returns
        -------
        Tensor of shape (n_measured, n_measured), float64
            Lower triangular.
        """
        if which in self._kept:
            return self._kept[which]
        factor = self.compute(which)
        largest = max(len(group.rows) for group in self.training.groups) ** 2
        kept = sum(other.numel() for other in self._kept.values())
        if kept + factor.numel() <= max(largest, _KEPT):
            self._kept[which] = factor
        return factor

    def compute(self, which: int) -> Tensor:
        """Compute a factor.

        Parameters
        ----------
        which : int
            Number of the group, from 0.

        Returns
        -------
        Tensor of shape (n_measured, n_measured), float64
            Lower triangular.
        """
        features, rows = self.features(which), self.training.groups[which].rows
        K = kernel_matrix(self.kernel, features)
        return factorize(K, self.training.weight[rows], self.kernel)

    def features(self, which: int) -> AnyFeatures:
        """Select the features of a group of outputs.

        Parameters
        ----------
        which : int
            Number of the group, from 0.

        Returns
        -------
        AnyFeatures
            Those of its rows; no copy where these are all.
        """
        features, rows = self.training.features, self.training.groups[which].rows
        return features if len(rows) == len(features) else features.take(rows)

    def release(self) -> None:
        """Free the memory of all factors."""
        self._kept = {}


def kernel_matrix(kernel: AnyKernel, features: AnyFeatures) -> Tensor:
    """Compute the kernel of all pairs of rows, each pair once.

    Parameters
    ----------
    kernel : AnyKernel
        The kernel.
    features : AnyFeatures
        Rows to compare.

    Returns
    -------
    Tensor of shape (n, n), float64
        Symmetric.
    """
    K = torch.empty(len(features), len(features), dtype=torch.float64)

    def compare(columns: Rows) -> None:
        block = features.take(columns)
        for rows in row_blocks(columns[-1] + 1):
            values = kernel(*features.take(rows).compare(block))
            K[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = values
            K[columns[0] : columns[-1] + 1, rows[0] : rows[-1] + 1] = values.T

    # the last have most to be compared with
    in_threads(compare, list(row_blocks(len(K)))[::-1])
    return K


def factorize(K: Tensor, weight: Array, kernel: AnyKernel) -> Tensor:
    """Factor a kernel matrix with the noise of its rows, in place.

    Parameters
    ----------
    K : Tensor of shape (n, n), float64
        Kernel matrix; overwritten.
    weight : ndarray of shape (n,), float64
        Weight of each row.
    kernel : AnyKernel
        Holds the variance of the noise.

    Returns
    -------
    Tensor of shape (n, n), float64
        Lower triangular.
    """
    noise = kernel.noise.item() / weight + JITTER
    K.diagonal().add_(torch.from_numpy(noise))
    # torch works on columns: what is laid out in rows it would copy
    factor: Tensor = torch.linalg.cholesky(K.mT, out=K.mT)
    return factor


def solve(factor: Tensor, y: Tensor) -> Tensor:
    """Solve with a factor, of which `torch.cholesky_solve` would make a copy.

    Parameters
    ----------
    factor : Tensor of shape (n, n), float64
        Lower triangular.
    y : Tensor of shape (n, m), float64
        Right-hand sides.

    Returns
    -------
    Tensor of shape (n, m), float64
        Solutions.
    """
    half = torch.linalg.solve_triangular(factor, y, upper=False)
    solution: Tensor = torch.linalg.solve_triangular(factor.mT, half, upper=True)
    return solution


def solve_outputs(factors: Factors) -> tuple[Array, Array]:
    r"""Solve for all outputs, a factor at a time.

    Parameters
    ----------
    factors : Factors
        Hold the training set.

    Returns
    -------
    weights : ndarray of shape (n_training, n_outputs), float64
        :math:`(K + R)^{-1} (y - \mu)`, 0 where an output was not measured.
    scale : ndarray of shape (n_outputs,), float64
        The most probable variance of each output; NaN where it was never measured.
    """
    centered = factors.training.centered
    weights = np.zeros(centered.shape)
    scale = np.full(centered.shape[1], np.nan)
    for which, group in enumerate(factors.training.groups):
        y = group.select(centered)
        found = solve(factors.get(which), torch.from_numpy(y)).numpy()
        weights[np.ix_(group.rows, group.outputs)] = found
        scale[group.outputs] = (y * found).mean(axis=0)
    return weights, scale
