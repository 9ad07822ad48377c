"""Stems of RNA, against a search through all pairs."""

from __future__ import annotations

import numpy as np
import pytest

from sklyra.features import can_pair, pairing, stems
from sklyra.sequences import check_sequences

BONDS = {"AU": 2, "UA": 2, "GC": 3, "CG": 3, "GU": 1, "UG": 1}


def strength(sequence: str, i: int, j: int) -> int:
    """Bonds of the stem around a pair; 0 if there is none."""

    def bond(a: int, b: int) -> int:
        if a < 0 or b >= len(sequence) or not 4 <= b - a <= 150:
            return 0
        return BONDS.get(sequence[a] + sequence[b], 0)

    if not bond(i, j):
        return 0
    total, k = bond(i, j), 1
    while bond(i + k, j - k):
        total, k = total + bond(i + k, j - k), k + 1
    k = 1
    while bond(i - k, j + k):
        total, k = total + bond(i - k, j + k), k + 1
    return total


def of_base(sequence: str, place: int) -> list[float]:
    right = [strength(sequence, place, j) for j in range(place + 1, len(sequence))]
    left = [strength(sequence, i, place) for i in range(place)]
    row = [max([0, *right]) / 10, max([0, *left]) / 10]
    for rate, at in ((0.5, 6), (1.0, 9)):
        z = [sum(np.exp(rate * (b - at)) for b in side if b) for side in (right, left)]
        row += [np.log1p(z[0]) / 5, np.log1p(z[1]) / 5, 1 / (1 + sum(z))]
    return row


def test_they_are_the_stems_of_each_base(rng):
    X = ["".join(rng.choice(list("ACGU"), n)) for n in (1, 3, 60, 25, 200)]
    X.append("GGGGAAAACCCC")
    found = stems(check_sequences(X, alphabet="rna"))
    expected = [of_base(x, place) for x in X for place in range(len(x))]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert found[-12, 0] == pytest.approx(1.2)  # four pairs of three bonds


def test_blocks_make_no_difference(rng, monkeypatch):
    X = ["".join(rng.choice(list("ACGU"), n)) for n in (900, 30, 400)]
    sequences = check_sequences(X, alphabet="rna")
    whole = stems(sequences)
    monkeypatch.setattr(pairing, "_POSITIONS", 170)
    np.testing.assert_allclose(stems(sequences), whole, rtol=1e-6)


def test_unknown_bases_pair_with_nothing():
    found = stems(check_sequences(["GGGGAAAANNNN"], alphabet="rna"))
    assert (found[:, :2] == 0).all()


def test_only_rna_pairs():
    assert can_pair(check_sequences(["ACGU"], alphabet="rna").alphabet)
    assert not can_pair(check_sequences(["ACGT"], alphabet="dna").alphabet)
    assert not can_pair(None)
