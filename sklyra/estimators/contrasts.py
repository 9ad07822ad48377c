"""Contrasts: differences between predictions, and how sure a model is of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from sklyra._training import ordinary_mode, threads
from sklyra._typing import Array
from sklyra.ensemble import Ensemble
from sklyra.estimators import uncertain
from sklyra.estimators.base import BaseLyra
from sklyra.estimators.belief import member_margins
from sklyra.estimators.draws import find_latent, with_members, without_noise
from sklyra.sequences import Inputs

# Contrasts of which covariances are computed at a time.
_BLOCK = 512


def predict_contrasts(
    model: BaseLyra, X: Any, contrasts: sparse.csr_array
) -> tuple[Array, Array, Array]:
    """Predict sequences, and sums of their predictions with signs.

    Parameters
    ----------
    model : LyraRegressor or LyraClassifier
        A fitted model.
    X : array-like of shape (n_samples,) of str
        Sequences.
    contrasts : sparse array of shape (n_contrasts, n_samples), float64
        Factors of the predictions in each contrast.

    Returns
    -------
    predicted : ndarray of shape (n_samples[, n_outputs]), float64
        Values in the units of `y`, or what `decision_function` returns.
    effect : ndarray of shape (n_contrasts[, n_outputs]), float64
        Contrasts of them.
    std : ndarray of the same shape, float64
        Of a regressor the standard deviation of each contrast by the belief of the
        model, as `LyraRegressor.sample` draws it: what sequences share cancels. Of
        others that among the members of the model. NaN if nothing is known of it.
    """
    inputs, ensemble = model._read_known(X), model._ensemble
    parts = uncertain.predict_members(model, inputs)
    predicted = ensemble.target.margins(ensemble.stacked(parts, inputs))
    doubt = ensemble.doubt
    if doubt is None or not doubt.intervals:
        std = _among_members(ensemble, parts, contrasts)
    else:
        std = _believed(model, inputs, parts, contrasts)
        std = ensemble.target.effects(std)
    return predicted, contrasts @ predicted, std


def _believed(
    model: BaseLyra, inputs: Inputs, parts: list[Array], contrasts: sparse.csr_array
) -> Array:
    """Compute standard deviations of contrasts from covariances of sequences."""
    out = np.empty((contrasts.shape[0], model._ensemble.target.n_outputs))
    for first in range(0, len(out), _BLOCK):
        block = contrasts[first : first + _BLOCK]
        rows = np.unique(block.indices)
        factors = block[:, rows].toarray()
        some = [part[:, rows] for part in parts]
        for k, (correlation, sure) in enumerate(
            _correlations(model, inputs.take(rows), some)
        ):
            scaled = factors * sure
            variance = np.einsum("cs,cs->c", scaled @ correlation, scaled)
            # rounding may take it below 0
            out[first : first + _BLOCK, k] = np.sqrt(np.maximum(variance, 0))
    return out


def _correlations(
    model: BaseLyra, inputs: Inputs, parts: list[Array]
) -> list[tuple[Array, Array]]:
    """Compute correlations of samples and standard deviations, for each output."""
    ensemble, doubt = model._ensemble, model._ensemble.doubt
    assert doubt is not None
    outputs = range(ensemble.target.n_outputs)
    with ordinary_mode(), threads(model.n_threads):
        latent = [find_latent(ensemble, doubt, inputs, k) for k in outputs]
    variance = np.stack([own.variance for own in latent], axis=1)
    total = uncertain.predict_std(model, inputs, parts, variance)
    found = []
    for k, own in enumerate(latent):
        covariance = with_members(ensemble, parts, own, k)
        found.append(without_noise(covariance, own.noise, total[:, k]))
    return found


def _among_members(
    ensemble: Ensemble, parts: list[Array], contrasts: sparse.csr_array
) -> Array:
    """Compute standard deviations of contrasts among the members of a model."""
    each = [contrasts @ margins for margins in member_margins(ensemble, parts)]
    if len(each) == 1:
        return np.full(each[0].shape, np.nan)
    std: Array = np.std(each, axis=0, ddof=1)
    return std
