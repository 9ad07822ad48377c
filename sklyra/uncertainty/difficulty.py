"""Difficulty: how large errors are where, learned from errors of held-out rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import stdtr

from sklyra._state import check_version
from sklyra._typing import Array, Rows

_VERSION = 1
# Rows that choose bandwidths, and bandwidths on the scale of ranks, 0 to 1.
_MOST_CHOOSING = 600
_BANDWIDTHS = (np.inf, 0.4, 0.2, 0.1, 0.05)
# All rows together count as so many near ones, and a wide distribution as one more.
_SHARED, _TAIL = 4.0, 0.5
# Degrees of freedom of that one, and points at which distributions are computed.
_FREEDOM, _POINTS = 4, 201
# Samples that are compared with held-out rows at a time.
_BLOCK = 2048
# Share of the mean squared error that is left everywhere.
_LEAST = 1e-4


class Clues(NamedTuple):
    """What is known of the errors of one output before these are.

    Parameters
    ----------
    level : ndarray of shape (n_samples,), float64
        What is predicted.
    spread : ndarray of shape (n_samples,), float64
        Variance between kinds of base models, 0 if there is one.
    latent : ndarray of shape (n_samples,), float64
        Posterior variance of a Gaussian process, 0 if there is none.
    noise : ndarray of shape (n_samples,), float64
        Variance of the noise of a measurement, in proportion: the inverse of its
        weight, 1 on average.
    """

    level: Array
    spread: Array
    latent: Array
    noise: Array

    def take(self, rows: npt.NDArray[Any]) -> Clues:
        """Select rows.

        Parameters
        ----------
        rows : ndarray of shape (n_rows,), int or bool
            Which.

        Returns
        -------
        Clues
            A copy of these rows.
        """
        return Clues(*(values[rows] for values in self))

    def with_noise(self, noise: float) -> Clues:
        """Expect the same noise of all.

        Parameters
        ----------
        noise : float
            Its variance.

        Returns
        -------
        Clues
            A copy with it.
        """
        return self._replace(noise=np.full(len(self.level), noise))

    @property
    def terms(self) -> Array:
        """What the variance of an error is a sum of.

        Returns
        -------
        ndarray of shape (n_samples, 4), float64
            A constant, the noise, the latent variance and the spread.
        """
        ones = np.ones_like(self.level)
        return np.stack([ones, self.noise, self.latent, self.spread], axis=1)


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
      likelihood.

    Parameters
    ----------
    coefficients : ndarray of shape (4,), float64
        :math:`c`.
    clues : Clues
        Those of the held-out rows.
    scaled : ndarray of shape (n_rows,), float64
        Their errors, scaled.
    falls : ndarray of shape (2,), float64
        Half the inverse of the squared bandwidths.
    """

    def __init__(
        self, coefficients: Array, clues: Clues, scaled: Array, falls: Array
    ) -> None:
        self.coefficients, self.falls = coefficients, falls
        # as a file keeps them
        self.clues, self.scaled = Clues(*map(_rounded, clues)), _rounded(scaled)
        self._sorted = [np.sort(values) for values in self._axes(self.clues)]
        self._ranks = self._rank(self.clues)
        # the wide distribution is as wide as all errors together
        self._width = float(np.sqrt(np.mean(self.scaled**2))) or 1.0
        reach = 1.5 * max(float(np.abs(self.scaled).max()), 6 * self._width)
        inner = np.quantile(self.scaled, np.linspace(0, 1, _POINTS - 2))
        self._points = np.unique(np.concatenate([[-reach], inner, [reach]]))

    @classmethod
    def learn(cls, clues: Clues, error: Array, most: int = _MOST_CHOOSING) -> Self:
        """Learn from held-out rows.

        Parameters
        ----------
        clues : Clues
            Of each row.
        error : ndarray of shape (n_rows,), float64
            Measured less predicted.
        most : int, default=600
            Rows that choose bandwidths.

        Returns
        -------
        Difficulty
            What was learned.
        """
        coefficients = _fit_variance(clues.terms, error**2)
        scaled = error / np.sqrt(clues.terms @ coefficients)
        new = cls(coefficients, clues, scaled, np.zeros(2))
        drawn = np.random.RandomState(0).permutation(len(error))[:most]
        new.falls = _choose_falls(new._ranks[drawn], scaled[drawn])
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
        std: Array = scale * self._sigma(clues)
        return std

    def believed(self, clues: Clues) -> Array:
        """Compute how much of the variance of errors is disagreement, not noise.

        Parameters
        ----------
        clues : Clues
            Any samples.

        Returns
        -------
        ndarray of shape (n_samples,), float64
            The share of the latent variance and the spread, 0 to 1.
        """
        terms = clues.terms * self.coefficients
        share: Array = terms[:, 2:].sum(axis=1) / terms.sum(axis=1)
        return share

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
        return self._sigma(clues)[:, None] * self._points, share

    def _sigma(self, clues: Clues) -> Array:
        sigma: Array = np.sqrt(clues.terms @ self.coefficients)
        return sigma

    def _axes(self, clues: Clues) -> list[Array]:
        return [clues.level, self._sigma(clues)]

    def _rank(self, clues: Clues) -> Array:
        """Compute ranks among the held-out rows, 0 to 1, ties in the middle."""
        ranks = [
            np.searchsorted(known, values, "left")
            + np.searchsorted(known, values, "right")
            for known, values in zip(self._sorted, self._axes(clues), strict=True)
        ]
        return np.stack(ranks, axis=1) / (2 * len(self.scaled))

    def _blocks(self, clues: Clues) -> Iterator[tuple[slice, Array]]:
        """Compute the weight of each held-out row for each sample, some at a time."""
        ranks = self._rank(clues)
        for start in range(0, len(ranks), _BLOCK):
            rows = slice(start, start + _BLOCK)
            away = _distance(ranks[rows], self._ranks, self.falls)
            yield rows, np.exp(-away) + _SHARED / len(self.scaled)

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
            "clues": np.stack(self.clues).astype(np.float32),
            "scaled": self.scaled.astype(np.float32),
            "falls": self.falls,
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
        clues = Clues(*state["clues"].astype(np.float64))
        scaled = state["scaled"].astype(np.float64)
        return cls(state["coefficients"], clues, scaled, state["falls"])


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
    clues: Clues, error: Array, fold: Rows, most: int, noise: float
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
    most : int
        Rows that choose bandwidths.
    noise : float
        Variance of the noise that is expected of each, whatever it had.

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
        model = Difficulty.learn(clues.take(others), error[others], most)
        own = clues.take(rows).with_noise(noise)
        std[rows] = model.std(own)
        share[rows] = [
            np.interp(e, at, below, left=0, right=1)
            for e, at, below in zip(error[rows], *model.distribution(own), strict=True)
        ]
    return std, share
