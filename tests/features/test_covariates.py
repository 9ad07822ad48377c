"""Covariates: standardized numbers and one-hot categories."""

from __future__ import annotations

import datetime
import warnings
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklyra.exceptions import CovariateWarning
from sklyra.features import Covariates
from sklyra.sequences.tables import Column


def learn(parses=False, **columns):
    """Learn columns, whose kinds are in their names."""
    rows = [Column(name, list(values)) for name, values in columns.items()]
    kinds = ["category" if name.startswith("cell") else "number" for name in columns]
    return Covariates.learn(
        [(row, kind, parses) for row, kind in zip(rows, kinds, strict=True)]
    )


def transform(covariates, **columns):
    return covariates.transform([Column(n, list(v)) for n, v in columns.items()])[0]


def test_numbers_are_standardized_robustly(rng):
    values = rng.normal(5, 2, 1001)
    outliers = values.copy()
    outliers[:20] = 1e6
    covariates = learn(dose=values)
    table = transform(covariates, dose=values)
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    expected = (values - middle) / ((high - low) / 1.349)
    np.testing.assert_allclose(table[:, 0], expected, rtol=1e-5, atol=1e-6)
    assert table.dtype == np.float32
    assert covariates.names == ["dose"]
    again = transform(learn(dose=outliers), dose=values)
    np.testing.assert_allclose(again, table, atol=0.3)


def test_values_far_out_grow_as_their_logarithm():
    values = np.arange(101.0)
    covariates = learn(dose=values)
    scale = 50 / 1.349
    for z, expected in (
        (9, 9),
        (10, 10),
        (11, 10 + np.log(2)),
        (-1010, -10 - np.log(1001)),
    ):
        found = transform(covariates, dose=[50 + z * scale])[0, 0]
        np.testing.assert_allclose(found, expected, rtol=1e-5)
    huge = transform(covariates, dose=[1e308, -1e308, 10**400 // 10**100])
    assert np.isfinite(huge).all()
    assert (np.abs(huge) > 600).all()
    tiny = learn(dose=[0.0, 1e-300] * 5)
    assert np.isfinite(transform(tiny, dose=[1e308])).all()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0] * 9 + [1], [1 / 0.3]),  # the quartiles are equal
        ([True] * 5 + [False] * 5, [0.5 * 1.349]),
        ([1e308, -1e308] * 5, [1.349 * 4 / 8]),
        ([1e-320, 0.0] * 5, None),
        ([1.7e308] * 3 + [-1.7e308], None),
        ([1e308] * 9 + [-1e308], [0.0]),
    ],
)
def test_any_numbers_have_a_scale(values, expected):
    table = transform(learn(dose=values), dose=values)
    assert np.isfinite(table).all()
    if expected is not None:
        np.testing.assert_allclose(table.max(), expected, rtol=1e-5)


def test_numbers_of_every_type_are_the_same_numbers():
    expected = transform(learn(dose=[1.0, 2.0, 4.0]), dose=[1.0, 2.0, 4.0])
    forms = [
        [1, 2, 4],
        [Decimal(1), Decimal(2), Decimal(4)],
        [np.float32(1), np.int8(2), 4],
        [True, 2, 4.0],
    ]
    for values in forms:
        np.testing.assert_array_equal(
            transform(learn(dose=values), dose=values), expected
        )
    text = ["1", "2.0", b"4e0"]
    found = transform(learn(dose=text, parses=True), dose=text)
    np.testing.assert_array_equal(found, expected)


