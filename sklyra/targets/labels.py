"""Labels of classes, as users give them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import column_or_1d
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets

from sklyra.sequences import first_missing, refuse_masked
from sklyra.targets.tables import find_shape


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
        If one is missing, or they are measurements or lists.
    """
    refuse_masked("y", y)
    if find_shape(y) is None:
        raise ValueError(
            "y holds lists of several lengths, not one class for each sequence. Of "
            "lists of labels sklearn.preprocessing.MultiLabelBinarizer makes a table "
            "of 0 and 1, which LyraClassifier takes."
        )
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


def check_class_weights(class_weight: Any, y: Any) -> npt.NDArray[np.float64]:
    """Weigh sequences by their classes.

    Parameters
    ----------
    class_weight : dict or "balanced"
        The parameter of the classifier.
    y : array-like of shape (n_samples,)
        Labels.

    Returns
    -------
    ndarray of shape (n_samples,), float64
        The weights.

    Raises
    ------
    ValueError
        If one is negative or infinite, or all are zero.
    """
    weight = np.asarray(compute_sample_weight(class_weight, column_or_1d(y)))
    if not (np.isfinite(weight).all() and weight.min() >= 0 < weight.max()):
        raise ValueError(
            f"class_weight={class_weight!r} must hold finite weights, none negative "
            "and not all 0."
        )
    return weight
