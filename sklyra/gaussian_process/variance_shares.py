"""Variance of targets, divided by the orders of effects that explain it."""

from __future__ import annotations

import numpy as np

from sklyra._typing import Array
from sklyra.gaussian_process.training import output_groups

# Effects are smaller than they should be, as all that is shrunk, but not much.
_STEEPEST = 2
_TINY = np.finfo(np.float64).tiny


def divide_variance(terms: Array, sums: Array, pairs: Array, target: Array) -> Array:
    """Divide variance into what sums explain, what pairs add, and the rest.

    A component of a prediction explains as much as its covariance with the target. Its
    variance would be as much only if noise were separated from signal perfectly.

    Parameters
    ----------
    terms : ndarray of shape (3, n_sequences, n_outputs), float64
        What is predicted, by each term of the kernel.
    sums, pairs : ndarray of shape (n_sequences, n_outputs), float64
        Sums of effects of letters, and of pairs.
    target : ndarray of shape (n_sequences, n_outputs), float64
        What is measured, NaN where an output was not. Outputs count by the rows that
        have them.

    Returns
    -------
    ndarray of shape (5,), float64
        Fractions of the variance of all targets together: what sums explain, what pairs
        explain beyond, what is left of letters at positions, and of k-mers, and what is
        not explained. They add up to 1, or are 0 if targets are constant.
    """
    explained, total = np.zeros(4), 0.0
    for group in output_groups(target):
        components, centered = _divide_prediction(
            np.stack([group.select(term) for term in terms]),
            *(group.select(values) for values in (sums, pairs, target)),
        )
        fraction = len(group.rows) / len(target)
        explained += [
            (component * centered).mean(axis=0).sum() * fraction
            for component in components
        ]
        total += centered.var(axis=0).sum() * fraction
    explained = np.maximum(explained, 0)
    shares = explained / max(total, explained.sum(), _TINY)
    return np.append(shares, 1 - shares.sum() if total else 0)


def _divide_prediction(
    terms: Array, sums: Array, pairs: Array, target: Array
) -> tuple[list[Array], Array]:
    """Additive, pairwise, higher-order, k-mer component; targets around their mean."""
    terms = terms - terms.mean(axis=1, keepdims=True)
    target = target - target.mean(axis=0)
    sums, pairs = sums - sums.mean(axis=0), pairs - pairs.mean(axis=0)
    pairs = pairs - _slope(pairs, sums) * sums
    total = terms.sum(axis=0)
    additive = np.clip(_slope(total, sums), 0, _STEEPEST) * sums
    pairwise = np.clip(_slope(total, pairs), 0, _STEEPEST) * pairs
    left = total - additive - pairwise
    # divide what is left as the terms contribute to it
    size = np.maximum((left**2).sum(axis=0), _TINY)
    of_kmers = np.clip((terms[2] * left).sum(axis=0) / size, 0, 1) * left
    return [additive, pairwise, left - of_kmers, of_kmers], target


def _slope(values: Array, direction: Array) -> Array:
    """Regress columns on those of another matrix, both of mean 0."""
    size = np.maximum((direction**2).sum(axis=0), _TINY)
    slope: Array = (direction * values).sum(axis=0) / size
    return slope
