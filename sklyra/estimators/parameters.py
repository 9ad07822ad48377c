"""Parameters of the estimators: groups, allowed values, and which are searched."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch

from sklyra._constraints import (
    BOOL,
    NONE,
    RANDOM_STATE,
    Bool,
    Constraint,
    DictOf,
    Float,
    Having,
    Instance,
    Int,
    OneOf,
    TupleOf,
    check_attributes,
)
from sklyra._training import PRECISIONS, SCHEDULES, resolve_device
from sklyra.alphabets import Alphabet
from sklyra.encoders import ENCODINGS, PositionEncoder
from sklyra.features import PAIRINGS
from sklyra.nn import POOLINGS
from sklyra.sequences import check_option
from sklyra.sequences.columns import KINDS
from sklyra.sequences.parameters import READING
from sklyra.targets import VALUE_TARGETS


class Parameter(NamedTuple):
    """Hold what is known of a parameter but its default and its description.

    Parameters
    ----------
    group : {"reading", "ensemble", "network", "training", "machine"}
        The part of the work that it belongs to. "network" are the arguments of the
        network itself, which saved weights depend on.
    allowed : sequence of Constraint
        The alternatives for its value.
    searched : bool, default=False
        Whether a search varies it by default.
    """

    group: str
    allowed: Sequence[Constraint]
    searched: bool = False


_ENCODER = Instance(PositionEncoder, "an encoder such as SubstitutionMatrixEncoder()")
_SPLITTER = Having(("split",), "a splitter such as ClusterKFold(5)")
_COLUMNS = DictOf(
    (OneOf(*KINDS, *PAIRINGS), Instance(Alphabet, "or an Alphabet")),
    "a dict of names and kinds of columns",
)
_DEVICE = Instance((str, torch.device), "the name of a torch device, or 'auto'")

# Each target of values names its own.
_LOSSES = dict.fromkeys(loss for kind in VALUE_TARGETS for loss in kind.losses)

# In the order of the signatures. `loss` is the regressor's, `class_weight` the
# classifier's, and all others are parameters of both.
PARAMETERS = {
    "alphabet": Parameter("reading", READING["alphabet"]),
    "columns": Parameter("reading", [_COLUMNS, NONE]),
    "unknown": Parameter("reading", READING["unknown"]),
    "encoding": Parameter("reading", [OneOf(*ENCODINGS), _ENCODER]),
    "reverse_complement": Parameter("reading", [BOOL]),
    "n_members": Parameter("ensemble", [Int(1)]),
    "perceptron": Parameter("ensemble", [BOOL]),
    "gaussian_process": Parameter("ensemble", [BOOL]),
    "d_model": Parameter("network", [Int(1)], searched=True),
    "pgc_hidden": Parameter("network", [TupleOf(Int(1))], searched=True),
    "n_s4d_layers": Parameter("network", [Int(0)], searched=True),
    "d_state": Parameter("network", [Int(2, even=True)]),
    "bidirectional": Parameter("network", [BOOL]),
    "residual": Parameter("network", [BOOL]),
    "pooling": Parameter("network", [OneOf(*POOLINGS)], searched=True),
    "head_hidden": Parameter("network", [Int(1), NONE], searched=True),
    "dropout": Parameter("network", [Float(0, 1)], searched=True),
    "loss": Parameter("training", [OneOf(*_LOSSES)]),
    "lr": Parameter("training", [Float(0, closed="neither")], searched=True),
    "weight_decay": Parameter("training", [Float(0)], searched=True),
    "state_weight_decay": Parameter("training", [Float(0)]),
    "lr_schedule": Parameter("training", [OneOf(*SCHEDULES)]),
    "batch_size": Parameter("training", [Int(1), OneOf("auto")]),
    "max_epochs": Parameter("training", [Int(1), OneOf("auto")]),
    "early_stopping": Parameter("training", [BOOL]),
    "validation_fraction": Parameter("training", [Float(0, 1, closed="neither")]),
    "cv": Parameter("training", [_SPLITTER, NONE]),
    "n_iter_no_change": Parameter("training", [Int(1), NONE]),
    "class_weight": Parameter(
        "training", [OneOf("balanced"), Instance(dict, "a dict of weights"), NONE]
    ),
    "callbacks": Parameter(
        "training", [Instance((list, tuple), "a list of skorch callbacks"), NONE]
    ),
    "device": Parameter("machine", [_DEVICE]),
    "n_threads": Parameter("machine", [Int(1), NONE]),
    "precision": Parameter("machine", [OneOf(*PRECISIONS)]),
    "random_state": Parameter("training", RANDOM_STATE),
    "warm_start": Parameter("training", [BOOL]),
    "verbose": Parameter("machine", [Int(0), Bool("a bool")]),
}

# Arguments of the network itself.
ARCHITECTURE = tuple(name for name, row in PARAMETERS.items() if row.group == "network")


def assign(estimator: object, arguments: dict[str, Any]) -> None:
    """Keep the arguments of `__init__` as they are, as scikit-learn asks for.

    Parameters
    ----------
    estimator : object
        The estimator.
    arguments : dict of str to object
        ``locals()`` of its `__init__`.
    """
    for name, value in arguments.items():
        if name != "self":
            setattr(estimator, name, value)


def defaults(estimator: type) -> dict[str, Any]:
    """List the defaults of parameters.

    Parameters
    ----------
    estimator : type
        A class of estimators.

    Returns
    -------
    dict of str to object
        Of all parameters that have one.
    """
    parameters = inspect.signature(estimator).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not p.empty}


def check_parameters(estimator: Any) -> None:
    """Refuse bad values before any work is done.

    Parameters
    ----------
    estimator : LyraRegressor or LyraClassifier
        The estimator.

    Raises
    ------
    ValueError
        If a value is out of range or none of the options.
    TypeError
        If a value has the wrong type.
    """
    rows = {n: row.allowed for n, row in PARAMETERS.items() if hasattr(estimator, n)}
    check_attributes(estimator, rows)
    resolve_device(estimator.device)


def encoder(encoding: str | PositionEncoder) -> PositionEncoder:
    """Find the encoder that an `encoding` names.

    Parameters
    ----------
    encoding : str or PositionEncoder
        The parameter of the estimators.

    Returns
    -------
    PositionEncoder
        The encoder.
    """
    if isinstance(encoding, PositionEncoder):
        return encoding
    check_option("encoding", encoding, ENCODINGS)
    found: PositionEncoder = ENCODINGS[encoding]()
    return found


def check_unchanged(estimator: Any, architecture: dict[str, Any]) -> None:
    """Refuse to go on with networks of another architecture.

    Parameters
    ----------
    estimator : LyraRegressor or LyraClassifier
        The estimator.
    architecture : dict of str to object
        What its networks were made with.

    Raises
    ------
    ValueError
        If a parameter of the architecture has changed.
    """
    for name in ARCHITECTURE:
        now, then = getattr(estimator, name), architecture[f"module__{name}"]
        if now != then:
            raise ValueError(
                f"{name}={now!r}, but training is to go on with networks that have "
                f"{name}={then!r}. Set it back, or make a new estimator."
            )
