"""Scores of labels and values of positions, over those that were measured."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.metrics import matthews_corrcoef, roc_auc_score
from sklearn.pipeline import Pipeline

from sklyra.sequences import check_option, read_numbers, read_states

_AVERAGES = ("micro", "sequence")
# Characters for which nothing was measured, unless a model says otherwise.
_MISSING = "-. "


class _Pair(NamedTuple):
    """What was measured and predicted at some positions."""

    true: npt.NDArray[Any]
    predicted: npt.NDArray[Any]


def flatten_positions(
    y_true: Any, y_pred: Any, *, missing: str = "-. "
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Put all positions that were measured one after the other, for any metric.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        For each sequence a string of states, a list or array of labels, or an array of
        numbers of shape (L,) or (L, K); as in the `fit` of `LyraPositionClassifier` and
        `LyraPositionRegressor`.
    y_pred : array-like of shape (n_samples,)
        What was predicted: for each sequence a string, or an array with a row for each
        position.
    missing : str, default="-. "
        Characters of strings in `y_true` where nothing was measured.

    Returns
    -------
    true : ndarray of shape (n_measured,) or (n_measured, K)
        Labels or numbers.
    predicted : ndarray of shape (n_measured, ...)
        What was predicted there.

    Raises
    ------
    ValueError
        If an entry is of another length than its prediction, or nothing was measured.

    Examples
    --------
    >>> from sklyra.metrics import flatten_positions
    >>> flatten_positions(["HH-C", "C"], ["HCHC", "C"])
    (array(['H', 'H', 'C', 'C'], dtype='<U1'), array(['H', 'C', 'C', 'C'], dtype='<U1'))
    """
    pairs = _pairs(y_true, y_pred, missing)
    true, predicted = zip(*pairs, strict=True)
    return np.concatenate(true), np.concatenate(predicted)


def _pairs(y_true: Any, y_pred: Any, missing: str) -> list[_Pair]:
    """Pair what was measured and predicted, for each sequence with something."""
    predicted = [_row(entry) for entry in y_pred]
    lengths = np.array([len(row) for row in predicted], np.int64)
    labels = read_states(y_true, lengths, missing)
    if labels.form.width or labels.flat.dtype.kind == "f":
        labels = read_numbers(y_true, lengths)
    found = []
    before = np.concatenate([[0], np.cumsum(labels.measured)])
    counts = np.diff(before[labels.offsets])
    parts = np.split(labels.flat, np.cumsum(counts)[:-1])
    for row, part in enumerate(parts):
        if len(part):
            start, stop = labels.offsets[row : row + 2]
            found.append(_Pair(part, predicted[row][labels.measured[start:stop]]))
    return found


def _row(entry: Any) -> npt.NDArray[Any]:
    """Read one prediction: characters of a string, or an array."""
    if isinstance(entry, bytes):
        entry = entry.decode()
    return np.array(list(entry)) if isinstance(entry, str) else np.asarray(entry)


def pooled(
    metric: Callable[..., float], y_true: Any, y_pred: Any, average: str, missing: str
) -> float:
    """Compute a metric of all positions at once, or its mean over sequences.

    Parameters
    ----------
    metric : callable
        Takes flat labels and predictions, and returns a number.
    y_true, y_pred : array-like of shape (n_samples,)
        Labels and predictions of each sequence.
    average : {"micro", "sequence"}
        All positions at once, or each sequence by itself and then the mean.
    missing : str
        Characters of strings in `y_true` where nothing was measured.

    Returns
    -------
    float
        What the metric is.
    """
    check_option("average", average, _AVERAGES)
    if average == "micro":
        return float(metric(*flatten_positions(y_true, y_pred, missing=missing)))
    pairs = _pairs(y_true, y_pred, missing)
    return float(np.mean([metric(*pair) for pair in pairs]))


