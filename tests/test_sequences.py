"""Reading of sequences: every form gives the same codes, every mistake a clear word."""

import math
import sys
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from Bio.Seq import MutableSeq, Seq
from Bio.SeqRecord import SeqRecord
from hypothesis import given, settings
from hypothesis import strategies as st

from sklyra import DNA, PROTEIN, RNA, Alphabet
from sklyra.exceptions import AlphabetWarning, SklyraWarning, UnknownCharacterError
from sklyra.sequences import (
    EncodedSequences,
    check_option,
    check_sequences,
    is_text,
    recode,
)
from sklyra.sequences.encoded import locate

METHYLATED = Alphabet("methylated", "ACGTm", silent="-", aliases={".": "-"})
EVERY = [DNA, RNA, PROTEIN, METHYLATED]
every_alphabet = pytest.mark.parametrize("alphabet", EVERY, ids=lambda a: a.name)

# Every form that one list of str may have.
FORMS = {
    "list": list,
    "tuple": tuple,
    "list of numpy str": lambda s: [np.str_(text) for text in s],
    "object array": lambda s: np.array(s, dtype=object),
    "fixed-width array": np.array,
    "StringDType array": lambda s: np.array(s, dtype=np.dtypes.StringDType()),
    "object Series": lambda s: pd.Series(s, dtype=object),
    "str Series": lambda s: pd.Series(s, dtype="str"),
    "string Series": lambda s: pd.Series(s, dtype="string"),
    "categorical Series": lambda s: pd.Series(s, dtype="category"),
    "Index": pd.Index,
    "polars Series": pl.Series,
    "pyarrow Array": pa.array,
    "pyarrow ChunkedArray": lambda s: pa.chunked_array([s[:1], s[1:]], pa.string()),
    "list of Seq": lambda s: [Seq(text) for text in s],
    "tuple of MutableSeq": lambda s: tuple(MutableSeq(text) for text in s),
    "list of SeqRecord": lambda s: [SeqRecord(Seq(text), id="x") for text in s],
    "list of bytes": lambda s: [text.encode() for text in s],
    "array of bytes": lambda s: np.array([text.encode() for text in s]),
    "object column": lambda s: np.array(s, dtype=object)[:, None],
    "list of columns": lambda s: [[text] for text in s],
    "column DataFrame": lambda s: pd.DataFrame({"sequence": s}),
    "column polars DataFrame": lambda s: pl.DataFrame({"sequence": s}),
    "list of lists of characters": lambda s: [list(text) for text in s],
    "list of arrays of characters": lambda s: [np.array(list(text)) for text in s],
}
# Forms that aligned sequences (all of one length) may have besides.
ALIGNED_FORMS = FORMS | {
    "array of Seq": lambda s: np.array([Seq(text) for text in s]),
    "array of SeqRecord": lambda s: np.array([SeqRecord(Seq(text)) for text in s]),
    "array of characters": lambda s: np.array([list(text) for text in s]),
    "object characters": lambda s: np.array([list(text) for text in s], dtype=object),
    "character DataFrame": lambda s: pd.DataFrame([list(text) for text in s]),
}


@st.composite
def texts(draw, alphabets=EVERY, max_length=12):
    """Draw an alphabet and sequences of it."""
    alphabet = draw(st.sampled_from(alphabets))
    text = st.text(alphabet.characters, min_size=1, max_size=max_length)
    return alphabet, draw(st.lists(text, min_size=1, max_size=6))


# ------------------------------------------------------------------ text that is read


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_unequal_sequences_is_read_alike(form):
    written = ["ACGTN", "AC", "GGRTAACC"]
    sequences = check_sequences(FORMS[form](written))
    assert sequences.decode() == written
    assert sequences.alphabet == DNA
    assert len(sequences) == 3
    assert sequences.lengths.tolist() == [5, 2, 8]


