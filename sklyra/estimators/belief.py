"""Belief: what a model expects of samples, and how it may be wrong of them together."""

from __future__ import annotations

import numpy as np

from sklyra._training import ordinary_mode, threads
from sklyra._typing import Array
from sklyra.ensemble import Ensemble
from sklyra.estimators import uncertain
from sklyra.estimators.base import BaseLyra
from sklyra.estimators.draws import posterior_covariance
from sklyra.sequences import Inputs


class Belief:
    """What a fitted model believes of the values of samples.

    Parameters
    ----------
    model : LyraRegressor or LyraClassifier
        A fitted model.
    inputs : Inputs
        Samples that it has read.
    output : int or None, default=None
        Which of several outputs, labels or classes; None for the only one.

    Attributes
    ----------
    mean : ndarray of shape (n_samples,), float64
        Predictions in the units of `y`, or what `decision_function` returns.
    members : ndarray of shape (n_members, n_samples), float64
        Values as each member has them: a network and a perceptron of the same number,
        and what else there is, stacked.

    Raises
    ------
    ValueError
        If the model has no such output, or several and none is said.
    """

    def __init__(
        self, model: BaseLyra, inputs: Inputs, output: int | None = None
    ) -> None:
        self._model, self._inputs = model, inputs
        ensemble = model._ensemble
        self._parts = uncertain.predict_members(model, inputs)
        level = ensemble.stacked(self._parts, inputs)
        margins = ensemble.target.margins(level).reshape(len(level), -1)
        n_outputs = margins.shape[1]
        if output is None and n_outputs > 1:
            raise ValueError(
                f"The model predicts {n_outputs} values, labels or classes: say which "
                "is wanted with output=, numbered from 0."
            )
        self._output = output = output or 0
        if output >= n_outputs:
            raise ValueError(
                f"output={output} does not exist: the model predicts {n_outputs}, "
                "numbered from 0."
            )
        self.mean: Array = margins[:, output]
        each = member_margins(ensemble, self._parts)
        each = each.reshape(*each.shape[:2], -1)[:, :, output]
        self.members: Array = self.mean + each - each.mean(axis=0)

    def std(self) -> Array:
        """Compute how far off the mean may be.

        Returns
        -------
        ndarray of shape (n_samples,), float64
            Standard deviations: of a regressor those of a measurement, noise included,
            of a classifier those among its members.

        Raises
        ------
        ValueError
            If a regressor cannot say it.
        """
        if not self._model._ensemble.target.centered:
            among: Array = self.members.std(axis=0, ddof=int(len(self.members) > 1))
            return among
        levels = uncertain.predict_std(self._model, self._inputs, self._parts)
        effects = self._model._ensemble.target.effects(levels)
        own: Array = effects.reshape(len(levels), -1)[:, self._output]
        return own

    def covariance(self) -> tuple[Array, float]:
        """Compute how the values of all samples vary together, as the model has it.

        Returns
        -------
        covariance : ndarray of shape (n_samples, n_samples), float64
            By the members and, of a regressor, the posterior of the Gaussian process;
            in units of the squared values.
        noise : float
            Variance of the noise of a measurement.
        """
        ensemble, doubt = self._model._ensemble, self._model._ensemble.doubt
        if doubt is None or not ensemble.target.centered:
            away = self.members - self.mean
            return away.T @ away / len(away), 0.0
        with ordinary_mode(), threads(self._model.n_threads):
            covariance, noise = posterior_covariance(
                ensemble, doubt, self._inputs, self._parts, self._output
            )
        ones = np.ones((1, ensemble.target.n_outputs))
        unit = float(ensemble.target.effects(ones).ravel()[self._output])
        return covariance * unit**2, (noise or 0.0) * unit**2


def member_margins(ensemble: Ensemble, parts: list[Array]) -> Array:
    """Compute what each member of a model says: one of each part, stacked.

    Parameters
    ----------
    ensemble : Ensemble
        A fitted one.
    parts : list of ndarray of shape (n_members, n_samples, n_outputs), float64
        What its parts predict.

    Returns
    -------
    ndarray of shape (n_members, n_samples[, n_outputs]), float64
        Margins, as `decision_function` returns them.
    """
    each = []
    for member in range(max(map(len, parts))):
        own = np.stack([part[member % len(part)] for part in parts])
        output = (ensemble.stacking_weights[:, None] * own).sum(axis=0)
        each.append(ensemble.target.margins(output))
    return np.stack(each)
