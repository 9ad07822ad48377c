"""What people really have in a column of sequences: each answer right, or an error."""

from __future__ import annotations

import io
import re
import string

import numpy as np
import pandas as pd
import pytest
from Bio import SeqIO
from Bio.Align import Alignment, MultipleSeqAlignment
from Bio.Seq import Seq
from Bio.SeqRecord import SeqRecord
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sklyra import DNA, PROTEIN, RNA, Alphabet, LyraClassifier, LyraRegressor
from sklyra.exceptions import AlphabetWarning, AxisWarning, UnknownCharacterError
from sklyra.sequences import check_sequences, first_missing

RESIDUES = PROTEIN.letters


def draw(letters, length, n, seed=0):
    rng = np.random.default_rng(seed)
    return ["".join(rng.choice(list(letters), length)) for _ in range(n)]


# --------------------------------------------------------------- one odd row of many


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


# ------------------------------------------------------------------ missing, as text

WORDS = [
    "nan",
    "None",
    "null",
    "NA",
    "#N/A",
    "NaN",
    "NULL",
    "N/A",
    "<NA>",
    "n/a",
    "NaT",
]


@pytest.mark.parametrize("word", [*WORDS, " nan ", "#REF!", "#VALUE!"])
@pytest.mark.parametrize("others", [["ACGT", "AGGT"], ["MKVLW", "MKELW"]])
def test_missing_values_as_text_are_named_with_their_row(word, others):
    with pytest.raises(ValueError, match=r"X\[1\] is missing"):
        check_sequences([others[0], word, others[1]])


@pytest.mark.parametrize("word", ["", " ", "\t"])
def test_a_blank_is_an_empty_sequence(word):
    with pytest.raises(ValueError, match=r"X\[1\] is an empty sequence.*drop"):
        check_sequences(["MKV", word], alphabet="protein")


@pytest.mark.parametrize("word", ["-", "--"])
def test_a_dash_among_longer_sequences_is_missing(word):
    with pytest.raises(ValueError, match=r"X\[2\] is missing \('-"):
        check_sequences(["ACGT", "AGGT", word])
    gaps = DNA.with_letters("-")
    assert check_sequences(["A" * len(word), word]).alphabet == gaps
    assert check_sequences(["ACGT", word], alphabet="dna").alphabet == gaps


def test_a_peptide_may_spell_a_missing_value_if_the_alphabet_is_named():
    assert check_sequences(["NA", "MKV"], alphabet="protein").decode() == ["NA", "MKV"]
    assert check_sequences(["nan", "mkv"], alphabet="protein").decode()[0] == "NAN"
    with pytest.warns(AlphabetWarning, match=r"X\[1\] is 'nan'.*missing value"):
        check_sequences(["MKV", "nan"], alphabet="protein")
    with pytest.raises(ValueError, match=r"X\[1\] is missing \('#N/A'"):
        check_sequences(["MKV", "#N/A"], alphabet="protein")


def test_a_model_remembers_whether_the_alphabet_was_named():
    quick = LyraRegressor(n_members=1, max_epochs=1)
    X, y = draw(RESIDUES, 6, 12), np.arange(12.0)
    named = quick.set_params(alphabet="protein").fit(X, y)
    assert np.isfinite(named.predict(["NA"])).all()
    found = quick.set_params(alphabet="auto").fit(X, y)
    with pytest.raises(ValueError, match=r"X\[0\] is missing \('NA'"):
        found.predict(["NA"])


MISSING = [None, float("nan"), pd.NA, pd.NaT, np.datetime64("NaT"), *WORDS, ""]


@pytest.mark.parametrize("missing", MISSING, ids=repr)
def test_a_missing_label_or_group_is_named_with_its_row(missing):
    labels = np.array(["a", "b"] * 15, dtype=object)
    labels[4] = missing
    X = draw("ACGT", 8, 30)
    with pytest.raises(ValueError, match=r"y\[4\] has no label"):
        LyraClassifier().fit(X, labels)
    with pytest.raises(ValueError, match=r"groups\[4\] is missing"):
        LyraRegressor().fit(X, np.arange(30.0), groups=labels)


@pytest.mark.parametrize("dtype", ["string", "str", "category"])
def test_a_missing_label_of_a_column_is_named(dtype):
    labels = pd.Series([pd.NA, *["a", "b"] * 7], dtype=dtype)
    with pytest.raises(ValueError, match=r"y\[0\] has no label"):
        LyraClassifier().fit(draw("ACGT", 8, 15), labels)


