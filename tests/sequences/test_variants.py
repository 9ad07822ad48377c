"""Variants and their mutations: one from the other, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sklyra import PROTEIN
from sklyra.datasets import load_cr6261
from sklyra.sequences import (
    Mutation,
    apply_mutations,
    find_mutations,
    find_starts,
    parse_mutations,
)

LETTERS = PROTEIN.letters + PROTEIN.silent


@st.composite
def pairs(draw):
    """Two texts of one length."""
    n = draw(st.integers(0, 30))
    text = st.text(LETTERS, min_size=n, max_size=n)
    return draw(text), draw(text)


@given(pairs(), st.integers(-500, 500))
def test_mutations_between_two_make_one_of_the_other(pair, start):
    parent, variant = pair
    found = find_mutations(parent, variant, start=start)
    assert apply_mutations(parent, found, start=start) == variant
    assert apply_mutations(parent, reversed(found), start=start) == variant
    assert len(found) == sum(a != b for a, b in zip(parent, variant, strict=True))


@given(pairs(), st.integers(-500, 500), st.integers(-500, 500))
def test_a_shift_of_numbers_changes_nothing_else(pair, one, other):
    parent, variant = pair
    found = find_mutations(parent, variant, start=one)
    shifted = [Mutation(m.parent, m.position + other - one, m.letter) for m in found]
    assert shifted == find_mutations(parent, variant, start=other)
    assert not found or one in find_starts(parent, found)


@given(st.text("AC", min_size=1, max_size=12), st.data())
def test_starts_are_those_that_can_be_applied(parent, data):
    n_mutations = data.draw(st.integers(1, 4))
    mutations = [
        Mutation(data.draw(st.sampled_from("AC")), data.draw(st.integers(0, 20)), "G")
        for _ in range(n_mutations)
    ]
    mutations = list({m.position: m for m in mutations}.values())
    possible = []
    for start in range(-30, 30):
        try:
            apply_mutations(parent, mutations, start=start)
        except ValueError:
            continue
        possible.append(start)
    assert find_starts(parent, mutations) == possible


def test_the_variants_of_a_table_are_those_that_it_names():
    data = load_cr6261()
    (parent,) = data.data[data["mutations"] == "WT"]
    for name, variant in zip(data["mutations"][:200], data.data[:200], strict=True):
        mutations = parse_mutations(name)
        assert apply_mutations(parent, mutations) == variant
        assert tuple(find_mutations(parent, variant)) == mutations


@pytest.mark.parametrize(
    ("names", "start", "message"),
    [
        (
            "M319A:K320R",
            1,
            r"'M319A': positions of the parent are 1 to 6, with start=1\. start=319 "
            r"fits all parent letters\.$",
        ),
        (
            "M1A:K3R",
            1,
            r"'K3R': the parent has 'T' at position 3, with start=1\. No start fits "
            r"all parent letters: is it another parent\?",
        ),
        (
            "A3G",
            1,
            r"'A3G': the parent has 'T' at position 3, with start=1\. start=0 fits all "
            r"parent letters, as others do\.",
        ),
        ("M0A", 1, r"'M0A': positions of the parent are 1 to 6, .* start=0 fits"),
    ],
)
def test_another_parent_is_refused_and_numbers_that_fit_are_named(
    names, start, message
):
    with pytest.raises(ValueError, match=message):
        apply_mutations("MKTAAI", parse_mutations(names), start=start)


def test_no_position_changes_twice():
    twice = [Mutation("M", 1, "A"), Mutation("M", 1, "C")]
    with pytest.raises(ValueError, match="'M1A' and 'M1C' change the same position"):
        apply_mutations("MKT", twice)


def test_text_is_not_taken_for_mutations():
    with pytest.raises(TypeError, match=r"not a Mutation\. Read text first: parse_mut"):
        apply_mutations("MKT", "M1A")


def test_sequences_of_other_lengths_are_refused():
    with pytest.raises(ValueError, match="parent has 3 letters and variant has 2"):
        find_mutations("MKT", "MK")
