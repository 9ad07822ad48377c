"""Constraints: what is found keeps them, and all that keeps them is found."""

from __future__ import annotations

import itertools
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sklyra import DNA, PROTEIN, RNA
from sklyra.design import Constraints
from sklyra.design.evolution import Filter, evolve
from sklyra.design.neighbors import find_neighborhood
from tests.design.naive import keeps

NUMBERS = st.integers(1, 6)
LETTERS = st.sets(st.sampled_from("ACGT"), min_size=1).map("".join)
GIVEN = st.fixed_dictionaries(
    {},
    optional={
        "positions": st.sets(NUMBERS, min_size=1),
        "fixed": st.sets(NUMBERS, max_size=3),
        "letters": LETTERS | st.just("not A"),
        "allowed": st.dictionaries(NUMBERS, LETTERS | st.just("not C"), max_size=2),
        "forbidden": st.lists(st.text("ACGTRN", min_size=2, max_size=4), max_size=2),
        "max_homopolymer": st.integers(1, 4),
        "gc": st.tuples(st.floats(0, 0.5), st.floats(0.5, 1)),
        "keep_protein": st.booleans(),
        "flanks": st.tuples(st.text("ACGT", max_size=4), st.text("ACGT", max_size=4)),
    },
)
PARENTS = st.lists(
    st.text("ACGT", min_size=6, max_size=6), min_size=1, max_size=2, unique=True
)
EVERY = ["".join(letters) for letters in itertools.product("ACGT", repeat=6)]


def ready(parents: list[str], given: dict[str, Any], most: int) -> Any:
    """None if constraints leave nothing beside one of the parents."""
    constraints = Constraints(**given)
    try:
        neighborhood = find_neighborhood(parents, constraints, DNA, most)
    except ValueError as error:
        reason = "may stand|mutations of the parent|No codon of"
        if re.search(reason, str(error)) is None:
            raise
        return None
    return neighborhood, Filter(neighborhood, constraints.rules(DNA), set())


@pytest.fixture(scope="module", autouse=True)
def _short_search():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sklyra.design.evolution._CHILDREN", 50)
        patch.setattr("sklyra.design.evolution._GENERATIONS", 5)
        yield


# with its flank a variant is its own other strand
@example(["CCGGAT"], {"forbidden": ["AA"], "flanks": ("AA", "")}, 1)
@settings(max_examples=60)
@given(PARENTS, GIVEN, st.integers(1, 3))
def test_what_is_listed_is_all_that_keeps_them(parents, given, most):
    expected = {s for s in EVERY if keeps(s, parents, most, given, "ACGT")}
    found = ready(parents, given, most)
    if found is None:
        assert not expected or len(parents) > 1
        return
    neighborhood, allow = found
    listed = list(neighborhood)
    assert len(listed) == neighborhood.count(10**6)
    assert set(allow(listed)) == expected
    # and of all sequences there are it lets the same through
    assert set(allow(EVERY[::5])) == expected & set(EVERY[::5])


@settings(max_examples=20)
@given(PARENTS, GIVEN, st.integers(1, 3), st.integers(0, 99))
def test_what_is_searched_keeps_them(parents, given, most, seed):
    ready_to_search = ready(parents, given, most)
    if ready_to_search is None:
        return
    neighborhood, allow = ready_to_search

    def score(sequences):
        return np.array([[s.count("A") for s in sequences]], float)

    rng = np.random.RandomState(seed)
    found = evolve(score, neighborhood, allow, parents, EVERY[::99], rng)
    assert len(set(found)) == len(found)
    for sequence in found:
        assert keeps(sequence, parents, most, given, "ACGT")


@settings(max_examples=60)
@given(PARENTS, GIVEN, st.sampled_from(EVERY))
def test_reasons_are_given_where_there_are_some(parents, given, sequence):
    parent = parents[0]
    if ready([parent], given, 6) is None:
        return
    constraints = Constraints(**given)
    reason = constraints.why_not(sequence, parent, alphabet="dna")
    assert (reason is None) == keeps(sequence, [parent], 6, given, "ACGT")
    assert constraints.allows(sequence, parent, alphabet="dna") == (reason is None)


