"""Parts of a model, and their settings, from an estimator's parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sklyra._training import resolve_device
from sklyra.ensemble import (
    ARCHITECTURES,
    PARTS,
    Architecture,
    Networks,
    Part,
    SinglePart,
    TrainingSettings,
)
from sklyra.estimators.parameters import ARCHITECTURE, encoder
from sklyra.estimators.tables import Reader
from sklyra.sequences import Inputs
from sklyra.targets import Target

# Parameters that are settings of the same name.
_SETTINGS = (
    "lr",
    "weight_decay",
    "state_weight_decay",
    "lr_schedule",
    "batch_size",
    "max_epochs",
    "n_iter_no_change",
    "precision",
)


def list_parts(
    estimator: Any,
    inputs: Inputs,
    before: list[Part],
    architectures: Sequence[type[Architecture]] = ARCHITECTURES,
    kinds: Sequence[type[SinglePart]] = PARTS,
) -> list[Part]:
    """List the parts of a model: all that can learn, and are not switched off.

    Parameters
    ----------
    estimator : estimator
        Its parameters say which.
    inputs : Inputs
        Training data; both strands, if both count.
    before : list of Part
        Parts to go on with, which stay what they are.
    architectures : sequence of types of Architecture, default=ARCHITECTURES
        Kinds of networks.
    kinds : sequence of types of SinglePart, default=PARTS
        Kinds of other parts.

    Returns
    -------
    list of Part
        The parts, networks first.
    """
    encode = encoder(estimator.encoding)
    old = {part.name: part.resumed() for part in before}

    def wanted(kind: Any) -> bool:
        # some have a parameter of their name, which switches them
        return bool(getattr(estimator, kind.name, True))

    networks: list[Part | None] = [
        old.get(kind.name) or Networks.learn(kind, inputs, encode)
        for kind in architectures
        if wanted(kind)
    ]
    others = [kind.learn(inputs) for kind in kinds if wanted(kind)]
    return [part for part in [*networks, *others] if part is not None]


def training_settings(
    estimator: Any, reader: Reader, target: Target, **changed: Any
) -> TrainingSettings:
    """Select what parts get of an estimator's parameters.

    Parameters
    ----------
    estimator : estimator
        The estimator.
    reader : Reader
        What X of training was.
    target : Target
        The target.
    **changed : object
        Settings that differ from the parameters.

    Returns
    -------
    TrainingSettings
        The settings.
    """
    letters, n_channels = None, reader.n_channels
    encode = encoder(estimator.encoding)
    if reader.alphabet is not None:
        letters, _ = encode.character_features(reader.alphabet)
        n_channels = letters.shape[1]
    same = {name: getattr(estimator, name) for name in _SETTINGS}
    return TrainingSettings(
        architecture={
            name: getattr(estimator, name)
            for name in ARCHITECTURE
            if hasattr(estimator, name)
        },
        letters=letters,
        n_channels=n_channels,
        encoder=encode,
        n_outputs=target.n_outputs,
        loss=target.loss,
        levels=target.levels,
        device=resolve_device(estimator.device),
        callbacks=list(estimator.callbacks or []),
        verbose=bool(estimator.verbose),
        **{**same, **changed},
    )
