"""Architectures of networks: what they read of samples, and how they are built."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol, Self

import numpy as np

from sklyra.batching import SequenceDataset
from sklyra.ensemble.settings import TrainingSettings
from sklyra.features import AlignedPositions, letter_vectors
from sklyra.nn import LyraNet, Perceptron
from sklyra.sequences import Inputs


class Architecture(Protocol):
    """A kind of network: what it reads of samples, and how it is built.

    Attributes
    ----------
    name : str
        What it is called in `predict_parts` and `history_`.
    """

    name: str

    def view(self, inputs: Inputs) -> Inputs:
        """Select what networks of this kind read.

        Parameters
        ----------
        inputs : Inputs
            Any samples.

        Returns
        -------
        Inputs
            The same samples.
        """

    def options(
        self, data: SequenceDataset, settings: TrainingSettings
    ) -> tuple[type, dict[str, Any]]:
        """Choose the module and its options.

        Parameters
        ----------
        data : SequenceDataset
            Training data, as viewed.
        settings : TrainingSettings
            How to train.

        Returns
        -------
        module : type
            Class of the module.
        options : dict of str to object
            Its arguments.
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
        Architecture
            The same.
        """


class LyraArchitecture:
    """Gated convolutions and state space layers over whole sequences."""

    name = "lyra"

    def view(self, inputs: Inputs) -> Inputs:
        """Return all there is (see `Architecture.view`)."""
        return inputs

    def options(
        self, data: SequenceDataset, settings: TrainingSettings
    ) -> tuple[type, dict[str, Any]]:
        """Choose `LyraNet` (see `Architecture.options`)."""
        channels = {"letters": settings.letters, "n_channels": settings.n_channels}
        return LyraNet, {**settings.architecture, **channels}

    def to_state(self) -> dict[str, Any]:
        """Return nothing: it has learned nothing (see `Architecture.to_state`)."""
        return {}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Make another (see `Architecture.from_state`)."""
        return cls()


class PerceptronArchitecture:
    """A perceptron over letters at aligned positions.

    Parameters
    ----------
    aligned : AlignedPositions
        Positions that mean the same in every sequence.
    """

    name = "perceptron"

    def __init__(self, aligned: AlignedPositions) -> None:
        self.aligned = aligned

    def view(self, inputs: Inputs) -> Inputs:
        """Look up what stands at aligned positions (see `Architecture.view`)."""
        return replace(inputs, chains=(self.aligned(inputs.sequences),))

    def options(
        self, data: SequenceDataset, settings: TrainingSettings
    ) -> tuple[type, dict[str, Any]]:
        """Choose `Perceptron` (see `Architecture.options`)."""
        alphabet = data.sequences.alphabet
        assert alphabet is not None
        letters = letter_vectors(alphabet).astype(np.float32)
        codes, _ = data.sequences.padded()
        counts = [np.bincount(column, minlength=len(letters)) for column in codes.T]
        return Perceptron, {
            "letters": letters,
            "center": (np.array(counts) @ letters / len(codes)).astype(np.float32),
            "dropout": settings.architecture["dropout"],
        }

    def to_state(self) -> dict[str, Any]:
        """Return the state of the positions (see `Architecture.to_state`)."""
        return self.aligned.to_state()

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Read the positions (see `Architecture.from_state`)."""
        return cls(AlignedPositions.from_state(state))


# Kinds of networks by their names, as states have them.
ARCHITECTURES: dict[str, type[Architecture]] = {
    architecture.__name__: architecture
    for architecture in (LyraArchitecture, PerceptronArchitecture)
}
