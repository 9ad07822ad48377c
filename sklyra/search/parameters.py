"""Parameters of the search, and their allowed values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from optuna.pruners import BasePruner
from optuna.samplers import BaseSampler
from optuna.storages import BaseStorage

from sklyra._constraints import (
    NONE,
    RANDOM_STATE,
    Bool,
    Float,
    Having,
    Instance,
    Int,
    Table,
)

_ONE_SCORE = "a search follows one score"

PARAMETERS: Table = {
    "estimator": [Having(("fit", "get_params"), "an estimator")],
    "n_trials": [Int(1)],
    "space": [Instance(Mapping, "a dict"), NONE],
    "scoring": [
        Instance(str, f"the name of a score ({_ONE_SCORE})"),
        Instance(Callable, "a function"),  # type: ignore[arg-type]
        NONE,
    ],
    "cv": [
        Int(2),
        Having(("split",), "a splitter"),
        Having(("__iter__",), "an iterable of pairs of rows"),
        NONE,
    ],
    "refit": [Bool(f"True or False ({_ONE_SCORE}, whose best is refitted)")],
    "n_jobs": [Int(1), Int(-(2**31), -1), NONE],
    # infinity is a time limit like any other
    "timeout": [Float(0, closed="both"), NONE],
    "storage": [
        Instance((str, Path), "the path of a journal file or the URL of a database"),
        Instance(BaseStorage, "an Optuna storage"),
        NONE,
    ],
    "study_name": [Instance(str, "a str"), NONE],
    "sampler": [Instance(BaseSampler, "an Optuna sampler"), NONE],
    "pruner": [Instance(BasePruner, "an Optuna pruner"), NONE],
    "random_state": RANDOM_STATE,
}
