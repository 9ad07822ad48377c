"""Which kernel explains the data best: the marginal likelihood, maximised."""

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

# How many rows to look at and how many steps to take: few rows first, then more from
# there. Measured: the second stage makes predictions of other rows better on nearly
# every task, as 20 steps with its rows would in twice the time.
_STAGES = ((768, 20), (1536, 6))
# Numbers that the logarithms of parameters stay between.
_RELEVANCE, _SHARES = (-12.0, 4.0), (-9.0, 5.0)
# A priori the shares and the noise are around 0.3, give or take a factor of e**2,
# and the relevance of a position is the mean's, give or take a factor of e.
_SHARE, _SPREAD = math.log(0.3), 2.0
# At first this many mismatches make sequences unlike, or half of those between two
# sequences on average, if that is more.
_WIDTH = 8.0


def best_kernel(
    features: Features,
    target: Array,
    weight: Array,
    rng: np.random.RandomState,
) -> Kernel:
    r"""Find the kernel under which the targets are most probable.

    Maximises :math:`\log p(y) = -\frac12 y^T (\sigma^2 K)^{-1} y - \frac12
    \log|\sigma^2 K|` over all parameters, with the best :math:`\sigma^2` for each,
    and a prior that keeps them apart from extremes.

    Parameters
    ----------
    features : Features
        Training sequences.
    target : ndarray of shape (n_samples, n_outputs), float64
        What they measure, around zero. All outputs share the kernel.
    weight : ndarray of shape (n_samples,), float64
        Weight of each sequence: the inverse of its noise, in proportion.
    rng : RandomState
        Chooses the rows to look at, if there are many.

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
    """Climb from the logarithms of some parameters, or the usual, to the best."""
    # In single precision the search would follow rounding.
    letters = torch.from_numpy(features.letters)
    kmers = torch.from_numpy(features.kmer_similarity(features))
    y = torch.from_numpy(target)
    y = y / y.std(correction=0).clamp(min=1e-12)
    spread = torch.from_numpy(1 / weight)
    n_positions = letters.shape[1]

    def loss(logs: Array) -> tuple[float, Array]:
        x = torch.tensor(logs, dtype=torch.float64, requires_grad=True)
        kernel = _kernel(x)
        K = kernel(partial(products, letters, letters), kmers)
        K = K + torch.diag(kernel.noise * spread + JITTER)
        factor, failed = torch.linalg.cholesky_ex(K)
        if failed:
            return 1e12, np.zeros_like(logs)
        alpha = torch.cholesky_solve(y, factor)
        value = 0.5 * y.numel() * (y * alpha).sum().log()
        value = value + y.shape[1] * factor.diagonal().log().sum()
        relevance, shares = x[:n_positions], x[n_positions:]
        if n_positions:
            value = value + (relevance - relevance.mean()).square().sum() / 2
        value = value + ((shares - _SHARE) / _SPREAD).square().sum() / 2
        (grad,) = torch.autograd.grad(value, x)
        return float(value.detach()), grad.numpy()

    if start is None:
        # mismatches between two sequences, on average
        apart = (letters - letters.mean(dim=0)).square().sum().item() / len(y)
        width = max(_WIDTH, apart / 2)
        start = np.array([-math.log(width)] * n_positions + [_SHARE] * 4)
    bounds = [_RELEVANCE] * n_positions + [_SHARES] * 4
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
    """Take logarithms of all parameters, one after the other."""
    values = logs.exp()
    additive, composition, sharpness, noise = values[-4:]
    return Kernel(values[:-4], additive, composition, sharpness, noise)
