"""What is wanted: scores of sequences, and the choice of a batch by them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sklyra._typing import Array, Rows
from sklyra._warnings import warn
from sklyra.design.better_half import BetterHalf, ClippedBelief
from sklyra.design.objectives import Objective
from sklyra.estimators.belief import Belief
from sklyra.exceptions import BoundWarning
from sklyra.sequences import Inputs, check_option

# What a bound that is missed costs: in standard deviations of values beyond it, so that
# a search gets nearer, and so much at once, that what reaches it is chosen first.
_MISSED, _LAST = 100.0, 1e6
# Weights that are drawn for several objectives, at least.
_LEAST_WEIGHTS = 32
# Sequences that a batch is chosen from: the best by the scores.
_SHORT = 2000


class _Strategy(NamedTuple):
    """How far members are from their mean, and what uncertainty is worth.

    The latter of sequences on a list, and of those that are made up.
    """

    spread: float
    optimism: float
    open_optimism: float


# Measured in campaigns of four plates on four landscapes: with more optimism less of
# the best is found where there is much noise, with less where there is little; there
# draws from the whole posterior find half as much. Where sequences are made up, what
# evolved inside the model is alike: with less optimism the search stays where it is
# (campaigns of eight rounds on Ehrlich functions).
_STRATEGIES = {
    "exploit": _Strategy(0.0, 0.0, 0.0),
    "balance": _Strategy(1.0, 0.5, 2.0),
    "explore": _Strategy(1.0, 2.0, 4.0),
}


class Wanted:
    r"""Choose sequences by what members of models predict of them.

    Each member is one explanation of what was measured, and the better it is determined
    the more they agree: to go by one after the other is Thompson sampling from an
    ensemble [1]_. To what a member predicts some standard deviations of the posterior
    of the Gaussian process and the members are added, as they are once those that were
    chosen before are measured [2]_: they are small beside what is measured or chosen,
    so that a batch is diverse. Of several objectives each member has weights of its
    own, drawn at random, so that the chosen spread along the Pareto front [3]_.

    Parameters
    ----------
    objectives : list of Objective
        What is wanted.
    strategy : {"balance", "exploit", "explore"}
        How much uncertainty is worth: half a standard deviation, nothing, or two; two,
        nothing or four where sequences are made up.
    rng : numpy.random.RandomState
        Source of weights.
    halves : sequence of (BetterHalf or None)
        For each objective what predicts the better half better than the members; they
        do it for None.
    listed : bool
        Whether sequences are those of a list, or made up.

    References
    ----------
    .. [1] Yang, J. et al. (2025). Active learning-assisted directed evolution. Nature
       Communications 16, 714.
    .. [2] Desautels, T., Krause, A. & Burdick, J. W. (2014). Parallelizing
       Exploration-Exploitation Tradeoffs in Gaussian Process Bandit Optimization. JMLR
       15, 4053-4103.
    .. [3] Paria, B., Kandasamy, K. & Póczos, B. (2019). A flexible framework for
       multi-objective Bayesian optimization using random scalarizations. UAI.
    """

    def __init__(
        self,
        objectives: list[Objective],
        strategy: str,
        rng: np.random.RandomState,
        halves: Sequence[BetterHalf | None],
        listed: bool,
    ) -> None:
        check_option("strategy", strategy, tuple(_STRATEGIES))
        chosen = _STRATEGIES[strategy]
        self._objectives, self._spread = objectives, chosen.spread
        self._optimism = chosen.optimism if listed else chosen.open_optimism
        self._rng, self._halves = rng, halves
        self._scales: list[tuple[float, float]] | None = None
        self._weights: Array = np.empty((0, len(objectives)))

    def score(self, inputs: Sequence[Inputs]) -> Array:
        """Score sequences.

        Parameters
        ----------
        inputs : sequence of Inputs
            Sequences, as the model of each objective has read them. The first that are
            scored give values their scale.

        Returns
        -------
        ndarray of shape (n_scores, n_samples), float64
            A score by each member, or by the mean of them.
        """
        return self._score(self._beliefs(inputs))

    def choose(self, inputs: Sequence[Inputs], n: int) -> Rows:
        """Choose a batch.

        Parameters
        ----------
        inputs : sequence of Inputs
            Sequences, as in `score`; the best of them, if there are many.
        n : int
            How many to choose.

        Returns
        -------
        ndarray of shape (n,), int64
            Different samples, in the order in which they were chosen.

        Warns
        -----
        BoundWarning
            If some are not predicted to reach a bound.
        """
        beliefs = self._beliefs(inputs)
        chosen = self._choose(beliefs, n)
        for number, (one, belief) in enumerate(
            zip(self._objectives, beliefs, strict=True)
        ):
            n_missed = n - int(one.reached(belief.mean[chosen]).sum())
            if n_missed:
                warn(
                    f"{n_missed} of {n} sequences are predicted to miss the bound of "
                    f"objective {number}, {one.goal} {one.bound:g}: no more were found "
                    "that reach it. Leave them out, ask for fewer, or allow more.",
                    BoundWarning,
                )
        return chosen

    def _choose(self, beliefs: list[Belief | ClippedBelief], n: int) -> Rows:
        """Choose what is best by the members in turn."""
        scores = self._score(beliefs)
        if not self._optimism:
            return best_by_turns(scores, n)
        assert self._scales is not None
        sizes = np.array([size for _, size in self._scales])
        known = [_Known(*belief.covariance(), n) for belief in beliefs]
        chosen: list[int] = []
        for order in range(n):
            member = order % len(scores)
            variance = sum(
                (weight / size) ** 2 * one.variance
                for weight, size, one in zip(
                    self._weights[member], sizes, known, strict=True
                )
            )
            value = scores[member] + self._optimism * np.sqrt(variance)
            value[chosen] = -np.inf
            chosen.append(int(value.argmax()))
            for one in known:
                one.measure(chosen[-1])
        return np.array(chosen, dtype=np.int64)

    def shortlist(self, scores: Array, n: int) -> Rows:
        """Select what a batch is chosen from.

        Parameters
        ----------
        scores : ndarray of shape (n_scores, n_samples), float64
            What `score` returned.
        n : int
            How many will be chosen.

        Returns
        -------
        ndarray of shape (n_short,), int64
            The best samples by the scores.
        """
        return best_by_turns(scores, min(scores.shape[1], max(_SHORT, 4 * n)))

    def _beliefs(self, inputs: Sequence[Inputs]) -> list[Belief | ClippedBelief]:
        beliefs = [
            half.belief(own) if half else Belief(one.model, own, one.output)
            for one, half, own in zip(
                self._objectives, self._halves, inputs, strict=True
            )
        ]
        one_alone = any(
            half is None and len(belief.members) == 1
            for half, belief in zip(self._halves, beliefs, strict=True)
        )
        if self._spread and one_alone:
            raise ValueError(
                "A model has one member, so that nothing says where it may be wrong. "
                "Fit it with n_members=2 or more (the default is 5), or choose the "
                "strategy 'exploit'."
            )
        if self._scales is None:
            self._scales = [(b.mean.mean(), b.mean.std() or 1.0) for b in beliefs]
            self._weights = self._draw_weights(max(len(b.members) for b in beliefs))
        return beliefs

    def _score(self, beliefs: list[Belief | ClippedBelief]) -> Array:
        assert self._scales is not None
        score = np.zeros((len(self._weights), len(beliefs[0].mean)))
        for k, (one, belief) in enumerate(zip(self._objectives, beliefs, strict=True)):
            center, size = self._scales[k]
            away = belief.members - belief.mean
            value = np.resize(belief.mean + self._spread * away, score.shape)
            score += self._weights[:, k, None] * one.sign * (value - center) / size
            if one.bound is not None:
                score[:, ~one.reached(belief.mean)] -= _LAST
                score -= _MISSED * np.maximum(one.sign * (one.bound - value), 0) / size
        return score

    def _draw_weights(self, n_members: int) -> Array:
        """Draw weights of objectives for each member, one of a single objective."""
        free = [one.bound is None for one in self._objectives]
        n_scores = n_members if self._spread else 1
        if sum(free) > 1:
            n_scores = max(n_members, _LEAST_WEIGHTS)
        weights = np.zeros((n_scores, len(free)))
        weights[:, free] = self._rng.dirichlet(np.ones(sum(free)), size=n_scores)
        return weights


class _Known:
    """Variances that shrink with what is chosen, as if it were measured.

    Parameters
    ----------
    covariance : ndarray of shape (n_samples, n_samples), float64
        How values vary together.
    noise : float
        Variance of the noise of a measurement.
    n : int
        How many will be chosen.
    """

    def __init__(self, covariance: Array, noise: float, n: int) -> None:
        self._covariance = covariance
        self.variance: Array = np.maximum(np.diag(covariance), 0)
        # values that are equal by the model cannot be told apart without it
        self._noise = noise + 1e-6 * float(self.variance.max())
        self._factor = np.zeros((n, len(covariance)))
        self._count = 0

    def measure(self, sample: int) -> None:
        """Take a sample to be measured.

        Parameters
        ----------
        sample : int
            Which.
        """
        factor, n = self._factor, self._count
        rest = self._covariance[sample] - factor[:n, sample] @ factor[:n]
        scale = np.sqrt(self.variance[sample] + self._noise)
        factor[n] = rest / scale if scale else 0.0
        self.variance = np.maximum(self.variance - factor[n] ** 2, 0)
        self._count += 1


def best_by_turns(scores: Array, n: int) -> Rows:
    """Choose the best by several scores, each in turn what is left.

    Parameters
    ----------
    scores : ndarray of shape (n_scores, n_samples), float64
        Scores, of which more is better.
    n : int
        How many to choose, `n_samples` at most.

    Returns
    -------
    ndarray of shape (n,), int64
        Different samples, in the order in which they were chosen.
    """
    n_best = min(n, scores.shape[1])
    # no score comes to more than n of its own
    part = np.argpartition(-scores, n_best - 1, axis=1)[:, :n_best]
    own = np.take_along_axis(scores, part, axis=1)
    orders = np.take_along_axis(part, np.argsort(-own, axis=1, kind="stable"), axis=1)
    picked: dict[int, None] = {}
    at = [0] * len(orders)
    turn = 0
    while len(picked) < n_best:
        order = orders[turn]
        while int(order[at[turn]]) in picked:
            at[turn] += 1
        picked[int(order[at[turn]])] = None
        turn = (turn + 1) % len(orders)
    return np.array(list(picked), dtype=np.int64)