def position_mcc(
    y_true: Any, y_pred: Any, *, average: str = "micro", missing: str = "-. "
) -> float:
    """Compute Matthews' correlation of states of positions.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        Strings or arrays of labels, one for each sequence.
    average : {"micro", "sequence"}, default="micro"
        All positions at once, or each sequence by itself and then the mean.
    missing : str, default="-. "
        Characters of strings in `y_true` where nothing was measured.

    Returns
    -------
    float
        In [-1, 1]; of several classes the correlation of Gorodkin [1]_. It is 0.0 where
        all states are equal that were measured, or all that were predicted.

    References
    ----------
    .. [1] Gorodkin, J. (2004). Comparing two K-category assignments by a K-category
       correlation coefficient. Computational Biology and Chemistry 28, 367-374.

    Examples
    --------
    >>> from sklyra.metrics import position_mcc
    >>> position_mcc(["HHCC--", "CCHH"], ["HHCCHH", "CCHH"])
    1.0
    """
    return pooled(_correlation, y_true, y_pred, average, missing)


def _correlation(true: npt.NDArray[Any], predicted: npt.NDArray[Any]) -> float:
    """Correlation of states; 0 where one side has a single state, as by definition."""
    if min(len(np.unique(true)), len(np.unique(predicted))) < 2:
        return 0.0
    return float(matthews_corrcoef(true, predicted))


def position_auroc(
    y_true: Any, y_score: Any, *, average: str = "micro", missing: str = "-. "
) -> float:
    """Compute the area under the ROC curve of two states of positions.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        Strings or arrays of two labels, of which the greater is looked for; or arrays
        (L, K) of 0, 1 and NaN.
    y_score : array-like of shape (n_samples,)
        For each sequence scores (L,), or what `predict_proba` returns: (L, 2) for two
        classes, (L, K) for several labels.
    average : {"micro", "sequence"}, default="micro"
        All positions at once, or each sequence with both states by itself and then the
        mean.
    missing : str, default="-. "
        Characters of strings in `y_true` where nothing was measured.

    Returns
    -------
    float
        In [0, 1]; the mean over several labels.

    Raises
    ------
    ValueError
        If there are not two states.

    Examples
    --------
    >>> from sklyra.metrics import position_auroc
    >>> position_auroc(["DD--OO"], [[0.2, 0.3, 0, 0, 0.8, 0.1]])
    0.5
    """
    check_option("average", average, _AVERAGES)
    pairs = _pairs(y_true, y_score, missing)
    true = np.concatenate([pair.true for pair in pairs])
    states = np.unique(true) if true.ndim == 1 else None
    if states is not None and len(states) > 2:
        raise ValueError(
            f"y_true has the states {states.tolist()!r}, but a ROC curve is of two. "
            "Score one of them at a time, or use position_mcc."
        )
    if average == "micro":
        pairs = [_Pair(true, np.concatenate([pair.predicted for pair in pairs]))]
    scores = [_auroc(*pair, states) for pair in pairs]
    known = [score for score in scores if score is not None]
    if not known:
        raise ValueError(
            "y_true has one state only: there is nothing to tell apart. Pass more "
            "sequences."
        )
    return float(np.mean(known))


def _auroc(
    true: npt.NDArray[Any], score: npt.NDArray[Any], states: npt.NDArray[Any] | None
) -> float | None:
    """Mean over labels that have both states; None if there is no such label."""
    score = score.reshape(len(score), -1)
    if states is not None:
        if score.shape[1] > 2:
            raise ValueError(
                f"y_score has {score.shape[1]} columns, but y_true the states "
                f"{states.tolist()!r}. Pass scores (L,) of {states.tolist()[-1]!r}."
            )
        true, score = (true == states[-1])[:, None].astype(float), score[:, -1:]
    if true.shape != score.shape:
        raise ValueError(
            f"y_true has {true.shape[1]} columns, y_score {score.shape[1]}: pass as "
            "many of both."
        )
    areas = []
    for labels, values in zip(true.T, score.T, strict=True):
        known = ~np.isnan(labels)
        if len(np.unique(labels[known])) == 2:
            areas.append(roc_auc_score(labels[known], values[known]))
    return float(np.mean(areas)) if areas else None


def mcrmse(y_true: Any, y_pred: Any, *, average: str = "micro") -> float:
    """Compute the root mean squared error of each column, and the mean of these.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        For each sequence an array (L,) or (L, K) of numbers; in `y_true` NaN where
        nothing was measured.
    average : {"micro", "sequence"}, default="micro"
        All positions at once, or each sequence by itself and then the mean.

    Returns
    -------
    float
        In the units of the values; 0 is best.

    Raises
    ------
    ValueError
        If there are other numbers of columns.

    Examples
    --------
    >>> from sklyra.metrics import mcrmse
    >>> mcrmse([[[0.0, 1.0], [0.0, 1.0]]], [[[0.5, 1.0], [0.5, 1.0]]])
    0.25
    """
    return pooled(_column_errors, y_true, y_pred, average, "")


