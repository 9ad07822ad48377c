"""Coding DNA of proteins, near a template."""

from __future__ import annotations

import pytest
from Bio.Seq import Seq
from hypothesis import given
from hypothesis import strategies as st

from sklyra.design import back_translate
from sklyra.design.codons import codon_table

RESIDUES = "ACDEFGHIKLMNPQRSTVWY"
CODONS = [codon for codon, residue in codon_table(1).items() if residue != "*"]


@given(st.data())
def test_dna_encodes_the_protein_and_stays_near_the_template(data):
    codons = data.draw(st.lists(st.sampled_from(CODONS), min_size=1, max_size=12))
    size = len(codons)
    protein = data.draw(st.text(RESIDUES, min_size=size, max_size=size))
    stop = data.draw(st.sampled_from(["", "TAA", "TGA"]))
    (dna,) = back_translate([protein], "".join(codons) + stop)
    assert str(Seq(dna.removesuffix(stop)).translate()) == protein
    assert dna.endswith(stop)
    for at, old in enumerate(codons):
        new = dna[3 * at : 3 * at + 3]
        choices = [c for c in CODONS if codon_table(1)[c] == protein[at]]
        if old in choices:
            assert new == old
            continue
        most = max(map(codons.count, choices))
        assert codons.count(new) == most
        best = [c for c in choices if codons.count(c) == most]
        changes = [sum(a != b for a, b in zip(c, old, strict=True)) for c in best]
        assert sum(a != b for a, b in zip(new, old, strict=True)) == min(changes)


def test_what_the_template_encodes_is_the_template():
    template = "AUGGCUUGGAAAUAA"
    assert back_translate(["MAWK"], template) == ["ATGGCTTGGAAATAA"]
    assert back_translate([], template) == []
    # in mitochondria UGA is tryptophan, and UGG as well
    assert back_translate(["MW"], "ATGTGA", genetic_code=2) == ["ATGTGA"]


@pytest.mark.parametrize(
    ("proteins", "template", "message"),
    [
        (["MK", "MKV"], "ATGAAA", r"proteins\[1\] has 3 residues, where .* encodes 2"),
        (["MX"], "ATGAAA", r"proteins\[0\] has 'X' at position 1, which no codon"),
        (["MK"], "ATGAA", "has 5 letters, which are no whole codons"),
        (["MK"], "", "has 0 letters, which are no whole codons"),
        (["MK"], "ATGANA", "template has 'N' at position 4"),
    ],
)
def test_what_encodes_nothing_is_refused(proteins, template, message):
    with pytest.raises(ValueError, match=message):
        back_translate(proteins, template)
