"""Factor: how much larger errors are than a difficulty says, by trees."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor

from sklyra._trees import Trees
from sklyra._typing import Array
from sklyra.uncertainty.clues import Clues

N_TREES = 60
# Rows in a leaf, and leaves of a tree at most.
_LEAST_ROWS, _MOST_LEAVES = 20, 60
# Few rows need few trees.
_ROWS_PER_TREE = 16
# Part of the standard deviation below which errors are as good as none.
_LEAST_ERROR = 0.1
# Added to variances, of which there may be none.
_LEAST_VARIANCE = 1e-9


def learn_factor(
    clues: Clues, sigma: Array, std: Array, error: Array, n_trees: int
) -> Trees | None:
    """Learn by what factor errors differ from what is expected [1]_.

    Parameters
    ----------
    clues : Clues
        Of held-out rows.
    sigma : ndarray of shape (n_rows,), float64
        The part of `std` that is a sum of variances.
    std : ndarray of shape (n_rows,), float64
        Standard deviations of errors, as far as they are known.
    error : ndarray of shape (n_rows,), float64
        Measured less predicted.
    n_trees : int
        Number of trees, at most.

    Returns
    -------
    Trees or None
        They predict the logarithm of the factor; None for fewer rows than two leaves
        have.

    References
    ----------
    .. [1] Geurts, P., Ernst, D. & Wehenkel, L. (2006). Extremely Randomized Trees.
       Machine Learning 63, 3-42.
    """
    if len(error) < 2 * _LEAST_ROWS or not error.any():
        return None
    wanted = np.log(np.abs(error) / std + _LEAST_ERROR)
    model = ExtraTreesRegressor(
        min(n_trees, 1 + len(error) // _ROWS_PER_TREE),
        min_samples_leaf=max(_LEAST_ROWS, len(error) // _MOST_LEAVES),
        max_features=1.0,
        random_state=0,
    )
    # only differences count: errors are compared with their size as a whole elsewhere
    model.fit(columns(clues, sigma), wanted - wanted.mean())
    return Trees.of_forest(model)


def columns(clues: Clues, sigma: Array) -> Array:
    """Lay clues out as the columns of a table.

    Parameters
    ----------
    clues : Clues
        Of any samples.
    sigma : ndarray of shape (n_samples,), float64
        As in `learn_factor`.

    Returns
    -------
    ndarray of shape (n_samples, 5 + n_views), float64
        Levels, variances as logarithms, and views.
    """
    variances = np.stack([clues.spread, clues.latent, clues.noise, sigma**2], axis=1)
    logs = np.log(variances + _LEAST_VARIANCE)
    return np.column_stack([clues.level, logs, clues.views])
