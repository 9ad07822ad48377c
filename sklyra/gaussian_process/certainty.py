"""Variance of predictions, of new samples and of training samples held out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from sklyra._typing import Array, Mask, Rows
from sklyra._workers import in_threads
from sklyra.gaussian_process.factors import Factors
from sklyra.gaussian_process.features import row_blocks
from sklyra.gaussian_process.posterior import Posterior
from sklyra.sequences import Samples

# Training rows that the variance is computed from, at most. A sample costs their
# square. Measured: a random part of them ranks errors as all do.
_MOST = 2048
# Samples that are compared with these at a time.
_BLOCK = 512


class Certainty:
    """Compute how certain a Gaussian process is, from 2,048 training rows at most.

    Parameters
    ----------
    posterior : Posterior
        A fitted one, which stays what it is.
    """

    def __init__(self, posterior: Posterior) -> None:
        training = posterior.training
        if len(training) > _MOST:
            rows = np.random.RandomState(0).permutation(len(training))[:_MOST]
            training = training.take(np.sort(rows))
        self._posterior, self._training = posterior, training
        self._factors = Factors(posterior.kernel, training)

    def variance(self, samples: Samples) -> Array:
        """Compute variances, without that of the noise.

        Parameters
        ----------
        samples : EncodedSequences or Inputs
            Any samples.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs), float64
            Variances from 0, in units of the squared target.
        """
        return self._compute(samples, None)

    def held_out(self, samples: Samples, folds: Sequence[tuple[Rows, Rows]]) -> Array:
        r"""Compute variances of training samples, each without its fold.

        With :math:`Z = (K + R)^{-1}`, the variance without rows `V` is larger by
        :math:`c^T Z_{VV}^{-1} c`, with :math:`c = Z_{V:} k_x`.

        Parameters
        ----------
        samples : EncodedSequences or Inputs
            All that the Gaussian process was fitted to.
        folds : sequence of (train, valid)
            Rows that a fold learns from, and rows to compute variances of.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs), float64
            Variances; NaN for samples in no `valid`.
        """
        out = np.full((len(samples), len(self._posterior.scale)), np.nan)
        for train, valid in folds:
            left_out = ~np.isin(self._training.rows, train)
            out[valid] = self._compute(samples.take(valid), left_out)
        return out

    def covariance(self, samples: Samples, output: int) -> Array:
        """Compute the covariance of all pairs of samples.

        Parameters
        ----------
        samples : EncodedSequences or Inputs
            Any samples.
        output : int
            Number of the output.

        Returns
        -------
        ndarray of shape (n_samples, n_samples), float64
            Symmetric, in units of the squared target.
        """
        kernel, scale = self._posterior.kernel, self._posterior.scale[output]
        block = self._posterior.feature_map(samples)
        found = kernel(*block.compare(block))
        for which, group in enumerate(self._training.groups):
            if output in group.outputs:
                cross = kernel(*self._factors.features(which).compare(block))
                factor = self._factors.get(which)
                half = torch.linalg.solve_triangular(factor, cross, upper=False)
                found = found - half.T @ half
        covariance: Array = found.numpy() * (1.0 if np.isnan(scale) else scale)
        return covariance

    def _compute(self, samples: Samples, left_out: Mask | None) -> Array:
        """Compute variances, perhaps without some of the training rows."""
        scale = self._posterior.scale
        out = np.empty((len(samples), len(scale)))
        groups = self._training.groups
        # an output that was measured in none of the rows is in no group
        if sum(len(group.outputs) for group in groups) < len(scale):
            out[:] = self._prior(samples)[:, None]
        for which, group in enumerate(groups):
            gone = None if left_out is None else np.flatnonzero(left_out[group.rows])
            out[:, group.outputs] = self._of_group(samples, which, gone)[:, None]
        known: Array = out * np.where(np.isnan(scale), 1.0, scale)
        return known

    def _prior(self, samples: Samples) -> Array:
        kernel = self._posterior.kernel
        out = np.empty(len(samples))
        for rows in row_blocks(len(samples)):
            block = self._posterior.feature_map(samples.take(rows))
            out[rows] = kernel.diagonal(*block.compare_itself(kernel.relevance)).numpy()
        return out

    def _of_group(self, samples: Samples, which: int, gone: Rows | None) -> Array:
        """Compute the variance of outputs that are measured on the same rows."""
        kernel, feature_map = self._posterior.kernel, self._posterior.feature_map
        features, factor = self._factors.features(which), self._factors.get(which)
        inner = None
        if gone is not None and len(gone):
            unit = torch.zeros(len(factor), len(gone), dtype=torch.float64)
            unit[gone, np.arange(len(gone))] = 1
            inner = torch.linalg.solve_triangular(factor, unit, upper=False)
            factor_gone = torch.linalg.cholesky(inner.T @ inner)
        out = np.empty(len(samples))

        def compute(rows: Rows) -> None:
            block = feature_map(samples.take(rows))
            cross = kernel(*block.compare(features))
            half = torch.linalg.solve_triangular(factor, cross.mT, upper=False)
            prior = kernel.diagonal(*block.compare_itself(kernel.relevance))
            variance = prior - half.square().sum(dim=0)
            if inner is not None:
                more = torch.linalg.solve_triangular(
                    factor_gone, inner.T @ half, upper=False
                )
                variance = variance + more.square().sum(dim=0)
            # rounding may take it below 0
            out[rows] = variance.clamp(min=0).numpy()

        in_threads(compute, list(row_blocks(len(samples), _BLOCK)))
        return out
