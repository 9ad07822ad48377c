"""Clues: what is known of the error of a prediction before anything is measured."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sklyra._typing import Array


class Clues(NamedTuple):
    """What is known of the errors of one output before these are.

    Parameters
    ----------
    level : ndarray of shape (n_samples,), float64
        What is predicted.
    spread : ndarray of shape (n_samples,), float64
        Variance between kinds of base models, 0 if there is one.
    latent : ndarray of shape (n_samples,), float64
        Posterior variance of a Gaussian process, 0 if there is none.
    noise : ndarray of shape (n_samples,), float64
        Variance of the noise of a measurement, in proportion: the inverse of its
        weight, 1 on average.
    views : ndarray of shape (n_samples, n_views), float64
        How unlike training samples it is, in several ways.
    """

    level: Array
    spread: Array
    latent: Array
    noise: Array
    views: Array

    def take(self, rows: npt.NDArray[Any]) -> Clues:
        """Select rows.

        Parameters
        ----------
        rows : ndarray of shape (n_rows,), int or bool
            Which.

        Returns
        -------
        Clues
            A copy of these rows.
        """
        return Clues(*(values[rows] for values in self))

    def with_noise(self, noise: float) -> Clues:
        """Expect the same noise of all.

        Parameters
        ----------
        noise : float
            Its variance.

        Returns
        -------
        Clues
            A copy with it.
        """
        return self._replace(noise=np.full(len(self.level), noise))

    @property
    def terms(self) -> Array:
        """What the variance of an error is a sum of.

        Returns
        -------
        ndarray of shape (n_samples, 4), float64
            A constant, the noise, the latent variance and the spread.
        """
        ones = np.ones_like(self.level)
        return np.stack([ones, self.noise, self.latent, self.spread], axis=1)
