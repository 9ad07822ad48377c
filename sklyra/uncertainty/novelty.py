"""Novelty: how unlike its training samples a model finds others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

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
# Values differ at all from this share of their size on.
_LEAST = 1e-3
# Of what is known a share of 1/e holds at a novelty so far beyond 1, or for one letter
# where training samples do not differ.
_REACH, _PER_LETTER = 8.0, 1.0


class Novelty:
    r"""Say how unlike training samples others are, by the view that differs most.

    Each view :math:`v` (rare letters, unexpected k-mers, distant profiles, odd lengths
    or numbers) is put on the scale of the training samples' own values, each by what
    was learned without its fold: 0 at their median and 1 at their 95% quantile. The
    novelty is the largest of all views, scaled once more so that 95% of training
    samples are below 1.

    Parameters
    ----------
    samples : Inputs or None
        Training samples, some if there are many; None keeps summaries only.
    views : sequence of View
        What was learned of them; none learns it from `samples` where it is needed.
    center, scale : ndarray of shape (n_values,), float64
        Median, and distance from there to the 95% quantile, of each view.
    edge : float
        The 95% quantile of the largest.
    blind : Blind
        Counts letters where training samples do not differ.
    """

    def __init__(
        self,
        samples: Inputs | None,
        views: Sequence[View],
        center: Array,
        scale: Array,
        edge: float,
        blind: Blind,
    ) -> None:
        self.samples, self.views, self.blind = samples, views, blind
        self.center, self.scale, self.edge = center, scale, edge

    @classmethod
    def learn(
        cls,
        inputs: Inputs,
        held_out: Sequence[tuple[Rows, Inputs]],
        summaries: bool = False,
    ) -> Self:
        """Learn from training samples, and from others that were held out.

        Parameters
        ----------
        inputs : Inputs
            All training samples.
        held_out : sequence of (train, samples)
            Rows to learn from, and samples to look at that are not among them.
        summaries : bool, default=False
            Whether to keep frequencies and means only, and no samples.

        Returns
        -------
        Novelty
            What was learned.
        """
        looks = [
            _look(learn_views(_some(inputs, train), summaries), samples)
            for train, samples in held_out
        ]
        some = _some(inputs)
        views = learn_views(some, summaries)
        seen = np.concatenate(looks or [_look(views, inputs)])
        center = np.median(seen, axis=0)
        scale = np.quantile(seen, _INSIDE, axis=0) - center
        size = np.abs(seen).max(axis=0)
        scale = np.maximum(scale, _LEAST * np.where(size > 0, size, 1))
        largest = ((seen - center) / scale).max(axis=1)
        edge = max(float(np.quantile(largest, _INSIDE)), 1.0)
        kept = None if summaries else some
        return cls(kept, views, center, scale, edge, Blind.learn(inputs))

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
        if not self.views:  # a model that was loaded
            assert self.samples is not None
            self.views = learn_views(self.samples)
        away = (_look(self.views, inputs) - self.center) / self.scale
        novelty: Array = np.maximum(away.max(axis=1) / self.edge, 0)
        if inputs.guessed is not None:
            novelty = np.maximum(
                novelty, np.where(inputs.guessed, 1 + inputs.guessed, 0)
            )
        return novelty

    def fading(self, inputs: Inputs) -> Array:
        r"""Compute how much of what is known does not hold for samples.

        :math:`1 - \exp(-b - (n - 1)_+ / 8)` for a novelty `n` and `b` letters at
        positions where training samples do not differ. Measured, with a Gaussian
        process alone and training sequences held out by position, cluster and number
        of mutations: at positions that never changed, intervals of random folds cover
        half of what they should; beyond that its variance grows almost enough.

        Parameters
        ----------
        inputs : Inputs
            Any samples.

        Returns
        -------
        ndarray of shape (n_samples,), float64
            Shares, 0 to 1.
        """
        beyond = np.maximum(self(inputs) - 1, 0) / _REACH
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
        numbers = state["center"], state["scale"], state["edge"]
        return cls(samples, views, *numbers, blind)


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
