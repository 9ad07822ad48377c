"""What a Gaussian process over tables found: variance by terms of its kernel."""

from __future__ import annotations

import numpy as np

from sklyra._typing import Array, Rows
from sklyra.gaussian_process.column_features import ColumnFeatureMap, ColumnFeatures
from sklyra.gaussian_process.column_kernel import ColumnKernel
from sklyra.gaussian_process.explanation import Explanation
from sklyra.gaussian_process.features import row_blocks
from sklyra.gaussian_process.fold_solutions import FoldSolutions, solve_folds
from sklyra.gaussian_process.posterior import Posterior
from sklyra.sequences import Inputs


def explain_columns(posterior: Posterior, same: Rows) -> Explanation:
    """Divide the variance of the targets by what explains it.

    As in `explain`, what is divided is predicted of training rows without them.

    Parameters
    ----------
    posterior : Posterior
        A fitted Gaussian process over tables, with its factors.
    same : ndarray of shape (n_samples,), int
        A number for each row that `fit` was called with, equal for those that are left
        out together.

    Returns
    -------
    Explanation
        A share of the variance for each term of the kernel, named by its columns, and
        what is unexplained; no effects of letters.
    """
    training = posterior.training
    folds = solve_folds(posterior.factors, posterior.solution, same[training.rows])
    terms = _left_out(posterior, folds)
    target = training.target[folds.rows]
    explained, total = np.zeros(len(terms)), 0.0
    for output, values in enumerate(target.T):
        rows = np.isfinite(values)
        centered = values[rows] - values[rows].mean()
        explained += terms[:, rows, output] @ centered
        total += centered @ centered
    shares = np.maximum(explained, 0) / total if total > 0 else explained * 0
    shares /= max(1.0, shares.sum())
    named = dict(zip(_names(posterior), shares.tolist(), strict=True))
    rest = 1 - shares.sum() if total > 0 else 0.0
    nothing = np.empty((0, target.shape[1]))
    return Explanation(
        {**named, "unexplained": float(rest)}, np.empty(0, np.int64), [], nothing
    )


def _left_out(posterior: Posterior, folds: FoldSolutions) -> Array:
    """Predict rows without their fold, by each term: (n_terms, n_rows, n_outputs)."""
    features, kernel = posterior.training.features, posterior.kernel
    assert isinstance(features, ColumnFeatures)
    assert isinstance(kernel, ColumnKernel)
    rows = features.take(folds.rows)
    sums: Array | float = 0.0
    for block in row_blocks(len(features)):
        terms = kernel.components(*rows.compare(features.take(block)))
        weights = folds.weights[block]
        sums = sums + np.stack([term.numpy() @ weights for term in terms])
    by_fold = np.reshape(sums, (*np.shape(sums)[:2], -1, len(posterior.scale)))
    return by_fold[:, np.arange(len(folds.rows)), folds.fold]


def _names(posterior: Posterior) -> list[str]:
    """Name each term by its columns."""
    inputs, kernel = posterior.training.sequences, posterior.kernel
    maps = posterior.feature_map
    assert isinstance(inputs, Inputs)
    assert isinstance(maps, ColumnFeatureMap)
    assert isinstance(kernel, ColumnKernel)
    chains = inputs.names or tuple(f"x{n}" for n in range(len(inputs.chains)))
    factors = [*chains, inputs.numbers]
    with_kmers = [
        name for name, chain in zip(chains, maps.maps, strict=True) if chain.has_kmers
    ]
    letters = [" x ".join(factors[n] for n in term) for term in kernel.terms.letters]
    kmers = [
        "k-mers of "
        + " x ".join([with_kmers[n] for n in term] + [inputs.numbers] * more)
        for term, more in kernel.terms.kmers
    ]
    return ["additive", *letters, *kmers]
