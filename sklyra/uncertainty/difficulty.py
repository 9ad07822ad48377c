"""Difficulty: how large errors are where, learned from errors of held-out rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import numpy as np
from scipy.optimize import minimize
from scipy.special import stdtr

from sklyra._state import check_version, require
from sklyra._trees import Trees
from sklyra._typing import Array, Rows
from sklyra.uncertainty.clues import Clues
from sklyra.uncertainty.factor import N_TREES, columns, learn_factor

_VERSION = 1
# Rows that choose bandwidths, and bandwidths on the scale of ranks, 0 to 1.
MOST_CHOOSING = 600
_BANDWIDTHS = (np.inf, 0.4, 0.2, 0.1, 0.05)
# All rows together count as so many near ones, and a wide distribution as one more.
_SHARED, _TAIL = 4.0, 0.5
# Degrees of freedom of that one, and points at which distributions are computed.
_FREEDOM, _POINTS = 4, 201
_MOST_FOR_TREES = 2048
# Samples that are compared with held-out rows at a time.
_BLOCK = 2048
# Share of the mean squared error that is left everywhere.
_LEAST = 1e-4


class Difficulty:
    r"""Distribution of errors, given the clues of a sample.

    Errors have the standard deviation :math:`\sigma(x)`, times what is as it is of
    training rows that are near by their predicted level and by :math:`\sigma`:

    - :math:`\sigma^2 = c_0 + c_1 / w + c_2 v + c_3 d`, with weight `w`, latent variance
      `v` and spread `d`; coefficients from 0, of the greatest likelihood;
    - scaled errors :math:`e_i / \sigma_i` of held-out rows have weights that fall with
      the distance of their ranks, and are a distribution together with a wide one of
      little weight. So errors may be larger to one side, and larger for middling
      predictions than for extreme ones. Bandwidths have the greatest leave-one-out
      likelihood;
    - trees say by what factor errors differ from that, from all clues: where sequences
      are unlike those of training, say, or where one kind of model is alone.

    Parameters
    ----------
    coefficients : ndarray of shape (4,), float64
        :math:`c`.
    level, sigma : ndarray of shape (n_rows,), float64
        Predicted levels of the held-out rows, and their :math:`\sigma`.
    scaled : ndarray of shape (n_rows,), float64
        Their errors, scaled.
    falls : ndarray of shape (2,), float64
        Half the inverse of the squared bandwidths.
    trees : Trees or None, default=None
        Predict the logarithm of the factor; None for no factor.
    """

    def __init__(
        self,
        coefficients: Array,
        level: Array,
        sigma: Array,
        scaled: Array,
        falls: Array,
        trees: Trees | None = None,
    ) -> None:
        self.coefficients, self.falls, self.trees = coefficients, falls, trees
        # as a file keeps them
        self.level, self.sigma = _rounded(level), _rounded(sigma)
        self.scaled = _rounded(scaled)
        self._sorted = [np.sort(self.level), np.sort(self.sigma)]
        self._ranks = self._rank(self.level, self.sigma)
        # the wide distribution is as wide as all errors together
        self._width = float(np.sqrt(np.mean(self.scaled**2))) or 1.0
        reach = 1.5 * max(float(np.abs(self.scaled).max()), 6 * self._width)
        inner = np.quantile(self.scaled, np.linspace(0, 1, _POINTS - 2))
        self._points = np.unique(np.concatenate([[-reach], inner, [reach]]))

    @classmethod
    def learn(
        cls,
        clues: Clues,
        error: Array,
        most: int = MOST_CHOOSING,
        n_trees: int = N_TREES,
    ) -> Self:
        """Learn from held-out rows.

        Parameters
        ----------
        clues : Clues
            Of each row.
        error : ndarray of shape (n_rows,), float64
            Measured less predicted.
        most : int, default=600
            Rows that choose bandwidths.
        n_trees : int, default=60
            Number of trees, at most.

        Returns
        -------
        Difficulty
            What was learned.
        """
        coefficients = _fit_variance(clues.terms, error**2)
        sigma = np.sqrt(clues.terms @ coefficients)
        scaled = error / sigma
        new = cls(coefficients, clues.level, sigma, scaled, np.zeros(2))
        order = np.random.RandomState(0).permutation(len(error))
        drawn = order[:most]
        new.falls = _choose_falls(new._ranks[drawn], scaled[drawn])
        some = order[:_MOST_FOR_TREES]
        known = clues.take(some)
        new.trees = learn_factor(
            known, sigma[some], new.std(known), error[some], n_trees
        )
        return new

    def std(self, clues: Clues) -> Array:
        """Compute the standard deviation of errors.

        Parameters
        ----------
        clues : Clues
            Any samples.

        Returns
        -------
        ndarray of shape (n_samples,), float64
            Standard deviations, above 0.
        """
        scale = np.empty(len(clues.level))
        for rows, weights in self._blocks(clues):
            total = weights @ self.scaled**2 + _TAIL * self._width**2
            scale[rows] = np.sqrt(total / (weights.sum(axis=1) + _TAIL))
        std: Array = scale * self._wide(clues)
        return std

    def distribution(self, clues: Clues) -> tuple[Array, Array]:
        """Compute distribution functions of errors.

        Parameters
        ----------
        clues : Clues
            Any samples.

        Returns
        -------
        points : ndarray of shape (n_samples, n_points), float64
            Errors, rising.
        share : ndarray of shape (n_samples, n_points), float64
            The probability of a smaller error, rising.
        """
        below = (self.scaled[:, None] < self._points).astype(np.float64)
        below += 0.5 * (self.scaled[:, None] == self._points)
        tail = stdtr(_FREEDOM, self._points / self._width)
        share = np.empty((len(clues.level), len(self._points)))
        for rows, weights in self._blocks(clues):
            total = weights.sum(axis=1, keepdims=True) + _TAIL
            share[rows] = (weights @ below + _TAIL * tail) / total
        return self._wide(clues)[:, None] * self._points, share

    def _sigma(self, clues: Clues) -> Array:
        sigma: Array = np.sqrt(clues.terms @ self.coefficients)
        return sigma

    def _wide(self, clues: Clues) -> Array:
        """Compute sigma times the factor."""
        sigma = self._sigma(clues)
        if self.trees is None:
            return sigma
        wide, table = np.empty_like(sigma), columns(clues, sigma)
        for start in range(0, len(sigma), _BLOCK):  # each tree has a node for each
            rows = slice(start, start + _BLOCK)
            wide[rows] = sigma[rows] * np.exp(self.trees.predict(table[rows]))
        return wide

    def _rank(self, level: Array, sigma: Array) -> Array:
        """Compute ranks among the held-out rows, 0 to 1, ties in the middle."""
        ranks = [
            np.searchsorted(known, values, "left")
            + np.searchsorted(known, values, "right")
            for known, values in zip(self._sorted, (level, sigma), strict=True)
        ]
        return np.stack(ranks, axis=1) / (2 * len(self.scaled))

    def _blocks(self, clues: Clues) -> Iterator[tuple[slice, Array]]:
        """Compute the weight of each held-out row for each sample, some at a time."""
        n_rows = len(self.scaled)
        if not self.falls.any():  # all are as near: one row for all samples
            yield slice(None), np.full((1, n_rows), 1 + _SHARED / n_rows)
            return
        ranks = self._rank(clues.level, self._sigma(clues))
        for start in range(0, len(ranks), _BLOCK):
            rows = slice(start, start + _BLOCK)
            away = _distance(ranks[rows], self._ranks, self.falls)
            yield rows, np.exp(-away) + _SHARED / n_rows

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values.

        Returns
        -------
        dict
            Plain values and arrays, in single precision where there are many.
        """
        return {
            "version": _VERSION,
            "coefficients": self.coefficients,
            "level": self.level.astype(np.float32),
            "sigma": self.sigma.astype(np.float32),
            "scaled": self.scaled.astype(np.float32),
            "falls": self.falls,
            "trees": None if self.trees is None else self.trees._asdict(),
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
        Difficulty
            The same.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        if "clues" in state:  # models of version 0.2.0
            level, spread, latent, noise = state["clues"].astype(np.float64)
            terms = np.stack([np.ones_like(level), noise, latent, spread], axis=1)
            state = state | {
                "level": level,
                "sigma": np.sqrt(terms @ state["coefficients"]),
                "trees": None,
            }
        trees = state["trees"] and Trees(**state["trees"])
        require(trees is None or trees.is_consistent(), cls.__name__)
        level, sigma, scaled = (
            state[name].astype(np.float64) for name in ("level", "sigma", "scaled")
        )
        falls = state["falls"]
        return cls(state["coefficients"], level, sigma, scaled, falls, trees)


def _rounded(values: Array) -> Array:
    return values.astype(np.float32).astype(np.float64)


def _fit_variance(terms: Array, square: Array) -> Array:
    """Find what terms of the variance of errors count, by the greatest likelihood."""
    size = max(float(square.mean()), np.finfo(np.float64).tiny)
    usual = terms.mean(axis=0)
    there = np.flatnonzero(usual > 0)
    relative, square = terms[:, there] / usual[there], square / size

    def loss(logs: Array) -> tuple[float, Array]:
        parts = relative * np.exp(logs)
        variance = parts.sum(axis=1) + _LEAST
        value = np.mean(np.log(variance) + square / variance)
        slope = (1 - square / variance) / variance
        return float(value), np.mean(slope[:, None] * parts, axis=0)

    start = np.full(len(there), -np.log(len(there)))
    bounds = [(-12.0, 3.0)] * len(there)
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    found = np.zeros(terms.shape[1])
    found[there] = size * np.exp(best.x) / usual[there]
    found[0] += size * _LEAST
    return found


def _choose_falls(ranks: Array, scaled: Array) -> Array:
    """Choose how fast weights fall along each axis, one axis after the other."""
    square = scaled**2
    mean = square.mean()
    falls = np.zeros(ranks.shape[1])

    def loss(falls: Array) -> float:
        weights = np.exp(-_distance(ranks, ranks, falls))
        np.fill_diagonal(weights, 0)
        total = weights @ square + _SHARED * mean
        variance = total / (weights.sum(axis=1) + _SHARED)
        variance = np.maximum(variance, np.finfo(np.float64).tiny)
        return float(np.mean(np.log(variance) + square / variance))

    if not mean:
        return falls
    best = loss(falls)
    for axis in (*range(len(falls)), *range(len(falls))):
        for width in _BANDWIDTHS:
            tried = falls.copy()
            tried[axis] = 0.5 / width**2
            value = loss(tried)
            # what chance alone would gain
            if value < best - 2 / len(scaled):
                best, falls = value, tried
    return falls


def _distance(one: Array, two: Array, falls: Array) -> Array:
    away = np.zeros((len(one), len(two)))
    for axis, fall in enumerate(falls):
        if fall:
            away += fall * (one[:, axis, None] - two[:, axis]) ** 2
    return away


def cross_fitted(
    clues: Clues,
    error: Array,
    fold: Rows,
    noise: float,
    most: int = MOST_CHOOSING,
    n_trees: int = N_TREES,
) -> tuple[Array, Array]:
    """Place errors in distributions that were learned from other folds.

    Parameters
    ----------
    clues : Clues
        Of held-out rows.
    error : ndarray of shape (n_rows,), float64
        Measured less predicted.
    fold : ndarray of shape (n_rows,), int
        Fold of each.
    noise : float
        Variance of the noise that is expected of each, whatever it had.
    most, n_trees : int
        As in `Difficulty.learn`.

    Returns
    -------
    std : ndarray of shape (n_rows,), float64
        Standard deviation of each error.
    share : ndarray of shape (n_rows,), float64
        The probability of a smaller one, 0 to 1.
    """
    std, share = np.empty(len(error)), np.empty(len(error))
    for number in np.unique(fold):
        rows = fold == number
        others = ~rows if not rows.all() else rows
        model = Difficulty.learn(clues.take(others), error[others], most, n_trees)
        own = clues.take(rows).with_noise(noise)
        std[rows] = model.std(own)
        share[rows] = [
            np.interp(e, at, below, left=0, right=1)
            for e, at, below in zip(error[rows], *model.distribution(own), strict=True)
        ]
    return std, share