@pytest.mark.parametrize("odd", ["NA", "1,5", pd.NA, "high"])
@pytest.mark.parametrize("name", ["y", "sample_weight"])
def test_what_is_no_number_is_named_with_its_row(odd, name):
    X, numbers = draw("ACGT", 8, 15), [*range(1, 15), odd]
    y = {"y": numbers, "sample_weight": np.arange(15.0)}[name]
    weight = numbers if name == "sample_weight" else None
    with pytest.raises(ValueError, match=rf"{name}\[14\] is {re.escape(repr(odd))}"):
        LyraRegressor().fit(X, y, sample_weight=weight)


def test_masked_entries_are_missing():
    X, y = np.array(draw("ACGT", 8, 12)), np.arange(12.0)
    mask = np.arange(12) == 3
    model = LyraRegressor()
    for arguments, name in (
        ((np.ma.array(X, mask=mask), y), "X"),
        ((X, np.ma.array(y, mask=mask)), "y"),
        ((X, y, np.ma.array(y, mask=mask)), "sample_weight"),
        ((X, y, None, np.ma.array(y, mask=mask)), "groups"),
    ):
        with pytest.raises(ValueError, match=rf"{name}\[3\] is missing: it is masked"):
            model.fit(*arguments)
    with pytest.raises(ValueError, match=r"y\[3\] is missing: it is masked"):
        LyraClassifier().fit(X, np.ma.array(y, mask=mask))
    numbers = np.ma.array(np.ones((12, 4)), mask=np.zeros((12, 4)))
    numbers[3, 2] = np.ma.masked
    with pytest.raises(ValueError, match=r"X\[3\] is missing: it is masked"):
        check_sequences(numbers)


def test_first_missing_counts():
    assert first_missing(["a", None, "b", "nan"]) == (1, 2)
    assert first_missing([1.0, 2]) == (-1, 0)


# ------------------------------------------------------------------- other notations

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


# ---------------------------------------------------------- characters, case and gaps

NEVER = "\ufeff\xa0\u200b\xad\0 \t\n\r!?_/\\|@#$%^&()[]{}<>=+~'\",;:0123456789²\u2028😀"
NEVER += "\u3164\u02bc\uff21ª"  # letters for Unicode, but of no alphabet in use


@given(st.sampled_from(NEVER), st.integers(0, 5), st.sampled_from(["protein", "dna"]))
@settings(max_examples=120, deadline=None)
def test_only_letters_are_masked(odd, at, alphabet):
    good = {"protein": "MKVLWE", "dna": "ACGTAC"}[alphabet]
    written = [good, good[:at] + odd + good[at:]]
    with pytest.raises(UnknownCharacterError) as caught:
        check_sequences(written, alphabet=alphabet, unknown="mask")
    start = f"X[1] has character {odd!r} at position {at} (0-based)"
    assert str(caught.value).startswith(start)
    if not odd.isascii():
        assert f"U+{ord(odd):04X}" in str(caught.value)


