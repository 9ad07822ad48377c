"""Proteins, with targets and labels."""

from __future__ import annotations

import numpy as np

from sklyra import PROTEIN

LETTERS = PROTEIN.letters


def proteins(n: int, low: int, high: int, seed: int = 0) -> list[str]:
    rng = np.random.default_rng(seed)
    lengths = rng.integers(low, high + 1, n)
    return ["".join(rng.choice(list(LETTERS), length)) for length in lengths]


X = proteins(60, 5, 30)
X_EQUAL = proteins(60, 12, 12)
Y = np.array([float(x.count("A")) for x in X]) + 5
LABELS = np.array(["few", "some", "many"])[np.digitize(Y, [5.5, 6.5])]
