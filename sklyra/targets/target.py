"""The protocol of targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol, Self

import numpy as np
import numpy.typing as npt

from sklyra._typing import Array, Rows
from sklyra.nn import RowLoss

# What a part predicts: outputs as the networks have them, or levels.
Scale = Literal["output", "level"]


class Target(Protocol):
    """What is measured of sequences, from y to predictions.

    A target is learned from the y of training. It encodes y as networks learn it, with
    entries that mean "not measured"; levels are what a Gaussian process learns instead.
    Parts of a model predict either, and are stacked to outputs, which are decoded into
    predictions.

    Attributes
    ----------
    kind : str
        What its y is, for errors.
    n_outputs : int
        Number of outputs of a network.
    loss : type of RowLoss
        What networks minimize.
    centered : bool
        Whether outputs are differences from the mean of training.
    """

    kind: str

    @staticmethod
    def reads(y: Any) -> bool:
        """Check by its form whether y is of this kind.

        Parameters
        ----------
        y : array-like of shape (n_samples, ...)
            Measurements, as the user passed them.

        Returns
        -------
        bool
            Whether this target is for it, if no target before it is.
        """

    @property
    def n_outputs(self) -> int:
        """Number of outputs of a network."""

    @property
    def loss(self) -> type[RowLoss]:
        """What networks minimize."""

    @property
    def centered(self) -> bool:
        """Whether outputs are differences from the mean of training."""

    def read(self, y: Any, used: Rows, learn: bool) -> npt.NDArray[Any]:
        """Check y and encode it.

        Parameters
        ----------
        y : array-like of shape (n_samples, ...)
            Measurements, as the user passed them.
        used : ndarray of shape (n_used,), int
            Rows with a weight.
        learn : bool
            Whether to learn scale or classes from the rows that are used.

        Returns
        -------
        ndarray of shape (n_samples, ...)
            Encoded target.
        """

    def resume(self, earlier: Self) -> None:
        """Take over what an earlier target of the same kind has learned.

        Parameters
        ----------
        earlier : Target
            That of a fitted model, which stays what it is.
        """

    def class_weights(self, y: Any) -> Array | float:
        """Compute the weight of each sequence that comes from its class.

        The first call is for training data; later ones look up what it has found.

        Parameters
        ----------
        y : array-like of shape (n_samples, ...)
            Measurements, as the user passed them.

        Returns
        -------
        ndarray of shape (n_samples,), float64, or float
            Weights.
        """

    def strata(self, encoded: npt.NDArray[Any]) -> npt.NDArray[np.int64] | None:
        """Find the class of each row, of which every fold is to get its share.

        Parameters
        ----------
        encoded : ndarray of shape (n_samples, ...)
            Encoded target.

        Returns
        -------
        ndarray of shape (n_samples,), int64, or None
            Classes; None if there are none.
        """

    def levels(self, encoded: npt.NDArray[Any]) -> Array:
        """Compute what a Gaussian process learns.

        Parameters
        ----------
        encoded : ndarray of shape (n_samples, ...)
            Encoded target.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs), float64
            Levels; NaN where nothing was measured.
        """

    def effects(self, levels: Array) -> Array:
        """Convert differences between levels to the units of y.

        Parameters
        ----------
        levels : ndarray of shape (n, n_outputs), float64
            Differences.

        Returns
        -------
        ndarray of shape (n, n_outputs) or (n,), float64
            Effects.
        """

    def prior_weights(self, scales: Sequence[Scale]) -> Array:
        """Compute stacking weights for when nothing is held out.

        Parameters
        ----------
        scales : sequence of {"output", "level"}
            What each part predicts.

        Returns
        -------
        ndarray of shape (n_parts, n_outputs) or (n_parts, 1), float64
            Weights.
        """

    def stack(
        self,
        parts: Array,
        encoded: npt.NDArray[Any],
        weight: Array,
        scales: Sequence[Scale],
    ) -> Array:
        """Compute stacking weights from held-out predictions.

        Parameters
        ----------
        parts : ndarray of shape (n_parts, n_samples, n_outputs), float64
            Held-out predictions of each part.
        encoded : ndarray of shape (n_samples, ...)
            Encoded target.
        weight : ndarray of shape (n_samples,), float64
            Weight of each sequence.
        scales : sequence of {"output", "level"}
            What each part predicts.

        Returns
        -------
        ndarray of shape (n_parts, n_outputs) or (n_parts, 1), float64
            Weights.
        """

    def decode(self, output: Array, scale: Scale = "output") -> Array:
        """Convert outputs to what is kept of predictions: values, or probabilities.

        Parameters
        ----------
        output : ndarray of shape (..., n_outputs), float64
            Stacked outputs, or what a part predicts.
        scale : {"output", "level"}, default="output"
            Which of the two they are.

        Returns
        -------
        ndarray of shape (...) or (..., n_outputs), float64
            Predictions.
        """

    def answer(self, output: Array) -> npt.NDArray[Any]:
        """Convert stacked outputs to what `predict` returns: values, or labels.

        Parameters
        ----------
        output : ndarray of shape (n_samples, n_outputs), float64
            Stacked outputs.

        Returns
        -------
        ndarray of shape (n_samples, ...)
            As y has them.
        """

    def margins(self, output: Array) -> Array:
        """Convert stacked outputs to numbers whose differences are effects.

        Parameters
        ----------
        output : ndarray of shape (n_samples, n_outputs), float64
            Stacked outputs.

        Returns
        -------
        ndarray of shape (n_samples, ...), float64
            Values in the units of y; or of labels what `decision_function` returns, log
            odds or logits.
        """

    def score(self, output: Array, encoded: npt.NDArray[Any], weight: Array) -> float:
        """Score outputs by what was measured.

        Parameters
        ----------
        output : ndarray of shape (n_samples, n_outputs), float64
            Stacked outputs.
        encoded : ndarray of shape (n_samples, ...)
            Encoded target.
        weight : ndarray of shape (n_samples,), float64
            Weight of each sequence.

        Returns
        -------
        float
            R2 or accuracy; NaN if there is nothing to score.
        """

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values and arrays.

        Returns
        -------
        dict
            What was learned.
        """

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Convert from plain values and arrays.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        Target
            The same.
        """


class LabelTarget(Target, Protocol):
    """What classifiers ask of their targets in addition: y holds labels.

    A sequence has one label, or one of each of several sets of alternatives.

    Parameters
    ----------
    class_weight : dict, "balanced" or None
        Weights of classes.

    Attributes
    ----------
    classes : ndarray of shape (n_classes,), or list of ndarray
        All labels, sorted; or those of each set of alternatives.
    """

    def __init__(self, class_weight: Any) -> None: ...

    @property
    def classes(self) -> npt.NDArray[Any] | list[npt.NDArray[Any]]:
        """All labels, sorted; or those of each set of alternatives."""

    @classmethod
    def incremental(cls, class_weight: Any, classes: Any) -> Self:
        """Make a target of which y comes in several pieces, as in `partial_fit`.

        Parameters
        ----------
        class_weight : dict, "balanced" or None
            Weights of classes.
        classes : array-like of shape (n_classes,) or None
            All labels that may come, if they are known.

        Returns
        -------
        LabelTarget
            One that has learned nothing yet.
        """

    def alternatives(self, probability: Array) -> Array:
        """Write out the probability of every alternative.

        Parameters
        ----------
        probability : ndarray of shape (n_samples, n_outputs), float64
            What `decode` returns.

        Returns
        -------
        ndarray of shape (n_samples, [n_sets,] n_alternatives), float64
            Probabilities, whose sum along the last axis is 1.
        """

    def chosen(self, encoded: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """Find the alternative that was measured.

        Parameters
        ----------
        encoded : ndarray of shape (n_samples, ...)
            Encoded target.

        Returns
        -------
        ndarray of shape (n_samples[, n_sets]), int64
            Its number along the last axis of `alternatives`; -1 if none was measured.
        """
