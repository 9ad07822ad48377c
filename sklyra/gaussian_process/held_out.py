"""Held-out predictions: rows of training predicted from the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from sklyra._typing import Array, Rows
from sklyra.gaussian_process.column_evidence import learn_kernel
from sklyra.gaussian_process.factors import Factors, solve_outputs
from sklyra.gaussian_process.prediction import Solution, predict
from sklyra.gaussian_process.protocols import AnyFeatureMap
from sklyra.gaussian_process.training import TrainingSet
from sklyra.sequences import Samples


class FoldSolution(NamedTuple):
    """The solution without the rows that a fold leaves out.

    Parameters
    ----------
    solution : Solution
        Predicts from the rows that are left.
    left_out : ndarray of shape (n_training, n_outputs), float64
        What it predicts of those left out, as far as that is computed; NaN elsewhere.
    """

    solution: Solution
    left_out: Array


def predict_folds(
    feature_map: AnyFeatureMap,
    sequences: Samples,
    valid: Sequence[Rows],
    places: Rows,
    solved: Iterable[FoldSolution | None],
    n_outputs: int,
) -> Array:
    """Predict the rows that are held out.

    Parameters
    ----------
    feature_map : AnyFeatureMap
        Computed the features of the solutions.
    sequences : EncodedSequences or Inputs
        All sequences.
    valid : sequence of ndarray of int
        For each fold the rows to predict.
    places : ndarray of shape (n_samples,), int
        Row of each sequence in the training set, -1 if it is not there.
    solved : iterable of FoldSolution or None
        For each fold, what predicts it; None where nothing is left to predict from.
    n_outputs : int
        Number of outputs.

    Returns
    -------
    ndarray of shape (n_samples, n_outputs), float64
        Expected values, NaN where there are none.
    """
    out = np.full((len(sequences), n_outputs), np.nan)
    for rows, fold in zip(valid, solved, strict=True):
        if fold is None:
            continue
        block = np.full((len(rows), n_outputs), np.nan)
        seen = places[rows] >= 0
        block[seen] = fold.left_out[places[rows[seen]]]
        rest = np.flatnonzero(np.isnan(block).any(axis=1))
        if len(rest):
            unseen = sequences.take(rows[rest])
            block[rest] = predict(feature_map, unseen, fold.solution)
        out[rows] = block
    return out


def leave_out(
    factors: Factors, weights: Array, train: Sequence[Rows]
) -> Iterator[FoldSolution | None]:
    r"""Solve without the rows that folds leave out, by the factors of all rows.

    With :math:`Z = (K + R)^{-1}` and :math:`\alpha = Z (y - \mu)`, of rows `V` left out
    is predicted :math:`y_V - Z_{VV}^{-1} \alpha_V`, and the rest have the weights
    :math:`\alpha - Z_{:V} Z_{VV}^{-1} \alpha_V`.

    Parameters
    ----------
    factors : Factors
        Those of all rows.
    weights : ndarray of shape (n_training, n_outputs), float64
        :math:`\alpha`.
    train : sequence of ndarray of int
        For each fold the rows of the training set to predict from.

    Yields
    ------
    FoldSolution or None
        One for each fold; None where there are no rows to predict from.
    """
    training = factors.training
    left = [np.zeros_like(weights) for _ in train]
    predicted = [np.full(weights.shape, np.nan) for _ in train]
    means = [np.full(len(training.mean), np.nan) for _ in train]
    # a group at a time, so that one factor is needed at a time
    for which, group in enumerate(training.groups):
        factor = factors.get(which)
        alpha, y = group.select(weights), group.select(training.target)
        for fold, rows in enumerate(train):
            out = np.flatnonzero(~np.isin(group.rows, rows))
            if len(out) == len(group.rows):
                continue
            rest, error = _without(factor, torch.from_numpy(alpha), out)
            left[fold][np.ix_(group.rows, group.outputs)] = rest
            place = np.ix_(group.rows[out], group.outputs)
            predicted[fold][place] = y[out] - error
            means[fold][group.outputs] = training.mean[group.outputs]
    # a fold at a time, as each has a copy of its features
    for rows, rest, mean, done in zip(train, left, means, predicted, strict=True):
        features = training.features.take(rows)
        solution = Solution(factors.kernel, features, rest[rows], mean)
        yield FoldSolution(solution, done) if len(rows) else None


def _without(factor: Tensor, alpha: Tensor, out: Rows) -> tuple[Array, Array]:
    """Weights without some rows, and how far off these are predicted from the rest."""
    unit = torch.zeros(len(factor), len(out), dtype=torch.float64)
    unit[out, np.arange(len(out))] = 1
    half = torch.linalg.solve_triangular(factor, unit, upper=False)
    del unit
    error = torch.linalg.solve(half.T @ half, alpha[out])
    rest = alpha - torch.linalg.solve_triangular(factor.mT, half @ error, upper=True)
    return rest.numpy(), error.numpy()


def learn_again(training: TrainingSet, rows: Rows) -> FoldSolution | None:
    """Learn kernel, mean and solution from some rows alone.

    Parameters
    ----------
    training : TrainingSet
        All rows.
    rows : ndarray of shape (n_rows,), int
        The rows to learn from.

    Returns
    -------
    FoldSolution or None
        What was learned; None where there are no rows.
    """
    if not len(rows):
        return None
    train = training.take(rows)
    # all rows are compared: there is nothing to draw
    state = np.random.RandomState(0)
    kernel = learn_kernel(train.features, train.centered, train.weight, state)
    weights, _ = solve_outputs(Factors(kernel, train))
    solution = Solution(kernel, train.features, weights, train.mean)
    return FoldSolution(solution, np.full(training.target.shape, np.nan))
