"""Patterns: what they find, on which strands, and what cannot be read."""

from __future__ import annotations

import itertools

import pytest
from Bio.Restriction import BsaI, EcoRI
from Bio.Seq import Seq
from hypothesis import given
from hypothesis import strategies as st

from sklyra import DNA, PROTEIN, RNA
from sklyra.design.patterns import read_pattern

SEQUENCES = st.text("ACGT", min_size=1, max_size=60)


@given(SEQUENCES, st.sampled_from([EcoRI, BsaI]), st.integers(0, 60), st.booleans())
def test_sites_of_enzymes_are_those_that_biopython_cuts(
    sequence, enzyme, place, planted
):
    if planted:
        sequence = sequence[:place] + enzyme.site + sequence[place:]
    found = read_pattern(enzyme.__name__, DNA).find(sequence)
    # long ends, so that the enzyme cuts inside
    cuts = enzyme.search(Seq("A" * 20 + sequence + "A" * 20))
    either = (enzyme.site, str(Seq(enzyme.site).reverse_complement()))
    places = [sequence.find(site) for site in either if site in sequence]
    assert found == min(places, default=None)
    assert bool(cuts) >= (found is not None)


@given(st.text("ACGT", min_size=1, max_size=5), SEQUENCES)
def test_patterns_of_dna_are_found_on_both_strands(text, sequence):
    pattern = read_pattern(text, DNA)
    other = str(Seq(sequence).reverse_complement())
    assert (pattern.find(sequence) is None) == (pattern.find(other) is None)
    assert (pattern.find(sequence) is None) == (
        text not in sequence and text not in other
    )


def test_patterns_of_rna_have_one_strand_and_enzymes_two():
    assert read_pattern("GGU", RNA).find("ACCA") is None
    assert read_pattern("GGU", RNA).find("AGGU") == 1
    assert read_pattern("BsaI", RNA).find("AGGUCUC") == 1
    assert read_pattern("BsaI", RNA).find("AGAGACC") == 1


@pytest.mark.parametrize(
    ("text", "held", "free"),
    [
        ("N{P}[ST]", ["NAS", "NGT"], ["NPS", "NAA"]),
        ("ENLYFQ[GS]", ["ENLYFQG", "ENLYFQS"], ["ENLYFQA"]),
        ("RX[KR]R", ["RAKR", "RWRR"], ["RKR", "RAAR"]),
        ("B", ["D", "N"], ["E", "Q"]),
    ],
)
def test_patterns_are_read_as_prosite_writes_them(text, held, free):
    pattern = read_pattern(text, PROTEIN)
    assert all(pattern.find("WW" + one) == 2 for one in held)
    assert all(pattern.find("WW" + one) is None for one in free)


def test_degenerate_characters_are_what_they_may_be():
    pattern = read_pattern("RN{AC}", DNA)
    forward = {"".join(p) for p in itertools.product("AG", "ACGT", "GT")}
    both = forward | {str(Seq(one).reverse_complement()) for one in forward}
    every = {"".join(p) for p in itertools.product("ACGT", repeat=3)}
    assert {one for one in every if pattern.find(one) is not None} == both


@pytest.mark.parametrize(
    ("text", "alphabet", "message"),
    [
        ("GAJ", DNA, "'J'"),
        ("GA[", DNA, "position 3"),
        ("", DNA, "no sequence can hold"),
        ("{ACGT}", DNA, "no sequence can hold"),
        ("EcoRI", PROTEIN, "restriction enzyme"),
        ("ecori", DNA, "'EcoRI'"),
    ],
)
def test_what_cannot_be_read_is_refused(text, alphabet, message):
    with pytest.raises(ValueError, match=message):
        read_pattern(text, alphabet)


def test_only_text_is_a_pattern():
    with pytest.raises(TypeError, match="forbidden has 3"):
        read_pattern(3, DNA)
