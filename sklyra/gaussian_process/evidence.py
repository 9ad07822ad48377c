"""Evidence of kernels: the marginal likelihood of the targets, and its maximum."""

from __future__ import annotations

import math
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
_RELEVANCE, _VARIANCE = (-12.0, 4.0), (-9.0, 5.0)
# A priori variances and sharpness are around 0.3, give or take a factor of e**2, and
# the relevance of a position is the mean's, give or take a factor of e.
_CENTER, _SPREAD = math.log(0.3), 2.0
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
    measured = torch.from_numpy(target[~np.isnan(target)])
    y = target / measured.std(correction=0).clamp(min=1e-12).item()
    groups = [
        (group.rows, torch.from_numpy(group.select(y))) for group in output_groups(y)
    ]
    spread = torch.from_numpy(1 / weight)
    n_positions = letters.shape[1]

    def loss(logs: Array) -> tuple[float, Array]:
        x = torch.tensor(logs, dtype=torch.float64, requires_grad=True)
        kernel = _kernel(x)
        K = kernel(partial(products, letters, letters), kmers)
        K = K + torch.diag(kernel.noise * spread + JITTER)
        square, log_volume = torch.zeros(2, dtype=torch.float64)
        for rows, values in groups:
            among = K if len(rows) == len(K) else K[rows][:, rows]
            factor, failed = torch.linalg.cholesky_ex(among)
            if failed:
                return 1e12, np.zeros_like(logs)
            alpha = torch.cholesky_solve(values, factor)
            square = square + (values * alpha).sum()
            log_volume = log_volume + values.shape[1] * factor.diagonal().log().sum()
        value = 0.5 * measured.numel() * square.log() + log_volume
        relevance, variances = x[:n_positions], x[n_positions:]
        if n_positions:
            value = value + (relevance - relevance.mean()).square().sum() / 2
        value = value + ((variances - _CENTER) / _SPREAD).square().sum() / 2
        (grad,) = torch.autograd.grad(value, x)
        return float(value.detach()), grad.numpy()

    if start is None:
        # mismatches between two sequences, on average
        distance = (letters - letters.mean(dim=0)).square().sum().item() / len(y)
        width = max(_WIDTH, distance / 2)
        start = np.array([-math.log(width)] * n_positions + [_CENTER] * 4)
    bounds = [_RELEVANCE] * n_positions + [_VARIANCE] * 4
    best = minimize(
        loss,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": steps},
    )
    found: Array = best.x
    return found


def _kernel(logs: Tensor) -> Kernel:
    """Make a kernel of the logarithms of its parameters."""
    values = logs.exp()
    additive, composition, sharpness, noise = values[-4:]
    return Kernel(values[:-4], additive, composition, sharpness, noise)
