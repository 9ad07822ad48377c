"""Intervals and standard deviations that hold for values of one output."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from sklyra._state import check_version
from sklyra._typing import Array, Rows
from sklyra.uncertainty.clues import Clues
from sklyra.uncertainty.conformal import conformal_quantile, require_rows
from sklyra.uncertainty.difficulty import MOST_CHOOSING, Difficulty, cross_fitted
from sklyra.uncertainty.factor import N_TREES

_VERSION = 1
# Part of the range of values that is rounding, and the share and number of rows with
# one value from which on a scale ends there.
_SAME, _SHARE_AT_END, _ROWS_AT_END = 1e-6, 0.01, 5
# With fewer held-out rows their spread says nothing.
LEAST_ROWS = 2


class Intervals:
    r"""Distributional conformal prediction of one output [1]_.

    An error :math:`e_i` of a held-out row has the score :math:`|F_i(e_i) - 1/2|`, with
    the distribution function :math:`F_i` of a `Difficulty` learned from other folds. An
    interval reaches from :math:`F^{-1}(1/2 - t)` to :math:`F^{-1}(1/2 + t)` around what
    is predicted, with the conformal quantile `t` of the scores.

    Parameters
    ----------
    difficulty : Difficulty
        Of all held-out rows.
    scores : ndarray of shape (n_rows,), float64
        Scores of held-out rows, rising.
    factor : float
        Root mean square of errors over their standard deviations, cross-fitted.
    mean, variance : float
        Of the measured values.
    noise : float, default=1.0
        Variance of the noise of what is to come, in proportion (see `Clues`).
    ends : tuple of float, default=(-inf, inf)
        Where the scale of measurements ends: values beyond are not to be had.

    References
    ----------
    .. [1] Chernozhukov, V., Wüthrich, K. & Zhu, Y. (2021). Distributional Conformal
       Prediction. PNAS 118, e2107794118.
    """

    def __init__(
        self,
        difficulty: Difficulty,
        scores: Array,
        factor: float,
        mean: float,
        variance: float,
        noise: float = 1.0,
        ends: tuple[float, float] = (-np.inf, np.inf),
    ) -> None:
        self.difficulty, self.factor = difficulty, factor
        # as a file keeps them
        self.scores = scores.astype(np.float32).astype(np.float64)
        self.mean, self.variance = mean, variance
        self.noise, self.ends = noise, ends

    @classmethod
    def learn(
        cls,
        clues: Clues,
        error: Array,
        fold: Rows,
        most: int = MOST_CHOOSING,
        n_trees: int = N_TREES,
    ) -> Self:
        """Learn from held-out rows.

        Parameters
        ----------
        clues : Clues
            Of held-out rows.
        error : ndarray of shape (n_rows,), float64
            Measured less predicted.
        fold : ndarray of shape (n_rows,), int
            Fold of each.
        most, n_trees : int
            As in `Difficulty.learn`.

        Returns
        -------
        Intervals
            What was learned.
        """
        # the noise of what is to come is not known: it is as usual
        noise = float(np.median(clues.noise))
        std, share = cross_fitted(clues, error, fold, noise, most, n_trees)
        target = clues.level + error
        return cls(
            Difficulty.learn(clues, error, most, n_trees),
            np.sort(np.abs(share - 0.5)),
            float(np.sqrt(np.mean((error / std) ** 2))) or 1.0,
            float(target.mean()),
            float(target.var()),
            noise,
            _find_ends(target),
        )

    def std(self, clues: Clues, fading: Array) -> Array:
        """Compute the standard deviation of measurements around predictions.

        Parameters
        ----------
        clues : Clues
            Any samples.
        fading : ndarray of shape (n_samples,), float64
            How much of what is known does not hold, 0 to 1.

        Returns
        -------
        ndarray of shape (n_samples,), float64
            Standard deviations.
        """
        clues = clues.with_noise(self.noise)
        std = self.factor * self.difficulty.std(clues)
        wide: Array = std * self._stretch(std, clues, fading)
        return wide

    def interval(self, clues: Clues, fading: Array, confidence: float) -> Array:
        """Compute intervals.

        Parameters
        ----------
        clues : Clues
            Any samples.
        fading : ndarray of shape (n_samples,), float64
            How much of what is known does not hold, 0 to 1.
        confidence : float
            Wanted coverage, in (0, 1).

        Returns
        -------
        ndarray of shape (n_samples, 2), float64
            Lower and upper bounds.

        Raises
        ------
        ValueError
            If there are too few held-out rows for it.
        """
        require_rows(len(self.scores), confidence, "the model")
        clues = clues.with_noise(self.noise)
        tail = conformal_quantile(self.scores, confidence)
        points, share = self.difficulty.distribution(clues)
        wanted = (0.5 - tail, 0.5 + tail)
        errors = np.array(
            [np.interp(wanted, own, at) for own, at in zip(share, points, strict=True)]
        ).reshape(-1, 2)
        std = self.factor * self.difficulty.std(clues)
        stretch = self._stretch(std, clues, fading)[:, None]
        bounds: Array = np.clip(clues.level[:, None] + stretch * errors, *self.ends)
        return bounds

    def _stretch(self, std: Array, clues: Clues, fading: Array) -> Array:
        """How much wider errors are where some of what is known does not hold."""
        ignorant = self.variance + (clues.level - self.mean) ** 2
        variance = (1 - fading) * std**2 + fading * ignorant
        stretch: Array = np.sqrt(np.maximum(variance / std**2, 1))
        return stretch

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values.

        Returns
        -------
        dict
            Plain values and arrays.
        """
        return {
            "version": _VERSION,
            "difficulty": self.difficulty.to_state(),
            "scores": self.scores.astype(np.float32),
            "factor": self.factor,
            "mean": self.mean,
            "variance": self.variance,
            "noise": self.noise,
            "ends": list(self.ends),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Convert from plain values.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        Intervals
            The same.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        return cls(
            Difficulty.from_state(state["difficulty"]),
            state["scores"].astype(np.float64),
            state["factor"],
            state["mean"],
            state["variance"],
            # models of version 0.2.0 took the average weight, and knew no ends
            state.get("noise", 1.0),
            tuple(state.get("ends", (-np.inf, np.inf))),
        )


def _find_ends(target: Array) -> tuple[float, float]:
    """Find out whether many values are the least or the greatest of all."""
    low, high = float(target.min()), float(target.max())
    # values were rounded: an end is outside of all of them
    room = _SAME * max(high - low, abs(low), abs(high))
    least = max(_SHARE_AT_END * len(target), _ROWS_AT_END)
    return (
        low - room if (target <= low + room).sum() >= least else -np.inf,
        high + room if (target >= high - room).sum() >= least else np.inf,
    )
