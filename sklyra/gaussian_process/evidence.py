"""Evidence of kernels: the marginal likelihood of the targets, and its maximum."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from scipy.optimize import minimize
from torch import Tensor

from sklyra._typing import Array
from sklyra.gaussian_process.features import Features
from sklyra.gaussian_process.kernel import JITTER, Kernel
from sklyra.gaussian_process.letters import products
from sklyra.gaussian_process.training import output_groups

# Rows to compare and steps to take: few rows first, then more from
# there. Measured: the second stage makes predictions of other rows better on nearly
# every task, as 20 steps with its rows would in twice the time.
_STAGES = ((768, 20), (1536, 6))
# Numbers that the logarithms of parameters stay between.
RELEVANCE, VARIANCE = (-12.0, 4.0), (-9.0, 5.0)
# A priori variances and sharpness are around 0.3, give or take a factor of e**2, and
# the relevance of a position is the mean's, give or take a factor of e.
CENTER, SPREAD = math.log(0.3), 2.0
# Width of the kernel at first, in mismatches; half of those between two sequences on
# average, if that is more.
_WIDTH = 8.0


def best_kernel(
    features: Features,
    target: Array,
    weight: Array,
    rng: np.random.RandomState,
) -> Kernel:
    r"""Find the kernel under which the targets are most probable.

    Maximizes :math:`\log p(y) = -\frac12 y^T (\sigma^2 K)^{-1} y - \frac12
    \log|\sigma^2 K|` over all parameters, with the best :math:`\sigma^2` for each, and
    a prior that keeps them from extremes. Outputs that are measured on other rows add
    a term of their own.

    Parameters
    ----------
    features : Features
        Training sequences.
    target : ndarray of shape (n_samples, n_outputs), float64
        Measured values less their means, NaN where an output was not measured. All
        outputs share the kernel.
    weight : ndarray of shape (n_samples,), float64
        Weight of each sequence: the inverse of its noise, in proportion.
    rng : RandomState
        Chooses the rows to compare, if there are many.

    Returns
    -------
    Kernel
        The kernel.
    """
    order = rng.permutation(len(target))
    logs: Array | None = None
    for most, steps in _STAGES:
        rows = np.sort(order[:most])
        logs = _search(features.take(rows), target[rows], weight[rows], logs, steps)
        if len(target) <= most:
            break
    assert logs is not None
    return _kernel(torch.from_numpy(logs))


def _search(
    features: Features, target: Array, weight: Array, start: Array | None, steps: int
) -> Array:
    """Climb from logarithms of parameters to the best; from the usual ones if None."""
    # In single precision the search would follow rounding.
    letters = torch.from_numpy(features.letters)
    kmers = torch.from_numpy(features.kmer_similarity(features))
    evidence = Evidence(target, weight)
    n_positions = letters.shape[1]

    def loss(x: Tensor) -> Tensor | None:
        kernel = _kernel(x)
        K = kernel(partial(products, letters, letters), kmers)
        value = evidence(K, kernel.noise)
        if value is None:
            return None
        relevance, variances = x[:n_positions], x[n_positions:]
        if n_positions:
            value = value + (relevance - relevance.mean()).square().sum() / 2
        return value + ((variances - CENTER) / SPREAD).square().sum() / 2

    if start is None:
        # mismatches between two sequences, on average
        width = first_width(letters)
        start = np.array([-math.log(width)] * n_positions + [CENTER] * 4)
    bounds = [RELEVANCE] * n_positions + [VARIANCE] * 4
    return climb(loss, start, bounds, steps)


class Evidence:
    """Marginal likelihood of targets, as a function of the kernel matrix.

    Parameters
    ----------
    target : ndarray of shape (n_samples, n_outputs), float64
        Measured values less their means, NaN where an output was not measured.
    weight : ndarray of shape (n_samples,), float64
        Weight of each row.
    """

    def __init__(self, target: Array, weight: Array) -> None:
        measured = torch.from_numpy(target[~np.isnan(target)])
        y = target / measured.std(correction=0).clamp(min=1e-12).item()
        self._n_measured = measured.numel()
        self._groups = [
            (group.rows, torch.from_numpy(group.select(y)))
            for group in output_groups(y)
        ]
        self._spread = torch.from_numpy(1 / weight)

    def __call__(self, K: Tensor, noise: Tensor) -> Tensor | None:
        """Compute the negative logarithm of the marginal likelihood.

        Parameters
        ----------
        K : Tensor of shape (n_samples, n_samples), float64
            Kernel matrix. Gradients reach it.
        noise : Tensor of shape (), float64
            Variance of the noise of a row of weight 1.

        Returns
        -------
        Tensor of shape (), float64, or None
            With the best variance of all; None if the matrix is not positive definite.
        """
        K = K + torch.diag(noise * self._spread + JITTER)
        square, log_volume = torch.zeros(2, dtype=torch.float64)
        for rows, values in self._groups:
            among = K if len(rows) == len(K) else K[rows][:, rows]
            factor, failed = torch.linalg.cholesky_ex(among)
            if failed:
                return None
            alpha = torch.cholesky_solve(values, factor)
            square = square + (values * alpha).sum()
            log_volume = log_volume + values.shape[1] * factor.diagonal().log().sum()
        value: Tensor = 0.5 * self._n_measured * square.log() + log_volume
        return value


def climb(
    loss: Callable[[Tensor], Tensor | None],
    start: Array,
    bounds: list[tuple[float, float]],
    steps: int,
) -> Array:
    """Minimize a loss from a start.

    Parameters
    ----------
    loss : callable
        Takes a tensor of parameters; None where it cannot be computed.
    start : ndarray of shape (n_parameters,), float64
        Where to begin.
    bounds : list of (least, greatest)
        What each parameter stays between.
    steps : int
        Steps at most.

    Returns
    -------
    ndarray of shape (n_parameters,), float64
        Where it ends.
    """

    def with_gradient(values: Array) -> tuple[float, Array]:
        x = torch.tensor(values, dtype=torch.float64, requires_grad=True)
        value = loss(x)
        if value is None:
            return 1e12, np.zeros_like(values)
        (grad,) = torch.autograd.grad(value, x)
        return float(value.detach()), grad.numpy()

    best = minimize(
        with_gradient,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": steps},
    )
    found: Array = best.x
    return found


def first_width(letters: Tensor) -> float:
    """Choose the width of a kernel to begin with.

    Parameters
    ----------
    letters : Tensor of shape (n_samples, n_positions, n_channels), float64
        Vectors of the letters.

    Returns
    -------
    float
        In mismatches.
    """
    distance = (letters - letters.mean(dim=0)).square().sum().item() / len(letters)
    return max(_WIDTH, distance / 2)


def _kernel(logs: Tensor) -> Kernel:
    """Make a kernel of the logarithms of its parameters."""
    values = logs.exp()
    additive, composition, sharpness, noise = values[-4:]
    return Kernel(values[:-4], additive, composition, sharpness, noise)
