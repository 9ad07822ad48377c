"""Tables of targets: read from any form, and refused by row and column."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sklyra.targets import MultilabelTarget, ValueTarget
from sklyra.targets.numbers import standardization
from sklyra.targets.tables import is_table, read_table

NAN = float("nan")
TABLES = arrays(
    np.float64,
    st.tuples(st.integers(1, 6), st.integers(2, 4)),
    elements=st.one_of(st.integers(-9, 9).map(float), st.just(NAN)),
)


def as_objects(table, missing):
    objects = table.astype(object)
    objects[np.isnan(table)] = missing
    return objects


@settings(max_examples=25, deadline=None)
@given(TABLES)
def test_a_table_is_the_same_in_every_form(table):
    forms = [
        table,
        table.tolist(),
        list(table),
        as_objects(table, None),
        as_objects(table, pd.NA).tolist(),
        pd.DataFrame(as_objects(table, pd.NA)),
        pd.DataFrame(table).astype("Float64"),
        np.float32(table),
    ]
    used = np.flatnonzero(~np.isnan(table).all(axis=1))
    for form in forms:
        assert is_table(form)
        np.testing.assert_array_equal(read_table(form, used, ""), table)


@pytest.mark.parametrize(
    "y", [[1, 2], [[1], [2]], 3, [[1], [2, 3]], np.ones((2, 2, 2)), pd.Series([1, 2])]
)
def test_anything_else_is_no_table(y):
    assert not is_table(y)


FRAME = pd.DataFrame({"low": [0.0, 1.0, 0.0, 1.0], "high": [1.0, 0.0, NAN, 0.0]})


@pytest.mark.parametrize(
    ("row", "column", "entry", "message"),
    [
        (3, 1, np.inf, "infinity: y[3] in column 1 ('high') is inf (1 in all). Pass"),
        (1, 0, "x", "numbers, but y[1] in column 0 ('low') is 'x'. Do this."),
        (2, 0, None, "NaN in all columns of row 2 (1 such rows in all): nothing was"),
    ],
)
def test_a_bad_entry_is_named(row, column, entry, message):
    frame = FRAME.astype(object)
    frame.iloc[row, column] = entry
    with pytest.raises(ValueError, match=re.escape(message)):
        read_table(frame, np.arange(4), "Do this.")
    bare = re.sub(r" \('\w+'\)", "", message)
    with pytest.raises(ValueError, match=re.escape(bare)):
        read_table(frame.to_numpy(), np.arange(4), "Do this.")


def test_rows_without_weight_may_be_empty():
    table = np.array([[1.0, NAN], [NAN, NAN]])
    np.testing.assert_array_equal(read_table(table, np.array([0]), ""), table)
    with pytest.raises(ValueError, match="columns of row 1"):
        read_table(table, np.array([0, 1]), "")


def test_sparse_and_masked_tables_are_refused_with_a_way_out():
    with pytest.raises(ValueError, match=r"sparse csr_array .*Pass y\.toarray\(\)"):
        read_table(scipy.sparse.csr_array(np.eye(3)), np.arange(3), "")
    masked = np.ma.masked_equal(np.eye(3), 0)
    with pytest.raises(ValueError, match=r"y\[0\] is missing.*y\.filled\(np\.nan\)"):
        read_table(masked, np.arange(3), "")


@pytest.mark.parametrize("target", [ValueTarget, MultilabelTarget])
def test_a_column_without_any_entry_is_named(target):
    frame = FRAME.assign(never=NAN)
    with pytest.raises(ValueError, match=r"all rows of column 2 \('never'\) \(1 such"):
        target().read(frame, np.arange(4), learn=True)
    with pytest.raises(ValueError, match=r"all rows of column 1 \("):
        target().read(FRAME.to_numpy(), np.array([2]), learn=True)


@settings(max_examples=25, deadline=None)
@given(TABLES, st.integers(-300, 300))
def test_columns_are_standardized_by_what_was_measured(table, power):
    kept = ~np.isnan(table).all(axis=0)
    table = table[:, kept] * 10.0**power
    if not kept.any():
        return
    found = standardization(table)
    for k, column in enumerate(table.T):
        alone = standardization(column[~np.isnan(column), None])
        for together, expected in zip(found, alone, strict=True):
            assert together[k] == expected[0]


def test_values_that_are_missing_change_nothing_about_the_others(rng):
    """The same numbers, as if each column stood alone."""
    y = rng.normal(3, 2, (40, 3))
    y[:, 2] = 7
    missing = np.where(rng.random(y.shape) < 0.4, np.nan, y)
    used = np.flatnonzero(~np.isnan(missing).all(axis=1))
    target = ValueTarget()
    encoded = target.read(missing, used, learn=True)
    np.testing.assert_array_equal(np.isnan(encoded), np.isnan(missing))
    for k in range(3):
        rows = ~np.isnan(missing[:, k])
        alone = ValueTarget()
        expected = alone.read(y[rows, k], np.arange(rows.sum()), learn=True)
        np.testing.assert_array_equal(encoded[rows, [k]], expected[:, 0])
        output = np.linspace(-2, 2, 9)
        together = target.decode(np.tile(output[:, None], 3))[:, k]
        np.testing.assert_array_equal(together, alone.decode(output[:, None]))
    # a column that does not vary is predicted exactly, also where it has gaps
    assert (target.decode(np.ones((4, 3)))[:, 2] == 7).all()
