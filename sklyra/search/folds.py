"""Folds of a search that a classifier can train on."""

from __future__ import annotations

from typing import Any

import numpy as np

from sklyra._typing import Rows
from sklyra._warnings import warn
from sklyra.exceptions import SklyraWarning


def with_classes(splits: list[tuple[Rows, Rows]], y: Any) -> list[tuple[Rows, Rows]]:
    """Leave out folds that train on a single class.

    Parameters
    ----------
    splits : list of (train, test)
        Rows of each fold.
    y : array-like of shape (n_samples,)
        Class labels.

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
    labels = np.asarray(y, dtype=object)
    kept = [
        (train, test)
        for train, test in splits
        if labels.ndim != 1 or len(set(labels[train].tolist())) > 1
    ]
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