def test_dates_are_days():
    forms = [
        [datetime.date(2020, 1, day) for day in (1, 2, 4)],
        [datetime.datetime(2020, 1, day) for day in (1, 2, 4)],
        [pd.Timestamp(2020, 1, day, tz="Asia/Tokyo") for day in (1, 2, 4)],
        [np.datetime64(f"2020-01-0{day}") for day in (1, 2, 4)],
        [datetime.timedelta(day) for day in (1, 2, 4)],
        [np.timedelta64(day * 24, "h") for day in (1, 2, 4)],
    ]
    expected = transform(learn(dose=[1, 2, 4]), dose=[1, 2, 4])
    for values in forms:
        covariates = learn(day=values)
        found = transform(covariates, day=values)
        np.testing.assert_allclose(found, expected, rtol=1e-6)
        with pytest.raises(ValueError, match=r'X\["day"\]\[0\] is 3 .*not a date, as'):
            transform(covariates, day=[3])
    days = learn(day=forms[0]).columns[0]
    assert days.center == 18263.0
    assert learn(day=forms[3]).columns[0].center == 18263.0
    assert learn(day=forms[1]).columns[0].center == 18263.0
    assert learn(day=forms[2]).columns[0].center == 18263.0 - 9 / 24
    with pytest.raises(
        ValueError, match=r'X\["dose"\]\[0\] is datetime.* not a number'
    ):
        transform(learn(dose=[1, 2]), dose=forms[0])


def test_missing_numbers_are_filled_and_marked():
    values = [1.0, None, 3.0, np.nan, 2.0, "NA", pd.NA]
    with pytest.warns(CovariateWarning) as caught:
        covariates = learn(dose=values)
    assert [str(w.message) for w in caught] == [
        'X["dose"] is missing in 4 of 7 rows (first X["dose"][1]): filled with the '
        "median, 2, and marked."
    ]
    assert covariates.names == ["dose", "dose missing"]
    table = transform(covariates, dose=values)  # without another warning
    np.testing.assert_array_equal(table[:, 1], [0, 1, 0, 1, 0, 1, 1])
    np.testing.assert_allclose(table[:, 0], np.array([-1, 0, 1, 0, 0, 0, 0]) * 1.349)


def test_a_number_that_is_missing_for_the_first_time_warns():
    covariates = learn(dose=[1.0, 2.0, 3.0], other=[1.0, 1.0, 1.0])
    with pytest.warns(
        CovariateWarning,
        match=r'^X\["dose"\] is missing in 1 of 2 rows \(first X\["dose"\]\[1\]\): '
        r"filled with the median of training, 2: no training row lacked it\.$",
    ) as caught:
        table = transform(covariates, dose=[1.0, None], other=[1.0, None])
    assert len(caught) == 1
    assert table.shape == (2, 1)
    assert table[1, 0] == 0


def test_categories_are_one_hot_in_sorted_order():
    covariates = learn(cell=["b", "a", "b", "c"], cell_of_ints=[10, 9, 10, 9])
    assert covariates.names == [
        *("cell=a", "cell=b", "cell=c"),
        *("cell_of_ints=9", "cell_of_ints=10"),
    ]
    table = transform(covariates, cell=["c", "a"], cell_of_ints=[9.0, 10.0])
    np.testing.assert_array_equal(table, [[0, 0, 1, 1, 0], [1, 0, 0, 0, 1]])


def test_missing_and_unseen_levels_are_zeros():
    covariates = learn(cell=["b", "a", "b"])
    with pytest.warns(CovariateWarning) as caught:
        table = transform(covariates, cell=["a", None, "z", "y"])
    np.testing.assert_array_equal(table, [[1, 0], [0, 0], [0, 0], [0, 0]])
    assert [str(w.message) for w in caught] == [
        'X["cell"] is missing in 1 of 4 rows (first X["cell"][1]): no level: no '
        "training row lacked it.",
        "X[\"cell\"][2] is 'z' (2 of 4 rows), which no training row had ('a', 'b'): "
        "nothing was learned about it, it is encoded as zeros.",
    ]
    with pytest.warns(CovariateWarning, match=r'X\["cell"\] is missing in 1 of 3'):
        covariates = learn(cell=["b", "", "b"])
    assert covariates.names == ["cell=b"]
    np.testing.assert_array_equal(transform(covariates, cell=["b", None]), [[1], [0]])