def test_mutations_that_are_listed_are_the_only_ones():
    constraints = Constraints(mutations=["M11A", "K12R:T13S"], start=11)
    found = set(find_neighborhood(["MKT"], constraints, PROTEIN, 2))
    assert found == {"MKT", "AKT", "MRT", "MKS", "ART", "AKS", "MRS"}
    with pytest.raises(ValueError, match=r"'M1A'.*positions 11 to 13.*start=1 "):
        find_neighborhood(["MKT"], Constraints(mutations=["M1A"], start=11), PROTEIN)


def test_residues_are_those_one_nucleotide_away():
    constraints = Constraints(coding="ATGTGG")
    found = set(find_neighborhood(["MW"], constraints, PROTEIN, 1))
    assert found == {"MW", *(c + "W" for c in "LVKTRI"), *("M" + c for c in "RGSLC")}
    with pytest.raises(ValueError, match="encodes 2 residues, but the parent has 3"):
        find_neighborhood(["MWW"], constraints, PROTEIN)


def test_codons_of_rna_keep_their_protein():
    found = set(find_neighborhood(["AUGUUU"], Constraints(keep_protein=True), RNA))
    assert found == {"AUGUUU", "AUGUUC"}


def test_lengths_change_within_bounds_and_edits():
    constraints = Constraints(length=(3, 5), letters="not W")
    neighborhood = find_neighborhood(["MKTA"], constraints, PROTEIN, 2)
    allow = Filter(neighborhood, constraints.rules(PROTEIN), set())
    near = ["MKT", "MKTAA", "MKTAW", "MK", "AAAA", "MTKA", "AMKTA", "MKTAAA"]
    assert allow(near) == ["MKT", "MKTAA", "MTKA", "AMKTA"]
    names = [neighborhood.mutations(s, 0) for s in ("MKT", "MKTAC", "MRTA", "CMKT")]
    assert names == ["A4-", "4_5insC", "K2R", "0_1insC:A4-"]
    rng = np.random.RandomState(0)
    found = evolve(
        lambda s: rng.normal(size=(1, len(s))), neighborhood, allow, ["MKTA"], "M", rng
    )
    assert {len(s) for s in found} == {3, 4, 5}
    assert not any("W" in s for s in found)


@pytest.mark.parametrize(
    ("sequence", "given", "reason"),
    [
        ("GGAATTCC", {"forbidden": ["EcoRI"]}, "forbidden 'EcoRI' at position 2"),
        ("ATTCCC", {"forbidden": ["EcoRI"], "flanks": ("GA", "")}, "position -1"),
        ("AATTTT", {"max_homopolymer": 3}, "a longer run of 'T' at position 3"),
        ("TTTGGG", {"max_homopolymer": 3, "flanks": ("AT", "")}, "run of 'T'"),
        ("GGGGAA", {"gc": (0.2, 0.5)}, "it is 0.667"),
        ("GGGG", {"length": (5, 6)}, "it has 4 letters"),
    ],
)
def test_reasons_say_where(sequence, given, reason):
    assert reason in Constraints(**given).why_not(sequence, sequence, alphabet="dna")


@settings(max_examples=60)
@given(GIVEN, st.sampled_from(EVERY))
def test_sequences_are_allowed_where_nothing_is_in_excess(given, sequence):
    for rule in Constraints(**given).rules(DNA):
        excess = rule.excess(sequence)
        assert excess >= 0
        assert (excess > 0) == (rule.broken_by(sequence) is not None)


