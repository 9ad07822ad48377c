"""Codons: what they encode, and the degenerate ones of a set of residues."""

from __future__ import annotations

import itertools

import pytest
from Bio.Seq import Seq
from hypothesis import given, settings
from hypothesis import strategies as st

from sklyra.design import codon_residues, degenerate_codon
from sklyra.design.codons import one_nucleotide_away, translate
from tests.design.naive import DEGENERATE

CODONS = ["".join(c) for c in itertools.product("ACGT", repeat=3)]
RESIDUES = "ACDEFGHIKLMNPQRSTVWY"
NUCLEOTIDES = {**{n: n for n in "ACGT"}, **DEGENERATE}


@pytest.mark.parametrize("genetic_code", [1, 2, 11])
@pytest.mark.parametrize("codon", CODONS)
def test_codons_encode_what_biopython_says(codon, genetic_code):
    expected = str(Seq(codon).translate(table=genetic_code))
    assert codon_residues(codon, genetic_code=genetic_code) == expected
    assert translate(codon, genetic_code) == expected


def test_known_degenerate_codons():
    assert codon_residues("NNK") == "*" + RESIDUES
    assert codon_residues("nnn") == "*" + RESIDUES
    assert codon_residues("NDU") == "CDFGHILNRSVY"
    assert codon_residues("NNS") == "*" + RESIDUES


@settings(max_examples=20)
@given(st.sets(st.sampled_from(RESIDUES), min_size=1, max_size=5))
def test_degenerate_codon_is_the_best_of_all(asked):
    found = degenerate_codon("".join(asked))
    assert found.residues == codon_residues(found.codon)

    def rank(codon):
        each = [
            translate("".join(c), 1)
            for c in itertools.product(*(NUCLEOTIDES[n] for n in codon))
        ]
        encoded = set(each)
        others = encoded - asked
        return not encoded >= asked, len(others), "*" in others, len(each)

    every = map("".join, itertools.product(NUCLEOTIDES, repeat=3))
    assert rank(found.codon) == min(map(rank, every))
    assert found.n_codons == rank(found.codon)[3]


def test_all_residues_need_a_codon_with_stops():
    found = degenerate_codon(RESIDUES)
    assert found.codon in ("NNK", "NNS")
    assert found.n_codons == 32
    assert found.wanted == 31 / 32


@pytest.mark.parametrize("codon", CODONS)
def test_residues_one_nucleotide_away(codon):
    near = [
        c for c in CODONS if sum(a != b for a, b in zip(c, codon, strict=True)) <= 1
    ]
    expected = {str(Seq(c).translate()) for c in near} - {"*"}
    assert one_nucleotide_away(codon, 1) == "".join(sorted(expected))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: codon_residues("NN"), "three nucleotides"),
        (lambda: codon_residues("NNJ"), "three nucleotides"),
        (lambda: codon_residues("NNK", genetic_code=99), "genetic_code=99"),
        (lambda: degenerate_codon(""), "one residue or more"),
        (lambda: degenerate_codon("AJ"), "'J'"),
        (lambda: translate("ACGT", 1), "multiple of 3"),
        (lambda: translate("ACGACX", 1), "'ACX' at nucleotide 4"),
    ],
)
def test_what_cannot_be_read_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
