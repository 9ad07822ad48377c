"""Other notations are refused and named; real sequences are not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sklyra import DNA, PROTEIN, Alphabet
from sklyra.sequences import check_sequences
from tests.sequences.forms import RESIDUES, draw

CODES = (
    "Ala Cys Asp Glu Phe Gly His Ile Lys Leu Met Asn Pro Gln Arg Ser Thr Val Trp Tyr"
)


THREE = dict(zip("ACDEFGHIKLMNPQRSTVWY", CODES.split(), strict=True))


@given(
    st.text("ACDEFGHIKLMNPQRSTVWY", min_size=2, max_size=8),
    st.sampled_from(["", "-"]),
    st.sampled_from(["", "H-", "Ac-"]),
    st.sampled_from(["", "-NH2", "-OH"]),
    st.sampled_from(["auto", "protein"]),
    st.sampled_from(["error", "mask"]),
)
@settings(max_examples=80, deadline=None)
def test_three_letter_codes_are_recognized(text, join, start, stop, alphabet, unknown):
    written = start + join.join(THREE[c] for c in text) + stop
    with pytest.raises(ValueError, match=r"three-letter codes.*one letter"):
        check_sequences(["MKVLW", written], alphabet=alphabet, unknown=unknown)


@pytest.mark.parametrize("unknown", ["error", "mask"])
@pytest.mark.parametrize(
    ("written", "looks", "alphabet"),
    [
        ("ALA-GLY-VAL-LEU", "three-letter codes", "protein"),
        ("ala-gly-val", "three-letter codes", "protein"),
        ("Ala", "three-letter codes", "protein"),
        ("Ac-DEVD-CHO", "groups at its ends", "protein"),
        ("Z-VAD-FMK", "groups at its ends", "protein"),
        ("H-DEVD-NH2", "groups at its ends", "protein"),
        ("H-DEVD-OH", "groups at its ends", "protein"),
        ("Boc-GVVL", "groups at its ends", "protein"),
        ("DEVD-NH2", "groups at its ends", "protein"),
        ("GUCAUCGGAUdTdT", "deoxy", "rna"),
        ("mGmCfUAAC", "deoxy", "rna"),
        ("A*C*G*T*A*C", "phosphorothioates", "dna"),
        ("G*C*GTACG*T", "phosphorothioates", "auto"),
        ("AApSPK", "phosphorylated", "protein"),
        ("AKacGR", "modified residues", "protein"),
        ("AAibK", "beside the usual", "protein"),
        ("A-Nle-K", "beside the usual", "protein"),
        ("ATG-GCC-AAA", "codons", "dna"),
        ("A-G-V-L", "joined by dashes", "protein"),
        ("A.G.V.L", "joined by dashes", "protein"),
        ("K.PEPTIDE.R", "neighbors", "protein"),
        ("-.PEPTIDE.R", "neighbors", "protein"),
        ("....", "dots and brackets", "rna"),
        ("((..))", "dots and brackets", "rna"),
        ("p.Ala2Thr", "HGVS", "protein"),
        ("c.1A>T", "HGVS", "dna"),
        ("NP_1.2:p.A2T", "HGVS", "protein"),
        ("_wt", "name of a variant", "protein"),
        ("A23G", "name of a mutation", "protein"),
        ("A23G:K50R", "name of a mutation", "protein"),
        ("Ala23Gly", "name of a mutation", "protein"),
        ("A23G, K50del", "name of a mutation", "protein"),
        ("PEPT(ac)IDEK", "brackets", "protein"),
        ("PEPT[+80]IDEK", "brackets", "protein"),
        (">id\nMKV", "FASTA", "protein"),
        ("12.5", "a number", "protein"),
        ("wildtype", "a name", "auto"),
        ("WT", "a name", "auto"),
        ("Sequence", "a name", "auto"),
    ],
)
def test_other_notations_are_refused_and_named(written, looks, alphabet, unknown):
    with pytest.raises(ValueError, match=looks) as caught:
        check_sequences([written], alphabet=alphabet, unknown=unknown)
    assert str(caught.value).startswith("X[0]")
    others = draw(RESIDUES, 7, 5) if alphabet in ("protein", "auto") else []
    with pytest.raises(ValueError, match=looks) as caught:
        check_sequences([*others, written], alphabet=alphabet, unknown=unknown)
    assert str(caught.value).startswith(f"X[{len(others)}]")


def test_codes_in_capitals_are_recognized_where_all_are():
    written = ["ALAGLYVALLEU", "SERGLYVALLEU"]
    with pytest.raises(ValueError, match=r"three-letter codes.*alphabet=\"protein\""):
        check_sequences(written)
    assert check_sequences(written, alphabet="protein").decode() == written
    assert check_sequences(["ALAGLYVALLEU", "MKVLWMKVLWMK"]).alphabet == PROTEIN


def test_a_gap_between_codons_is_a_gap_where_sequences_are_aligned():
    aligned = ["ACG-TCA", "ACGATCA", "TTG-TCA"]
    read = check_sequences(aligned)
    assert read.decode() == aligned
    alone = check_sequences(aligned[:1], alphabet=read.alphabet, fitted=True)
    assert alone.decode() == aligned[:1]
    unaligned = check_sequences(["ACGATCA", "ACG"]).alphabet
    for alphabet, fitted in (("auto", False), ("dna", False), (unaligned, True)):
        with pytest.raises(ValueError, match="looks like codons joined by dashes"):
            check_sequences(["ACG-TCA", "ACG"], alphabet=alphabet, fitted=fitted)


@given(st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_alignments_are_no_notation(seed):
    rng = np.random.default_rng(seed)
    gap = str(rng.choice(list("-.")))
    rows = rng.choice([*RESIDUES, *gap * 6], (12, 20))
    rows[0] = list("MKVLWAALLVTFLAGCQAEP")
    written = ["".join(row) for row in rows]
    assume(not any(set(x) <= set("-.") for x in written))
    assert check_sequences(written).decode() == [x.replace(".", "-") for x in written]


@pytest.mark.slow
@pytest.mark.parametrize("letters", [RESIDUES + "--", RESIDUES + "X--*", "ACGT-"])
def test_not_one_row_of_a_large_alignment_is_a_notation(letters):
    written = draw(letters, 40, 50_000)
    assert check_sequences(written).decode() == written


def test_not_one_row_of_soft_masked_dna_is_a_notation():
    rng = np.random.default_rng(0)
    small = rng.random((30_000, 40)) < 0.3
    written = [
        "".join(c.lower() if s else c for c, s in zip(text, row, strict=True))
        for text, row in zip(draw("ACGT", 40, 30_000), small, strict=True)
    ]
    assert check_sequences(written).alphabet == DNA


def test_an_alphabet_of_one_s_own_knows_no_notation():
    own = Alphabet("cased", "ACGTlamdk-", wildcard=None)
    written = ["AlaAla", "A-C-G", "dTdT", "na"[1:]]
    assert check_sequences(written, alphabet=own).decode() == written
