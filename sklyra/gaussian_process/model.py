"""Gaussian process over sequences: learns its kernel, returns a posterior."""

from __future__ import annotations

import numpy as np

from sklyra._typing import Array, Rows
from sklyra.gaussian_process.column_evidence import learn_kernel
from sklyra.gaussian_process.column_features import ColumnFeatureMap
from sklyra.gaussian_process.feature_map import FeatureMap
from sklyra.gaussian_process.posterior import Posterior
from sklyra.gaussian_process.protocols import AnyFeatureMap
from sklyra.gaussian_process.training import TrainingSet
from sklyra.sequences import Inputs, Samples

# Time grows with the cube of the number of rows, memory with the square: 2 GiB for the
# kernel, and a fifth of its columns again for what is held out.
MOST_ROWS = 2**14


class GaussianProcess:
    """Learn by the similarity of sequences.

    Parameters
    ----------
    most : int, default=16384
        Number of rows to learn each output from, at most; at least 1.
    """

    def __init__(self, most: int = MOST_ROWS) -> None:
        self.most = most

    def fit(
        self,
        sequences: Samples,
        target: Array,
        weight: Array,
        rng: np.random.RandomState,
    ) -> Posterior:
        """Learn the kernel, and condition on the training sequences.

        Outputs that are measured on the same rows share one factor of the kernel
        matrix, all outputs share one kernel.

        Parameters
        ----------
        sequences : EncodedSequences or Inputs
            Training sequences, as codes; or tables of several columns.
        target : ndarray of shape (n_samples, n_outputs), float64
            Measured values, NaN where an output was not measured.
        weight : ndarray of shape (n_samples,), float64
            Weight of each row, above 0 and 1 on average: the inverse of its noise, in
            proportion.
        rng : RandomState
            Chooses rows, if there are more than `most`.

        Returns
        -------
        Posterior
            Predicts. It holds factors of the kernel matrix until `Posterior.release`.

        Raises
        ------
        ValueError
            If no output was measured in any row.
        """
        rows, target = _choose(target, self.most, rng)
        sequences = sequences.take(rows)
        feature_map: AnyFeatureMap = (
            ColumnFeatureMap(sequences)
            if isinstance(sequences, Inputs)
            else FeatureMap(sequences)
        )
        features = feature_map(sequences)
        training = TrainingSet(rows, sequences, features, target, weight[rows])
        kernel = learn_kernel(features, training.centered, training.weight, rng)
        return Posterior.condition(kernel, feature_map, training)

    @staticmethod
    def fit_again(posterior: Posterior, rng: np.random.RandomState) -> Posterior:
        """Learn another kernel of the same training sequences, from other rows.

        Parameters
        ----------
        posterior : Posterior
            What `fit` returned.
        rng : RandomState
            Chooses the rows that are compared, if there are many.

        Returns
        -------
        Posterior
            With its factors, until `Posterior.release`.
        """
        training = posterior.training
        targets = training.centered, training.weight
        kernel = learn_kernel(training.features, *targets, rng)
        return posterior.with_kernel(kernel)


def _choose(target: Array, most: int, rng: np.random.RandomState) -> tuple[Rows, Array]:
    """Choose up to so many measured rows of each output, the same ones if possible."""
    order = rng.permutation(len(target))
    measured = ~np.isnan(target[order])
    if not measured.any():
        raise ValueError(
            f"target of shape {target.shape} has no measured value: all are NaN. Pass "
            "at least one row with a number."
        )
    chosen = np.empty_like(measured)
    chosen[order] = measured & (measured.cumsum(axis=0) <= most)
    rows = np.flatnonzero(chosen.any(axis=1))
    return rows, np.where(chosen[rows], target[rows], np.nan)
