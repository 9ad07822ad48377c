"""Kinds of columns, found out."""

from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from Bio.Seq import Seq
from hypothesis import given, settings
from hypothesis import strategies as st

from sklyra import Alphabet
from sklyra.sequences.columns import as_text, describe_many_levels, find_kind
from sklyra.sequences.tables import Column
from tests.sequences.forms import RESIDUES, draw


def kind(values, alphabet=None, categorical=False):
    return find_kind(Column("a", list(values), categorical), alphabet)


def repeated(*levels, n=60):
    return [levels[i % len(levels)] for i in range(n)]


SEQUENCES = {
    "guides": draw("ACGT", 20, 50),
    "four guides": draw("ACGT", 20, 4),
    "lower case": [guide.lower() for guide in draw("ACGT", 20, 50)],
    "one protein": repeated(*draw(RESIDUES, 80, 1)),
    "three proteins": repeated(*draw(RESIDUES, 30, 3)),
    "peptides": draw(RESIDUES, 9, 50),
    "ten peptides": draw(RESIDUES, 9, 10),
    "peptides that recur": repeated(*draw(RESIDUES, 9, 30), n=300),
    "many peptides that recur": repeated(*draw(RESIDUES, 5, 150), n=3000),
    "barcodes that recur": repeated(*draw("ACGT", 8, 5)),
    "degenerate": repeated("NNKNNKNNK", "NNKNNS", *draw("ACGT", 9, 8), n=10),
    "any base but A": draw("ACGTB", 12, 40),
    "aligned": ["AC--GT" + guide for guide in draw("ACGT", 9, 9)],
    "an error among guides": ["ACGT1ACGTACG", *draw("ACGT", 20, 9)],
    "an error among peptides": ["SIIN1EKL", *draw(RESIDUES, 9, 40)],
    "a name among guides": ["WT", *draw("ACGT", 20, 40)],
    "missing among guides": [None, np.nan, "", *draw("ACGT", 20, 40)],
    "Bio": [Seq(guide) for guide in draw("ACGT", 3, 5)],
    "bytes": [guide.encode() for guide in draw("ACGT", 20, 50)],
}
NUMBERS = {
    "floats": [0.5, np.nan],
    "ints": [1, 2],
    "bools": [True, False],
    "nullable bools": [True, None],
    "numpy": [np.float32(1), np.int8(2), np.bool_(True)],
    "nullable": [1, pd.NA],
    "decimals": [Decimal("1.5"), None],
    "dates": [datetime.date(2020, 1, 1), pd.NaT],
    "times": [pd.Timestamp("2020-01-01"), datetime.datetime(2021, 1, 1)],
    "times of numpy": [np.datetime64("2020-01-01"), np.datetime64("NaT")],
    "durations": [datetime.timedelta(1), np.timedelta64(1, "D")],
    "missing, as text": [1.0, "NA", "", 2.0],
    "nothing": [None, None],
}
CATEGORIES = {
    "genes": repeated("TP53", "KRAS", "EGFR", "BRCA1"),
    "alleles": repeated("HLA-A*02:01", "HLA-B*07:02"),
    "alleles without HLA": repeated("A*02:01", "B*07:02"),
    "wells": repeated(*(f"{row}{column:02d}" for row in "ABC" for column in range(9))),
    "tissues": repeated("liver", "kidney", "gut"),
    "capitalized": repeated("Liver", "Kidney", "Gut"),
    "cell lines": repeated("HEK293", "HELA", "A549"),
    "one cell line of four with digits": repeated("HEK", "HELA", "KASPAR", "A549"),
    "wild type": repeated("WT", "KD"),
    "controls": repeated("CONTROL", "TREATED"),
    "two words": repeated("T CELL", "NK CELL"),
    "yes": repeated("yes", "no"),
    "empty text": repeated("", "nan"),
    "one": repeated("HEK293"),
    "strands": repeated("+", "-"),
    "20 and nothing": [*(f"L{i}" for i in range(20)), None],
    "80 genes": repeated(*(f"GENE{i}" for i in range(80)), n=160),
}


@pytest.mark.parametrize("name", SEQUENCES)
def test_sequences_are_found(name):
    assert kind(SEQUENCES[name]) == "sequence"


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_are_found(name):
    assert kind(NUMBERS[name]) == "number"


@pytest.mark.parametrize("name", CATEGORIES)
def test_categories_are_found(name):
    assert kind(CATEGORIES[name]) == "category"


