"""Joint draws from the belief of a model."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sklyra._typing import Array
from sklyra.ensemble import Doubt, Ensemble
from sklyra.ensemble.gaussian_process import compared
from sklyra.sequences import Inputs

# Added to correlations, so that they can be factored where sequences are equal.
_JITTER = 1e-6


def draw_outputs(
    ensemble: Ensemble,
    doubt: Doubt,
    inputs: Inputs,
    parts: list[Array],
    std: Array,
    options: tuple[int, bool, np.random.RandomState],
) -> Array:
    """Draw outputs around what is predicted.

    Parameters
    ----------
    ensemble : Ensemble
        A fitted one.
    doubt : Doubt
        How sure it is.
    inputs : Inputs
        Samples.
    parts : list of ndarray of shape (n_members, n_samples, n_outputs), float64
        What its parts predict of them.
    std : ndarray of shape (n_samples, n_outputs), float64
        Standard deviations of measurements.
    options : tuple of (n_draws, noise, rng)
        Number of draws, whether they have noise, and the source of random numbers.

    Returns
    -------
    ndarray of shape (n_draws, n_samples, n_outputs), float64
        Draws.
    """
    n_draws, noise, rng = options
    level = ensemble.stacked(parts, inputs)
    out = np.empty((n_draws, *level.shape))
    for k in range(level.shape[1]):
        covariance, measured = posterior_covariance(ensemble, doubt, inputs, parts, k)
        correlation, sure = without_noise(covariance, measured, std[:, k])
        correlation[np.diag_indices(len(sure))] = 1 + _JITTER
        factor = np.linalg.cholesky(correlation)
        draws = sure * (rng.normal(size=(n_draws, len(sure))) @ factor.T)
        if noise:
            rest = np.sqrt(np.maximum(std[:, k] ** 2 - sure**2, 0))
            draws = draws + rest * rng.normal(size=draws.shape)
        out[:, :, k] = level[:, k] + draws
    return out


def without_noise(
    covariance: Array, noise: float | None, std: Array
) -> tuple[Array, Array]:
    """Divide standard deviations of measurements into belief and noise.

    Parameters
    ----------
    covariance : ndarray of shape (n_samples, n_samples), float64
        Of what is measured, as a model has it.
    noise : float or None
        Variance of the noise, as a model has it; None if it does not know: what is no
        covariance is noise then.
    std : ndarray of shape (n_samples,), float64
        Standard deviations of measurements.

    Returns
    -------
    correlation : ndarray of shape (n_samples, n_samples), float64
        Of all pairs of samples.
    sure : ndarray of shape (n_samples,), float64
        Standard deviations: the part of `std` that is no noise.
    """
    variance = np.maximum(np.diag(covariance), np.finfo(np.float64).tiny)
    size = np.sqrt(variance)
    correlation = covariance / size / size[:, None]
    if noise is None:
        return correlation, np.minimum(np.sqrt(np.maximum(np.diag(covariance), 0)), std)
    return correlation, std * np.sqrt(variance / (variance + noise))


def posterior_covariance(
    ensemble: Ensemble, doubt: Doubt, inputs: Inputs, parts: list[Array], k: int
) -> tuple[Array, float | None]:
    """Compute the covariance of an output by members and the Gaussian process.

    Parameters
    ----------
    ensemble, doubt, inputs, parts : object
        As in `draw_outputs`.
    k : int
        Number of the output.

    Returns
    -------
    covariance : ndarray of shape (n_samples, n_samples), float64
        Of what is measured, on the scale of outputs, as the model has it: it is not
        compared with errors.
    noise : float or None
        Variance of the noise, by the Gaussian process; None without one.
    """
    latent = find_latent(ensemble, doubt, inputs, k)
    return with_members(ensemble, parts, latent, k), latent.noise


class Latent(NamedTuple):
    """What the Gaussian process of a model says of an output, on the scale of outputs.

    Attributes
    ----------
    covariance : ndarray of shape (n_samples, n_samples), float64
        Posterior covariance of samples, means over strands where both count.
    variance : ndarray of shape (n_samples,), float64
        Posterior variance, its mean over strands where both count.
    noise : float or None
        Variance of the noise of a measurement; None if it is not known.
    """

    covariance: Array
    variance: Array
    noise: float | None


def find_latent(ensemble: Ensemble, doubt: Doubt, inputs: Inputs, k: int) -> Latent:
    """Compute what the Gaussian process says of an output.

    Parameters
    ----------
    ensemble, doubt, inputs, k : object
        As in `posterior_covariance`.

    Returns
    -------
    Latent
        Zeros and None, if there is no Gaussian process.
    """
    certainty, n = doubt.certainty(ensemble), len(inputs)
    if certainty is None or ensemble.gaussian_process is None:
        return Latent(np.zeros((n, n)), np.zeros(n), None)
    covariance = certainty.covariance(compared(ensemble.strands.of_inputs(inputs)), k)
    # rounding may take it below 0
    variance = np.maximum(np.diag(covariance), 0)[:, None]
    variance = ensemble.strands.average(variance)[:, 0]
    if ensemble.strands.both:
        covariance = covariance.reshape(2, n, 2, n).mean(axis=(0, 2))
    noise = ensemble.gaussian_process.posterior.noise_variance[k]
    return Latent(covariance, variance, float(np.nan_to_num(noise)))


def with_members(
    ensemble: Ensemble, parts: list[Array], latent: Latent, k: int
) -> Array:
    """Add the covariance of one output among the members of each part.

    Parameters
    ----------
    ensemble, parts : object
        As in `posterior_covariance`.
    latent : Latent
        What the Gaussian process says.
    k : int
        Number of the output.

    Returns
    -------
    ndarray of shape (n_samples, n_samples), float64
        On the scale of outputs. Without a Gaussian process that among the parts too:
        there may be one member of each.
    """
    total = latent.covariance.copy()
    for weight, part in zip(ensemble.stacking_weights, parts, strict=True):
        away = part[:, :, k] - part[:, :, k].mean(axis=0)
        total += weight[k] ** 2 * away.T @ away / len(away)
    if latent.noise is None:
        each = np.stack([part[:, :, k].mean(axis=0) for part in parts])
        away = each - each.mean(axis=0)
        total += away.T @ away / len(away)
    return total