@pytest.mark.parametrize("form", ALIGNED_FORMS)
def test_every_form_of_aligned_sequences_is_read_alike(form):
    written = ["MKV-LW", "MKVELW", "MRVX*W"]
    sequences = check_sequences(ALIGNED_FORMS[form](written))
    assert sequences.decode() == written
    assert sequences.alphabet == PROTEIN.with_letters("-*")


@pytest.mark.parametrize("form", ALIGNED_FORMS)
def test_every_form_of_text_is_called_text(form):
    assert is_text(ALIGNED_FORMS[form](["ACG", "ACT"]))


@pytest.mark.parametrize("form", ALIGNED_FORMS)
def test_one_sequence_in_a_collection_is_read(form):
    assert check_sequences(ALIGNED_FORMS[form](["ACGT"])).decode() == ["ACGT"]


@pytest.mark.parametrize("form", ALIGNED_FORMS)
def test_sequences_of_one_character_are_not_taken_for_columns(form):
    assert check_sequences(ALIGNED_FORMS[form](["A", "C"])).decode() == ["A", "C"]


@given(texts(), st.integers(0, 1))
@settings(max_examples=60, deadline=None)
def test_decode_gives_back_what_was_read_in_upper_case(drawn, parity):
    alphabet, written = drawn
    mixed = [
        "".join(
            c.lower() if i % 2 == parity and c.lower() not in alphabet.letters else c
            for i, c in enumerate(text)
        )
        for text in written
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AlphabetWarning)  # of lower case among gaps
        assert check_sequences(mixed, alphabet=alphabet).decode() == written


@every_alphabet
def test_an_alias_is_read_as_the_character_it_stands_for(alphabet):
    for alias, character in alphabet.aliases.items():
        sequences = check_sequences(["A" + alias], alphabet=alphabet)
        assert sequences.decode() == ["A" + character]


@given(texts())
@settings(max_examples=60, deadline=None)
def test_values_and_offsets_are_those_of_a_loop(drawn):
    alphabet, written = drawn
    sequences = check_sequences(written, alphabet=alphabet)
    characters = sequences.alphabet.characters
    assert sequences.values.tolist() == [
        characters.index(c) for text in written for c in text
    ]
    assert sequences.offsets.tolist() == [
        sum(map(len, written[:i])) for i in range(len(written) + 1)
    ]
    assert sequences.values.dtype == np.uint8
    assert sequences.offsets.dtype == np.int64


@given(texts())
@settings(max_examples=60, deadline=None)
def test_silent_characters_that_occur_become_letters_unless_fitted(drawn):
    alphabet, written = drawn
    found = "".join(c for c in alphabet.silent if c in "".join(written))
    read = check_sequences(written, alphabet=alphabet).alphabet
    assert read == alphabet.with_letters(found)


def test_a_fitted_alphabet_is_used_as_it_is():
    sequences = check_sequences(["AC"], alphabet=DNA.with_letters("-"), fitted=True)
    assert sequences.alphabet == DNA.with_letters("-")


@pytest.mark.parametrize(
    ("alphabet", "text"),
    [
        (METHYLATED, "AC.T"),
        (Alphabet("masked", "ACGT", silent="N"), "ACnT"),
    ],
    ids=["alias", "lower case"],
)
def test_a_silent_character_in_other_writing_becomes_a_letter_too(alphabet, text):
    read = check_sequences([text], alphabet=alphabet).alphabet
    assert read == alphabet.with_letters(alphabet.silent)


def test_sequences_are_read_without_python_code_for_each_of_them():
    """Vectorized: the number of Python calls depends on nothing."""

    def calls(written):
        count = 0

        def count_calls(frame, event, argument):
            nonlocal count
            count += event == "call"

        before = sys.getprofile()
        sys.setprofile(count_calls)
        try:
            check_sequences(written, alphabet="protein")
        finally:
            sys.setprofile(before)
        return count

    calls(["MKVLWE"])  # fill the caches
    few, many = calls(["MKVLWE"] * 3), calls(["MKVLWE" * 20] * 500)
    assert few == many


# ------------------------------------------------------------------- which alphabet


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


