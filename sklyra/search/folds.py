"""Folds of a search that a classifier can train on."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sklyra._typing import Rows
from sklyra._warnings import warn
from sklyra.exceptions import SklyraWarning
from sklyra.sequences.missing import is_missing


def with_classes(splits: list[tuple[Rows, Rows]], y: Any) -> list[tuple[Rows, Rows]]:
    """Leave out folds that train on a single class.

    Parameters
    ----------
    splits : list of (train, test)
        Rows of each fold.
    y : array-like of shape (n_samples,) or (n_samples, n_labels)
        Class labels; each column of a table has its own.

    Returns
    -------
    list of (train, test)
        The other folds.

    Raises
    ------
    ValueError
        If there is no other.

    Warns
    -----
    SklyraWarning
        If some are left out.
    """
    labels = np.asarray(y, dtype=object).reshape(len(y), -1)
    kept = [(train, test) for train, test in splits if _all_vary(labels[train])]
    if len(kept) == len(splits):
        return splits
    if not kept:
        raise ValueError(
            "Every fold of cv trains on a single class, so that no trial could learn "
            "anything. Choose folds, or groups, that hold several classes each."
        )
    warn(
        f"{len(splits) - len(kept)} of {len(splits)} folds of cv would train on a "
        "single class. The search goes on with the others.",
        SklyraWarning,
    )
    return kept


def _all_vary(labels: npt.NDArray[Any]) -> bool:
    """Check whether each column has two values or more that are not missing."""
    return all(
        len({label for label in column if not is_missing(label)}) > 1
        for column in labels.T.tolist()
    )