def test_columns_that_do_not_vary_are_left_out():
    with pytest.warns(CovariateWarning, match="missing") as caught:
        covariates = learn(
            one=[1.0, 1.0, 1.0],
            none=[None, None, None],
            some=[1.0, None, 1.0],
            cell=["a", "a", "a"],
            cells=[None, None, None],
        )
    assert sum("the column is left out" in str(w.message) for w in caught) == 2
    assert covariates.names == ["some missing"]
    values = {"one": [2.0], "none": [3.0], "some": [1.0], "cell": ["a"], "cells": ["a"]}
    np.testing.assert_array_equal(transform(covariates, **values), [[0]])
    assert transform(learn(one=[1.0, 1.0]), one=[1.0, 1.0]) is None
    assert transform(learn()) is None
    with pytest.warns(CovariateWarning, match=r'X\["cell"\]\[0\] is \'b\' \(1 of 1 ro'):
        transform(learn(cell=["a", "a"]), cell=["b"])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            [1.0, np.inf],
            r'X\["dose"\]\[1\] is inf \(1 in all\)\. Numbers must be finite',
        ),
        (
            [1, 10**400],
            r'X\["dose"\]\[1\] is 1000.* \(1 in all\)\. Numbers must be fin',
        ),
        ([1.0, "high"], r'X\["dose"\]\[1\] is \'high\' of type str, not a number'),
        ([1.0, "3"], r'X\["dose"\]\[1\] is \'3\' of type str, not a number'),
        ([1.0, [3]], r'X\["dose"\]\[1\] is \[3\] of type list, not a number'),
    ],
)
def test_what_is_no_number_is_refused(values, message):
    with pytest.raises(ValueError, match=message):
        learn(dose=values)
    with pytest.raises(ValueError, match=message):
        transform(learn(dose=[1.0, 2.0]), dose=values)


def test_text_that_is_no_number_is_refused_where_text_is_read():
    for values in (["1", "high"], ["1", "inf"]):
        with pytest.raises(ValueError, match=r'X\["dose"\]\[1\] is '):
            learn(dose=values, parses=True)


def test_too_many_levels_are_refused():
    with pytest.raises(ValueError, match=r'X\["cell"\] has 21 different values in 21'):
        learn(cell=[f"L{i}" for i in range(21)])


number = st.floats(allow_nan=True, allow_infinity=False) | st.none() | st.booleans()
level = st.sampled_from(["a", "b", "none", "", None, 3, 3.0])


@given(
    st.lists(st.tuples(number, number, level), min_size=1, max_size=30),
    st.lists(st.tuples(number, number, level), min_size=1, max_size=5),
    st.randoms(),
)
@settings(max_examples=60, deadline=None)
def test_rows_are_independent_and_states_are_complete(rows, later, random):
    order = random.sample(range(len(rows)), len(rows))
    names = ("dose", "time", "cell")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CovariateWarning)
        warnings.simplefilter("error", RuntimeWarning)
        columns = dict(zip(names, zip(*rows, strict=True), strict=True))
        covariates = learn(**columns)
        shuffled = learn(**{n: [v[i] for i in order] for n, v in columns.items()})
        assert shuffled.names == covariates.names
        new = dict(zip(names, zip(*later, strict=True), strict=True))
        table = transform(covariates, **new)
        assert (table is None) == (not covariates.names)
        if table is None:
            return
        assert table.shape == (len(later), len(covariates.names))
        assert np.isfinite(table).all()
        again = Covariates.from_state(covariates.to_state())
        np.testing.assert_array_equal(transform(again, **new), table)
        assert again.names == covariates.names
        np.testing.assert_allclose(transform(shuffled, **new), table, rtol=1e-4)
        alone = [transform(covariates, **{n: v[i : i + 1] for n, v in new.items()})
                 for i in range(len(later))]  # fmt: skip
        np.testing.assert_array_equal(np.concatenate(alone), table)


def test_states_of_other_versions_are_refused():
    state = learn(dose=[1.0, 2.0]).to_state()
    with pytest.raises(ValueError, match="version 2"):
        Covariates.from_state({**state, "version": 2})
