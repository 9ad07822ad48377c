"""Search for the kernel of tables under which the targets are most probable."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from torch import Tensor

from sklyra._typing import Array
from sklyra.gaussian_process.column_features import ColumnFeatures
from sklyra.gaussian_process.column_kernel import ColumnKernel, Terms
from sklyra.gaussian_process.evidence import (
    CENTER,
    RELEVANCE,
    SPREAD,
    VARIANCE,
    Evidence,
    best_kernel,
    climb,
    first_width,
)
from sklyra.gaussian_process.features import Features
from sklyra.gaussian_process.letters import Products, products
from sklyra.gaussian_process.protocols import AnyFeatures, AnyKernel

# Rows to compare and steps to take. At first all positions of a chain have one
# relevance: with one each from the start, a chain that matters may be given up early.
FEW_ROWS = 512
_STAGES = ((FEW_ROWS, 30, True), (1024, 12, False))
# Steps of the second stage where there are few rows. Measured with 250: with more of
# them targets become more probable, and predictions of sequences held out worse.
_FEW_STEPS = 4


def learn_kernel(
    features: AnyFeatures,
    target: Array,
    weight: Array,
    rng: np.random.RandomState,
) -> AnyKernel:
    """Find the kernel under which the targets are most probable.

    Parameters
    ----------
    features : AnyFeatures
        Training data.
    target : ndarray of shape (n_samples, n_outputs), float64
        Measured values less their means, NaN where an output was not measured.
    weight : ndarray of shape (n_samples,), float64
        Weight of each row: the inverse of its noise, in proportion.
    rng : RandomState
        Chooses the rows to compare, if there are many.

    Returns
    -------
    AnyKernel
        The kernel.
    """
    if isinstance(features, Features):
        return best_kernel(features, target, weight, rng)
    assert isinstance(features, ColumnFeatures)
    order = rng.permutation(len(target))
    layout = Layout.of(features)
    logs = layout.start(features)
    for most, steps, tied in _STAGES:
        if not tied and len(target) <= FEW_ROWS:
            steps = _FEW_STEPS
        rows = np.sort(order[:most])
        part = features.take(rows)
        some = target[rows], weight[rows]
        logs = climb_columns(layout, part, *some, logs, steps, tied)
    return layout.kernel(torch.from_numpy(logs))


class Layout:
    """Where the logarithm of each parameter of a kernel stands.

    Parameters
    ----------
    n_positions : list of int
        Number of aligned positions of each chain.
    n_kmers : int
        Number of chains with k-mers.
    n_covariates : int
        Number of covariates.

    Attributes
    ----------
    cuts : ndarray of shape (7,), int64
        Where relevances of positions, those of covariates, and each other kind of
        parameter end.
    """

    def __init__(self, n_positions: list[int], n_kmers: int, n_covariates: int) -> None:
        self.n_positions, self.n_covariates = n_positions, n_covariates
        terms = Terms.of(len(n_positions), n_kmers, n_covariates > 0)
        sizes = [
            sum(n_positions),
            n_covariates,
            1,
            len(terms.letters),
            len(terms.kmers),
            n_kmers,
            1,
        ]
        self.cuts = np.cumsum(sizes)

    @classmethod
    def of(cls, features: ColumnFeatures) -> Layout:
        """Lay the parameters of a kernel over some features out.

        Parameters
        ----------
        features : ColumnFeatures
            Any rows.

        Returns
        -------
        Layout
            The layout.
        """
        n_positions = [chain.codes.shape[1] for chain in features.chains]
        n_kmers = sum(chain.counts.shape[1] > 0 for chain in features.chains)
        return cls(n_positions, n_kmers, features.covariates.shape[1])

    def start(self, features: ColumnFeatures) -> Array:
        """Choose parameters to begin with.

        Parameters
        ----------
        features : ColumnFeatures
            Training data.

        Returns
        -------
        ndarray of shape (n_parameters,), float64
            Their logarithms.
        """
        logs = np.full(self.cuts[-1], CENTER)
        widths = [
            first_width(torch.from_numpy(chain.letters)) for chain in features.chains
        ]
        logs[: self.cuts[0]] = np.repeat(-np.log(widths), self.n_positions)
        logs[self.cuts[0] : self.cuts[1]] = -math.log(max(2, self.n_covariates))
        return logs

    def kernel(self, logs: Tensor) -> ColumnKernel:
        """Make a kernel.

        Parameters
        ----------
        logs : Tensor of shape (n_parameters,), float64
            Logarithms of its parameters. Gradients reach them.

        Returns
        -------
        ColumnKernel
            The kernel.
        """
        values = logs.exp()
        relevance, covariates, additive, letters, kmers, sharpness, noise = (
            torch.tensor_split(values, self.cuts[:-1].tolist())
        )
        return ColumnKernel(
            torch.split_with_sizes(relevance, self.n_positions),
            covariates,
            additive[0],
            letters,
            kmers,
            sharpness,
            noise[0],
        )

    def prior(self, logs: Tensor) -> Tensor:
        """Compute the penalty of extremes.

        Parameters
        ----------
        logs : Tensor of shape (n_parameters,), float64
            Logarithms of parameters. Gradients reach them.

        Returns
        -------
        Tensor of shape (), float64
            0 where relevances are the mean of their chain, and all else is 0.3.
        """
        total = ((logs[self.cuts[0] :] - CENTER) / SPREAD).square().sum() / 2
        for relevance in torch.split_with_sizes(logs[: self.cuts[0]], self.n_positions):
            if len(relevance):
                total = total + (relevance - relevance.mean()).square().sum() / 2
        return total

    def ties(self, tied: bool) -> Array:
        """Write the matrix from what is searched for to all logarithms.

        Parameters
        ----------
        tied : bool
            Whether all positions of a chain have one relevance.

        Returns
        -------
        ndarray of shape (n_parameters, n_searched), float64
            Zeros and ones.
        """
        n = int(self.cuts[-1])
        if not tied:
            return np.eye(n)
        chains = np.repeat(np.arange(len(self.n_positions)), self.n_positions)
        others = len(self.n_positions) + np.arange(n - self.cuts[0])
        matrix: Array = np.eye(others[-1] + 1)[np.concatenate([chains, others])]
        return matrix


def climb_columns(
    layout: Layout,
    features: ColumnFeatures,
    target: Array,
    weight: Array,
    start: Array,
    steps: int,
    tied: bool,
) -> Array:
    """Climb from a kernel to one under which targets are more probable.

    Parameters
    ----------
    layout : Layout
        Where its parameters stand.
    features : ColumnFeatures
        Training data.
    target : ndarray of shape (n_samples, n_outputs), float64
        Measured values less their means, NaN where an output was not measured.
    weight : ndarray of shape (n_samples,), float64
        Weight of each row.
    start : ndarray of shape (n_parameters,), float64
        Logarithms of parameters to begin with.
    steps : int
        Steps at most.
    tied : bool
        Whether all positions of a chain have one relevance.

    Returns
    -------
    ndarray of shape (n_parameters,), float64
        Logarithms of the parameters of the kernel.
    """
    _, kmers, covariates, _ = features.compare(features)
    vectors = [torch.from_numpy(chain.letters) for chain in features.chains]
    letters: list[Callable[[Tensor], Products]] = [
        partial(products, each, each) for each in vectors
    ]
    evidence = Evidence(target, weight)
    ties = layout.ties(tied)
    matrix = torch.from_numpy(ties)

    def loss(x: Tensor) -> Tensor | None:
        logs = matrix @ x if tied else x
        kernel = layout.kernel(logs)
        value = evidence(kernel(letters, kmers, covariates, covariates), kernel.noise)
        return None if value is None else value + layout.prior(logs)

    first = ties.argmax(axis=0)
    bounds = [RELEVANCE if at < layout.cuts[1] else VARIANCE for at in first]
    found: Array = ties @ climb(loss, start[first], bounds, steps)
    return found
