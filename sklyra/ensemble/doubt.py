"""Doubt: how sure an ensemble may be, by what it predicted of rows held out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np

from sklyra._state import check_version
from sklyra._typing import Array, Rows
from sklyra.batching import SequenceDataset
from sklyra.ensemble.gaussian_process import compared
from sklyra.ensemble.part import Split
from sklyra.ensemble.strands import Strands
from sklyra.gaussian_process import Certainty
from sklyra.sequences import Inputs
from sklyra.uncertainty import (
    LEAST_ROWS,
    N_TREES,
    Clues,
    Intervals,
    Novelty,
    hold_all_out,
    look_at,
)

if TYPE_CHECKING:
    from sklyra.ensemble.ensemble import Ensemble

_VERSION = 1
# Held-out rows that count, at most.
_MOST = 4096
# Of fewer held-out rows a 95% quantile would be a single one.
_LEAST_SEEN = 40
# Rows that choose bandwidths, of all outputs together, and of each at least.
_CHOOSING, _LEAST_CHOOSING = 1800, 150
# Trees of an output at least, where all outputs together have as many as one.
_LEAST_TREES = 6


class Evidence(NamedTuple):
    """What an ensemble predicted of rows held out.

    Parameters
    ----------
    asked : SequenceDataset
        The rows, or the validation data, each strand once.
    honest : ndarray of shape (n_parts, n_asked, n_outputs), float64
        Held-out predictions of each part.
    output : ndarray of shape (n_asked, n_outputs), float64
        The same, stacked; NaN for rows in no fold.
    fold : ndarray of shape (n_asked,), int
        Fold of each.
    """

    asked: SequenceDataset
    honest: Array
    output: Array
    fold: Rows


class Doubt:
    """Say how far off predictions may be, and how unlike training samples are.

    Parameters
    ----------
    novelty : Novelty
        Compares samples with those of training.
    rows : ndarray of shape (n_rows,), int
        Held-out rows that calibrate.
    output : ndarray of shape (n_rows, n_outputs), float32
        What was predicted of them.
    encoded : ndarray of shape (n_rows, ...)
        Their encoded targets.
    intervals : list of (Intervals or None)
        Of each output; None for one of too few rows. Empty where outputs are no values.
    """

    def __init__(
        self,
        novelty: Novelty,
        rows: Rows,
        output: Array,
        encoded: Array,
        intervals: list[Intervals | None],
    ) -> None:
        self.novelty, self.rows = novelty, rows
        # as a file keeps it
        self.output, self.encoded = output.astype(np.float32), encoded
        self.intervals = intervals
        self._certainty: Certainty | None = None

    @classmethod
    def learn(cls, ensemble: Ensemble, split: Split, evidence: Evidence) -> Self | None:
        """Learn from rows held out.

        Parameters
        ----------
        ensemble : Ensemble
            A trained one.
        split : Split
            Its training data.
        evidence : Evidence
            What it predicted of them.

        Returns
        -------
        Doubt or None
            None if nothing was held out.
        """
        rows = np.flatnonzero(np.isfinite(evidence.output).all(axis=1))
        if len(rows) < LEAST_ROWS:
            return None
        if len(rows) > _MOST:
            rows = np.sort(np.random.RandomState(0).permutation(rows)[:_MOST])
        inputs, folds = split.data.inputs, _held(split, rows, ensemble.strands)
        asked = split.asked.inputs
        # a model without a Gaussian process keeps no sequences
        summaries = ensemble.gaussian_process is None
        looks = seen = look_at(
            inputs, [(train, asked.take(valid)) for train, valid in folds], summaries
        )
        if sum(map(len, looks)) < _LEAST_SEEN:
            seen = look_at(inputs, hold_all_out(inputs, split.same), summaries)
        novelty = Novelty.learn(inputs, seen, summaries)
        output, encoded = evidence.output[rows], evidence.asked.target[rows]
        new = cls(novelty, rows, output, encoded, [])
        if ensemble.target.centered:
            latent = _held_out_latent(ensemble, split, folds)[rows]
            away = np.zeros((len(split.asked), looks[0].shape[1]))
            for (_, valid), look in zip(folds, looks, strict=True):
                away[valid] = novelty.scaled(look)
            away = ensemble.strands.average(away)[rows]
            new._learn_intervals(evidence, latent, away)
            # all that is needed of them is known
            new.rows, new.output, new.encoded = rows[:0], new.output[:0], encoded[:0]
        return new

    def _learn_intervals(self, evidence: Evidence, latent: Array, away: Array) -> None:
        """Learn the errors of each output."""
        n_outputs = self.output.shape[1]
        most = max(_CHOOSING // (2 + n_outputs), _LEAST_CHOOSING)
        n_trees = max(N_TREES // n_outputs, _LEAST_TREES)
        spread = evidence.honest[:, self.rows].var(axis=0)
        noise = 1 / evidence.asked.weight[self.rows].astype(np.float64)
        fold, output = evidence.fold[self.rows], evidence.output[self.rows]
        for k in range(n_outputs):
            error = self.encoded[:, k].astype(np.float64) - output[:, k]
            known = np.isfinite(error)
            found = None
            if known.sum() >= LEAST_ROWS:
                clues = Clues(output[:, k], spread[:, k], latent[:, k], noise, away)
                rows = clues.take(known), error[known], fold[known]
                found = Intervals.learn(*rows, most, n_trees)
            self.intervals.append(found)

    def novelty_of(self, inputs: Inputs, strands: Strands) -> Array:
        """Compute how unlike training samples are.

        Parameters
        ----------
        inputs : Inputs
            Any samples.
        strands : Strands
            Whether both strands count.

        Returns
        -------
        ndarray of shape (n_samples,), float64
            Novelties.
        """
        values = self.novelty(strands.of_inputs(inputs))
        return strands.average(values[:, None])[:, 0]

    def clues(
        self,
        ensemble: Ensemble,
        inputs: Inputs,
        parts: list[Array],
        latent: Array | None = None,
    ) -> tuple[list[Clues], Array]:
        """Collect what there is to know of errors, output by output.

        Parameters
        ----------
        ensemble : Ensemble
            The ensemble.
        inputs : Inputs
            Any samples.
        parts : list of ndarray of shape (n_members, n_samples, n_outputs), float64
            What its parts predict.
        latent : ndarray of shape (n_samples, n_outputs), float64, or None, default=None
            Variances by the Gaussian process, where they are known; None computes them.

        Returns
        -------
        clues : list of Clues
            Those of each output.
        fading : ndarray of shape (n_samples,), float64
            How much of what is known does not hold, 0 to 1.
        """
        level = ensemble.stacked(parts, inputs)
        n_members = max(map(len, parts))
        each = [np.resize(part, (n_members, *part.shape[1:])) for part in parts]
        spread = np.stack(each).var(axis=0).mean(axis=0)
        if latent is None:
            latent = self._latent(ensemble, inputs)
        away, fading = self.views_of(inputs, ensemble.strands)
        ones = np.ones(len(level))
        clues = [
            Clues(level[:, k], spread[:, k], latent[:, k], ones, away)
            for k in range(level.shape[1])
        ]
        return clues, fading

    def views_of(self, inputs: Inputs, strands: Strands) -> tuple[Array, Array]:
        """Look at samples by each view of novelty.

        Parameters
        ----------
        inputs : Inputs
            Any samples.
        strands : Strands
            Whether both strands count.

        Returns
        -------
        away : ndarray of shape (n_samples, n_views), float64
            How far from training.
        fading : ndarray of shape (n_samples,), float64
            How much of what is known does not hold, 0 to 1.
        """
        both = strands.of_inputs(inputs)
        away = self.novelty.away(both)
        fading = self.novelty.fading(away, both)[:, None]
        return strands.average(away), strands.average(fading)[:, 0]

    def _latent(self, ensemble: Ensemble, inputs: Inputs) -> Array:
        """Compute variances by the Gaussian process: 0 without one."""
        certainty = self.certainty(ensemble)
        if certainty is None:
            return np.zeros((len(inputs), ensemble.target.n_outputs))
        both = compared(ensemble.strands.of_inputs(inputs))
        return ensemble.strands.average(certainty.variance(both))

    def certainty(self, ensemble: Ensemble) -> Certainty | None:
        """Find out how certain the Gaussian process is.

        Parameters
        ----------
        ensemble : Ensemble
            The ensemble.

        Returns
        -------
        Certainty or None
            None if it has no Gaussian process. Its factor is computed once.
        """
        part = ensemble.gaussian_process
        if self._certainty is None and part is not None:
            self._certainty = Certainty(part.posterior)
        return self._certainty

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values.

        Returns
        -------
        dict
            Plain values and arrays.
        """
        return {
            "version": _VERSION,
            "novelty": self.novelty.to_state(),
            "rows": self.rows,
            "output": self.output,
            "encoded": self.encoded,
            "intervals": [own and own.to_state() for own in self.intervals],
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
        Doubt
            The same.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        intervals = [own and Intervals.from_state(own) for own in state["intervals"]]
        return cls(
            Novelty.from_state(state["novelty"]),
            state["rows"],
            state["output"],
            state["encoded"],
            intervals,
        )


def _held(split: Split, rows: Rows, strands: Strands) -> list[tuple[Rows, Rows]]:
    """List folds: rows learned from, and rows that are held out there at first."""
    n_asked = len(split.asked)
    both = np.concatenate([rows, rows + n_asked // 2]) if strands.both else rows
    if split.valid is not None:
        return [(np.arange(len(split.data)), both)]
    free = np.zeros(n_asked, bool)
    free[both] = True
    held = []
    for train, valid in split.folds:
        own = valid[free[valid]]
        free[own] = False
        if len(own):
            held.append((train, own))
    return held


def _held_out_latent(
    ensemble: Ensemble, split: Split, folds: list[tuple[Rows, Rows]]
) -> Array:
    """Compute variances of a Gaussian process for rows held out, 0 without one."""
    part = ensemble.gaussian_process
    n_outputs = ensemble.target.n_outputs
    if part is None:
        n_asked = len(split.asked) // (1 + ensemble.strands.both)
        return np.zeros((n_asked, n_outputs))
    certainty, samples = Certainty(part.posterior), compared(split.asked.inputs)
    if split.valid is not None:
        return ensemble.strands.average(certainty.variance(samples))
    return ensemble.strands.average(certainty.held_out(samples, folds))
