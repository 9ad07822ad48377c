"""Scores: how much sequences are wanted, in the eyes of each member of models."""

from __future__ import annotations

from typing import Any

import numpy as np

from sklyra._typing import Array
from sklyra.design.objectives import Objective
from sklyra.estimators.belief import Belief
from sklyra.sequences import check_option

# How far members are taken to be from their mean, in terms of how far they are.
_SPREADS = {"exploit": 0.0, "balance": 1.0, "explore": 2.0}
# What a bound that is missed costs, in standard deviations of values.
_MISSED = 100.0
# Weights that are drawn for several objectives, at least.
_LEAST_WEIGHTS = 32


class Wanted:
    r"""Scores sequences by what members of models predict of them.

    Each member is one explanation of what was measured, and the better it is
    determined the more they agree: to go by one after the other is Thompson sampling
    [1]_ from an ensemble. Of several objectives each member has weights of its own,
    drawn at random, so that the chosen spread along the Pareto front [2]_.

    Parameters
    ----------
    objectives : list of Objective
        What is wanted.
    strategy : {"balance", "exploit", "explore"}
        How much members differ: as they do, not at all, or twice as much.
    rng : numpy.random.RandomState
        Source of weights.

    References
    ----------
    .. [1] Yang, J. et al. (2025). Active learning-assisted directed evolution. Nature
       Communications 16, 714.
    .. [2] Paria, B., Kandasamy, K. & Póczos, B. (2019). A flexible framework for
       multi-objective Bayesian optimization using random scalarizations. UAI.
    """

    def __init__(
        self, objectives: list[Objective], strategy: str, rng: np.random.RandomState
    ) -> None:
        check_option("strategy", strategy, tuple(_SPREADS))
        self._objectives, self._spread = objectives, _SPREADS[strategy]
        self._rng = rng
        self._scales: list[tuple[float, float]] | None = None
        self._weights: Array = np.empty((0, len(objectives)))

    def __call__(self, X: Any) -> tuple[Array, list[Belief]]:
        """Score sequences.

        Parameters
        ----------
        X : array-like of shape (n_samples,) of str, or DataFrame
            Sequences. The first that are scored give values their scale.

        Returns
        -------
        scores : ndarray of shape (n_scores, n_samples), float64
            A score by each member, or by the mean of them.
        beliefs : list of Belief
            What each model believes of them.
        """
        beliefs = [Belief(one.model, X, one.output) for one in self._objectives]
        if self._spread and any(len(belief.members) == 1 for belief in beliefs):
            raise ValueError(
                "A model has one member, so that nothing says where it may be wrong. "
                "Fit it with n_members=2 or more, or pass strategy='exploit'."
            )
        if self._scales is None:
            self._scales = [(b.mean.mean(), b.mean.std() or 1.0) for b in beliefs]
            self._weights = self._draw_weights(max(len(b.members) for b in beliefs))
        score = np.zeros((len(self._weights), len(beliefs[0].mean)))
        for k, (one, belief) in enumerate(zip(self._objectives, beliefs, strict=True)):
            center, size = self._scales[k]
            away = belief.members - belief.mean
            value = np.resize(belief.mean + self._spread * away, score.shape)
            score += self._weights[:, k, None] * one.sign * (value - center) / size
            if one.bound is not None:
                score -= _MISSED * np.maximum(one.sign * (one.bound - value), 0) / size
        return score, beliefs

    def _draw_weights(self, n_members: int) -> Array:
        """Draw weights of objectives for each member, one of a single objective."""
        free = [one.bound is None for one in self._objectives]
        n_scores = n_members if self._spread else 1
        if sum(free) > 1:
            n_scores = max(n_members, _LEAST_WEIGHTS)
        weights = np.zeros((n_scores, len(free)))
        weights[:, free] = self._rng.dirichlet(np.ones(sum(free)), size=n_scores)
        return weights
