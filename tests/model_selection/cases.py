"""Families of sequences, and similarity cell by cell."""

from __future__ import annotations

import numpy as np

PROTEIN = "ACDEFGHIKLMNPQRSTVWYX"
DNA = "ACGTN"


def edits(a: str, b: str) -> int:
    """Edit distance, cell by cell."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        corner, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            corner, row[j] = (
                row[j],
                min(row[j] + 1, row[j - 1] + 1, corner + (x != y)),
            )
    return row[-1]


def identity(a: str, b: str) -> float:
    return 1 - edits(a, b) / max(len(a), len(b))


def hamming(a: str, b: str) -> float:
    return sum(x == y for x, y in zip(a, b, strict=True)) / len(a)


def kmer(a: str, b: str) -> float:
    one, other = ({s[i : i + 3] for i in range(len(s) - 2)} for s in (a, b))
    return len(one & other) / len(one | other)


ALIKE = {"identity": identity, "hamming": hamming, "kmer": kmer}


def linked(X: list[str], alike, threshold: float) -> np.ndarray:
    labels = np.arange(len(X))
    for i, a in enumerate(X):
        for j, b in enumerate(X[:i]):
            if alike(a, b) >= threshold - 1e-9:
                labels[labels == labels[i]] = labels[j]
    return labels


def families(
    seed: int, letters: str, n: int, longest: int, substitute_only: bool
) -> list[str]:
    """Sequences of a few parents, some edits apart."""
    rng = np.random.default_rng(seed)
    shortest = longest if substitute_only else 3
    length = rng.integers(shortest, longest + 1, 4)
    parents = ["".join(rng.choice(list(letters), k)) for k in length]
    X = []
    for _ in range(n):
        x = list(rng.choice(parents))
        for _ in range(rng.integers(0, 6)):
            at, letter = rng.integers(len(x)), rng.choice(list(letters))
            kind = 0 if substitute_only else rng.integers(3)
            if kind == 0:
                x[at] = letter
            elif kind == 1:
                x.insert(at, letter)
            elif len(x) > 3:
                x.pop(at)
        X.append("".join(x))
    return X


def turn(x: str) -> str:
    return x.translate(str.maketrans("ACGT", "TGCA"))[::-1]