@pytest.mark.parametrize("name", SEQUENCES)
def test_the_type_of_a_column_counts_more_than_its_values(name):
    assert kind(SEQUENCES[name], categorical=True) == "category"


@pytest.mark.parametrize(
    "levels",
    [
        ("A", "C"),
        ("HEK", "HELA"),
        ("HEK", "HELA", "KASPAR"),
        ("KRAS", "PTEN", "MYC"),
        ("HEK", "HELA", "KASPAR", "KRAS", "MCF7"),
        ("SIINFEKL", "GILGFVFTL"),
        tuple(f"GILGFV{a}TL" for a in "ACDEFGHIK"),
        (*(f"GILGFV{a}TL" for a in "ACDEFGHIK"), "GILGFVF"),
        ("cat", "tag"),
        (*RESIDUES, "*A"),
        ("HEK",),
    ],
)
def test_what_may_be_both_is_refused(levels):
    with pytest.raises(ValueError, match=r"may be sequences or a category") as caught:
        kind(repeated(*levels))
    message = str(caught.value)
    assert f'X["a"] may be sequences or a category: it has {len(levels)} d' in message
    assert 'Pass columns={"a": "category"}, or "sequence"' in message
    assert repr(sorted(levels)[0]) in message


def test_an_alphabet_of_the_users_own_counts():
    own = Alphabet("own", "ab12")
    text = draw("ab12", 12, 40)
    assert kind(text, own) == "sequence"
    with pytest.raises(ValueError, match="too many for a category"):
        kind(text)


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        (
            [1.0] * 5 + ["high"],
            ValueError,
            r'X\["a"\]\[5\] is \'high\' of type str, but 5 of 6 values .* are numbers.*'
            r'columns=\{"a": "category"\}',
        ),
        (
            ["ACGT"] * 5 + [3],
            ValueError,
            r'X\["a"\]\[5\] is 3 of type int, but 5 of 6 values .* are text',
        ),
        (
            [1.0, 2.0, datetime.date(2020, 1, 1)],
            ValueError,
            r'X\["a"\]\[2\] is datetime.* but 2 of 3 values .* are numbers',
        ),
        (["0.5", "1"], ValueError, r'X\["a"\] holds numbers that are written as text'),
        (
            [f"id{i}" for i in range(60)],
            ValueError,
            r'X\["a"\] has 60 different values in 60 rows, .*Leave the column out.*'
            r'identifiers.*group.*columns=\{"a": "sequence"\}',
        ),
        (
            repeated(*(f"id{i}" for i in range(101)), n=900),
            ValueError,
            r'X\["a"\] has 101 different values in 900 rows',
        ),
        ([1.0, [2.0]], TypeError, r'X\["a"\]\[1\] is \[2.0\] of type list, which is n'),
        ([1.0, 1j], TypeError, r'X\["a"\]\[1\] is 1j of type complex'),
    ],
)
def test_bad_columns_are_refused(values, error, message):
    with pytest.raises(error, match=message):
        kind(values)


def test_levels_may_be_many_if_they_recur():
    for n_rows, n_levels, refused in (
        (20, 20, False),
        (21, 21, True),
        (42, 21, False),
        (200, 100, False),
        (2000, 101, True),
    ):
        levels = {f"L{i}": n_rows // n_levels for i in range(n_levels)}
        levels["L0"] += n_rows - sum(levels.values())
        assert bool(describe_many_levels(Column("a", []), levels)) is refused
    message = describe_many_levels(Column("a", []), {str(i): 1 for i in range(30)})
    assert 'if they are numbers, pass columns={"a": "number"}' in message


def test_one_level_has_one_name():
    assert as_text(1) == as_text(1.0) == as_text(np.float32(1)) == as_text("1") == "1"
    assert as_text(0.5) == "0.5"
    assert as_text(True) == "True"
    assert as_text(b"HEK") == "HEK"
    for missing in (None, np.nan, pd.NA, pd.NaT, "", "  ", "nan", "<NA>", "#N/A"):
        assert as_text(missing) == ""
    for level in ("none", "NA", "null", "n.d."):  # neuraminidase, no treatment
        assert as_text(level) == level


ALL = {**SEQUENCES, **NUMBERS, **CATEGORIES}


@given(st.sampled_from(sorted(ALL)), st.randoms())
@settings(max_examples=40, deadline=None)
def test_the_order_of_rows_does_not_matter(name, random):
    values = list(ALL[name])
    expected = kind(values)
    random.shuffle(values)
    assert kind(values) == expected
