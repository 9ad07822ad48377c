"""Encoded sequences, against one sequence at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklyra import DNA, PROTEIN, RNA
from sklyra.sequences import EncodedSequences, check_sequences, recode, recurs
from sklyra.sequences.encoded import locate
from tests.sequences.forms import texts


def cut(sequences):
    """Cut the flat array in a loop."""
    return [
        sequences.values[sequences.offsets[i] : sequences.offsets[i + 1]]
        for i in range(len(sequences))
    ]


@st.composite
def encoded(draw):
    """Draw codes or channels of unequal lengths."""
    lengths = draw(st.lists(st.integers(1, 7), min_size=1, max_size=6))
    shape = draw(st.sampled_from([(), (1,), (3,)]))
    values = np.random.default_rng(0).normal(size=(sum(lengths), *shape))
    return EncodedSequences(values, np.cumsum([0, *lengths]), None)


@given(encoded(), st.data())
@settings(max_examples=60, deadline=None)
def test_take_agrees_with_a_loop(sequences, data):
    index = st.integers(0, len(sequences) - 1)
    rows = data.draw(st.lists(index, max_size=8))
    taken = sequences.take(np.array(rows, dtype=np.intp))
    assert len(taken) == len(rows)
    for part, row in zip(cut(taken), rows, strict=True):
        np.testing.assert_array_equal(part, cut(sequences)[row])


def test_take_copies_and_keeps_the_alphabet():
    sequences = check_sequences(["ACGT", "GG"])
    taken = sequences.take(np.array([1]))
    taken.values[:] = 0
    assert taken.alphabet == sequences.alphabet
    assert sequences.decode() == ["ACGT", "GG"]


@given(encoded())
@settings(max_examples=60, deadline=None)
def test_padded_agrees_with_a_loop(sequences):
    values, mask = sequences.padded()
    longest = max(map(len, cut(sequences)))
    assert values.shape[:2] == (len(sequences), longest)
    assert (mask is None) == (len(set(sequences.lengths.tolist())) == 1)
    for i, part in enumerate(cut(sequences)):
        np.testing.assert_array_equal(values[i, : len(part)], part)
        if mask is not None:
            assert mask[i].tolist() == [j < len(part) for j in range(longest)]


def test_channels_cannot_be_decoded():
    with pytest.raises(TypeError, match="no characters to decode"):
        check_sequences(np.ones((2, 3))).decode()


@given(encoded(), st.data())
@settings(max_examples=60, deadline=None)
def test_locate_agrees_with_a_loop(sequences, data):
    at = data.draw(st.integers(0, len(sequences.values) - 1))
    places = [(i, j) for i, n in enumerate(sequences.lengths) for j in range(n)]
    assert locate(sequences.offsets, at) == places[at]


@given(texts(alphabets=[DNA, RNA]))
@settings(max_examples=60, deadline=None)
def test_recode_reads_one_hot_channels_back(drawn):
    alphabet, written = drawn
    written = ["-", *written]  # one gap, so that it has a channel
    sequences = check_sequences(written, alphabet=alphabet)
    channels = sequences.alphabet.membership[sequences.values]
    again = recode(channels, alphabet)
    assert again.alphabet == sequences.alphabet
    np.testing.assert_array_equal(again.values, sequences.values)
    assert again.decode() == ["".join(written)]


def test_recode_takes_zeros_for_a_gap():
    again = recode(np.zeros((2, 4), np.float32), DNA)
    assert again.decode() == ["--"]


@given(texts(alphabets=[PROTEIN]))
@settings(max_examples=40, deadline=None)
def test_recode_keeps_the_channels_of_every_protein(drawn):
    _, written = drawn
    sequences = check_sequences(["-*", *written], alphabet=PROTEIN)
    channels = sequences.alphabet.membership[sequences.values]
    again = recode(channels, PROTEIN)
    np.testing.assert_array_equal(again.alphabet.membership[again.values], channels)


@pytest.mark.parametrize(
    "channels",
    [
        [[1, 0, 0, 0], [0.6, 0.4, 0, 0]],
        [[1, 0, 0, 0], [1, 1, 0, 0]],
        [[-1, 0, 0, 0]],
        [[1, 0, 0]],
        [[1, 0, 0, 0, 0, 0]],
    ],
    ids=["weights", "two letters", "negative", "too few", "too many"],
)
def test_recode_gives_none_for_what_is_not_one_hot(channels):
    assert recode(np.array(channels, dtype=np.float32), DNA) is None


def test_recode_of_random_channels_is_none_for_every_alphabet():
    channels = np.random.default_rng(0).normal(size=(50, 20)).astype(np.float32)
    assert recode(channels, PROTEIN) is None


@pytest.mark.parametrize("numbers", [False, True])
def test_copies_are_numbered_as_they_are_met(numbers):
    X_new = ["ACG", "A", "ACG", "AC", "A"]
    known = check_sequences(X_new, alphabet="dna")
    if numbers:
        known = check_sequences(
            [np.eye(4)[["ACGT".index(c) for c in x]] for x in X_new]
        )
    assert known.copies().tolist() == [0, 1, 0, 2, 1]


@pytest.mark.parametrize(("n_rows", "expected"), [(9, False), (10, True), (11, True)])
def test_two_sequences_in_five_rows_each_recur(n_rows, expected):
    column = check_sequences((["ACG", "CCG"] * 6)[:n_rows], alphabet="dna")
    assert recurs(column.copies()) is expected
