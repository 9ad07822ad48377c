"""Chains joined to one sequence, and their aligned positions side by side."""

from __future__ import annotations

import numpy as np
import pytest

from sklyra import DNA, PROTEIN, Alphabet
from sklyra.features import (
    TABLE_ENDS,
    AlignedChains,
    AlignedPositions,
    JoinedChains,
    letter_vectors,
)
from sklyra.features.joined import JoinedAlphabet
from sklyra.sequences import Inputs, check_sequences

PEPTIDES = ["ACDE", "CDEFG", "ACD"]
SITES = ["ACGT", "AAGT", "ACGG"]
OTHERS = ["GG", "GGA", "TTTT"]


@pytest.fixture
def inputs():
    chains = (
        check_sequences(PEPTIDES, alphabet="protein"),
        check_sequences(SITES, alphabet="dna"),
        check_sequences(OTHERS, alphabet="dna"),
    )
    return Inputs(chains, np.arange(3, dtype=np.float32)[:, None])


def test_chains_stand_one_behind_the_other(inputs):
    joined = JoinedChains(inputs)
    found = joined(inputs)
    code = {("p", c): n for n, c in enumerate(PROTEIN.characters)}
    code |= {
        ("d", c): len(PROTEIN.characters) + n for n, c in enumerate(DNA.characters)
    }
    silent = len(PROTEIN.characters) + len(DNA.characters)
    for row, (values, ends) in enumerate(zip(range(3), found.ends, strict=True)):
        start, stop = found.sequences.offsets[values : values + 2]
        expected = [code["p", c] for c in PEPTIDES[row]] + [silent]
        expected += [code["d", c] for c in SITES[row]] + [silent]
        expected += [code["d", c] for c in OTHERS[row]]
        assert found.sequences.values[start:stop].tolist() == expected
        lengths = [len(column[row]) for column in (PEPTIDES, SITES, OTHERS)]
        assert ends.tolist() == (np.cumsum(lengths) + np.arange(3)).tolist()
    assert found.covariates is inputs.covariates
    again = JoinedChains.from_state(joined.to_state())(inputs)
    np.testing.assert_array_equal(again.sequences.values, found.sequences.values)


def test_alphabets_share_no_channel(inputs):
    table = JoinedChains(inputs).joined.table(letter_vectors)
    proteins, nucleotides = letter_vectors(PROTEIN), letter_vectors(DNA)
    rows, columns = proteins.shape
    np.testing.assert_array_equal(table[:rows, :columns], proteins)
    np.testing.assert_array_equal(table[rows:-1, columns:], nucleotides)
    assert not table[:rows, columns:].any()
    assert not table[-1].any()


def test_aligned_positions_of_all_chains_stand_side_by_side(inputs):
    aligned = AlignedChains(inputs)
    found = aligned(inputs).sequences.values.reshape(3, -1)
    start, first = 0, 0
    for chain in inputs.chains[:2]:
        own = AlignedPositions(chain, TABLE_ENDS)
        codes = own(chain).values.reshape(3, -1)
        np.testing.assert_array_equal(
            found[:, start : start + codes.shape[1]], codes + first
        )
        start, first = start + codes.shape[1], first + len(own.alphabet.characters)
    assert len(aligned) == found.shape[1]
    again = AlignedChains.from_state(aligned.to_state())
    np.testing.assert_array_equal(again(inputs).sequences.values, found.ravel())


def test_too_many_characters_are_refused():
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    alphabets = [Alphabet("one", letters), Alphabet("two", letters)]
    with pytest.raises(ValueError, match="104 characters together, at most 93"):
        JoinedAlphabet(alphabets)
