"""Spearman's rank correlation, which scikit-learn does not have."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata
from sklearn.metrics import make_scorer
from sklearn.utils import check_array, check_consistent_length


def spearman_score(y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> float:
    """Compute Spearman's rank correlation of measurements and predictions.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Measured values.
    y_pred : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Predicted values.

    Returns
    -------
    float
        Correlation of the ranks, in [-1, 1], averaged over outputs; ties share their
        mean rank. It is 0.0 where all measurements or all predictions are equal, since
        they order nothing.

    Raises
    ------
    ValueError
        If a value is NaN or infinite, there are fewer than two, or shapes differ.

    Examples
    --------
    >>> from sklyra.metrics import spearman_score
    >>> spearman_score([1, 2, 3, 4], [0.1, 0.2, 0.8, 0.4])
    0.8
    >>> spearman_score([1, 2, 3, 4], [7, 7, 7, 7])
    0.0
    """
    columns = []
    for name, y in (("y_true", y_true), ("y_pred", y_pred)):
        array = check_array(y, ensure_2d=False, dtype=np.float64, input_name=name)
        columns.append(array.reshape(len(array), -1))
    check_consistent_length(*columns)
    true, predicted = columns
    if true.shape[1] != predicted.shape[1] or len(true) < 2:
        raise ValueError(
            f"y_true has shape {true.shape}, y_pred {predicted.shape}: both need the "
            "same number of outputs and at least two samples."
        )
    a, b = (rankdata(x, axis=0) - (len(x) + 1) / 2 for x in (true, predicted))
    scale = np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0))
    rho = (a * b).sum(axis=0) / np.where(scale > 0, scale, 1)
    return float(rho.mean())


#: For ``scoring=`` in cross-validation and searches.
spearman_scorer = make_scorer(spearman_score)
