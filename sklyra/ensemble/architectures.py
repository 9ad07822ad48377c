"""Architectures of networks: what they read of samples, and how they are built."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from sklyra.batching import SequenceDataset
from sklyra.encoders import PositionEncoder
from sklyra.ensemble.settings import TrainingSettings
from sklyra.features import (
    AlignedChains,
    AlignedPositions,
    JoinedChains,
    can_pair,
    find_relevance,
    letter_vectors,
    position_channels,
)
from sklyra.nn import LyraNet, Perceptron, PositionNet
from sklyra.sequences import EncodedSequences, Inputs


class Architecture(Protocol):
    """A kind of network: what it reads of samples, and how it is built.

    Attributes
    ----------
    name : str
        What it is called in `predict_parts` and `history_`.
    """

    name: str

    @classmethod
    def learn(cls, inputs: Inputs, encoder: PositionEncoder) -> Self | None:
        """Make one for some training data.

        Parameters
        ----------
        inputs : Inputs
            Training data.
        encoder : PositionEncoder
            The channels of letters, as the user chose them.

        Returns
        -------
        Architecture or None
            One that reads such samples; None if it has nothing to learn from them.
        """

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
    """Gated convolutions and state space layers over whole sequences.

    Parameters
    ----------
    chains : JoinedChains or None, default=None
        Joins the chains of tables; None for one chain of sequences.
    """

    name = "lyra"

    def __init__(self, chains: JoinedChains | None = None) -> None:
        self.chains = chains

    @classmethod
    def learn(cls, inputs: Inputs, encoder: PositionEncoder) -> Self:
        """Make one (see `Architecture.learn`), which joins the chains of tables."""
        return cls(JoinedChains(inputs) if inputs.is_table else None)

    def view(self, inputs: Inputs) -> Inputs:
        """Return all there is, as one chain (see `Architecture.view`)."""
        return inputs if self.chains is None else self.chains(inputs)

    def options(
        self, data: SequenceDataset, settings: TrainingSettings
    ) -> tuple[type, dict[str, Any]]:
        """Choose `LyraNet` (see `Architecture.options`)."""
        if self.chains is None:
            letters, n_channels = settings.letters, settings.n_channels
            options = {"letters": letters, "n_channels": n_channels}
            return LyraNet, {**settings.architecture, **options}
        letters = self.chains.joined.table(settings.channels_of)
        options = {
            "letters": letters,
            "n_channels": letters.shape[1],
            "n_chains": len(self.chains),
            "n_covariates": n_covariates(data.inputs),
            "covariate_scales": _covariate_scales(data, settings),
        }
        return LyraNet, {**settings.architecture, **options}

    def to_state(self) -> dict[str, Any]:
        """Return the state of the chains, if any (see `Architecture.to_state`)."""
        return {} if self.chains is None else {"chains": self.chains.to_state()}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Read the chains (see `Architecture.from_state`)."""
        chains = state.get("chains")
        return cls(None if chains is None else JoinedChains.from_state(chains))


