"""Sequences whose positions have states that their letters decide."""

from __future__ import annotations

import numpy as np

_RNG = np.random.default_rng(0)
_LETTERS = list("ACDEFGHIKLMNPQRSTVWY")


def states_of(sequence: str) -> str:
    """H for helix formers, E for strand formers, C for others; few are measured."""
    kinds = {**dict.fromkeys("AELKMQR", "H"), **dict.fromkeys("VIYFWT", "E")}
    return "".join(kinds.get(letter, "C") for letter in sequence)


X = ["".join(_RNG.choice(_LETTERS, n)) for n in _RNG.integers(8, 30, 40)]
STATES = [states_of(x) for x in X]
HIDDEN = [
    "".join("-" if _RNG.random() < 0.3 else state for state in states)
    for states in STATES
]
VALUES = [np.array([x == "C" for x in states], float) for states in STATES]
TABLES = [np.array([[x == "H", x == "E"] for x in states], float) for states in STATES]
DNA = ["".join(_RNG.choice(list("ACGT"), n)) for n in _RNG.integers(8, 30, 30)]