@pytest.mark.parametrize(
    ("name", "alphabet"), [("dna", DNA), ("rna", RNA), ("protein", PROTEIN)]
)
def test_an_alphabet_is_given_by_name_or_as_itself(name, alphabet):
    assert check_sequences(["ACG"], alphabet=name).alphabet == alphabet
    assert check_sequences(["ACG"], alphabet=alphabet).alphabet == alphabet


@pytest.mark.parametrize(
    ("name", "read"), [("dna", ["ACT", "ACT"]), ("rna", ["ACU", "ACU"])]
)
def test_t_and_u_are_one_nucleotide_once_the_alphabet_is_named(name, read):
    assert check_sequences(["ACT", "ACU"], alphabet=name).decode() == read


def test_a_lower_case_letter_of_an_alphabet_is_another_letter():
    sequences = check_sequences(["MmA", "am"], alphabet=Alphabet("case", "AMm"))
    assert sequences.decode() == ["MmA", "Am"]


# ------------------------------------------------------------------ unknown characters


@given(texts(alphabets=[DNA, RNA, PROTEIN]), st.data())
@settings(max_examples=60, deadline=None)
def test_an_unknown_letter_is_named_with_its_sequence_and_position(drawn, data):
    alphabet, written = drawn
    row = data.draw(st.integers(0, len(written) - 1))
    at = data.draw(st.integers(0, len(written[row])))
    odd = data.draw(st.sampled_from("!?0 \n@\0éŁ😀"))  # Ł is A modulo 256
    advice = {" ": "strip", "\n": "strip", "0": "mutations"}.get(odd, "unknown=")
    written[row] = written[row][:at] + odd + written[row][at:]
    with pytest.raises(UnknownCharacterError, match=advice) as caught:
        check_sequences(written, alphabet=alphabet)
    start = f"X[{row}] has character {odd!r} at position {at} (0-based). The alphabet"
    assert str(caught.value).startswith(start)
    assert repr(alphabet.name) in str(caught.value)


@pytest.mark.parametrize("written", [["ACGT", "ACéT"], np.array(["ACGT", "ACéT"])])
def test_a_letter_outside_ascii_is_named_as_it_was_written(written):
    with pytest.raises(
        UnknownCharacterError, match=r"X\[1\] has character 'é' at position 2"
    ):
        check_sequences(written)


def test_a_byte_outside_ascii_is_unknown():
    with pytest.raises(UnknownCharacterError, match=r"X\[1\].*at position 2"):
        check_sequences([b"ACGT", "ACéT".encode("latin-1")])


def test_an_undecodable_byte_of_a_file_is_unknown():
    text = b"ACG\xff".decode("ascii", errors="surrogateescape")
    with pytest.raises(UnknownCharacterError, match=r"X\[0\].*at position 3"):
        check_sequences([text])


def test_sequences_with_unknown_letters_are_counted():
    written = ["AC", "A!C!", "AC", "!", "?"]
    with pytest.raises(
        UnknownCharacterError,
        match=r"X\[1\] has .* position 1 .*\(2 more sequences have such characters\)",
    ):
        check_sequences(written, alphabet="dna")


@pytest.mark.parametrize(
    ("written", "alphabet", "fits"),
    [("MKV*", "dna", "protein"), ("ACGR", Alphabet("pure", "ACGT"), "dna")],
)
def test_the_message_names_an_alphabet_that_would_fit(written, alphabet, fits):
    with pytest.raises(
        UnknownCharacterError, match=f"All characters would fit alphabet='{fits}'"
    ):
        check_sequences([written], alphabet=alphabet)


def test_the_message_names_no_alphabet_where_none_would_fit():
    with pytest.raises(UnknownCharacterError) as caught:
        check_sequences(["AC!"], alphabet="dna")
    assert "would fit" not in str(caught.value)


