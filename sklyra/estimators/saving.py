"""Estimators as files: what these say about them, and what they do without."""

from __future__ import annotations

import copy
import hashlib
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from sklyra._training import SequenceNet, resolve_device
from sklyra._warnings import warn
from sklyra.alphabets import Alphabet
from sklyra.ensemble import Ensemble
from sklyra.exceptions import SklyraWarning
from sklyra.sequences import Inputs

_PROCESS = "gaussian_process"


def describe_training(
    inputs: Inputs,
    y: Any,
    used: npt.NDArray[np.bool_],
    before: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Describe training data, for the file of the model.

    Parameters
    ----------
    inputs : Inputs
        Rows that are learned from.
    y : array-like of shape (n_samples, ...)
        Measurements of all rows.
    used : ndarray of shape (n_samples,), bool
        Which rows are learned from.
    before : dict or None, default=None
        What described the data of earlier calls, where training goes on.

    Returns
    -------
    dict
        ``rows``, ``lengths`` (the least, the median and the greatest of all sequences),
        the ``date`` in UTC, and ``sha256``: a hash of sequences, covariates and
        measurements in their order, the same on every machine.
    """
    lengths = np.concatenate([chain.lengths for chain in inputs.chains])
    digest = hashlib.sha256()
    if before is not None:
        digest.update(str(before["sha256"]).encode())
    for chain in inputs.chains:
        digest.update(np.ascontiguousarray(chain.values).data)
        digest.update(chain.offsets.astype("<i8").data)
    if inputs.covariates is not None:
        digest.update(np.ascontiguousarray(inputs.covariates, "<f4").data)
    digest.update(_as_bytes(_measured(y)[used]))
    return {
        "rows": len(inputs) + (0 if before is None else before["rows"]),
        "lengths": [int(of(lengths)) for of in (np.min, np.median, np.max)],
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "sha256": digest.hexdigest(),
    }


def describe_model(estimator: Any) -> dict[str, Any]:
    """Describe an estimator in plain values.

    Parameters
    ----------
    estimator : LyraRegressor or LyraClassifier
        The estimator, fitted or not.

    Returns
    -------
    dict
        As `sklyra.file_info` returns it.
    """
    ensemble: Ensemble | None = vars(estimator).get("_ensemble")
    if ensemble is None:
        return {"fitted": False}
    score = vars(estimator).get("oof_score_")
    known = score is not None and bool(np.isfinite(score))
    said = ("name", "kind", "levels", "used")
    columns = [
        {name: row[name] for name in said} for row in getattr(estimator, "columns_", [])
    ]
    if not columns and hasattr(estimator, "feature_names_in_"):
        columns = [{"name": str(name)} for name in estimator.feature_names_in_]
    described = {
        "fitted": True,
        "alphabet": _name_alphabets(estimator.alphabet_),
        "columns": columns,
        "learned_from": vars(estimator).get("_learned_from"),
        "n_outputs": int(ensemble.target.n_outputs),
        "held_out_score": float(score) if known else None,
        "held_out_rows": _count_held_out(vars(estimator).get("oof_prediction_")),
        "score": "accuracy" if hasattr(estimator, "classes_") else "R2",
        "parts": {part.name: _count_members(part) for part in ensemble.parts},
        "training_sequences": _count_training(ensemble),
        "versions": estimator.versions_,
    }
    classes = getattr(estimator, "classes_", None)
    if isinstance(classes, np.ndarray):
        described["classes"] = [str(label) for label in classes]
    return described


def drop_training(estimator: Any) -> Any:
    """Copy an estimator without the training sequences that it holds.

    Parameters
    ----------
    estimator : LyraRegressor or LyraClassifier
        The estimator, which stays as it is.

    Returns
    -------
    estimator
        One that predicts the same, but does not say how sure it is; the estimator
        itself if it holds none.

    Raises
    ------
    ValueError
        If predictions depend on them.
    """
    ensemble: Ensemble | None = vars(estimator).get("_ensemble")
    if ensemble is None or not _count_training(ensemble):
        return estimator
    weights = ensemble.stacking_weights
    kept = [row for row, part in enumerate(ensemble.parts) if part.name != _PROCESS]
    lost = np.delete(weights, kept, axis=0)
    if lost.any():
        raise ValueError(
            f"The Gaussian process of this {type(estimator).__name__} predicts from "
            f"{_count_process(ensemble)} training sequences, and predictions depend "
            f"on it (its stacking weight is {np.abs(lost).max():.2f}): without these "
            "it would be another model. Fit with gaussian_process=False, and save "
            "that; or save with forget_training=False."
        )
    parts = [ensemble.parts[row] for row in kept]
    fewer = Ensemble(parts, ensemble.target, ensemble.strands)
    fewer.stacking_weights = weights[kept]
    fewer.held_out = ensemble.held_out[kept]
    forgetful = copy.copy(estimator)
    forgetful._ensemble = fewer
    return forgetful


def move_to_device(nets: list[SequenceNet], device: str) -> None:
    """Move loaded networks to the device that a parameter means on this machine.

    Parameters
    ----------
    nets : list of SequenceNet
        The networks.
    device : str
        The parameter.

    Warns
    -----
    SklyraWarning
        If there is no such device: then they are on the CPU.
    """
    try:
        device = resolve_device(device)
    except ValueError as error:
        warn(f"{error} Loaded onto the CPU.", SklyraWarning)
        device = "cpu"
    for net in nets:
        net.to(device)


def _measured(y: Any) -> npt.NDArray[Any]:
    """Make an array of measurements, of objects where rows differ in length."""
    try:
        return np.asarray(y)
    except ValueError:
        rows = np.empty(len(y), object)
        rows[:] = [np.asarray(row).tolist() for row in y]
        return rows


def _as_bytes(y: npt.NDArray[Any]) -> bytes:
    """Write measurements as bytes that no machine writes otherwise."""
    if y.dtype.kind in "biuf":
        return y.astype("<f8").tobytes()
    return "\n".join(map(str, y.ravel().tolist())).encode("utf-8", "surrogatepass")


def _name_alphabets(alphabets: Alphabet | dict[str, Alphabet] | None) -> Any:
    if isinstance(alphabets, dict):
        return {name: alphabet.name for name, alphabet in alphabets.items()}
    return None if alphabets is None else alphabets.name


def _count_held_out(predicted: Any) -> int:
    """Count the rows that have a prediction from members that had not seen them."""
    if predicted is None:
        return 0
    return sum(bool(np.isfinite(row).any()) for row in predicted)


def _count_members(part: Any) -> int:
    return len(getattr(part, "nets", getattr(part, "members", [None])))


def _count_process(ensemble: Ensemble) -> int:
    """Count the training sequences that predictions are made from."""
    part = ensemble.gaussian_process
    return 0 if part is None else len(part.posterior.training)


def _count_training(ensemble: Ensemble) -> int:
    """Count the training sequences that a model holds: some for novelty as well."""
    doubt = ensemble.doubt
    samples = None if doubt is None else doubt.novelty.samples
    return max(_count_process(ensemble), 0 if samples is None else len(samples))
