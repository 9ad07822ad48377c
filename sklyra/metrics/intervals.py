"""Scores of intervals and of standard deviations, which scikit-learn does not have."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def coverage_score(y_true: npt.ArrayLike, interval: npt.ArrayLike) -> float:
    """Compute the share of measurements inside their intervals.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Measured values; NaN does not count.
    interval : array-like of shape (n_samples, 2) or (n_samples, 2, n_outputs)
        Lower and upper bounds, which belong to the interval.

    Returns
    -------
    float
        From 0 to 1, over all outputs.

    Raises
    ------
    ValueError
        If shapes differ, a bound is NaN, a lower one is above its upper, or nothing was
        measured.

    Examples
    --------
    >>> from sklyra.metrics import coverage_score
    >>> coverage_score([1, 2, 3, 4], [[0, 2], [0, 1], [3, 3], [2, 6]])
    0.75
    """
    true, low, high = _read_intervals(y_true, interval)
    return float(np.mean((low <= true) & (true <= high)))


def interval_score(
    y_true: npt.ArrayLike, interval: npt.ArrayLike, confidence: float = 0.9
) -> float:
    r"""Compute the interval score: narrow intervals that hold have a low one.

    The mean of the width, plus :math:`2 / (1 - c)` times how far a measurement is
    outside, if it is [1]_. It is least for the quantiles :math:`(1 - c) / 2` and
    :math:`(1 + c) / 2`.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Measured values; NaN does not count.
    interval : array-like of shape (n_samples, 2) or (n_samples, 2, n_outputs)
        Lower and upper bounds.
    confidence : float, default=0.9
        What the intervals were made for, in (0, 1).

    Returns
    -------
    float
        In the units of `y_true`, the mean of all outputs.

    Raises
    ------
    ValueError
        As `coverage_score`, or if `confidence` is not between 0 and 1.

    References
    ----------
    .. [1] Gneiting, T. & Raftery, A. E. (2007). Strictly Proper Scoring Rules,
       Prediction, and Estimation. JASA 102, 359-378.

    Examples
    --------
    >>> from sklyra.metrics import interval_score
    >>> interval_score([1, 5], [[0, 2], [2, 4]], confidence=0.5)
    4.0
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, but is {confidence!r}.")
    true, low, high = _read_intervals(y_true, interval)
    missed = np.maximum(low - true, 0) + np.maximum(true - high, 0)
    return float(np.mean(high - low + 2 / (1 - confidence) * missed))


def normal_log_loss(
    y_true: npt.ArrayLike, y_pred: npt.ArrayLike, std: npt.ArrayLike
) -> float:
    r"""Compute the negative log likelihood of normal distributions.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Measured values; NaN does not count.
    y_pred : array-like of the same shape
        Means.
    std : array-like of the same shape
        Standard deviations, above 0.

    Returns
    -------
    float
        The mean of :math:`\log \sigma + (y - \mu)^2 / 2 \sigma^2 + \log(2 \pi) / 2`.

    Raises
    ------
    ValueError
        If shapes differ, a standard deviation is not above 0, a mean is not finite,
        or nothing was measured.

    Examples
    --------
    >>> from sklyra.metrics import normal_log_loss
    >>> round(normal_log_loss([0, 1], [0, 0], [1, 1]), 3)
    1.169
    """
    true, mean, deviation = (np.asarray(y, float) for y in (y_true, y_pred, std))
    if not true.shape == mean.shape == deviation.shape:
        raise ValueError(
            f"y_true has shape {true.shape}, y_pred {mean.shape} and std "
            f"{deviation.shape}: all must have the same."
        )
    known = _known(true)
    if not (deviation[known] > 0).all():
        raise ValueError("Every standard deviation must be above 0.")
    if not np.isfinite(mean[known]).all():
        raise ValueError("y_pred has NaN or infinity where y_true was measured.")
    scaled = (true[known] - mean[known]) / deviation[known]
    each = np.log(deviation[known]) + scaled**2 / 2 + np.log(2 * np.pi) / 2
    return float(each.mean())


def interval_scorer(estimator: Any, X: Any, y: Any) -> float:
    """Score a regressor by its intervals, for ``scoring=``: larger is better.

    Parameters
    ----------
    estimator : LyraRegressor
        A fitted one; or any model with `predict_interval`.
    X : array-like of shape (n_samples, ...)
        What it predicts.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Measured values.

    Returns
    -------
    float
        Minus `interval_score` of intervals of 90%.
    """
    return -interval_score(y, estimator.predict_interval(X, 0.9), 0.9)


def coverage_scorer(estimator: Any, X: Any, y: Any) -> float:
    """Score a regressor by how often its intervals hold, for ``scoring=``.

    Parameters
    ----------
    estimator : LyraRegressor
        A fitted one; or any model with `predict_interval`.
    X : array-like of shape (n_samples, ...)
        What it predicts.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Measured values.

    Returns
    -------
    float
        Minus the distance of `coverage_score` of intervals of 90% from 0.9: 0 at best.
    """
    return -abs(coverage_score(y, estimator.predict_interval(X, 0.9)) - 0.9)


def normal_log_loss_scorer(estimator: Any, X: Any, y: Any) -> float:
    """Score a regressor by its means and standard deviations, for ``scoring=``.

    Parameters
    ----------
    estimator : LyraRegressor
        A fitted one; or any model whose `predict` takes ``return_std=True``.
    X : array-like of shape (n_samples, ...)
        What it predicts.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Measured values.

    Returns
    -------
    float
        Minus `normal_log_loss`: larger is better.
    """
    return -normal_log_loss(y, *estimator.predict(X, return_std=True))


def _read_intervals(
    y_true: npt.ArrayLike, interval: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], ...]:
    """Select measured values and their bounds."""
    true, bounds = np.asarray(y_true, float), np.asarray(interval, float)
    wanted = (*true.shape[:1], 2, *true.shape[1:])
    if bounds.shape != wanted:
        raise ValueError(
            f"interval has shape {bounds.shape}, but y_true of shape {true.shape} "
            f"needs {wanted}: lower and upper bounds, as of predict_interval."
        )
    known = _known(true)
    low, high = bounds[:, 0][known], bounds[:, 1][known]
    if not (low <= high).all():
        raise ValueError("Every lower bound must be a number up to its upper bound.")
    return true[known], low, high


def _known(true: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    known: npt.NDArray[np.bool_] = ~np.isnan(true)
    if not known.any():
        raise ValueError("y_true has no measured value: there is nothing to score.")
    return known