@pytest.mark.parametrize("alphabet", [DNA, RNA, PROTEIN], ids=lambda a: a.name)
def test_masked_unknown_letters_are_read_as_the_wildcard(alphabet):
    read = check_sequences(["AéC", "éŁA"], alphabet=alphabet, unknown="mask").decode()
    n = alphabet.wildcard
    assert read == [f"A{n}C", f"{n}{n}A"]


def test_mask_leaves_known_characters_alone():
    written = ["MKVX", "M-*B"]
    assert check_sequences(written, unknown="mask").decode() == written


def test_mask_needs_a_wildcard_only_where_something_is_unknown():
    alphabet = Alphabet("two", "AB")
    assert check_sequences(["AB"], alphabet=alphabet, unknown="mask").decode() == ["AB"]
    with pytest.raises(
        ValueError, match=r"unknown=\"mask\" needs .* a wildcard.*'two'"
    ):
        check_sequences(["AC"], alphabet=alphabet, unknown="mask")


# ---------------------------------------------------------- other things that are wrong


@pytest.mark.parametrize(
    ("name", "value"), [("alphabet", "prot"), ("alphabet", None), ("unknown", "drop")]
)
def test_a_wrong_option_is_named_with_what_may_be_chosen(name, value):
    allowed = "'dna', 'rna', 'protein'" if name == "alphabet" else "'error', 'mask'"
    with pytest.raises(
        ValueError,
        match=f"{name}={value!r} is not an option: choose one of .*{allowed}",
    ):
        check_sequences(["ACGT"], **{name: value})


@pytest.mark.parametrize("value", ["c", "", None, 1, ["a"], ("a",)])
def test_check_option_refuses_whatever_is_not_among_the_allowed(value):
    with pytest.raises(ValueError, match=r"letter=.* choose one of \['a', 'b'\]"):
        check_option("letter", value, ("a", "b"))


def test_check_option_accepts_any_iterable_of_allowed_values():
    for allowed in (["a"], ("a",), {"a"}, {"a": 1}, iter("ba")):
        check_option("letter", "a", allowed)


@pytest.mark.parametrize("form", ["list", "fixed-width array", "str Series", "tuple"])
def test_an_empty_sequence_is_named_with_its_index(form):
    with pytest.raises(
        ValueError, match=r"X\[1\] is an empty sequence \(2 in all\).*drop these rows"
    ):
        check_sequences(FORMS[form](["ACGT", "", "A", ""]))


MISSING = {"None": None, "nan": math.nan, "NA": pd.NA}


@pytest.mark.parametrize("missing", MISSING)
@pytest.mark.parametrize(
    "form",
    [
        "list",
        "tuple",
        "object array",
        "object Series",
        "object column",
        "string Series",
    ],
)
@pytest.mark.parametrize("row", [0, 1])
def test_a_missing_sequence_is_named_with_its_index(missing, form, row):
    written = ["ACGT", "ACGT", "AC"]
    written[row] = MISSING[missing]
    with pytest.raises(
        ValueError, match=rf"X\[{row}\] is missing \(.*\)\. Drop rows without"
    ):
        check_sequences(FORMS[form](written))


@pytest.mark.parametrize(
    "form",
    [
        "str Series",
        "polars Series",
        "pyarrow Array",
        "pyarrow ChunkedArray",
        "column DataFrame",
        "column polars DataFrame",
    ],
)
def test_a_missing_value_of_a_column_is_named_with_its_index(form):
    with pytest.raises(ValueError, match=r"X\[1\] is missing"):
        check_sequences(FORMS[form](["ACGT", None, "AC"]))


@pytest.mark.parametrize("missing", [None, math.nan])
def test_a_missing_value_of_a_numpy_string_array_is_named_with_its_index(missing):
    dtype = np.dtypes.StringDType(na_object=missing)
    with pytest.raises(ValueError, match=r"X\[1\] is missing"):
        check_sequences(np.array(["ACGT", missing], dtype=dtype))


