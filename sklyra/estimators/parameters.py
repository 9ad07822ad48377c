"""What the parameters of the estimators may be."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

from sklearn.utils import check_scalar

from sklyra._training import SCHEDULES, resolve_device
from sklyra.encoders import ENCODINGS, PositionEncoder
from sklyra.nn import POOLINGS
from sklyra.sequences import check_option


def check_parameters(estimator: Any) -> None:
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
    for name in (
        "d_model",
        "d_state",
        "batch_size",
        "max_epochs",
        "n_iter_no_change",
    ):
        check_scalar(getattr(estimator, name), name, Integral, min_val=1)
    check_scalar(estimator.n_s4d_layers, "n_s4d_layers", Integral, min_val=0)
    for name in ("head_hidden", "n_threads"):
        if getattr(estimator, name) is not None:
            check_scalar(getattr(estimator, name), name, Integral, min_val=1)
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
    if estimator.d_state % 2:
        raise ValueError(f"d_state={estimator.d_state} is odd: choose an even number.")
    check_option("pooling", estimator.pooling, POOLINGS)
    check_option("lr_schedule", estimator.lr_schedule, SCHEDULES)
    check_option("unknown", estimator.unknown, ("error", "mask"))
    if not isinstance(estimator.callbacks, (list, tuple, type(None))):
        raise TypeError(f"callbacks={estimator.callbacks!r} must be a list or None.")
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
