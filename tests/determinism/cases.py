"""Fits of every kind, to be repeated."""

from __future__ import annotations

import logging
import os
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from sklyra import LyraClassifier, LyraRegressor
from sklyra.datasets import load_splice_junctions, make_epistasis
from tests.settings import TWO_MEMBERS


def regressor(**changes: Any) -> LyraRegressor:
    return LyraRegressor(**(TWO_MEMBERS | changes))


def classifier(**changes: Any) -> LyraClassifier:
    return LyraClassifier(**(TWO_MEMBERS | changes))


X, Y, *_ = make_epistasis(100, length=12, random_state=0)
RAGGED = [sequence[: 4 + i % 9] for i, sequence in enumerate(X)]
GENES, SITES = load_splice_junctions(return_X_y=True)
GENES, SITES = GENES[::32], SITES[::32]
TABLE = np.random.default_rng(0).normal(size=(100, 10))


def fit_regressor(**changes: Any) -> np.ndarray:
    return regressor(**changes).fit(X, Y).predict(X)


def fit_classifier(**changes: Any) -> np.ndarray:
    return classifier(**changes).fit(GENES, SITES).predict_proba(GENES)


def fit_other_lengths(**changes: Any) -> np.ndarray:
    return regressor(pooling="attention", **changes).fit(RAGGED, Y).predict(RAGGED)


def fit_table(**changes: Any) -> np.ndarray:
    return regressor(**changes).fit(TABLE, Y).predict(TABLE)


def fit_in_parts(**changes: Any) -> np.ndarray:
    model = regressor(**changes)
    for part in (slice(0, 40), slice(40, 70), slice(70, 100)):
        model.partial_fit(X[part], Y[part])
    return model.predict(X)


def fit_twice_warm(**changes: Any) -> np.ndarray:
    model = regressor(warm_start=True, **changes)
    return model.fit(X, Y).fit(X, Y).predict(X)


def fit_groups(**changes: Any) -> np.ndarray:
    return regressor(**changes).fit(X, Y, groups=np.arange(100) % 10).predict(X)


FITS = [
    fit_regressor,
    fit_classifier,
    fit_other_lengths,
    fit_table,
    fit_in_parts,
    fit_twice_warm,
    fit_groups,
]
every_fit = pytest.mark.parametrize("fit", FITS, ids=lambda fit: fit.__name__)
Fit = Callable[..., np.ndarray]


def draw_everywhere() -> None:
    """Move on every global generator of random numbers."""
    torch.rand(7)
    np.random.rand(7)  # noqa: NPY002 - the global generator is meant
    random.random()


def surroundings() -> dict[str, Any]:
    """Describe all that training might leave changed."""
    kind, keys, *rest = np.random.get_state()  # noqa: NPY002
    return {
        "torch": torch.get_rng_state().tolist(),
        "numpy": (kind, keys.tolist(), *rest),
        "python": random.getstate(),
        "threads": (torch.get_num_threads(), torch.get_num_interop_threads()),
        "dtype": torch.get_default_dtype(),
        "device": torch.get_default_device(),
        "gradients": torch.is_grad_enabled(),
        "inference": torch.is_inference_mode_enabled(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "precision": torch.get_float32_matmul_precision(),
        "errors": np.geterr(),
        "environment": dict(os.environ),
        "handlers": list(logging.root.handlers),
        "level": logging.root.level,
    }