@pytest.mark.parametrize(
    "X",
    [
        [None, None],
        pytest.param(
            [pd.NA, pd.NA],
        ),
        pytest.param(
            pd.Series([None, None], dtype="string"),
        ),
    ],
)
def test_a_column_with_nothing_but_missing_values_is_missing(X):
    with pytest.raises(ValueError, match=r"X\[0\] is missing"):
        check_sequences(X)


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


@pytest.mark.parametrize(
    "X",
    [
        "ACGT",
        b"ACGT",
        np.str_("ACGT"),
        Seq("ACGT"),
        MutableSeq("ACGT"),
        SeqRecord(Seq("ACGT")),
        pytest.param(
            bytearray(b"ACGT"),
        ),
        pytest.param(
            np.array("ACGT"),
        ),
    ],
    ids=lambda X: type(X).__name__,
)
def test_a_single_sequence_must_be_put_in_a_list(X):
    with pytest.raises(TypeError, match=r"one single sequence.*\[sequence\]"):
        check_sequences(X)


def test_a_bytearray_is_text():
    assert check_sequences([bytearray(b"ACGT"), bytearray(b"ACGA")]).decode() == [
        "ACGT",
        "ACGA",
    ]


@pytest.mark.parametrize(
    "X",
    [
        np.array([], "U3"),
        np.empty((0, 1), "U3"),
        np.empty((0, 4)),
        np.empty((0, 4, 2)),
        [],
        (),
        pytest.param(
            pd.Series([], dtype="str"),
        ),
    ],
    ids=["array", "column", "2-D", "3-D", "list", "tuple", "Series"],
)
def test_no_sequences_at_all_are_refused(X):
    with pytest.raises(ValueError, match=r"Found array with 0 sample\(s\)"):
        check_sequences(X)


@pytest.mark.parametrize(
    "X",
    [
        [["ACGT", "AC"], ["AC", "GT"]],
        np.array([["ACGT", "AC"], ["AC", "GT"]]),
        pd.DataFrame({"a": ["ACGT", "AC"], "b": ["AC", "GT"]}),
    ],
    ids=["list", "array", "DataFrame"],
)
def test_several_columns_of_text_are_refused(X):
    with pytest.raises(
        ValueError, match=r"2 columns of text and row 0 .* Pass one column of sequences"
    ):
        check_sequences(X)


@pytest.mark.parametrize("odd", [3, 2.5, {"a": 1}, ["A", "C"], object()])
def test_something_that_is_no_sequence_is_named_with_index_and_type(odd):
    with pytest.raises(
        TypeError, match=rf"X\[1\] is .*{type(odd).__name__}, not a sequence.*Pass str"
    ):
        check_sequences(["ACGT", odd])


@pytest.mark.parametrize(
    ("alphabet", "text", "place"),
    [
        (DNA, "ACG-T", "'-' at position 3"),
        (PROTEIN, "MK*V", r"'\*' at position 2"),
        (PROTEIN.with_letters("*"), "MK*-", "'-' at position 3"),
    ],
)
def test_a_silent_character_that_fit_did_not_see_is_warned_of(alphabet, text, place):
    with pytest.warns(
        AlphabetWarning, match=rf"X\[1\] has {place} \(0-based\).*no training sequence"
    ):
        check_sequences(["ACC", text], alphabet=alphabet, fitted=True)


def test_a_silent_character_that_fit_saw_is_not_warned_of():
    alphabet = PROTEIN.with_letters("-*")
    check_sequences(["MK-V*"], alphabet=alphabet, fitted=True)  # warnings are errors


def test_errors_and_warnings_are_what_callers_already_catch():
    assert issubclass(UnknownCharacterError, ValueError)
    assert issubclass(AlphabetWarning, SklyraWarning)
    assert issubclass(SklyraWarning, UserWarning)


# -------------------------------------------------------------------------- numbers


NUMBER_FORMS = {
    "array": np.asarray,
    "list": lambda a: a.tolist(),
    "tuple of arrays": tuple,
    "float32 array": lambda a: a.astype(np.float32),
    "int array": lambda a: a.astype(int),
    "object array": lambda a: a.astype(object),
}
TABLE_FORMS = NUMBER_FORMS | {"DataFrame": pd.DataFrame, "polars": pl.DataFrame}