class PositionArchitecture:
    """Gated convolutions and state space layers with a head at each position.

    Parameters
    ----------
    vectors : ndarray of shape (n_characters, n_channels), float32, or None, \
default=None
        Channels of each letter of RNA, beside which it reads how well bases pair; None
        for any other sequences, which it reads as they are.
    """

    name = "lyra"

    def __init__(self, vectors: npt.NDArray[np.float32] | None = None) -> None:
        self.vectors = vectors

    @classmethod
    def learn(cls, inputs: Inputs, encoder: PositionEncoder) -> Self:
        """Make one (see `Architecture.learn`), with channels of letters for RNA."""
        alphabet = inputs.sequences.alphabet
        if alphabet is None or not can_pair(alphabet):
            return cls()
        return cls(encoder.character_features(alphabet)[0])

    def view(self, inputs: Inputs) -> Inputs:
        """Look up channels of RNA (see `Architecture.view`)."""
        if self.vectors is None:
            return inputs
        sequences = inputs.sequences
        channels = position_channels(sequences, self.vectors)
        return Inputs((EncodedSequences(channels, sequences.offsets, None),))

    def options(
        self, data: SequenceDataset, settings: TrainingSettings
    ) -> tuple[type, dict[str, Any]]:
        """Choose `PositionNet` (see `Architecture.options`)."""
        letters, n_channels = settings.letters, settings.n_channels
        if self.vectors is not None:
            letters, n_channels = None, data.sequences.values.shape[1]
        options = {"letters": letters, "n_channels": n_channels}
        return PositionNet, {**settings.architecture, **options}

    def to_state(self) -> dict[str, Any]:
        """Return the channels of letters (see `Architecture.to_state`)."""
        return {"vectors": self.vectors}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Read these (see `Architecture.from_state`)."""
        return cls(state["vectors"])


class PerceptronArchitecture:
    """A perceptron over letters at aligned positions.

    Parameters
    ----------
    aligned : AlignedPositions or AlignedChains
        Positions that mean the same in every sequence, or row of a table.
    """

    name = "perceptron"

    def __init__(self, aligned: AlignedPositions | AlignedChains) -> None:
        self.aligned = aligned

    @classmethod
    def learn(cls, inputs: Inputs, encoder: PositionEncoder) -> Self | None:
        """Make one (see `Architecture.learn`), if X has letters that vary."""
        if inputs.chains[0].alphabet is None:
            return None
        aligned: AlignedPositions | AlignedChains
        if inputs.is_table:
            aligned = AlignedChains(inputs)
        else:
            aligned = AlignedPositions(inputs.sequences)
        return cls(aligned) if len(aligned) else None

    def view(self, inputs: Inputs) -> Inputs:
        """Look up what stands at aligned positions (see `Architecture.view`)."""
        if isinstance(self.aligned, AlignedChains):
            return self.aligned(inputs)
        return replace(inputs, chains=(self.aligned(inputs.sequences),))

    def options(
        self, data: SequenceDataset, settings: TrainingSettings
    ) -> tuple[type, dict[str, Any]]:
        """Choose `Perceptron` (see `Architecture.options`)."""
        if isinstance(self.aligned, AlignedChains):
            letters = self.aligned.joined.table(letter_vectors).astype(np.float32)
        else:
            letters = letter_vectors(self.aligned.alphabet).astype(np.float32)
        codes, _ = data.sequences.padded()
        counts = [np.bincount(column, minlength=len(letters)) for column in codes.T]
        return Perceptron, {
            "letters": letters,
            "center": (np.array(counts) @ letters / len(codes)).astype(np.float32),
            "dropout": settings.architecture["dropout"],
            "n_covariates": n_covariates(data.inputs),
            "covariate_scales": _covariate_scales(data, settings),
        }

    def to_state(self) -> dict[str, Any]:
        """Return the state of the positions (see `Architecture.to_state`)."""
        return self.aligned.to_state()

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Read the positions (see `Architecture.from_state`)."""
        kind = AlignedChains if "aligned" in state else AlignedPositions
        return cls(kind.from_state(state))


def n_covariates(inputs: Inputs) -> int:
    """Count the covariates.

    Parameters
    ----------
    inputs : Inputs
        Any samples.

    Returns
    -------
    int
        How many there are, perhaps 0.
    """
    return 0 if inputs.covariates is None else inputs.covariates.shape[1]


def _covariate_scales(
    data: SequenceDataset, settings: TrainingSettings
) -> npt.NDArray[np.float32] | None:
    """Let covariates that tell nothing by themselves begin with small weights.

    Else what a useless one adds to the first layer is as large as all letters are, and
    is learned by heart.
    """
    if data.inputs.covariates is None:
        return None
    levels = settings.levels(data.target)
    return find_relevance(data.inputs.covariates, levels).astype(np.float32)


# Kinds of networks, in the order of `predict_parts`.
ARCHITECTURES: tuple[type[Architecture], ...] = (
    LyraArchitecture,
    PerceptronArchitecture,
)
# Those of models with an output at every position.
POSITION_ARCHITECTURES: tuple[type[Architecture], ...] = (PositionArchitecture,)
