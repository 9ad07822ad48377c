"""Novelty: how unlike its training samples a model finds others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from scipy.special import logsumexp

from sklyra._state import check_version
from sklyra._typing import Array, Rows
from sklyra.sequences import Inputs
from sklyra.uncertainty.blind import Blind
from sklyra.uncertainty.views import SUMMARIES, View, learn_views

_VERSION = 1
# Samples that others are compared with, and positions in all of them, at most.
_MOST_ROWS, _MOST_POSITIONS = 4096, 2**20
# The share of training samples that is inside.
_INSIDE = 0.95
_FOLDS = 5
# The smooth maximum differs among training samples by so much at least.
_LEAST_STEP = 0.5
# Values differ at all from this share of their size on.
_LEAST = 1e-3
# Of what is known a share of 1/e holds at a novelty so far beyond 1, or for one letter
# where training samples do not differ.
_REACH, _PER_LETTER = 6.0, 1.0


class Novelty:
    r"""Say how unlike training samples others are, by the views that differ most.

    Each view :math:`v` (rare letters, unexpected k-mers, distant profiles, odd lengths
    or numbers) is put on the scale of the training samples' own values, each by what
    was learned without its fold: 0 at their median and 1 at their 95% quantile. The
    novelty is the smooth maximum of all views, :math:`\log \sum_v e^v`, on the same
    scale: 5% of training samples are at 0, and 95% below 1.

    Parameters
    ----------
    samples : Inputs or None
        Training samples, some if there are many; None keeps summaries only.
    views : sequence of View
        What was learned of them; none learns it from `samples` where it is needed.
    center, scale : ndarray of shape (n_values,), float64
        Median, and distance from there to the 95% quantile, of each view.
    least, edge : float
        The 5% and 95% quantile of their smooth maximum. `least` is None of models of
        version 0.2.0, which took the greatest value: what it takes is learned again
        from samples, or if there are none the greatest is taken.
    blind : Blind
        Counts letters where training samples do not differ.
    """

    def __init__(
        self,
        samples: Inputs | None,
        views: Sequence[View],
        center: Array,
        scale: Array,
        least: float | None,
        edge: float,
        blind: Blind,
    ) -> None:
        self.samples, self.views, self.blind = samples, views, blind
        self.center, self.scale = center, scale
        self.least, self.edge = least, edge

    @classmethod
    def learn(
        cls, inputs: Inputs, looks: Sequence[Array], summaries: bool = False
    ) -> Self:
        """Learn from training samples, and from what others look like.

        Parameters
        ----------
        inputs : Inputs
            All training samples.
        looks : sequence of ndarray of shape (n, n_views), float64
            What `look_at` returns.
        summaries : bool, default=False
            Whether to keep frequencies and means only, and no samples.

        Returns
        -------
        Novelty
            What was learned.
        """
        some = _some(inputs)
        views = learn_views(some, summaries)
        seen = np.concatenate(list(looks) or [_look(views, inputs)])
        center = np.median(seen, axis=0)
        scale = np.quantile(seen, _INSIDE, axis=0) - center
        size = np.abs(seen).max(axis=0)
        scale = np.maximum(scale, _LEAST * np.where(size > 0, size, 1))
        together = logsumexp((seen - center) / scale, axis=1)
        least = float(np.quantile(together, 1 - _INSIDE))
        edge = max(float(np.quantile(together, _INSIDE)), least + _LEAST_STEP)
        kept = None if summaries else some
        return cls(kept, views, center, scale, least, edge, Blind.learn(inputs))

    def __call__(self, inputs: Inputs) -> Array:
        """Compute the novelty of samples.

        Parameters
        ----------
        inputs : Inputs
            Any samples.

        Returns
        -------
        ndarray of shape (n_samples,), float64
            From 0; about 1 at the edge of training, and without end beyond.
        """
        return self.together(self.away(inputs), inputs)

    def away(self, inputs: Inputs) -> Array:
        """Look at samples by each view.

        Parameters
        ----------
        inputs : Inputs
            Any samples.

        Returns
        -------
        ndarray of shape (n_samples, n_views), float64
            As far from training as this: 0 in its middle, and 1 at its edge.
        """
        if not self.views:  # a model that was loaded
            assert self.samples is not None
            self.views = learn_views(self.samples)
        if self.least is None and self.samples is not None:
            vars(self).update(vars(self._learned_again()))
        return self.scaled(_look(self.views, inputs))

    def _learned_again(self) -> Novelty:
        """Learn scales from the samples that are kept."""
        assert self.samples is not None
        copies = np.stack([chain.copies() for chain in self.samples.chains], axis=1)
        _, same = np.unique(copies, axis=0, return_inverse=True)
        held_out = hold_all_out(self.samples, same.ravel())
        new = self.learn(self.samples, look_at(self.samples, held_out))
        new.blind = self.blind
        return new

    def scaled(self, look: Array) -> Array:
        """Put what samples look like on the scale of training samples.

        Parameters
        ----------
        look : ndarray of shape (n_samples, n_views), float64
            What `look_at` returns of some.

        Returns
        -------
        ndarray of shape (n_samples, n_views), float64
            As `away`.
        """
        away: Array = (look - self.center) / self.scale
        return away

    def together(self, away: Array, inputs: Inputs) -> Array:
        """Compute novelties from all views.

        Parameters
        ----------
        away : ndarray of shape (n_samples, n_views), float64
            What `away` returns.
        inputs : Inputs
            The samples.

        Returns
        -------
        ndarray of shape (n_samples,), float64
            As `__call__`.
        """
        if self.least is None:
            beyond = away.max(axis=1) / self.edge
        else:
            beyond = (logsumexp(away, axis=1) - self.least) / (self.edge - self.least)
        novelty: Array = np.maximum(beyond, 0)
        if inputs.guessed is not None:
            novelty = np.maximum(
                novelty, np.where(inputs.guessed, 1 + inputs.guessed, 0)
            )
        return novelty

    def fading(self, away: Array, inputs: Inputs) -> Array:
        r"""Compute how much of what is known does not hold for samples.

        :math:`1 - \exp(-b - (n - 1)_+ / 6)` for a novelty `n` and `b` letters at
        positions where training samples do not differ. Measured, with a Gaussian
        process alone and training sequences held out by position, cluster and number
        of mutations: at positions that never changed, intervals of random folds cover
        half of what they should; beyond that its variance grows almost enough.

        Parameters
        ----------
        away : ndarray of shape (n_samples, n_views), float64
            What `away` returns.
        inputs : Inputs
            The samples.

        Returns
        -------
        ndarray of shape (n_samples,), float64
            Shares, 0 to 1.
        """
        beyond = np.maximum(self.together(away, inputs) - 1, 0) / _REACH
        share: Array = -np.expm1(-beyond - _PER_LETTER * self.blind(inputs))
        return share

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values: a byte for each position of samples that are kept.

        Returns
        -------
        dict
            Plain values and arrays.
        """
        views: list[Any] = []
        if self.samples is None:
            views = [[type(view).__name__, view.to_state()] for view in self.views]
        return {
            "version": _VERSION,
            "samples": None if self.samples is None else self.samples.to_state(),
            "views": views,
            "center": self.center,
            "scale": self.scale,
            "least": self.least,
            "edge": self.edge,
            "blind": self.blind.to_state(),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Convert from plain values.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        Novelty
            The same.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        samples = None
        views = [SUMMARIES[name].from_state(view) for name, view in state["views"]]
        if state["samples"] is not None:
            samples = Inputs.from_state(state["samples"])
        blind = Blind.from_state(state["blind"])
        numbers = state["center"], state["scale"], state.get("least"), state["edge"]
        return cls(samples, views, *numbers, blind)


def look_at(
    inputs: Inputs, held_out: Sequence[tuple[Rows, Inputs]], summaries: bool = False
) -> list[Array]:
    """Look at samples by what was learned from others.

    Parameters
    ----------
    inputs : Inputs
        All training samples.
    held_out : sequence of (train, samples)
        Rows to learn from, and samples to look at that are not among them.
    summaries : bool, default=False
        As in `Novelty.learn`.

    Returns
    -------
    list of ndarray of shape (n, n_views), float64
        Values of all views of each.
    """
    return [
        _look(learn_views(_some(inputs, train), summaries), samples)
        for train, samples in held_out
    ]


def hold_all_out(inputs: Inputs, same: Rows) -> list[tuple[Rows, Inputs]]:
    """Hold samples out in turn, some if there are many.

    Parameters
    ----------
    inputs : Inputs
        Training samples.
    same : ndarray of shape (n_samples,), int
        A number for each, equal for those that are held out together.

    Returns
    -------
    list of (train, samples)
        As for `look_at`.
    """
    rows = _drawn(np.arange(len(inputs)), _MOST_ROWS)
    _, number = np.unique(same[rows], return_inverse=True)
    fold = (np.random.RandomState(0).permutation(number.max() + 1) % _FOLDS)[number]
    held = [(rows[fold != k], rows[fold == k]) for k in range(_FOLDS)]
    return [
        (train, inputs.take(valid))
        for train, valid in held
        if len(train) and len(valid)
    ]


def _look(views: Sequence[View], inputs: Inputs) -> Array:
    return np.concatenate([view(inputs) for view in views], axis=1)


def _some(inputs: Inputs, rows: Rows | None = None) -> Inputs:
    """Select rows, some of them if there are many."""
    rows = np.arange(len(inputs)) if rows is None else rows
    rows = _drawn(rows, _MOST_ROWS)
    lengths = sum(chain.lengths[rows] for chain in inputs.chains)
    kept = np.cumsum(np.random.RandomState(1).permutation(lengths)) <= _MOST_POSITIONS
    return inputs.take(_drawn(rows, max(1, int(kept.sum()))))


def _drawn(rows: Rows, most: int) -> Rows:
    """Draw rows if there are more than so many, always the same."""
    if len(rows) <= most:
        return rows
    drawn: Rows = np.sort(np.random.RandomState(0).permutation(rows)[:most])
    return drawn
