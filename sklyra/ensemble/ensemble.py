"""The ensemble: parts of a model, and the stacking weights that join them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import Any, NamedTuple, Self

import numpy as np
import torch

from sklyra._state import check_version, require
from sklyra._training import Job, one_bar, train_all
from sklyra._typing import Array, Rows
from sklyra.batching import SequenceDataset
from sklyra.ensemble.doubt import Doubt, Evidence
from sklyra.ensemble.gaussian_process import GaussianProcessPart
from sklyra.ensemble.held_out import (
    MOST_CENTERED,
    centers,
    cross_fit,
    fold_numbers,
    held_by,
)
from sklyra.ensemble.kinds import KINDS
from sklyra.ensemble.part import HeldOut, Part, Split
from sklyra.ensemble.settings import TrainingSettings
from sklyra.ensemble.strands import Strands
from sklyra.sequences import Inputs
from sklyra.targets import TARGETS, Target
from sklyra.targets.target import Scale

Folds = list[tuple[Rows, Rows]]

_VERSION = 1


class Trained(NamedTuple):
    """Training of an ensemble, and how good it is.

    Attributes
    ----------
    jobs : list of Job
        Networks, with what they were trained on.
    output : ndarray of shape (n_asked, n_outputs), float64
        Stacked outputs of rows held out, with weights from other folds; NaN for rows in
        no fold.
    score : float
        R2 or accuracy of that; NaN if there is nothing to score.
    """

    jobs: list[Job]
    output: Array
    score: float


class Ensemble:
    """Parts that are trained together, and stacked by what they predict of rows unseen.

    Parameters
    ----------
    parts : list of Part
        Kinds of base models.
    target : Target
        What is measured, learned from y.
    strands : Strands
        Whether both strands count.

    Attributes
    ----------
    stacking_weights : ndarray of shape (n_parts, n_outputs) or (n_parts, 1), float64
        Factors with which parts add up to outputs.
    held_out : ndarray of shape (n_parts, n_asked, n_outputs), float32
        Honest held-out predictions of each part, once fitted; of no rows before.
    held_by : ndarray of shape (n_samples,), int16
        Which member held out each sequence, -1 for none; empty where it is not known.
    doubt : Doubt or None
        How sure it may be, once fitted with rows held out.
    """

    def __init__(self, parts: list[Part], target: Target, strands: Strands) -> None:
        self.parts = parts
        self.target = target
        self.strands = strands
        self.stacking_weights = self._prior()
        self.held_out = np.empty((len(parts), 0, target.n_outputs), np.float32)
        self.held_by = np.empty(0, np.int16)
        self.doubt: Doubt | None = None

    @property
    def gaussian_process(self) -> GaussianProcessPart | None:
        """The part that is a Gaussian process.

        Returns
        -------
        GaussianProcessPart or None
            None if there is none.
        """
        kinds = [part for part in self.parts if isinstance(part, GaussianProcessPart)]
        return kinds[0] if kinds else None

    def fit(
        self,
        data: SequenceDataset,
        folds: Folds,
        valid: SequenceDataset | None,
        settings: TrainingSettings,
        rng: np.random.RandomState,
        watch: Callable[[list[Job]], None],
    ) -> Trained:
        """Train all parts, and stack them.

        Parameters
        ----------
        data : SequenceDataset
            Training data.
        folds : list of (train, valid)
            Rows of each member.
        valid : SequenceDataset or None
            Validation data instead of rows held out.
        settings : TrainingSettings
            How to train.
        rng : RandomState
            Source of random numbers.
        watch : callable
            Called with the jobs of the first part before they begin.

        Returns
        -------
        Trained
            What was trained, and how good it is.
        """
        split = self._split(data, folds, valid)
        jobs = self._train(split, settings, rng, watch)
        held = [
            part.finish(own, split, self.target, rng, settings.precision)
            for part, own in zip(self.parts, jobs, strict=True)
        ]
        asked = valid or data
        kept = self._views([part.kept for part in held], asked.inputs)
        honest = kept
        if not all(np.shares_memory(part.kept, part.honest) for part in held):
            honest = self._views([part.honest for part in held], asked.inputs)
        predicted = HeldOut(kept, honest)
        numbers = self.strands.numbers(asked.inputs)
        out = folds if valid is None else []
        self.held_by = held_by(out, len(numbers)).astype(np.int16)
        fold = asked.spread(fold_numbers(out, numbers))
        learned = len(predicted.kept) > 1 or len(folds) > 1
        output, score = self._stack(predicted, asked, fold, split.center, learned)
        evidence = Evidence(asked, predicted.honest, output, fold)
        self.doubt = self._learn_doubt(split, evidence)
        return Trained([job for own in jobs for job in own], output, score)

    def train(
        self,
        data: SequenceDataset,
        folds: Folds,
        settings: TrainingSettings,
        rng: np.random.RandomState,
    ) -> list[Job]:
        """Train the networks of all parts, and leave everything else as it is.

        Parameters
        ----------
        data : SequenceDataset
            Training data.
        folds : list of (train, valid)
            Rows of each member.
        settings : TrainingSettings
            How to train.
        rng : RandomState
            Source of random numbers.

        Returns
        -------
        list of Job
            What was trained.
        """
        split = self._split(data, folds, None)
        jobs = self._train(split, settings, rng, lambda jobs: None)
        for part, own in zip(self.parts, jobs, strict=True):
            part.keep(own)
        return [job for own in jobs for job in own]

    def predict_parts(self, inputs: Inputs, precision: str) -> dict[str, Array]:
        """Predict with each member of each part.

        Parameters
        ----------
        inputs : Inputs
            Any samples.
        precision : str
            Precision of networks.

        Returns
        -------
        dict of str to ndarray of shape (n_members, n_samples, n_outputs), float64
            Predictions of each part, on the scale of that part.
        """
        both = self.strands.of_inputs(inputs)
        return {
            part.name: self._averaged(part.predict(both, precision), inputs)
            for part in self.parts
        }

    def predict(self, inputs: Inputs, precision: str) -> Array:
        """Predict with all parts together.

        Parameters
        ----------
        inputs : Inputs
            Any samples.
        precision : str
            Precision of networks.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs), float64
            Outputs: means over members, times stacking weights, added up.
        """
        parts = self.predict_parts(inputs, precision)
        return self.stacked(list(parts.values()), inputs)

    def stacked(self, parts: list[Array], inputs: Inputs) -> Array:
        """Stack what parts predict.

        Parameters
        ----------
        parts : list of ndarray of shape (n_members, n_samples, n_outputs), float64
            Predictions of the members of each part.
        inputs : Inputs
            What they are of.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs), float64
            Outputs: means over members, times stacking weights, added up.
        """
        means = np.stack([members.mean(axis=0) for members in parts])
        views = self._smoothed(means, inputs)
        output: Array = (self.stacking_weights[:, None] * views).sum(axis=0)
        return output

    def _averaged(self, outputs: Array, inputs: Inputs) -> Array:
        """Average over strands, where both count."""
        return self.strands.average(outputs)

    def _smoothed(self, parts: Array, inputs: Inputs) -> Array:
        """List what is stacked: the parts."""
        return parts

    def _views(self, outputs: list[Array], inputs: Inputs) -> Array:
        """List what is stacked of predictions of one or both strands."""
        return self._smoothed(self._averaged(np.stack(outputs), inputs), inputs)

    def _learn_doubt(self, split: Split, evidence: Evidence) -> Doubt | None:
        """Learn how sure the ensemble may be, where something was held out."""
        return Doubt.learn(self, split, evidence)

    def _prior(self) -> Array:
        """Stacking weights for when nothing was held out."""
        return self.target.prior_weights(self._scales)

    @property
    def _scales(self) -> list[Scale]:
        """Scale of each of what is stacked."""
        return [part.scale for part in self.parts]

    def _split(
        self, data: SequenceDataset, folds: Folds, valid: SequenceDataset | None
    ) -> Split:
        """Double strands, and number what is held out together."""
        few = len(data.target) <= MOST_CENTERED and valid is None
        center = centers(data, folds) if few and self.target.centered else None
        both = self.strands.of_dataset(data)
        both_valid = None if valid is None else self.strands.of_dataset(valid)
        return Split(
            both,
            self.strands.of_folds(folds, len(data)),
            both_valid,
            self.strands.numbers(both.inputs),
            self.strands.numbers((both_valid or both).inputs),
            center,
        )

    def _train(
        self,
        split: Split,
        settings: TrainingSettings,
        rng: np.random.RandomState,
        watch: Callable[[list[Job]], None],
    ) -> list[list[Job]]:
        """Train the networks of all parts in one pool: a list of jobs for each part."""
        # callbacks watch the networks of the first part
        quiet = replace(settings, callbacks=[])
        jobs = [
            part.plan(split, quiet if number else settings, rng)
            for number, part in enumerate(self.parts)
        ]
        watch(jobs[0])
        pool = [job for own in jobs for job in own]
        # callbacks are the same objects for all members, and a GPU is one for all
        sequential = bool(settings.callbacks) or settings.device != "cpu"
        with one_bar(pool) if settings.verbose else nullcontext():
            train_all(pool, 1 if sequential else torch.get_num_threads())
        return jobs

    def _stack(
        self,
        held: HeldOut,
        asked: SequenceDataset,
        fold: Rows,
        center: Array | None,
        learned: bool,
    ) -> tuple[Array, float]:
        """Find stacking weights, and predict each fold with those of the others."""
        known = np.flatnonzero(np.isfinite(held.kept).all(axis=(0, 2)))
        scales = self._scales

        def stack(rows: Rows) -> Array:
            if not (learned and len(rows)):
                return self._prior()
            rows = known[rows]
            weight = asked.weight[rows].astype(np.float64)
            return self.target.stack(
                held.kept[:, rows], asked.target[rows], weight, scales
            )

        self.stacking_weights = stack(np.arange(len(known)))
        self.held_out = held.honest.astype(np.float32)
        shift: Any = 0.0 if center is None else center
        out = np.full(held.kept.shape[1:], np.nan)
        out[known] = cross_fit((held.honest - shift)[:, known], fold[known], stack)
        out += shift
        if not len(known):
            return out, np.nan
        weight = asked.weight[known].astype(np.float64)
        return out, self.target.score(out[known], asked.target[known], weight)

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values and arrays.

        Returns
        -------
        dict
            What was learned, and the version of this layout.
        """
        return {
            "version": _VERSION,
            "parts": [[type(p).__name__, p.to_state()] for p in self.parts],
            "target": [type(self.target).__name__, self.target.to_state()],
            "both_strands": self.strands.both,
            "stacking_weights": self.stacking_weights,
            "held_out": self.held_out,
            "held_by": self.held_by,
            "doubt": None if self.doubt is None else self.doubt.to_state(),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Convert from plain values and arrays.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        Ensemble
            The same.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        parts = [KINDS[name].from_state(part) for name, part in state["parts"]]
        name, learned = state["target"]
        target = TARGETS[name].from_state(learned)
        ensemble = cls(parts, target, Strands(state["both_strands"]))
        ensemble.stacking_weights = state["stacking_weights"]
        ensemble.held_out = state["held_out"]
        ensemble.held_by = state.get("held_by", ensemble.held_by)  # none before
        if state.get("doubt") is not None:  # models before had none
            ensemble.doubt = Doubt.from_state(state["doubt"])
        n_rows, n_columns = ensemble.stacking_weights.shape
        fits = n_rows == len(ensemble._scales) and n_columns in (1, target.n_outputs)
        require(fits and len(ensemble.held_out) == n_rows, cls.__name__)
        return ensemble

    def __getstate__(self) -> dict[str, Any]:
        return self.to_state()

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(vars(self.from_state(state)))
