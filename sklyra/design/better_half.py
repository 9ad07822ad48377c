"""Better half: a Gaussian process of values that are clipped at their median."""

from __future__ import annotations

from typing import Self

import numpy as np

from sklyra._training import ordinary_mode, threads
from sklyra._typing import Array, Rows
from sklyra.design.objectives import Objective
from sklyra.ensemble.gaussian_process import compared, predict_process
from sklyra.gaussian_process import Certainty, GaussianProcess, Posterior
from sklyra.gaussian_process.training import TrainingSet
from sklyra.sequences import Inputs

# Rows that it learns from at most, and rows held out that it needs.
_MOST, _LEAST = 1024, 40


class BetterHalf:
    r"""Predict values of which those below the median count as the median.

    Where many variants are dead or below what an assay can tell, most of the squared
    error that a model reduces is between bad and worse, which is of no use to who looks
    for the best. A Gaussian process that learns :math:`\max(y, \text{median})` leaves
    that out. Whether it is better is seen on rows held out.

    Parameters
    ----------
    objective : Objective
        What is wanted, and of which model.
    posterior : Posterior
        Predicts clipped values, times the sign of the objective.
    """

    def __init__(self, objective: Objective, posterior: Posterior) -> None:
        self._objective, self._posterior = objective, posterior

    @classmethod
    def learn(cls, objective: Objective) -> Self | None:
        """Learn from what the model of an objective was fitted to.

        Parameters
        ----------
        objective : Objective
            What is wanted, and of which model.

        Returns
        -------
        BetterHalf or None
            None if clipped values that were held out do not correlate more with it than
            with what the model predicts, by a standard error. None also where that is
            not known: for classes and bounds, without a Gaussian process, with both
            strands, and where fewer than 40 rows were held out, or separate validation
            data; and of models that version 0.2.0 saved.
        """
        found = _find_known(objective)
        if found is None:
            return None
        training, value, predicted, held_by = found
        median = float(np.median(value))
        clipped, known = np.maximum(value, median), held_by >= 0
        if np.ptp(clipped[known]) == 0 or (clipped == value).all():
            return None
        before = np.maximum(predicted[known], median)
        # no more than chance has it: nothing is known
        if _correlation(clipped[known], before) <= 2 / np.sqrt(len(before)):
            return None
        with ordinary_mode(), threads(objective.model.n_threads):
            samples = training.sequences
            weight = training.weight / training.weight.mean()
            rng = np.random.RandomState(0)
            posterior = GaussianProcess().fit(samples, clipped[:, None], weight, rng)
            _, honest = posterior.held_out(_as_folds(held_by), samples)
            posterior.release()
        after = np.maximum(honest[known, 0], median)
        better = _is_better(clipped[known], after, before)
        return cls(objective, posterior) if better else None

    def belief(self, inputs: Inputs) -> ClippedBelief:
        """Predict samples.

        Parameters
        ----------
        inputs : Inputs
            Samples that the model has read.

        Returns
        -------
        ClippedBelief
            What is expected of them.
        """
        return ClippedBelief(self._objective, self._posterior, inputs)


class ClippedBelief:
    """What is believed of clipped values, in the form of `Belief`.

    Parameters
    ----------
    objective : Objective
        What is wanted.
    posterior : Posterior
        Predicts clipped values, times the sign of the objective.
    inputs : Inputs
        Samples.

    Attributes
    ----------
    mean : ndarray of shape (n_samples,), float64
        Expected values, in the units of `y`.
    members : ndarray of shape (1, n_samples), float64
        The same.
    """

    def __init__(
        self, objective: Objective, posterior: Posterior, inputs: Inputs
    ) -> None:
        self._objective, self._posterior = objective, posterior
        self._samples = compared(inputs)
        with ordinary_mode(), threads(objective.model.n_threads):
            level = objective.sign * predict_process(posterior, self._samples)[:, 0]
        target, k = objective.model._ensemble.target, objective.output or 0
        levels = np.zeros((len(level), target.n_outputs))
        levels[:, k] = level
        self.mean: Array = target.margins(levels).reshape(len(level), -1)[:, k]
        self.members: Array = self.mean[None]

    def covariance(self) -> tuple[Array, float]:
        """Compute how the values of all samples vary together.

        Returns
        -------
        covariance : ndarray of shape (n_samples, n_samples), float64
            By the posterior, in units of the squared values.
        noise : float
            Variance of the noise of a measurement.
        """
        target, k = self._objective.model._ensemble.target, self._objective.output or 0
        with ordinary_mode(), threads(self._objective.model.n_threads):
            covariance = Certainty(self._posterior).covariance(self._samples, 0)
        ones = np.ones((1, target.n_outputs))
        unit = float(target.effects(ones).ravel()[k])
        noise = float(self._posterior.noise_variance[0])
        return covariance * unit**2, noise * unit**2


def _find_known(objective: Objective) -> tuple[TrainingSet, Array, Array, Rows] | None:
    """Find rows, values, what was predicted of them, and who held them out (or -1)."""
    ensemble, k = objective.model._ensemble, objective.output or 0
    part, held_out = ensemble.gaussian_process, ensemble.held_out
    if objective.bound is not None or part is None or ensemble.strands.both:
        return None
    training, held_by = part.posterior.training, ensemble.held_by
    others = training.rows[-1] >= len(held_by)  # validation data
    if not ensemble.target.centered or others or k >= held_out.shape[2]:
        return None
    stacked = (ensemble.stacking_weights[:, None] * held_out).sum(axis=0)
    value = objective.sign * training.target[:, k]
    predicted = objective.sign * stacked[training.rows, k]
    measured = np.random.RandomState(0).permutation(np.flatnonzero(np.isfinite(value)))
    rows = np.sort(measured[:_MOST])
    value, predicted = value[rows], predicted[rows]
    held_by = np.where(np.isfinite(predicted), held_by[training.rows[rows]], -1)
    few = (held_by >= 0).sum() < _LEAST
    return None if few else (training.take(rows), value, predicted, held_by)


def _correlation(values: Array, predicted: Array) -> float:
    """Compute Pearson's correlation, 0 if predictions are all the same."""
    if np.ptp(predicted) == 0:
        return 0.0
    return float(np.corrcoef(values, predicted)[0, 1])


def _is_better(values: Array, one: Array, other: Array) -> bool:
    """Check whether one correlates more than another: by a standard error at least."""
    value = (values - values.mean()) / values.std()
    errors = []
    for predicted in (one, other):
        around = (predicted - predicted.mean()) / (predicted.std() or 1.0)
        errors.append((value - around * _correlation(values, predicted)) ** 2)
    gain = errors[1] - errors[0]
    return bool(gain.mean() > gain.std() / np.sqrt(len(gain)))


def _as_folds(held_by: Rows) -> list[tuple[Rows, Rows]]:
    """List what each member was trained on and what it held out."""
    return [
        (np.flatnonzero(held_by != member), np.flatnonzero(held_by == member))
        for member in np.unique(held_by[held_by >= 0])
    ]