@pytest.mark.parametrize("form", TABLE_FORMS)
def test_a_table_of_numbers_is_one_channel_at_each_position(form):
    table = np.arange(12.0).reshape(3, 4)
    sequences = check_sequences(TABLE_FORMS[form](table))
    np.testing.assert_array_equal(sequences.values, table.reshape(12, 1))
    assert sequences.values.dtype == np.float32
    assert sequences.offsets.tolist() == [0, 4, 8, 12]
    assert sequences.alphabet is None


@pytest.mark.parametrize("form", NUMBER_FORMS)
def test_an_array_of_channels_is_read_position_by_position(form):
    array = np.arange(24.0).reshape(2, 4, 3)
    sequences = check_sequences(NUMBER_FORMS[form](array))
    np.testing.assert_array_equal(sequences.values, array.reshape(8, 3))
    assert sequences.offsets.tolist() == [0, 4, 8]


@pytest.mark.parametrize("kind", [list, tuple])
@pytest.mark.parametrize("lengths", [(2, 5, 1), (3, 3, 3)])
def test_a_list_of_arrays_of_channels_may_have_any_lengths(kind, lengths):
    rng = np.random.default_rng(0)
    parts = [rng.normal(size=(length, 2)) for length in lengths]
    sequences = check_sequences(kind(parts))
    np.testing.assert_array_equal(
        sequences.values, np.concatenate(parts).astype(np.float32)
    )
    assert sequences.lengths.tolist() == list(lengths)


@pytest.mark.parametrize(
    "X", [np.ones((2, 3)), [[1, 2], [3, 4]], [np.ones((2, 1))], pd.DataFrame([[1]])]
)
def test_numbers_are_not_called_text(X):
    assert not is_text(X)


@pytest.mark.parametrize("shape", [(3,), (3, 2, 2, 2)])
def test_numbers_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"Numeric X has shape .* Expected 2D array"):
        check_sequences(np.ones(shape))


@pytest.mark.parametrize(
    "shapes",
    [[(3, 2), (4, 3)], [(0, 2), (4, 2)], [(3,), (4,)], [(3, 2), (3,)]],
    ids=["widths", "empty", "one-dimensional", "mixed"],
)
def test_arrays_of_channels_that_do_not_fit_together_are_refused(shapes):
    with pytest.raises(ValueError, match=r"list of arrays .* got shapes"):
        check_sequences([np.ones(shape) for shape in shapes])


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("form", ["3-D", "list"])
def test_numbers_that_are_not_finite_are_named_with_index_and_position(odd, form):
    parts = [np.ones((3, 2)), np.ones((3 if form == "3-D" else 5, 2))]
    parts[1][2, 0] = odd
    with pytest.raises(
        ValueError, match=r"Input X contains NaN or infinity: X\[1\] at position 2"
    ):
        check_sequences(np.array(parts) if form == "3-D" else parts)


# ------------------------------------------------------------------ EncodedSequences


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


# --------------------------------------------------------------------------- recode


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


def test_reading_never_changes_what_was_passed():
    X = np.array([["ACGT"], ["acgu"]], dtype=object)
    before = X.copy()
    check_sequences(X, alphabet="dna")
    assert (before == X).all()


def test_reading_well_formed_sequences_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_sequences(["MKVLW", "MK-VLW*"])


@pytest.mark.parametrize("unknown", ["error", "mask"])
@pytest.mark.parametrize(
    ("text", "advice"),
    [(" ACDW", "strip"), ("ACDW\n", "strip"), ("A23V", "names of mutations")],
)
def test_whitespace_and_digits_are_never_letters(unknown, text, advice):
    with pytest.raises(UnknownCharacterError, match=rf"X\[1\].*{advice}"):
        check_sequences(["ACDW", text], alphabet="protein", unknown=unknown)
