"""Fingerprints of data and settings, without which scores cannot be compared."""

from __future__ import annotations

import re
from typing import Any

import joblib
import numpy as np
from sklearn.base import BaseEstimator

from sklyra.alphabets import Alphabet
from sklyra.search.worker import Task, is_listed

# Parameters that say how to work, not what comes out.
_HOW = ("n_threads", "n_jobs", "device", "verbose")


def fingerprints(task: Task, scoring: Any) -> dict[str, str]:
    """Describe a search briefly, the same in every process.

    Parameters
    ----------
    task : Task
        What trials need.
    scoring : str, callable or None
        What the user asked for.

    Returns
    -------
    dict of str to str
        A hash of each part.
    """
    parts = {
        "sequences": _values(task.X),
        "targets": _values(task.y),
        "folds": task.splits,
        "parameters of fit": _named(task.fit_params),
        "scoring": (_text(scoring), _named(task.score_params)),
        "estimator": _settings(task.estimator),
        "space": _text(task.space.distributions),
    }
    return {name: joblib.hash(part) for name, part in parts.items()}


def _values(data: Any) -> Any:
    """Forget what kind of container values are in."""
    if isinstance(data, (list, tuple)) and data and isinstance(data[0], str):
        # an array would be as wide as the longest
        return [str(x) if isinstance(x, str) else x for x in data]
    try:
        array = np.asarray(data)
    except ValueError:  # lists of several lengths
        return data
    if array.dtype.kind not in "OUT":
        return np.ascontiguousarray(array)  # the hash looks at strides
    return [str(x) if isinstance(x, str) else x for x in array.ravel()]


def _named(params: dict[str, Any]) -> dict[str, Any]:
    """Forget it for each of some parameters."""
    return {
        name: _values(value) if is_listed(value) else _text(value)
        for name, value in params.items()
    }


def _settings(estimator: BaseEstimator) -> dict[str, str]:
    """List parameters, those of parts included."""
    settings = {"": type(estimator).__qualname__}
    for name, value in estimator.get_params().items():
        if name.rpartition("__")[2] in _HOW:
            continue
        if hasattr(value, "get_params"):
            value = type(value).__qualname__
        elif isinstance(value, list) and any(isinstance(v, tuple) for v in value):
            value = len(value)  # steps, which have names of their own
        settings[name] = _text(value)
    return settings


def _text(value: Any) -> str:
    """Write a value without the address that it has in this process."""
    if isinstance(value, Alphabet):  # whose text is its name and letters
        value = value.to_state()
    if isinstance(value, np.ndarray) and value.dtype != object:  # or of many rows a few
        value = joblib.hash(np.ascontiguousarray(value))
    code = getattr(value, "__code__", None)
    if code is not None:  # the name of a function says little, and a lambda has none
        closure = [cell.cell_contents for cell in value.__closure__ or ()]
        value = code.co_code, code.co_names, code.co_consts, value.__defaults__, closure
    elif hasattr(value, "_score_func"):  # of `make_scorer`
        value = value, _text(value._score_func)
    return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))
