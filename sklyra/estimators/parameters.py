"""What the parameters of the estimators may be."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.utils import check_scalar

from sklyra._training import PRECISIONS, SCHEDULES, resolve_device
from sklyra.encoders import ENCODINGS, PositionEncoder
from sklyra.nn import POOLINGS, VALUE_LOSSES
from sklyra.sequences import check_option

# Parameters of the network itself.
ARCHITECTURE = (
    "d_model",
    "pgc_hidden",
    "n_s4d_layers",
    "d_state",
    "bidirectional",
    "residual",
    "pooling",
    "head_hidden",
    "dropout",
)


def check_parameters(estimator: Any) -> None:  # noqa: C901 - a list, not a maze
    """Refuse bad values before any work is done.

    Parameters
    ----------
    estimator : LyraRegressor or LyraClassifier
        The estimator.

    Raises
    ------
    ValueError
        If a value is out of range or no option.
    TypeError
        If a value has the wrong type.
    """
    for name in ("n_members", "d_model", "d_state"):
        check_scalar(getattr(estimator, name), name, Integral, min_val=1)
    for name in ("batch_size", "max_epochs"):
        value = getattr(estimator, name)
        if value == "auto":
            continue
        if value is True or not isinstance(value, Integral):
            raise TypeError(f'{name}={value!r} must be "auto" or an int.')
        check_scalar(value, name, Integral, min_val=1)
    check_scalar(estimator.n_s4d_layers, "n_s4d_layers", Integral, min_val=0)
    for name in ("head_hidden", "n_threads", "n_iter_no_change"):
        if getattr(estimator, name) is not None:
            check_scalar(getattr(estimator, name), name, Integral, min_val=1)
    if not isinstance(estimator.pgc_hidden, (tuple, list)):
        raise TypeError(f"pgc_hidden={estimator.pgc_hidden!r} must be a tuple of int.")
    for width in estimator.pgc_hidden:
        check_scalar(width, "each of pgc_hidden", Integral, min_val=1)
    check_scalar(
        estimator.dropout,
        "dropout",
        Real,
        min_val=0,
        max_val=1,
        include_boundaries="left",
    )
    check_scalar(
        estimator.validation_fraction,
        "validation_fraction",
        Real,
        min_val=0,
        max_val=1,
        include_boundaries="neither",
    )
    check_scalar(estimator.lr, "lr", Real, min_val=0, include_boundaries="neither")
    for name in ("weight_decay", "state_weight_decay"):
        check_scalar(getattr(estimator, name), name, Real, min_val=0)
    for name in ("dropout", "validation_fraction", "lr", "weight_decay"):
        if np.isnan(getattr(estimator, name)):
            raise ValueError(f"{name} is NaN. Give a number.")
    if estimator.d_state % 2:
        raise ValueError(f"d_state={estimator.d_state} is odd: choose an even number.")
    check_option("pooling", estimator.pooling, POOLINGS)
    if hasattr(estimator, "loss"):  # the regressor
        check_option("loss", estimator.loss, VALUE_LOSSES)
    check_option("lr_schedule", estimator.lr_schedule, SCHEDULES)
    check_option("precision", estimator.precision, PRECISIONS)
    check_option("unknown", estimator.unknown, ("error", "mask"))
    if not isinstance(estimator.callbacks, (list, tuple, type(None))):
        raise TypeError(f"callbacks={estimator.callbacks!r} must be a list or None.")
    if estimator.cv is not None and not hasattr(estimator.cv, "split"):
        raise TypeError(f"cv={estimator.cv!r} must have a method split, or be None.")
    encoder(estimator.encoding)
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
