"""Models to be saved, and how they are loaded."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from typing import Any

import numpy as np

from sklyra import LyraClassifier, LyraRegressor
from sklyra.datasets import load_splice_junctions, make_epistasis
from tests.settings import TWO_MEMBERS

Model = LyraRegressor | LyraClassifier


def regressor(**changes: Any) -> LyraRegressor:
    return LyraRegressor(**(TWO_MEMBERS | changes))


def classifier(**changes: Any) -> LyraClassifier:
    return LyraClassifier(**(TWO_MEMBERS | changes))


X, Y, *_ = make_epistasis(100, length=12, random_state=0)
RAGGED = [sequence[: 4 + i % 9] for i, sequence in enumerate(X)]
GENES, SITES = load_splice_junctions(return_X_y=True)
GENES, SITES = GENES[::30], SITES[::30]


def outputs(model: Model, X: Any) -> np.ndarray:
    """Predict numbers, whatever the model."""
    if isinstance(model, LyraClassifier):
        return model.predict_proba(X)
    return model.predict(X)


def in_new_process(script: str, *arguments: str, **environment: str) -> str:
    """Run a script with warnings as errors, and give what it prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def reload(model: Any, **options: Any) -> Any:
    return pickle.loads(pickle.dumps(model, **options))
