"""Axes of positions and channels are told apart, or warned of."""

from __future__ import annotations

import numpy as np
import pytest

from sklyra.exceptions import AxisWarning
from sklyra.sequences import check_sequences


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
