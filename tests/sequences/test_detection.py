"""The alphabet is found from all sequences, or asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sklyra import DNA, PROTEIN, RNA
from sklyra.exceptions import AlphabetWarning, UnknownCharacterError
from sklyra.sequences import check_sequences
from tests.sequences.forms import RESIDUES, draw


@pytest.mark.parametrize(
    ("written", "alphabet"),
    [
        (["ACGT", "AC"], DNA),
        (["acgt"], DNA),
        (["ACGU", "AC"], RNA),
        (["acgu"], RNA),
        (["ACG"], DNA),
        (["NNNN"], DNA),
        (["ACG-"], DNA.with_letters("-")),
        (["ACGTACGTAR"], DNA),
        (["ACGTACGTR"], DNA),
        (["ACGTRYSWKMBDHV"], PROTEIN),  # a minority of plain nucleotides
        (["MKVLW"], PROTEIN),
        (["mkvlw"], PROTEIN),
        (["ACG*"], PROTEIN.with_letters("*")),
        (["ACGT", "MKV"], PROTEIN),
    ],
)
def test_auto_tells_the_alphabet_from_all_characters(written, alphabet):
    assert check_sequences(written).alphabet == alphabet


@given(st.lists(st.text("ACGT", min_size=1, max_size=40), min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_auto_reads_plain_nucleotides_as_dna_whatever_their_number(written):
    assert check_sequences(written).alphabet == DNA


def test_proteins_with_a_nucleic_acid_among_them_are_refused():
    with pytest.raises(
        ValueError,
        match=r'X mixes alphabets: X\[1\] \(1 of 3 sequences\).*alphabet="protein"',
    ):
        check_sequences(["MKVLW", "ACGTACGTACGTACGTACGT", "MKVEW"])


@pytest.mark.parametrize("fitted", [False, True])
def test_nucleic_acids_in_a_protein_alphabet_are_warned_of(fitted):
    with pytest.warns(
        AlphabetWarning, match=r"X\[0\] \(2 of 3 sequences\).*Translate it first"
    ):
        check_sequences(
            ["ACGT" * 5, "MKVLW", "acgu" * 6], alphabet="protein", fitted=fitted
        )


@pytest.mark.parametrize(
    "text",
    ["ACGT" * 4, "GA" * 20, "A" * 30, "ACGTACGTACGTACGTACGTE"],
    ids=["short", "two letters", "one letter", "another letter"],
)
def test_proteins_that_only_resemble_nucleic_acids_are_read(text):
    sequences = check_sequences(["MKVLW", text], alphabet="protein")
    assert sequences.decode() == ["MKVLW", text]


@pytest.mark.parametrize("written", [["ACGT", "ACGU"], ["ACGTU"], ["acgt", "ACGU"]])
def test_t_and_u_together_are_refused(written):
    with pytest.raises(
        ValueError, match=r'T \(DNA\).*U \(RNA\).*alphabet="dna" or "rna"'
    ):
        check_sequences(written)


@pytest.mark.parametrize("odd", ["ACGUXACGU", "ACGUEACGU", "ACGUIACGU"])
def test_one_odd_row_of_rna_is_named(odd):
    written = [*draw("ACGU", 9, 299), odd]
    with pytest.raises(UnknownCharacterError) as caught:
        check_sequences(written)
    message = str(caught.value)
    assert message.startswith(f"X[299] has character {odd[4]!r} at position 4 (0-based")
    assert 'unknown="mask"' in message
    assert 'alphabet="protein"' in message
    read = check_sequences(written, unknown="mask")
    assert read.alphabet == RNA
    assert read.decode() == [*written[:299], odd[:4] + "N" + odd[5:]]
    assert check_sequences(written, alphabet="protein").alphabet == PROTEIN


@given(
    st.sampled_from(["ACGT", "ACGU"]),
    st.integers(7, 30),
    st.integers(10, 60),
    st.data(),
)
@settings(max_examples=60, deadline=None)
def test_a_typo_is_named_wherever_it_is(letters, length, n, data):
    written = draw(letters, length, n, data.draw(st.integers(0, 999)))
    row = data.draw(st.integers(0, n - 1))
    at = data.draw(st.integers(0, length - 1))
    typo = data.draw(st.sampled_from("EFILPQXZJO*"))
    written[row] = written[row][:at] + typo + written[row][at + 1 :]
    with pytest.raises(UnknownCharacterError) as caught:
        check_sequences(written)
    start = f"X[{row}] has character {typo!r} at position {at} (0-based)"
    assert str(caught.value).startswith(start)


@given(st.integers(0, 10**6), st.integers(4, 15), st.integers(2, 200))
@settings(max_examples=80, deadline=None)
def test_short_peptides_are_proteins(seed, length, n):
    written = draw(RESIDUES, length, n, seed)
    assume(any(set(x) & set("EFILPQ") for x in written))
    assume(not any(x in ("NA", "NAN", "NONE", "NULL", "WT") for x in written))
    assert check_sequences(written).alphabet == PROTEIN


def test_a_typo_in_every_row_is_not_taken_for_protein():
    written = [x[:4] + "I" + x[4:] for x in draw("ACGU", 9, 40)]
    with pytest.raises(UnknownCharacterError, match=r"X\[0\] has character 'I' at pos"):
        check_sequences(written)
    assert check_sequences(written, unknown="mask").alphabet == RNA


def test_two_kinds_of_data_are_told_apart_though_short():
    written = draw(RESIDUES, 9, 100) + draw("ACGT", 9, 100)
    with pytest.raises(ValueError, match=r'mixes alphabets.*alphabet="protein"'):
        check_sequences(written)


def test_one_t_among_rna_is_named():
    written = [*draw("ACGU", 9, 299), "ACGACGTAC"]
    with pytest.raises(ValueError, match=r"X\[299\] has 'T' at position 6"):
        check_sequences(written)


def test_peptides_made_of_few_letters_are_no_nucleic_acids():
    rich = ["NGNNAGNNTGNNANGNNTGNA" + x for x in draw(RESIDUES, 4, 50)]
    assert check_sequences(rich).alphabet == PROTEIN
    for written in (
        ["GGGGS", "GGSGG", "GSGGS"],
        ["SCAAGDSCTCAGSCK", "CAAGDSCTCAGSCKC", "AAGDSCTCAGSCKCK"],  # metallothionein
    ):
        with pytest.raises(ValueError, match=r'alphabet="dna".*alphabet="protein"'):
            check_sequences(written)


def test_tiles_of_one_protein_are_proteins():
    """A stretch of few kinds of residues is in several tiles."""
    pilin = (
        "ISEFARAQLSEAMTLASGLKTKVSDIFSQDGSCPANTAATAGIEKDTDINGKYVAKVTTGGTAAASGGCTIVATM"
        "KASDVATPLRGKTLTLTLGNADKGSYTWACTSNADNKYLPKTCQTATTTTP"
    )
    for length in (8, 9, 12, 15):
        tiles = [pilin[i : i + length] for i in range(len(pilin) - length + 1)]
        assert check_sequences(tiles).alphabet == PROTEIN
    loops = ["ASYGTGDNYGYT", "ATSRTGGRYGYT", "ASSLGVREAGSLNQPQH"]
    assert check_sequences(loops).alphabet == PROTEIN


def test_a_heavily_degenerate_row_among_dna_is_dna():
    written = [*draw("ACGT", 20, 20), "RYSWKMRYSWKMACGTACGT"]
    assert check_sequences(written).alphabet == DNA
    with pytest.raises(UnknownCharacterError, match=r"X\[20\].*too much is unknown"):
        check_sequences([*written[:20], "PEPTIDE"], unknown="mask")


@pytest.mark.parametrize(
    "written",
    [
        ["NNKNNKNNKGGC"],
        ["NNKNNKNNKGGC", "NNSNNSNNSGGC"],
        ["TATAATRYACGGTAKGC", "TATWWTRYACGGTAKGC"],
        ["ACGTN" * 4, "ACRTN" * 4],
    ],
)
def test_degenerate_libraries_are_dna(written):
    assert check_sequences(written).alphabet == DNA


@given(st.integers(0, 10**6), st.integers(8, 40), st.integers(1, 50))
@settings(max_examples=60, deadline=None)
def test_promoters_with_iupac_letters_are_dna(seed, length, n):
    rng = np.random.default_rng(seed)
    letters = list("ACGT" * 6 + "RYSWKMBDHV")
    written = ["".join(rng.choice(letters, length)) + "ACGT" * 3 for _ in range(n)]
    # of a few short ones by chance so many are degenerate that X is refused
    text = "".join(written)
    assume(sum(character not in "ACGT" for character in text) <= 0.3 * len(text))
    assert check_sequences(written).alphabet == DNA


def test_nucleic_acids_are_noticed_by_a_model_of_proteins_though_short():
    guides = draw("ACGT", 9, 300)
    with pytest.warns(AlphabetWarning, match="300 sequences.*Translate it first"):
        check_sequences(guides, alphabet=PROTEIN, fitted=True, named=False)
    peptides = draw(RESIDUES, 9, 300)
    check_sequences(peptides, alphabet=PROTEIN, fitted=True, named=False)
    check_sequences(guides, alphabet=PROTEIN, fitted=True)  # the user said so
