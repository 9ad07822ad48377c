"""Labels of classes, as users give them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets

from sklyra.sequences import first_missing, refuse_masked


def check_labels(y: Any) -> npt.NDArray[Any]:
    """Refuse what cannot be labels.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Class labels of any type.

    Returns
    -------
    ndarray of shape (n_samples,)
        The labels.

    Raises
    ------
    ValueError
        If one is missing, or they are measurements.
    """
    refuse_masked("y", y)
    labels = column_or_1d(y, warn=True)
    row, n_missing = first_missing(labels.tolist())
    if n_missing:
        raise ValueError(
            f"Input y contains NaN: y[{row}] has no label ({labels.tolist()[row]!r}, "
            f"{n_missing} in all). Drop these rows; a class needs a name that is not "
            "also that of a missing value."
        )
    if labels.dtype.kind == "f" and np.isinf(labels).any():
        at = int(np.isinf(labels).argmax())
        raise ValueError(f"Input y contains infinity: y[{at}] is {labels[at]}.")
    check_classification_targets(labels)
    return np.asarray(labels)