@given(st.sampled_from(string.ascii_letters + "éŁЖ"), st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_letters_are_masked(odd, at):
    written = "ACGTAC"[:at] + odd + "ACGTAC"[at:]
    assume(odd not in "dmfrl")  # which may stand for something else
    read = check_sequences([written], alphabet="dna", unknown="mask").decode()[0]
    known = (
        odd.upper() if odd.upper() in DNA.characters else {"U": "T"}.get(odd.upper())
    )
    assert read[at] == (known or "N")


def test_white_space_inside_is_answered_with_join():
    with pytest.raises(UnknownCharacterError, match=re.escape('"".join(x.split())')):
        check_sequences(["MK VLW"])
    with pytest.raises(UnknownCharacterError, match="utf-8-sig"):
        check_sequences(["\ufeffMKVLW"])
    with pytest.raises(UnknownCharacterError, match="utf-8-sig"):
        check_sequences(["\ufeffMKVLW".encode()])


def test_insertions_of_an_alignment_are_warned_of():
    with pytest.warns(AlphabetWarning, match=r"X\[0\] has lower case.*A3M"):
        check_sequences(["MKLTaaAYIAKQ", "MK-TAYIAKQ"])
    with pytest.warns(AlphabetWarning, match=r"X\[1\] has lower case.*A3M"):
        check_sequences(["AC-GT", "ACacGGT"], alphabet="dna")


def test_sequences_that_differ_only_in_case_are_warned_of():
    with pytest.warns(AlphabetWarning, match=r"X\[1\] and X\[3\] differ only in case"):
        check_sequences(["MKV", "KLAKLAK", "KLAKLAK", "klaklak"])
    with pytest.warns(AlphabetWarning, match="differ only in case"):
        LyraRegressor(n_members=1, max_epochs=1).fit(["KLAK", "klak", "PKV"], [1, 2, 3])


def test_soft_masked_dna_is_welcome():
    written = ["ACGTacgtn", "acgtACGTA", "ACCCCCCca"]
    assert check_sequences(written).alphabet == DNA
    assert check_sequences(["ACGTac--", "AC--acgt"]).alphabet == DNA.with_letters("-")
    assert check_sequences(["mkvlw", "mkvew"]).alphabet == PROTEIN


@pytest.mark.parametrize("alphabet", [DNA, RNA, PROTEIN], ids=lambda a: a.name)
def test_a_dot_is_a_gap(alphabet):
    text = alphabet.letters[:2] + "." + alphabet.letters[1:]
    read = check_sequences([text, text.replace(".", "-")], alphabet=alphabet)
    assert read.decode() == [text.replace(".", "-")] * 2
    assert read.alphabet == alphabet.with_letters("-")


# ------------------------------------------------------------------ axes, containers


def one_hot(n, length, n_letters):
    rng = np.random.default_rng(0)
    return np.eye(n_letters)[rng.integers(0, n_letters, (n, length))]


@pytest.mark.parametrize("n_letters", [4, 5, 20, 21])
@pytest.mark.parametrize("length", [30, 9, 75])
def test_letters_on_the_axis_of_positions_are_warned_of(n_letters, length):
    X = one_hot(6, length, n_letters)
    check_sequences(X)
    with pytest.warns(AxisWarning, match=rf"{n_letters} positions with {length} chann"):
        check_sequences(X.transpose(0, 2, 1))
    check_sequences(X.transpose(0, 2, 1), fitted=True)  # known from training


def test_sequences_of_twenty_positions_are_not_warned_of():
    rng = np.random.default_rng(0)
    check_sequences(one_hot(6, 20, 4))
    check_sequences(rng.normal(size=(6, 20, 64)))
    check_sequences(rng.normal(size=(6, 4, 3)))
    check_sequences(rng.normal(size=(6, 4, 1280)))  # embeddings of four sites
    check_sequences(one_hot(6, 4, 20))


@pytest.mark.parametrize(("n_letters", "length"), [(4, 20), (4, 21), (5, 20), (20, 21)])
def test_axes_are_told_apart_where_both_may_be_letters(n_letters, length):
    X = one_hot(6, length, n_letters)
    check_sequences(X)
    with pytest.warns(AxisWarning, match="positions with"):
        check_sequences(X.transpose(0, 2, 1))


def test_a_list_of_transposed_arrays_is_told_to_be_turned():
    X = [np.zeros((4, 30)), np.zeros((4, 28))]
    with pytest.raises(ValueError, match=r"\[x.T for x in X\]"):
        check_sequences(X)


def test_alignments_are_read():
    records = [SeqRecord(Seq(x), id=x) for x in ("MK-VL", "MKEVL")]
    msa = MultipleSeqAlignment(records)
    assert check_sequences(msa).decode() == ["MK-VL", "MKEVL"]
    new = Alignment([Seq("MKVL"), Seq("MKEVL")], np.array([[0, 2, 2, 4], [0, 2, 3, 5]]))
    assert check_sequences(new).decode() == ["MK-VL", "MKEVL"]
    model = LyraRegressor(n_members=1, max_epochs=1).fit(msa, [1.0, 2.0])
    assert model.predict(msa).shape == (2,)


@pytest.mark.parametrize(
    "X",
    [
        SeqIO.parse(io.StringIO(">a\nMKV\n"), "fasta"),
        iter(["MKV"]),
        map(str, ["MKV"]),
        (x for x in ["MKV"]),
    ],
    ids=["SeqIO.parse", "iterator", "map", "generator"],
)
def test_an_iterator_is_told_to_become_a_list(X):
    with pytest.raises(TypeError, match=r"list\(X\)"):
        check_sequences(X)


@pytest.mark.parametrize("odd", [object(), {"sequence": "ACGT"}, 1j, {1}])
def test_what_is_neither_text_nor_numbers_names_its_row(odd):
    with pytest.raises(TypeError, match=r"X\[0\] is .*neither a sequence nor numbers"):
        check_sequences([odd, odd])


def test_a_table_by_name_is_told_to_become_a_list():
    with pytest.raises(TypeError, match=r"list\(X.values\(\)\)"):
        check_sequences({"a": "MKV"})


@pytest.mark.parametrize("record", [SeqRecord(None), SeqRecord(Seq(None, length=5))])
def test_a_record_without_content_names_its_row(record):
    with pytest.raises(ValueError, match=r"X\[1\] is (missing|a record without cont)"):
        check_sequences([SeqRecord(Seq("MKV")), record])


@pytest.mark.parametrize("pad", [None, float("nan"), "", pd.NA, " "])
@pytest.mark.parametrize("form", [list, pd.DataFrame, lambda x: np.array(x, object)])
def test_a_padded_table_of_characters_names_the_cell(pad, form):
    X = form([["M", "K", "V"], ["M", "K", pad]])
    with pytest.raises(ValueError, match=r"X\[1\] has no character in column 2"):
        check_sequences(X)
