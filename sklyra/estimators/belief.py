"""Belief: what a model expects of samples, and how it may be wrong of them together."""

from __future__ import annotations

from typing import Any

import numpy as np

from sklyra._training import ordinary_mode, threads
from sklyra._typing import Array, Rows
from sklyra.ensemble import Ensemble
from sklyra.estimators import uncertain
from sklyra.estimators.base import BaseLyra
from sklyra.estimators.draws import believed


class Belief:
    """What a fitted model believes of the values of samples.

    Parameters
    ----------
    model : LyraRegressor or LyraClassifier
        A fitted model.
    X : array-like of shape (n_samples,) of str, or DataFrame
        Sequences, or rows of a table.
    output : int, default=0
        Which of several outputs, labels or classes.

    Attributes
    ----------
    inputs : Inputs
        What was read.
    mean : ndarray of shape (n_samples,), float64
        Predictions in the units of `y`, or what `decision_function` returns.
    std : ndarray of shape (n_samples,), float64
        Standard deviations: of a regressor those of a measurement, noise included, of
        a classifier those among its members.
    members : ndarray of shape (n_members, n_samples), float64
        Values as each member has them: a network and a perceptron of the same number,
        and what else there is, stacked.

    Raises
    ------
    ValueError
        If the model cannot say how sure it is, or has no such output.
    """

    def __init__(self, model: BaseLyra, X: Any, output: int = 0) -> None:
        self._model, self._output = model, output
        ensemble = model._ensemble
        self.inputs = model._read_known(X)
        self._parts = uncertain.predict_members(model, self.inputs)
        level = ensemble.stacked(self._parts, self.inputs)
        margins = ensemble.target.margins(level).reshape(len(level), -1)
        if not 0 <= output < margins.shape[1]:
            raise ValueError(
                f"output={output} does not exist: the model predicts "
                f"{margins.shape[1]}, numbered from 0."
            )
        self.mean: Array = margins[:, output]
        self._by_members = not ensemble.target.centered
        each = member_margins(ensemble, self._parts)
        each = each.reshape(*each.shape[:2], -1)[:, :, output]
        self.members: Array = self.mean + each - each.mean(axis=0)
        if self._by_members:
            if len(each) == 1:
                raise ValueError(
                    f"This {type(model).__name__} has one member, so that nothing "
                    "says how sure it is. Fit it with n_members=2 or more."
                )
            self._away = (each - each.mean(axis=0)) / np.sqrt(len(each) - 1)
            self.std: Array = np.sqrt((self._away**2).sum(axis=0))
        else:
            self._levels = uncertain.predict_std(model, self.inputs, self._parts)
            self.std = self._in_units(self._levels)

    def covariance(self, rows: Rows) -> Array:
        """Compute how the values of samples vary together, without noise.

        Parameters
        ----------
        rows : ndarray of shape (n_rows,), int
            Which samples.

        Returns
        -------
        ndarray of shape (n_rows, n_rows), float64
            Covariances, in units of the squared values.
        """
        if self._by_members:
            away = self._away[:, rows]
            among: Array = away.T @ away
            return among
        ensemble, doubt = self._model._ensemble, self._model._ensemble.doubt
        assert doubt is not None
        with ordinary_mode(), threads(self._model.n_threads):
            correlation, sure = believed(
                ensemble,
                doubt,
                self.inputs.take(rows),
                [part[:, rows] for part in self._parts],
                self._levels[rows],
                self._output,
            )
        spread = np.zeros((len(rows), self._levels.shape[1]))
        spread[:, self._output] = sure
        sure = self._in_units(spread)
        covariance: Array = correlation * sure * sure[:, None]
        return covariance

    def _in_units(self, levels: Array) -> Array:
        """Convert standard deviations of outputs to the units of y."""
        effects = self._model._ensemble.target.effects(levels)
        column: Array = effects.reshape(len(levels), -1)[:, self._output]
        return column


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
