"""Changes in many variants at once, against one sequence at a time."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sklyra import PROTEIN
from sklyra.sequences import (
    check_sequences,
    find_changes,
    find_consensus,
    find_mutations,
    list_mutations,
    read_parent,
)

TABLES = hnp.arrays(
    np.uint8, hnp.array_shapes(min_dims=2, max_dims=2), elements=st.integers(0, 4)
)


@given(TABLES)
def test_the_consensus_is_the_lowest_of_the_most_common(codes):
    expected = []
    for column in codes.T.tolist():
        counts = Counter(column)
        most = max(counts.values())
        expected.append(min(c for c in counts if counts[c] == most))
    found = find_consensus(codes)
    assert found.dtype == np.intp
    np.testing.assert_array_equal(found, expected)
    # what networks compare chunks of sequences by
    mode = torch.from_numpy(codes.astype(np.int64)).mode(dim=0).values
    np.testing.assert_array_equal(found, mode)


def test_the_consensus_of_nothing_is_zeros():
    np.testing.assert_array_equal(find_consensus(np.empty((0, 3), np.uint8)), [0] * 3)
    assert find_consensus(np.empty((3, 0), np.uint8)).shape == (0,)


@st.composite
def families(draw):
    """A parent and variants of one length."""
    n = draw(st.integers(1, 12))
    text = st.text(PROTEIN.letters + "-*", min_size=n, max_size=n)
    return draw(text), draw(st.lists(text, min_size=1, max_size=6))


@given(families(), st.integers(-400, 400))
def test_mutations_of_many_are_those_of_each(family, start):
    parent, variants = family
    alphabet = PROTEIN.with_letters("-*")
    sequences = check_sequences(variants, alphabet=alphabet, fitted=True)
    codes = read_parent(parent, alphabet, len(parent))
    found = list_mutations(sequences, codes, start=start)
    expected = [tuple(find_mutations(parent, x, start=start)) for x in variants]
    assert found == expected


def test_changes_say_what_stands_where():
    sequences = check_sequences(["MKTA", "MRTA", "MKTA", "AKTY"], alphabet="protein")
    changes = find_changes(sequences, read_parent("MKTA", sequences.alphabet, 4))
    assert changes.rows.tolist() == [1, 3, 3]
    assert changes.positions.tolist() == [1, 0, 3]
    assert [PROTEIN.letters[code] for code in changes.codes] == list("RAY")


def test_sequences_as_long_as_the_parent_are_asked_for():
    sequences = check_sequences(["MKTA", "MKT"], alphabet="protein")
    parent = read_parent("MKTA", sequences.alphabet, 4)
    with pytest.raises(ValueError, match=r"X\[1\] has 3 letters and the parent has 4"):
        find_changes(sequences, parent)
    with pytest.raises(ValueError, match="parent has 5 letters, but sequences have 4"):
        read_parent("MKTAY", sequences.alphabet, 4)


@pytest.mark.parametrize(
    ("parent", "where"), [("MKTA", r"X\[1\] has 'X'"), ("MBTA", "the parent has 'B'")]
)
def test_changes_of_unknown_letters_have_no_name(parent, where):
    sequences = check_sequences(["MKTA", "MXTA"], alphabet="protein")
    codes = read_parent(parent, sequences.alphabet, 4)
    assert len(find_changes(sequences, codes).rows)
    with pytest.raises(ValueError, match=rf"{where} at position 1 \(0-based\), which"):
        list_mutations(sequences, codes)
