"""Posterior of a Gaussian process, given the training sequences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from sklyra._state import check_version, require
from sklyra._typing import Array, Rows
from sklyra.gaussian_process.column_features import ColumnFeatureMap
from sklyra.gaussian_process.column_kernel import ColumnKernel
from sklyra.gaussian_process.factors import Factors, solve_outputs
from sklyra.gaussian_process.feature_map import FeatureMap
from sklyra.gaussian_process.held_out import (
    FoldSolution,
    learn_again,
    leave_out,
    predict_folds,
)
from sklyra.gaussian_process.kernel import Kernel
from sklyra.gaussian_process.prediction import Solution, latent_variance, predict
from sklyra.gaussian_process.protocols import AnyFeatureMap, AnyKernel
from sklyra.gaussian_process.training import TrainingSet
from sklyra.sequences import Samples

_VERSION = 1
# With no more rows than this the kernel is learned again without those held out. With
# more, what it has learned from them makes no difference to what is predicted of them.
_LEARN_AGAIN = 500


class Posterior:
    r"""Predict sequences by their similarity to those of training.

    Each output is conditioned on the rows on which it was measured. All have one
    kernel, in the variance of its term :math:`k_E`; the variance itself,
    :math:`\sigma^2`, is for each output the most probable one, :math:`y^T (K + R)^{-1}
    y / n`, with :math:`R` the noise of its n rows.

    Parameters
    ----------
    kernel : AnyKernel
        The kernel.
    feature_map : AnyFeatureMap
        Computes what it compares.
    training : TrainingSet
        Training sequences, their targets and weights.
    solution : ndarray of shape (n_training, n_outputs), float64
        :math:`(K + R)^{-1} (y - \mu)`, 0 where an output was not measured.
    scale : ndarray of shape (n_outputs,), float64
        :math:`\sigma^2`, in units of the squared target; NaN for an output that was
        never measured.
    factors : Factors or None, default=None
        Cholesky factors of :math:`K + R`. None computes them where they are needed.

    Attributes
    ----------
    mean : ndarray of shape (n_outputs,), float64
        The prior mean :math:`\mu`: the weighted mean of each output, NaN for one that
        was never measured.
    """

    def __init__(
        self,
        kernel: AnyKernel,
        feature_map: AnyFeatureMap,
        training: TrainingSet,
        solution: Array,
        scale: Array,
        factors: Factors | None = None,
    ) -> None:
        self.kernel, self.feature_map, self.training = kernel, feature_map, training
        self.solution, self.scale = solution, scale
        self.mean = training.mean
        self.factors = Factors(kernel, training) if factors is None else factors

    @classmethod
    def condition(
        cls, kernel: AnyKernel, feature_map: AnyFeatureMap, training: TrainingSet
    ) -> Posterior:
        """Condition a Gaussian process of known kernel on training sequences.

        Parameters
        ----------
        kernel : AnyKernel
            The kernel.
        feature_map : AnyFeatureMap
            Computed the features of the training set.
        training : TrainingSet
            Training sequences.

        Returns
        -------
        Posterior
            With its factors, until `release`.
        """
        factors = Factors(kernel, training)
        solution, scale = solve_outputs(factors)
        return cls(kernel, feature_map, training, solution, scale, factors)

    def with_kernel(self, kernel: AnyKernel) -> Posterior:
        """Condition on the same training sequences with another kernel.

        Parameters
        ----------
        kernel : AnyKernel
            The other kernel.

        Returns
        -------
        Posterior
            With its factors, until `release`.
        """
        return Posterior.condition(kernel, self.feature_map, self.training)

    @property
    def noise_variance(self) -> Array:
        """Variance of the noise of a measurement of weight 1.

        Returns
        -------
        ndarray of shape (n_outputs,), float64
            In units of the squared target. A weight of 2 halves it.
        """
        noise: Array = self.scale * self.kernel.noise.item()
        return noise

    def predict(self, sequences: Samples) -> Array:
        """Predict.

        Parameters
        ----------
        sequences : EncodedSequences or Inputs
            Any sequences of the same alphabet.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs), float64
            Expected values; NaN for an output that was never measured.
        """
        features = self.training.features
        solution = Solution(self.kernel, features, self.solution, self.mean)
        return predict(self.feature_map, sequences, solution)

    def variance(self, sequences: Samples) -> Array:
        r"""Compute the variance of what is predicted, without that of the noise.

        :math:`\sigma^2 (k(x, x) - k_x^T (K + R)^{-1} k_x)`. After `release`, or once
        unpickled, the first call factors the kernel matrix of the training sequences.

        Parameters
        ----------
        sequences : EncodedSequences or Inputs
            Any sequences of the same alphabet.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs), float64
            Variances from 0, in units of the squared target; NaN for an output that was
            never measured. That of a measurement is larger by `noise_variance` over its
            weight.
        """
        out = np.full((len(sequences), len(self.scale)), np.nan)
        for which, group in enumerate(self.training.groups):
            features, factor = self.factors.features(which), self.factors.get(which)
            latent = latent_variance(
                self.feature_map, sequences, self.kernel, features, factor
            )
            out[:, group.outputs] = latent[:, None] * self.scale[group.outputs]
        return out

    def held_out(
        self, folds: Sequence[tuple[Rows, Rows]], sequences: Samples
    ) -> tuple[Array, Array]:
        """Predict the rows of each fold from those that it does not hold out.

        Parameters
        ----------
        folds : sequence of (train, valid)
            Rows to predict from and rows to predict.
        sequences : EncodedSequences or Inputs
            All sequences that `fit` was called with.

        Returns
        -------
        kept : ndarray of shape (n_samples, n_outputs), float64
            Expected values with the kernel and the mean of all rows; NaN where a row is
            in no `valid`, or the output was measured in no row of `train`.
        honest : ndarray of shape (n_samples, n_outputs), float64
            The same with kernel and mean learned without what is predicted. With more
            than 500 rows that makes no difference, and it is the same array.
        """
        rows = self.training.rows
        places = np.full(len(sequences), -1)
        places[rows] = np.arange(len(rows))
        train = [places[rows][places[rows] >= 0] for rows, _ in folds]
        valid = [rows for _, rows in folds]

        def predict_by(solved: Iterable[FoldSolution | None]) -> Array:
            return predict_folds(
                self.feature_map, sequences, valid, places, solved, len(self.scale)
            )

        kept = predict_by(leave_out(self.factors, self.solution, train))
        if len(rows) > _LEARN_AGAIN:
            return kept, kept
        return kept, predict_by(learn_again(self.training, rows) for rows in train)

    def release(self) -> None:
        """Free the memory of the factors: they are computed again where needed."""
        self.factors.release()

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values: a byte for each position of training sequences.

        Returns
        -------
        dict
            Plain values and arrays, from which `from_state` makes the same posterior.
        """
        return {
            "version": _VERSION,
            "feature_map": self.feature_map.to_state(),
            "training": self.training.to_state(),
            "mean": self.mean,
            **self.learned(),
        }

    def learned(self) -> dict[str, Any]:
        """Convert what depends on the kernel to plain values.

        Returns
        -------
        dict
            Plain values and arrays, from which `with_learned` makes the same posterior.
        """
        return {
            "kernel": self.kernel.to_state(),
            "columns": isinstance(self.kernel, ColumnKernel),
            "solution": self.solution,
            "scale": self.scale,
        }

    def with_learned(self, state: dict[str, Any]) -> Posterior:
        """Convert from plain values a posterior of the same training sequences.

        Parameters
        ----------
        state : dict
            What `learned` returned.

        Returns
        -------
        Posterior
            The same posterior, without factors.

        Raises
        ------
        ValueError
            If it is one of other training sequences.
        """
        new = _of_kernel(state, self.feature_map, self.training)
        new.mean = self.mean
        return new

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Posterior:
        """Convert from plain values.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        Posterior
            The same posterior, without factors.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        columns = state.get("columns", False)
        map_kind: Any = ColumnFeatureMap if columns else FeatureMap
        feature_map = map_kind.from_state(state["feature_map"])
        training = TrainingSet.from_state(state["training"], feature_map)
        new = _of_kernel(state, feature_map, training)
        new.mean = state["mean"]  # another machine may compute other digits
        return new

    def __getstate__(self) -> dict[str, Any]:
        return self.to_state()

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(vars(self.from_state(state)))


def _of_kernel(
    state: dict[str, Any], feature_map: AnyFeatureMap, training: TrainingSet
) -> Posterior:
    """Convert what depends on the kernel from plain values."""
    kind: Any = ColumnKernel if state.get("columns", False) else Kernel
    # a copy, because arrays may be files mapped into memory, to be read only
    solution, scale = np.array(state["solution"]), np.array(state["scale"])
    fit = solution.shape == training.target.shape and scale.shape == solution.shape[1:]
    require(fit, Posterior.__name__)
    kernel = kind.from_state(state["kernel"])
    return Posterior(kernel, feature_map, training, solution, scale)
