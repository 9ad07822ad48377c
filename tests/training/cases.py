"""Proteins of one length, and their targets."""

from __future__ import annotations

import numpy as np

RNG = np.random.default_rng(0)


def proteins(lengths: list[int]) -> list[str]:
    return ["".join(RNG.choice(list("ACDEFGHIKLMNPQRSTVWY"), n)) for n in lengths]


X = proteins([30] * 60)
Y = RNG.normal(size=60)
