"""Normal scores: values by their ranks, which no saturation of an assay bends."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from scipy.stats import norm, rankdata

from sklyra._state import check_version, require
from sklyra._typing import Array

_VERSION = 1
# Points at which the expected value is computed.
_POINTS, _WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
# Noise of scores before it is known.
_NOISE = 1.0


class NormalScores:
    r"""Convert values to normal scores, and predictions of these to values.

    A measurement that saturates (an assay's floor, a cell that is dead) bends what adds
    up behind it. Ranks undo any such bend: the score of a value is the normal quantile
    of its rank [1]_, and a prediction `z` of it with an error of standard deviation `s`
    becomes the expected value :math:`E[g(z + s \epsilon)]`, with `g` the way back from
    scores to values.

    Parameters
    ----------
    values : list of ndarray of shape (n_distinct,), float64
        The distinct values of each output, rising; empty if it was never measured.
    scores : list of ndarray of shape (n_distinct,), float64
        The score of each.
    noise : ndarray of shape (n_outputs,), float64
        Standard deviation of errors of predicted scores.
    share : ndarray of shape (n_outputs,), float64
        Weight of what comes from scores, 0 to 1, beside predictions of values.

    References
    ----------
    .. [1] Conover, W. J. (1999). Practical Nonparametric Statistics, 3rd edition.
       Wiley. Section 5.10: van der Waerden scores.
    """

    def __init__(
        self, values: list[Array], scores: list[Array], noise: Array, share: Array
    ) -> None:
        self.values, self.scores = values, scores
        self.noise, self.share = noise, share

    @classmethod
    def learn(cls, levels: Array) -> Self:
        """Learn the score of each value.

        Parameters
        ----------
        levels : ndarray of shape (n_samples, n_outputs), float64
            Values of training; NaN where nothing was measured.

        Returns
        -------
        NormalScores
            Of a share of 0, until `join` learns it.
        """
        values, scores = [], []
        for column in levels.T:
            known = column[np.isfinite(column)]
            rank = rankdata(known) / (len(known) + 1)
            distinct, first = np.unique(known, return_index=True)
            values.append(distinct)
            scores.append(np.asarray(norm.ppf(rank[first]), dtype=np.float64))
        n_outputs = levels.shape[1]
        return cls(values, scores, np.full(n_outputs, _NOISE), np.zeros(n_outputs))

    def __call__(self, levels: Array) -> Array:
        """Convert values of training to scores.

        Parameters
        ----------
        levels : ndarray of shape (n_samples, n_outputs), float64
            Values; NaN where nothing was measured.

        Returns
        -------
        ndarray of the same shape, float64
            Scores.
        """
        out = np.full(levels.shape, np.nan)
        for k, values in enumerate(self.values):
            known = np.isfinite(levels[:, k])
            if known.any():
                out[known, k] = np.interp(levels[known, k], values, self.scores[k])
        return out

    def join(self, both: Array, levels: Array, weight: Array) -> None:
        """Learn from held-out predictions how far off scores are, and their share.

        Parameters
        ----------
        both : ndarray of shape (n_samples, 2 n_outputs), float64
            Predicted values, and predicted scores behind them; NaN where none.
        levels : ndarray of shape (n_samples, n_outputs), float64
            Values; NaN where nothing was measured.
        weight : ndarray of shape (n_samples,), float64
            Weight of each row.
        """
        n_outputs = levels.shape[1]
        rows = np.isfinite(both).all(axis=1)
        error = self(levels) - both[:, n_outputs:]
        for k in range(n_outputs):
            known = rows & np.isfinite(levels[:, k])
            if known.sum() < 2:
                continue
            w = weight[known]
            self.noise[k] = np.sqrt(np.average(error[known, k] ** 2, weights=w))
            plain = both[known, k]
            away = self._expected(both[known, n_outputs + k], k) - plain
            size = (w * away**2).sum()
            if size > 0:
                best = (w * away * (levels[known, k] - plain)).sum() / size
                self.share[k] = np.clip(best, 0, 1)

    def mix(self, both: Array) -> Array:
        """Convert predictions of values and of scores to predictions of values.

        Parameters
        ----------
        both : ndarray of shape (n_samples, 2 n_outputs), float64
            Predicted values, and predicted scores behind them.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs), float64
            Both together, by their share.
        """
        n_outputs = len(self.values)
        out = both[:, :n_outputs].copy()
        for k in np.flatnonzero(self.share).tolist():
            other = self._expected(both[:, n_outputs + k], k)
            out[:, k] += self.share[k] * (other - out[:, k])
        return out

    def _expected(self, predicted: Array, k: int) -> Array:
        """Compute the expected value of scores with an error."""
        at = predicted[:, None] + self.noise[k] * _POINTS
        values = np.interp(at, self.scores[k], self.values[k])
        expected: Array = values @ (_WEIGHTS / _WEIGHTS.sum())
        return expected

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values and arrays.

        Returns
        -------
        dict
            What was learned, and the version of this layout.
        """
        return {"version": _VERSION, **vars(self)}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Convert from plain values and arrays.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        NormalScores
            The same.

        Raises
        ------
        ValueError
            If the state is of another version, or its values do not fit together.
        """
        check_version(state, cls.__name__, _VERSION)
        values, scores = state["values"], state["scores"]
        n_outputs = len(values)
        fits = all(map(lambda a, b: a.shape == b.shape, values, scores))
        alike = len(scores) == len(state["noise"]) == len(state["share"]) == n_outputs
        require(fits and alike, cls.__name__)
        return cls(values, scores, state["noise"], state["share"])
