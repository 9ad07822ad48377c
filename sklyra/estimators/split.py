"""Which training rows are held out to tell the best epoch."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import GroupShuffleSplit

Rows = npt.NDArray[np.intp]

# Below this many rows a validation set says nothing: all are trained on.
MIN_ROWS = 20


def validation_split(
    n_samples: int,
    fraction: float,
    rng: np.random.RandomState,
    classes: npt.NDArray[np.int64] | None = None,
    groups: npt.NDArray[Any] | None = None,
) -> tuple[Rows, Rows]:
    """Divide rows into training and validation.

    Parameters
    ----------
    n_samples : int
        Number of rows.
    fraction : float
        Share of validation rows, or of validation groups, in (0, 1).
    rng : RandomState
        Where the choice comes from.
    classes : ndarray of shape (n_samples,), int, or None, default=None
        Class of each row; each class gives its share, and keeps at least one row for
        training.
    groups : ndarray of shape (n_samples,) or None, default=None
        Rows of one group stay together; classes then fall as they may.

    Returns
    -------
    train : ndarray, int
        Rows to train on.
    valid : ndarray, int
        Rows to validate on; none with fewer than 20 rows.

    Raises
    ------
    ValueError
        If all rows are of one group.
    """
    rows = np.arange(n_samples)
    if n_samples < MIN_ROWS:
        return rows, rows[:0]
    if groups is not None:
        if len(np.unique(groups)) < 2:
            raise ValueError(
                "groups has a single group, which cannot be divided into training and "
                "validation. Pass X_val and y_val, or early_stopping=False."
            )
        splitter = GroupShuffleSplit(1, test_size=fraction, random_state=rng)
        train, valid = next(splitter.split(rows, groups=groups))
        return train, valid
    parts = (
        [rows] if classes is None else [rows[classes == c] for c in np.unique(classes)]
    )
    chosen = []
    for part in parts:
        size = min(max(round(fraction * len(part)), len(parts) == 1), len(part) - 1)
        chosen.append(rng.permutation(part)[:size])
    valid = np.sort(np.concatenate(chosen))
    return np.setdiff1d(rows, valid), valid
