"""Relevance of covariates: how much more they tell of a target than noise would."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sklyra._typing import Array


def find_relevance(numbers: npt.NDArray[np.floating], targets: Array) -> Array:
    r"""Compute how relevant each of several numbers is by itself.

    :math:`1 - 1 / F`, or 0 if that is negative, with the F statistic of a linear
    regression on the number alone: the share of :math:`F`, which is 1 on average for
    noise, that noise does not explain (positive-part shrinkage [1]_).

    Parameters
    ----------
    numbers : ndarray of shape (n_samples, n_numbers), float
        Covariates.
    targets : ndarray of shape (n_samples, n_outputs), float64
        Targets, NaN where not measured. The one that a number tells most of counts.

    Returns
    -------
    ndarray of shape (n_numbers,), float64
        Relevances, in [0, 1).

    References
    ----------
    .. [1] Efron, B. & Morris, C. (1973). Stein's Estimation Rule and Its Competitors.
       JASA 68, 117-130.
    """
    most = np.zeros(numbers.shape[1])
    for target in targets.T:
        rows = np.isfinite(target)
        if rows.sum() < 3:
            continue
        x = numbers[rows].astype(np.float64)
        x, y = x - x.mean(axis=0), target[rows] - target[rows].mean()
        size = (x**2).sum(axis=0) * (y**2).sum()
        fits = size > 0
        explained = np.zeros(len(most))
        explained[fits] = (x.T @ y)[fits] ** 2 / size[fits]
        rest = np.maximum(1 - explained, np.finfo(np.float64).eps)
        most = np.maximum(most, explained * (rows.sum() - 2) / rest)
    return np.maximum(1 - 1 / np.maximum(most, 1.0), 0)
