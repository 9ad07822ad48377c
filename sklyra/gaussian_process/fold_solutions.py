"""Solutions without some of the training sequences, fold by fold."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch

from sklyra._typing import Array, Rows
from sklyra.gaussian_process.factors import Factors, solve

# Training sequences that are left out, and the folds in which they are.
_LEFT_OUT, _FOLDS = 512, 5


class FoldSolutions(NamedTuple):
    """Solutions without some of the training sequences.

    Parameters
    ----------
    rows : ndarray of shape (n_rows,), int64
        Training sequences that are each in one of the folds.
    fold : ndarray of shape (n_rows,), int64
        In which.
    weights : ndarray of shape (n_training, n_folds * n_outputs), float64
        Weights of training sequences without each fold in turn.
    """

    rows: Rows
    fold: Rows
    weights: Array


def choose_folds(same: Rows) -> tuple[Rows, Rows]:
    """Choose training sequences to leave out, those of one number together.

    Parameters
    ----------
    same : ndarray of shape (n_training,), int
        A number for each, equal for those that are left out together.

    Returns
    -------
    rows : ndarray of shape (n_rows,), int64
        About 512 of them, all if there are fewer, rising.
    fold : ndarray of shape (n_rows,), int64
        The fold of each, 0 to 4.
    """
    number = np.unique(same, return_inverse=True)[1]
    n_different = number.max() + 1
    n_chosen = min(n_different, max(2 * _FOLDS, _LEFT_OUT * n_different // len(number)))
    # not evenly: libraries may be listed in an order that has a period
    order = np.random.RandomState(0).permutation(n_different)
    place = np.empty_like(order)
    place[order] = np.arange(n_different)
    rows = np.flatnonzero(place[number] < n_chosen)
    return rows, place[number[rows]] % min(_FOLDS, n_chosen)


def solve_folds(factors: Factors, weights: Array, same: Rows) -> FoldSolutions:
    r"""Solve without some of the training sequences, those of one number together.

    With :math:`Z = (K + R)^{-1}`, the rest have the weights :math:`\alpha - Z_{:V}
    Z_{VV}^{-1} \alpha_V` when rows `V` are left out.

    Parameters
    ----------
    factors : Factors
        Those of all rows.
    weights : ndarray of shape (n_training, n_outputs), float64
        :math:`\alpha`, of all rows.
    same : ndarray of shape (n_training,), int
        A number for each, equal for those that are left out together.

    Returns
    -------
    FoldSolutions
        Weights without each fold; 0 for the rows of the fold, and where an output was
        not measured.
    """
    rows, fold = choose_folds(same)
    n_folds = fold.max() + 1
    found = np.zeros((len(weights), n_folds, weights.shape[1]))
    for which, group in enumerate(factors.training.groups):
        alpha = torch.from_numpy(group.select(weights))
        measured = np.isin(rows, group.rows)
        places = np.searchsorted(group.rows, rows[measured])
        unit = torch.zeros(len(alpha), len(places), dtype=torch.float64)
        unit[places, np.arange(len(places))] = 1
        Z = solve(factors.get(which), unit)
        for number in range(n_folds):
            out = np.flatnonzero(fold[measured] == number)
            error = torch.linalg.solve(Z[places[out]][:, out], alpha[places[out]])
            rest = alpha - Z[:, out] @ error
            rest[places[out]] = 0
            found[:, number][np.ix_(group.rows, group.outputs)] = rest.numpy()
    return FoldSolutions(rows, fold, found.reshape(len(weights), -1))
