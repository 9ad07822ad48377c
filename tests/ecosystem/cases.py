"""Tasks of counting letters, and models that learn them at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from sklyra import LyraClassifier, LyraRegressor
from tests.settings import COUNTER


def regressor(**changes: Any) -> LyraRegressor:
    return LyraRegressor(**(COUNTER | changes))


def classifier(**changes: Any) -> LyraClassifier:
    return LyraClassifier(**(COUNTER | changes))


def count_task(
    n_samples: int, seed: int, letters: str = "ACGT", counted: str = "A"
) -> tuple[np.ndarray, np.ndarray]:
    """Draw sequences of six letters, whose value is how many of them are `counted`."""
    rows = np.random.default_rng(seed).choice(list(letters), (n_samples, 6))
    X = np.array(["".join(row) for row in rows], dtype=object)
    return X, np.isin(rows, list(counted)).sum(axis=1).astype(float)


def hydrophobic_task() -> tuple[np.ndarray, np.ndarray]:
    """Draw peptides whose value is how many of their residues are hydrophobic."""
    return count_task(150, seed=0, letters="AILVNQST", counted="AILV")


X, Y = count_task(150, seed=0)
X_NEW, Y_NEW = count_task(100, seed=1)
LABELS = np.where(Y > 1, "many", "few")
LABELS_NEW = np.where(Y_NEW > 1, "many", "few")
PRIOR = np.full(len(LABELS), (LABELS == "many").mean())


def without_primer(sequences: Any) -> list[str]:
    return [sequence[2:] for sequence in sequences]
