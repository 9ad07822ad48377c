"""Proteins that differ from a parent at three positions, and a landscape over them."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.settings import ENSEMBLE

SETTINGS = {**ENSEMBLE, "n_members": 2}
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


X, Y = variants()