def test_excess_counts_letters():
    rules = Constraints(
        gc=(0.4, 0.6), max_homopolymer=2, length=(3, 8), forbidden=["GAATTC"]
    ).rules(DNA)
    gc, *_ = [rule for rule in rules if rule.name.startswith("gc")]
    assert gc.excess("AAAAAAAAAA") == pytest.approx(4)
    run, *_ = [rule for rule in rules if rule.name.startswith("max_h")]
    assert run.excess("AAAATTTC") == 2 + 1
    length, *_ = [rule for rule in rules if rule.name.startswith("length")]
    assert [length.excess("A" * n) for n in (1, 3, 8, 10)] == [2, 0, 0, 2]
    site, *_ = [rule for rule in rules if rule.name.startswith("forb")]
    assert site.excess("GAATTCGAATTC") == 4  # two, which are their own other strand


def test_parents_may_be_far_from_what_is_allowed():
    """Six letters have to change at once, which chance alone does not find."""
    parent = "ATTATAATTATTAATATAAT"
    constraints = Constraints(gc=(0.3, 0.6), max_homopolymer=2)
    neighborhood = find_neighborhood([parent], constraints, DNA, 7)
    allow = Filter(neighborhood, constraints.rules(DNA), {parent})
    rng = np.random.RandomState(0)
    found = evolve(
        lambda s: np.zeros((1, len(s))), neighborhood, allow, [parent], [parent], rng
    )
    assert len(found) > 20
    assert all(6 <= s.count("G") + s.count("C") <= 7 for s in found)


def test_lower_case_and_u_are_the_same_letters():
    constraints = Constraints(forbidden=["EcoRI"], flanks=("aag", ""), fixed=[1])
    assert "position 2" in constraints.why_not("ggaauucc", "GGAATTCG", alphabet="dna")
    assert "position 0" in constraints.why_not("aattcc", "AATTCC", alphabet="dna")
    assert constraints.why_not("cattcc", "cattcg", alphabet="dna") is None
    reason = constraints.why_not("gattcc", "cattcg", alphabet="dna")
    assert "'G' at position 1" in reason


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"gc": (0.6, 0.4)}, "allows nothing"),
        ({"length": (3, 5), "fixed": [1]}, "moves the positions that fixed"),
        ({"coding": "ATGA"}, "multiple of 3"),
        ({"genetic_code": 99}, "genetic_code=99"),
    ],
)
def test_what_has_no_meaning_is_refused(given, message):
    with pytest.raises(ValueError, match=message):
        Constraints(**given)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"positions": [9]}, "positions has 9, but the parent has positions 1 to 3"),
        ({"letters": "Z"}, "letters has 'Z'"),
        ({"allowed": {1: "J"}}, "allowed has 'J'"),
        ({"allowed": {1: "A"}, "fixed": [1]}, "Nothing may stand at position 1"),
        ({"keep_protein": True}, "no codon of A, C, G and T"),
        ({"mutations": ["A2G"]}, "has 'K' at position 2. No start would fit"),
        ({"gc": (0.2, 0.4)}, "share of the nucleotides"),
    ],
)
def test_what_does_not_fit_the_parent_is_refused(given, message):
    constraints = Constraints(**given)
    with pytest.raises(ValueError, match=message):
        constraints.why_not("MKT", "MKT")


def test_a_parent_is_asked_for_where_it_is_needed():
    with pytest.raises(ValueError, match="fixed is about what changes in a parent"):
        Constraints(fixed=[1]).why_not("MKT")
    assert Constraints(forbidden=["KT"]).allows("MRT")


def test_more_mutations_are_needed_than_allowed():
    constraints = Constraints(allowed={1: "A", 2: "A"})
    with pytest.raises(ValueError, match="allowed asks for 2 mutations"):
        find_neighborhood(["MKT"], constraints, PROTEIN, 1)


def test_codons_of_rna_may_bring_the_first_u():
    found = set(find_neighborhood(["GGC"], Constraints(keep_protein=True), RNA))
    assert found == {"GGC", "GGU", "GGA", "GGG"}


def test_no_mutations_are_none():
    nothing = Constraints(mutations=[])
    assert nothing.allows("AC", "AC", alphabet="dna")
    assert "position 2" in nothing.why_not("AG", "AC", alphabet="dna")
    with pytest.raises(ValueError, match="mutations is about"):
        Constraints(mutations=[], length=(1, 2))
