"""How much each part of a model counts, by what it says of sequences held out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize, nnls
from scipy.special import log_softmax, softmax

from sklyra._typing import Array

# A priori parts count alike; that counts as much as this many held-out sequences.
_PRIOR_ROWS = 10


def value_shares(parts: Array, target: Array, weight: Array) -> Array:
    r"""Find factors with which parts add up to measured values.

    Least squares with factors :math:`\ge 0`.

    Parameters
    ----------
    parts : ndarray of shape (n_parts, n_samples, n_outputs), float64
        What each part says of sequences that it has not seen.
    target : ndarray of shape (n_samples, n_outputs), float64
        Measured values, standardised.
    weight : ndarray of shape (n_samples,), float64
        Weight of each sequence.

    Returns
    -------
    ndarray of shape (n_parts, n_outputs), float64
        The factors.
    """
    n_parts, _, n_outputs = parts.shape
    root = np.sqrt(weight)
    prior = np.sqrt(_PRIOR_ROWS) * np.eye(n_parts)
    shares = np.empty((n_parts, n_outputs))
    for k in range(n_outputs):
        A = np.concatenate([(parts[:, :, k] * root).T, prior])
        b = np.concatenate([target[:, k] * root, prior.sum(axis=1) / n_parts])
        shares[:, k], _ = nnls(A, b)
    return shares


def logit_shares(
    parts: Array, classes: npt.NDArray[np.int64], weight: Array, start: Array
) -> Array:
    r"""Find factors with which parts add up to calibrated logits.

    Greatest likelihood with factors :math:`\ge 0`. For a network alone that is
    temperature scaling [1]_.

    Parameters
    ----------
    parts : ndarray of shape (n_parts, n_samples, n_classes), float64
        What each part says of sequences that it has not seen.
    classes : ndarray of shape (n_samples,), int
        The right classes.
    weight : ndarray of shape (n_samples,), float64
        Weight of each sequence.
    start : ndarray of shape (n_parts, 1), float64
        What the factors are a priori, give or take as much.

    Returns
    -------
    ndarray of shape (n_parts, 1), float64
        The factors.

    References
    ----------
    .. [1] Guo, C., Pleiss, G., Sun, Y. & Weinberger, K. Q. (2017). On Calibration of
       Modern Neural Networks. ICML. arXiv:1706.04599.
    """
    start = start[:, 0]
    rows = np.arange(len(classes))

    def loss(factors: Array) -> tuple[float, Array]:
        logits = np.tensordot(factors, parts, 1)
        off = softmax(logits, axis=1)
        off[rows, classes] -= 1
        apart = factors / start - 1
        value = -weight @ log_softmax(logits, axis=1)[rows, classes]
        grad = np.einsum("pnc,nc,n->p", parts, off, weight)
        return value + apart @ apart / 2, grad + apart / start

    bounds = [(0, None)] * len(parts)
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    shares: Array = best.x[:, None]
    return shares


def first_logit_shares(n_networks: int, process: bool) -> Array:
    """Say how parts add up to logits, before anything is known.

    Parameters
    ----------
    n_networks : int
        How many parts are networks, whose outputs are logits already.
    process : bool
        Whether a Gaussian process comes last, which predicts 0 and 1.

    Returns
    -------
    ndarray of shape (n_parts, 1), float64
        The factors.
    """
    if not process:
        return np.full((n_networks, 1), 1 / n_networks)
    return np.array([[0.5 / n_networks]] * n_networks + [[2.0]])


def mean(members: Array) -> Array:
    """Average over members.

    Parameters
    ----------
    members : ndarray of shape (n_members, n_rows, n_outputs), float64
        What each says.

    Returns
    -------
    ndarray of shape (n_rows, n_outputs), float64
        What they say on average.
    """
    average: Array = members.mean(axis=0)
    return average


def together(shares: Array, parts: Array) -> Array:
    """Add parts, each times its share.

    Parameters
    ----------
    shares : ndarray of shape (n_parts, n_outputs) or (n_parts, 1), float64
        Factors.
    parts : ndarray of shape (n_parts, n_rows, n_outputs), float64
        What each part says.

    Returns
    -------
    ndarray of shape (n_rows, n_outputs), float64
        What they say together.
    """
    total: Array = (shares[:, None] * parts).sum(axis=0)
    return total
