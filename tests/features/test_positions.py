"""Where sequences are compared, and which letters are alike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklyra import DNA, PROTEIN, Alphabet
from sklyra.features import AlignedPositions
from sklyra.features.similarity import KINDS, letter_vectors
from sklyra.sequences import check_sequences


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text("ACGT", min_size=1, max_size=8), min_size=2, max_size=6),
    st.lists(st.text("ACGT", min_size=1, max_size=12), min_size=1, max_size=4),
)
def test_positions_hold_what_stands_there(training, text):
    positions = AlignedPositions(check_sequences(training, alphabet="dna"))
    found = positions(check_sequences(text, alphabet="dna"))
    assert len(found) == len(text)
    nothing = positions.alphabet.characters[-1]
    for row, x in zip(found.decode(), text, strict=True):
        for character, p in zip(row, positions.positions, strict=True):
            there = -len(x) <= p < len(x)
            assert character == (x[p] if there else nothing)


def test_many_sequences_are_looked_up_in_parts(rng, monkeypatch):
    text = ["".join(rng.choice(list("ACGT"), n)) for n in rng.integers(1, 9, 50)]
    sequences = check_sequences(text, alphabet="dna")
    positions = AlignedPositions(sequences)
    expected = positions(sequences).values
    monkeypatch.setattr("sklyra.features.positions._AT_ONCE", 3 * len(positions))
    np.testing.assert_array_equal(positions(sequences).values, expected)


def test_positions_are_all_that_vary():
    assert AlignedPositions(check_sequences(["ACGT", "AGGT"])).positions.tolist() == [1]
    unequal = AlignedPositions(check_sequences(["ACG", "AC"], alphabet="dna"))
    assert unequal.positions.tolist() == [2, -3, -2, -1]
    assert len(AlignedPositions(check_sequences(["ACGT", "ACGT"]))) == 0


def test_a_character_for_nothing_is_found_in_any_alphabet():
    odd = Alphabet("odd", "0123456789")
    positions = AlignedPositions(check_sequences(["01", "2"], alphabet=odd))
    assert positions.alphabet.characters[-1] not in odd.characters
    assert positions.alphabet.membership[-1].sum() == 0


def test_letters_of_dna_are_alike_if_they_are_the_same():
    np.testing.assert_array_equal(letter_vectors(DNA), DNA.membership)


def test_residues_are_alike_by_matrix_kind_and_name():
    from Bio.Align import substitution_matrices

    matrix = substitution_matrices.load("BLOSUM62")
    rows = np.array([[matrix[a, b] for b in PROTEIN.letters] for a in PROTEIN.letters])
    rows = rows - rows.mean(axis=0)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    alike = np.array(
        [[any({a, b} <= set(kind) for kind in KINDS) for b in PROTEIN.letters]
         for a in PROTEIN.letters]
    )  # fmt: skip
    expected = rows @ rows.T / 2 + alike / 4 + np.eye(20) / 4
    found = letter_vectors(PROTEIN)[:20]
    np.testing.assert_allclose(found @ found.T, expected, atol=1e-6)


@pytest.mark.parametrize("marks", ["-", "-*"])
def test_gaps_that_are_letters_are_like_nothing_else(marks):
    alphabet = PROTEIN.with_letters(marks)
    found = letter_vectors(alphabet)
    alike = found @ found.T
    for mark in marks:
        row = alike[alphabet.characters.index(mark)]
        assert row[alphabet.characters.index(mark)] == pytest.approx(1)
        assert np.abs(row).sum() == pytest.approx(1)
    plain = letter_vectors(PROTEIN)[:20]
    np.testing.assert_allclose(alike[:20, :20], plain @ plain.T, atol=1e-6)


def test_each_residue_has_a_kind():
    assert sorted("".join(KINDS)) == sorted(PROTEIN.letters)


@pytest.mark.parametrize("ends", [2, 3, 50])
def test_positions_from_either_end_are_as_many_as_asked_for(ends):
    sequences = check_sequences(["ACGTAC", "CATG", "GGATCCA"], alphabet="dna")
    found = AlignedPositions(sequences, ends)
    assert set(found.positions) <= {*range(ends), *range(-ends, 0)}
    if ends < 7:
        assert len(found) == 2 * ends
