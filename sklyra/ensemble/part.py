"""The protocol of parts: base models whose predictions are stacked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, Self

import numpy as np

from sklyra._training import Job
from sklyra._typing import Array, Rows
from sklyra.batching import SequenceDataset
from sklyra.ensemble.settings import TrainingSettings
from sklyra.sequences import Inputs
from sklyra.targets.target import Scale, Target


@dataclass(frozen=True)
class Split:
    """Training data, and what each member holds out.

    Parameters
    ----------
    data : SequenceDataset
        Training data; both strands, if both count.
    folds : list of (train, valid)
        Rows of each member.
    valid : SequenceDataset or None
        Validation data instead of rows held out.
    same : ndarray of shape (n_samples,), int
        A number for each sequence of `data`, equal for those held out together.
    same_asked : ndarray of shape (n_asked,), int
        The same for those that held-out predictions are for.
    center : ndarray of shape (n, n_outputs), float64, or None
        Mean target of the rows that predict each row, where that matters.
    """

    data: SequenceDataset
    folds: list[tuple[Rows, Rows]]
    valid: SequenceDataset | None
    same: Rows
    same_asked: Rows
    center: Array | None

    @property
    def asked(self) -> SequenceDataset:
        """What held-out predictions are for.

        Returns
        -------
        SequenceDataset
            Validation data, or the training data.
        """
        return self.valid or self.data


class HeldOut(NamedTuple):
    """Predictions of rows by what was not fitted to them; NaN for rows in no fold.

    Attributes
    ----------
    kept : ndarray of shape (n_asked, n_outputs), float64
        With what the model keeps: epochs and kernel that these rows had a part in
        choosing.
    honest : ndarray of shape (n_asked, n_outputs), float64
        With what other rows chose.
    """

    kept: Array
    honest: Array


class Part(Protocol):
    """A kind of base model, with its members.

    A part is planned, its networks (if it has any) are trained in one pool with those
    of other parts, and it is finished, in this order. To add a kind: write its file,
    and add it to `PARTS` in `sklyra/ensemble/kinds.py`; if it is a network, write an
    `Architecture` and add it to `ARCHITECTURES`. A parameter of its name, if there is
    one, switches it.

    Attributes
    ----------
    name : str
        What it is called in `predict_parts` and `history_`.
    scale : {"output", "level"}
        What it predicts.
    """

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def scale(self) -> Scale:
        """What it predicts."""

    def resumed(self) -> Self:
        """Make a part that goes on from what this one has learned.

        Returns
        -------
        Part
            Another object, so that an error leaves this one as it is.
        """

    def plan(
        self,
        split: Split,
        settings: TrainingSettings,
        rng: np.random.RandomState,
    ) -> list[Job]:
        """Make what has to be trained, one job for each member, or nothing.

        Parameters
        ----------
        split : Split
            Training data.
        settings : TrainingSettings
            How to train.
        rng : RandomState
            Source of random numbers, drawn in the order of parts.

        Returns
        -------
        list of Job
            Networks to train, with their data.
        """

    def keep(self, jobs: list[Job]) -> None:
        """Take over what has been trained, without a look at rows held out.

        Parameters
        ----------
        jobs : list of Job
            What `plan` returned, trained.
        """

    def finish(
        self,
        jobs: list[Job],
        split: Split,
        target: Target,
        rng: np.random.RandomState,
        precision: str,
    ) -> HeldOut:
        """Do what is left when networks are trained, and predict rows held out.

        Parameters
        ----------
        jobs : list of Job
            What `plan` returned, trained.
        split : Split
            Training data.
        target : Target
            The target.
        rng : RandomState
            Source of random numbers.
        precision : str
            Precision of networks.

        Returns
        -------
        HeldOut
            Predictions of rows held out.
        """

    def predict(self, inputs: Inputs, precision: str) -> Array:
        """Predict with each member.

        Parameters
        ----------
        inputs : Inputs
            Any samples.
        precision : str
            Precision of networks.

        Returns
        -------
        ndarray of shape (n_members, n_samples, n_outputs), float64
            Predictions.
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
        Part
            The same.
        """


class SinglePart(Part, Protocol):
    """A part that is no ensemble of networks: it is made from the training data."""

    @classmethod
    def learn(cls, inputs: Inputs) -> Self | None:
        """Make a part for some training data.

        Parameters
        ----------
        inputs : Inputs
            Training data; both strands, if both count.

        Returns
        -------
        Part or None
            One that reads such samples; None if it has nothing to learn from them.
        """
