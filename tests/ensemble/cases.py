"""Sequences and targets for ensembles."""

from __future__ import annotations

import numpy as np

RNG = np.random.default_rng(0)
X = ["".join(RNG.choice(list("ACGT"), 12)) for _ in range(60)]
Y = np.array([x.count("A") + 3.0 * (x[2] == "C") for x in X])
LABELS = np.array(["low", "mid", "high"])[np.digitize(Y, [2.5, 4.5])]