def _column_errors(true: npt.NDArray[Any], predicted: npt.NDArray[Any]) -> float:
    """Mean over columns of the root mean squared error."""
    if true.shape != predicted.shape:
        raise ValueError(
            f"y_true has {true.shape[1:] or 'no'} columns, y_pred "
            f"{predicted.shape[1:] or 'none'}: pass as many of both."
        )
    true, predicted = (a.reshape(len(a), -1).astype(float) for a in (true, predicted))
    measured = np.isfinite(true)
    if not np.isfinite(predicted[measured]).all():
        raise ValueError("y_pred has NaN or infinity where something was measured.")
    square = np.where(measured, (true - predicted) ** 2, np.nan)
    # of a sequence a column may not have been measured at all
    square = square[:, measured.any(axis=0)]
    return float(np.sqrt(np.nanmean(square, axis=0)).mean())


def position_scorer(
    metric: Callable[..., float], *, average: str = "micro", missing: str | None = None
) -> Callable[..., float]:
    """Make a scorer of models of positions from any metric of two flat arrays.

    Parameters
    ----------
    metric : callable
        Takes what was measured and what was predicted, arrays of shape (n_measured,)
        or (n_measured, K), and returns a number: the greater the better.
    average : {"micro", "sequence"}, default="micro"
        All positions at once, or each sequence by itself and then the mean.
    missing : str or None, default=None
        Characters of strings in `y` where nothing was measured; None for those of the
        model, its parameter `missing`.

    Returns
    -------
    callable
        For ``scoring=`` in cross-validation and searches.

    Examples
    --------
    >>> from sklearn.metrics import balanced_accuracy_score
    >>> from sklyra.metrics import position_scorer
    >>> scorer = position_scorer(balanced_accuracy_score)
    """
    if not callable(metric):
        raise TypeError(
            f"metric={metric!r} is not an option: choose a callable of two arrays."
        )
    check_option("average", average, _AVERAGES)
    return partial(
        score_with, partial(_pooled_last, metric, average), "predict", missing
    )


def _pooled_last(
    metric: Callable[..., float], average: str, y_true: Any, y_pred: Any, missing: str
) -> float:
    return pooled(metric, y_true, y_pred, average, missing)


def score_with(
    metric: Callable[..., float],
    method: str,
    missing: str | None,
    estimator: Any,
    X: Any,
    y: Any,
) -> float:
    """Score what a method of a model returns of states.

    Parameters
    ----------
    metric : callable
        Takes `y`, what was predicted, and `missing`; the greater the better.
    method : str
        Which method.
    missing : str or None
        Characters of strings in `y` where nothing was measured; None for those of the
        model.
    estimator : estimator
        A fitted model, or a pipeline or search with one.
    X, y : array-like of shape (n_samples,)
        Sequences and their labels.

    Returns
    -------
    float
        The score.
    """
    if missing is None:
        missing = getattr(_innermost(estimator), "missing", _MISSING)
    return metric(y, getattr(estimator, method)(X), missing=missing)


def _innermost(estimator: Any) -> Any:
    """Find the model in searches and pipelines."""
    while True:
        if isinstance(estimator, Pipeline):
            estimator = estimator[-1]
        elif hasattr(estimator, "best_estimator_"):
            estimator = estimator.best_estimator_
        else:
            return estimator


def mcrmse_scorer(estimator: Any, X: Any, y: Any) -> float:
    """Score by `mcrmse`, for ``scoring=`` in cross-validation and searches.

    Parameters
    ----------
    estimator : estimator
        A fitted model.
    X, y : array-like of shape (n_samples,)
        Sequences and their values.

    Returns
    -------
    float
        The negative error: more is better.
    """
    return -mcrmse(y, estimator.predict(X))


#: Scorers for ``scoring=`` in cross-validation and searches.
position_mcc_scorer = partial(score_with, position_mcc, "predict", None)
position_auroc_scorer = partial(score_with, position_auroc, "predict_proba", None)
