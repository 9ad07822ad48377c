"""Tables: what is one, and its columns from every container."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from Bio.Seq import Seq
from scipy.sparse import dok_array

from sklyra.sequences.tables import as_rows, has_names, read_table, refuse_tables

GUIDES = ["ACGTACGT", "TTGTACGA", "ACGTACCC"]
DOSES = [0.5, 1.0, 2.0]
DATA = {"guide": GUIDES, "dose": DOSES}
ROWS = [list(row) for row in zip(GUIDES, DOSES, strict=True)]
RECORDS = np.array([tuple(row) for row in ROWS], [("guide", "U8"), ("dose", float)])

NAMED = {
    "pandas": pd.DataFrame(DATA),
    "pandas with an index": pd.DataFrame(DATA, index=[7, 7, 9]),
    "pandas of arrow": pd.DataFrame(DATA).convert_dtypes(dtype_backend="pyarrow"),
    "polars": pl.DataFrame(DATA),
    "pyarrow": pa.table(DATA),
    "pyarrow batch": pa.RecordBatch.from_pydict(DATA),
    "dict of lists": DATA,
    "dict of arrays": {"guide": np.array(GUIDES), "dose": np.array(DOSES)},
    "dict of columns": {"guide": pd.Series(GUIDES), "dose": pl.Series(DOSES)},
    "array of named fields": RECORDS,
}
UNNAMED = {
    "object array": np.array(ROWS, dtype=object),
    "list of rows": ROWS,
    "tuple of rows": tuple(map(tuple, ROWS)),
    "list of arrays": [np.array(row, dtype=object) for row in ROWS],
}


@pytest.mark.parametrize("form", NAMED)
def test_columns_of_every_container_are_the_same(form):
    table = read_table(NAMED[form])
    assert [column[:2] for column in table] == [("guide", GUIDES), ("dose", DOSES)]
    assert not any(column.categorical for column in table)
    assert has_names(NAMED[form])


@pytest.mark.parametrize("form", UNNAMED)
def test_columns_without_names_are_numbered(form):
    table = read_table(UNNAMED[form])
    assert [column[:2] for column in table] == [("x0", GUIDES), ("x1", DOSES)]
    assert not has_names(UNNAMED[form])


def test_numbers_as_labels_are_no_names():
    X = pd.DataFrame(ROWS)
    assert [column.name for column in read_table(X)] == ["0", "1"]
    assert not has_names(X)


def test_arrays_of_text_are_tables_too():
    table = read_table(np.array([GUIDES, GUIDES[::-1]]).T)
    assert [column.values for column in table] == [GUIDES, GUIDES[::-1]]
    table = read_table([[Seq(a), b] for a, b in ROWS])
    assert table[1].values == DOSES


@pytest.mark.parametrize(
    "column",
    [
        pd.Series(["a", "b", "a"], dtype="category"),
        pl.Series(["a", "b", "a"], dtype=pl.Categorical),
        pl.Series(["a", "b", "a"], dtype=pl.Enum(["a", "b"])),
        pa.array(["a", "b", "a"]).dictionary_encode(),
        pa.chunked_array([pa.array(["a", "b", "a"]).dictionary_encode()]),
    ],
    ids=["pandas", "polars", "polars Enum", "pyarrow", "pyarrow chunked"],
)
def test_types_of_categories_are_seen(column):
    table = read_table({"guide": GUIDES, "cell": column})
    assert table[1] == ("cell", ["a", "b", "a"], True)
    arrow = pd.ArrowDtype(pa.dictionary(pa.int8(), pa.string()))
    frame = pd.DataFrame({"g": GUIDES, "c": pd.Series(["a", "b", "a"], dtype=arrow)})
    assert [column.categorical for column in read_table(frame)] == [False, True]


WHOLE = {
    "list": GUIDES,
    "Series": pd.Series(GUIDES),
    "array": np.array(GUIDES),
    "one column": pd.DataFrame({"guide": GUIDES}),
    "one column of polars": pl.DataFrame({"guide": GUIDES}),
    "one column of an array": np.array(GUIDES, dtype=object)[:, None],
    "lists of one": [[guide] for guide in GUIDES],
    "numbers": np.eye(3),
    "numbers as objects": np.eye(3).astype(object),
    "frame of numbers": pd.DataFrame({"a": [1, 2], "b": [0.5, None]}),
    "channels": np.zeros((2, 3, 4)),
    "lists of channels": [np.zeros((2, 4)), np.zeros((3, 4))],
    "nested lists": [[[0.5, 1.0]], [[0.5, 1.0], [1.0, 2.0]]],
    "characters": np.array([list(guide) for guide in GUIDES]),
    "characters as objects": np.array([list(guide) for guide in GUIDES], object),
    "frame of nullable numbers": pd.DataFrame({"a": [1, 2]}).convert_dtypes(),
    "numbers of polars": pl.DataFrame({"a": [1, None], "b": [True, False]}),
    "numbers of pyarrow": pa.table({"a": [1, None], "b": [0.5, None]}),
    "frame of characters": pd.DataFrame([list(guide) for guide in GUIDES]),
    "lists of characters": [list(guide) for guide in GUIDES],
    "lists of characters of any length": [["A", "C"], ["A"]],
    "characters and missing ones": [["A", None], ["C", "G"], ["nan", "T"]],
    "characters with one of two": [["A", "C"], ["C", "GG"], ["G", "T"], ["T", "T"]],
    "characters and many missing ones": [["A", "nan"], ["C", "nan"], ["G", "T"]],
    "characters and nothing": [["A", None], ["C", np.nan]],
    "empty list": [],
    "empty frame": pd.DataFrame({"a": [], "b": []}),
    "frame without columns": pd.DataFrame(index=[0, 1]),
    "dict of sequences": {"one": "ACGT", "two": "ACG"},
    "masked": np.ma.array(ROWS, mask=[[0, 1], [0, 0], [0, 0]], dtype=object),
    "set": {"ACG", "AC"},
    "nothing": None,
}


@pytest.mark.parametrize("form", WHOLE)
def test_what_is_read_as_a_whole_is_no_table(form):
    assert read_table(WHOLE[form]) is None


def test_other_values_make_a_table_of_a_frame():
    days = np.array(["2020-01-01", "2021-01-01", "NaT"], "M8[ns]")
    for table in (
        pd.DataFrame({"a": [1, 2, 3], "day": days}),
        {"a": [1], "day": days[:1]},
    ):
        last = read_table(table)[1].values[0]
        assert str(last)[:10] == "2020-01-01"
    assert read_table({"dose": DOSES}) == [("dose", DOSES, False)]


def test_a_single_column_is_a_table_if_it_has_to_be():
    assert read_table(WHOLE["one column"], forced=True) == [("guide", GUIDES, False)]
    assert read_table(WHOLE["characters"], forced=True)[0].name == "x0"
    assert read_table(WHOLE["list"], forced=True) is None


def test_bad_tables_are_refused():
    twice = pd.DataFrame([["AC", 1]] * 2, columns=["a", "a"])
    with pytest.raises(ValueError, match="several columns named 'a'"):
        read_table(twice)
    with pytest.raises(ValueError, match=r"differ in length: \{'a': 2, 'b': 1\}"):
        read_table({"a": ["AC", "GT"], "b": [1]})


@pytest.mark.parametrize("form", ["pandas", "polars", "pyarrow", "dict of lists"])
def test_where_one_column_is_asked_for_several_are_refused(form):
    expected = (
        r"X has 2 columns \('guide', 'dose'\)\. .*one column .*, e\.g\. X\['guide'\]"
    )
    with pytest.raises(ValueError, match=expected):
        refuse_tables(NAMED[form])
    refuse_tables(WHOLE["one column"])


def test_sparse_matrices_that_are_dicts_are_no_tables():
    sparse = dok_array(np.eye(3))
    assert read_table(sparse) is None
    assert read_table(sparse, forced=True) is None
    assert as_rows(sparse) is sparse
