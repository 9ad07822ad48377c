"""Proteins that differ from a parent at three positions, and a landscape over them."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.settings import ENSEMBLE

SETTINGS = ENSEMBLE
PARENT = "MKTAYIAK"
LETTERS = np.array(list("ACDEFGHIKLMNPQRSTVWY"))


def variants(n_samples: int = 80) -> Any:
    rng = np.random.default_rng(0)
    rows = np.tile(list(PARENT), (n_samples, 1))
    for row in rows:
        row[rng.choice(8, 3, replace=False)] = rng.choice(LETTERS, 3)
    effect = rng.normal(size=(8, 20))
    y = effect[np.arange(8), np.searchsorted(LETTERS, rows)].sum(axis=1)
    return ["".join(row) for row in rows], y


def planted(n_samples: int, length: int, letters: str, words: dict[str, float]) -> Any:
    """Random letters with each word in half of the sequences, and what it adds."""
    rng = np.random.default_rng(0)
    rows = rng.choice(list(letters), (n_samples, length))
    for word in words:
        for row in np.flatnonzero(rng.random(n_samples) < 0.5):
            at = rng.integers(length - len(word) + 1)
            rows[row, at : at + len(word)] = list(word)
    X = ["".join(row) for row in rows]
    y = sum(np.array([size * (word in x) for x in X]) for word, size in words.items())
    return X, y + rng.normal(scale=0.2, size=n_samples)


X, Y = variants()
