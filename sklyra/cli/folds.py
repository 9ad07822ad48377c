"""Folds that are held out honestly: what is the same stays on one side."""

from __future__ import annotations

from typing import Any

import numpy as np

from sklyra.cli.data import Data
from sklyra.cli.messages import CommandError

SPLITS = ("random", "cluster", "position")
Folds = list[tuple[Any, Any]]


def take(X: Any, rows: Any) -> Any:
    """Select rows of sequences, or of a table.

    Parameters
    ----------
    X : list, or dict of str to list
        As `Data` has it.
    rows : ndarray of shape (n_rows,), int
        Which.

    Returns
    -------
    list, or dict of str to list
        These.
    """
    if isinstance(X, dict):
        return {name: [values[row] for row in rows] for name, values in X.items()}
    return [X[row] for row in rows]


def make_folds(data: Data, split: str, n_folds: int, seed: int) -> Folds:
    """Split training data.

    Parameters
    ----------
    data : Data
        Training data; if a column has groups, they stay together.
    split : {"random", "cluster", "position"}
        What is held out: any sequences, with their copies; those that resemble no
        other; or mutations at positions that do not vary in training.
    n_folds : int
        Number of folds.
    seed : int
        Seed of the shuffle.

    Returns
    -------
    list of (train, test)
        Rows of each fold.

    Raises
    ------
    CommandError
        If the split is not one for these data.
    """
    from sklearn.model_selection import GroupKFold

    from sklyra.model_selection import ClusterKFold, PositionKFold

    splitter: Any
    groups: Any = data.groups
    if groups is not None and split != "random":
        raise CommandError(f"--group and --split {split} exclude each other.")
    X: Any = data.X
    if isinstance(X, dict):
        if split != "random":
            raise CommandError(
                f"--split {split} is for one column of sequences: pass --group with "
                "the column that is to be new."
            )
        X = [
            " ".join(row)
            for row in zip(*(X[n] for n in data.roles.sequences), strict=True)
        ]
    if split == "random":
        own = X if groups is None else groups
        number = np.unique(
            np.array(own, dtype=object).astype(str), return_inverse=True
        )[1]
        n_groups = len(np.unique(number))
        if n_groups < n_folds:
            raise CommandError(
                f"There are {n_groups} groups, or different sequences, for --folds "
                f"{n_folds}: pass fewer."
            )
        splitter = GroupKFold(n_folds, shuffle=True, random_state=seed)
        return list(splitter.split(number, groups=number))
    if split == "cluster":
        splitter = ClusterKFold(n_folds, shuffle=True, random_state=seed)
    else:
        splitter = PositionKFold(n_folds, random_state=seed)
    return list(splitter.split(X))
