"""Every form of X is read alike, and what cannot be read is named."""

from __future__ import annotations

import io
import math
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from Bio import SeqIO
from Bio.Align import Alignment, MultipleSeqAlignment
from Bio.Seq import MutableSeq, Seq
from Bio.SeqRecord import SeqRecord

from sklyra import DNA, PROTEIN, LyraRegressor
from sklyra.sequences import check_sequences, is_text
from tests.sequences.forms import ALIGNED_FORMS, FORMS


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


def test_reading_never_changes_what_was_passed():
    X = np.array([["ACGT"], ["acgu"]], dtype=object)
    before = X.copy()
    check_sequences(X, alphabet="dna")
    assert (before == X).all()


def test_reading_well_formed_sequences_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_sequences(["MKVLW", "MK-VLW*"])


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
