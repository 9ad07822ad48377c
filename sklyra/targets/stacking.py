"""Stacking weights from held-out predictions.

Stacked regression with non-negative weights [1]_, and its likeness for classes.

References
----------
.. [1] Breiman, L. (1996). Stacked Regressions. Machine Learning 24, 49-64.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize, nnls
from scipy.special import expit, log_expit, log_softmax, softmax

from sklyra._typing import Array

# A priori parts count alike, as firmly as this many held-out sequences would say.
_PRIOR_ROWS = 10


def value_weights(parts: Array, target: Array, weight: Array) -> Array:
    r"""Find weights with which parts add up to measured values.

    Least squares with weights :math:`\ge 0`.

    Parameters
    ----------
    parts : ndarray of shape (n_parts, n_samples, n_outputs), float64
        Held-out predictions of each part.
    target : ndarray of shape (n_samples, n_outputs), float64
        Measured values, standardized; NaN where nothing was measured.
    weight : ndarray of shape (n_samples,), float64
        Weight of each sequence.

    Returns
    -------
    ndarray of shape (n_parts, n_outputs), float64
        The weights.
    """
    n_parts, _, n_outputs = parts.shape
    root = np.sqrt(weight)
    prior = np.sqrt(_PRIOR_ROWS) * np.eye(n_parts)
    weights = np.empty((n_parts, n_outputs))
    for k in range(n_outputs):
        rows = np.isfinite(target[:, k])
        A = np.concatenate([(parts[:, rows, k] * root[rows]).T, prior])
        b = np.concatenate([target[rows, k] * root[rows], prior.sum(axis=1) / n_parts])
        weights[:, k], _ = nnls(A, b)
    return weights


def logit_weights(
    parts: Array,
    classes: npt.NDArray[np.int64],
    weight: Array,
    start: Array,
    shift: Array | float = 0.0,
) -> Array:
    r"""Find weights with which parts add up to calibrated logits.

    Greatest likelihood with weights :math:`\ge 0`. For a network alone that is
    temperature scaling [1]_.

    Parameters
    ----------
    parts : ndarray of shape (n_parts, n_samples, n_classes), float64
        Held-out predictions of each part.
    classes : ndarray of shape (n_samples,), int
        The right classes.
    weight : ndarray of shape (n_samples,), float64
        Weight of each sequence.
    start : ndarray of shape (n_parts, 1), float64
        What the weights are a priori, give or take as much.
    shift : ndarray of shape (n_classes,), float64, or float, default=0.0
        What is subtracted from the sum of parts before these are logits.

    Returns
    -------
    ndarray of shape (n_parts, 1), float64
        The weights.

    References
    ----------
    .. [1] Guo, C., Pleiss, G., Sun, Y. & Weinberger, K. Q. (2017). On Calibration of
       Modern Neural Networks. ICML. arXiv:1706.04599.
    """
    rows = np.arange(len(classes))

    def loss(found: Array) -> tuple[float, Array]:
        logits = np.tensordot(found, parts, 1) - shift
        off = softmax(logits, axis=1)
        off[rows, classes] -= 1
        value = -weight @ log_softmax(logits, axis=1)[rows, classes]
        return value, np.einsum("pnc,nc,n->p", parts, off, weight)

    return _least(loss, start[:, 0])[:, None]


def label_weights(
    parts: Array,
    labels: npt.NDArray[np.floating[Any]],
    weight: Array,
    start: Array,
    shift: Array,
) -> Array:
    r"""Find weights with which parts add up to calibrated logits, label by label.

    As `logit_weights` does for two classes.

    Parameters
    ----------
    parts : ndarray of shape (n_parts, n_samples, n_labels), float64
        Held-out predictions of each part.
    labels : ndarray of shape (n_samples, n_labels), float
        Above 0 where the label is there, below where not; NaN where it is not known.
    weight : ndarray of shape (n_samples,), float64
        Weight of each sequence.
    start : ndarray of shape (n_parts, n_labels), float64
        What the weights are a priori, give or take as much.
    shift : ndarray of shape (n_labels,), float64
        What is subtracted from the sum of parts before it is a logit.

    Returns
    -------
    ndarray of shape (n_parts, n_labels), float64
        The weights.
    """
    weights = np.empty_like(start)
    for k in range(len(shift)):
        rows = np.flatnonzero(~np.isnan(labels[:, k]))
        sign = np.sign(labels[rows, k]).astype(np.float64)
        toward, back = parts[:, rows, k] * sign, shift[k] * sign
        loss = partial(_logistic_loss, toward=toward, back=back, weight=weight[rows])
        weights[:, k] = _least(loss, start[:, k])
    return weights


def _logistic_loss(
    found: Array, toward: Array, back: Array, weight: Array
) -> tuple[float, Array]:
    """Compute the loss of one label, and its gradient."""
    margin = found @ toward - back
    value = -float(weight @ log_expit(margin))
    grad: Array = -toward @ (weight * expit(-margin))
    return value, grad


def _least(loss: Callable[[Array], tuple[float, Array]], start: Array) -> Array:
    """Find weights from 0 with the least loss, around what they are a priori."""

    def penalized(found: Array) -> tuple[float, Array]:
        value, grad = loss(found)
        apart = found / start - 1
        value = value + float(apart @ apart) / 2
        return value, grad + apart / start

    bounds = [(0, None)] * len(start)
    best = minimize(penalized, start, jac=True, method="L-BFGS-B", bounds=bounds)
    found: Array = best.x
    return found


def prior_logit_weights(scales: Sequence[str]) -> Array:
    """Compute weights with which parts add up to logits before anything is known.

    Parameters
    ----------
    scales : sequence of {"output", "level"}
        What each part predicts: logits, or levels of 0 and 1.

    Returns
    -------
    ndarray of shape (n_parts, 1), float64
        The weights.
    """
    n_levels = list(scales).count("level")
    n_logits = len(scales) - n_levels
    logit = (0.5 if n_levels else 1.0) / max(n_logits, 1)
    return np.array([[2.0 / n_levels if s == "level" else logit] for s in scales])
