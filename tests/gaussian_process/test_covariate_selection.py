"""Selection of covariates by the evidence for them."""

from __future__ import annotations

import numpy as np
import pytest

from sklyra.gaussian_process import select_covariates
from sklyra.sequences import Inputs
from tests.gaussian_process.cases import encode, random_text

N = 500


def select(rng, value, *columns, n=N):
    """Which columns tell of a value and noise beside sequences that tell of it too."""
    text = random_text(rng, n, 4)
    numbers = np.hstack([np.reshape(c, (n, -1)) for c in columns]).astype(np.float32)
    inputs = Inputs((encode(text),), numbers)
    counts = np.array([x.count("A") for x in text])
    y = value(text) + counts + 0.5 * rng.normal(size=n)
    ends = np.cumsum([np.reshape(c, (n, -1)).shape[1] for c in columns])
    groups = np.split(np.arange(ends[-1]), ends[:-1])
    return select_covariates(inputs, y[:, None], np.ones(n), groups)


def dosed(rng):
    """Sequences beside one number."""
    dose = rng.normal(size=N).astype(np.float32)
    return Inputs((encode(random_text(rng, N, 4)),), dose[:, None]), dose


def test_noise_is_left_out_and_what_tells_stays(rng):
    dose, noise, other = rng.normal(size=(3, N))
    found = select(rng, lambda text: 0.3 * dose, noise, dose, other)
    assert found == [False, True, False]


def test_a_covariate_that_turns_what_a_letter_means_stays(rng):
    sign, noise = np.sign(rng.normal(size=(2, N)))

    def value(text):
        return sign * np.array([x[2] in "AC" for x in text]) - sign / 2

    assert select(rng, value, sign, noise) == [True, False]


@pytest.mark.slow
def test_of_two_that_say_the_same_one_stays(rng):
    dose = rng.normal(size=N)
    assert sum(select(rng, lambda text: 0.5 * dose, dose, 2 * dose)) == 1


@pytest.mark.slow
def test_levels_of_a_category_stay_together(rng):
    levels = np.eye(3)[rng.integers(3, size=N)]
    noise = np.eye(3)[rng.integers(3, size=N)]
    found = select(rng, lambda text: 0.6 * levels[:, 1], levels, noise)
    assert found == [True, False]


def test_covariates_that_are_in_no_list_are_not_asked_about(rng):
    inputs, dose = dosed(rng)
    assert select_covariates(inputs, dose[:, None], np.ones(N), []) == []


def test_many_columns_are_not_asked_about(rng):
    noise = rng.normal(size=(33, N))
    assert all(select(rng, lambda text: 0.0, *noise))


def test_few_rows_do_not_tell(rng):
    assert select(rng, lambda text: 0.0, rng.normal(size=499), n=499) == [True]


@pytest.mark.slow
def test_rows_that_were_not_measured_do_not_count(rng):
    inputs, dose = dosed(rng)
    y = np.stack([dose, rng.normal(size=N)], axis=1)
    columns = [np.array([0])]
    y[40:460, 0] = np.nan
    assert select_covariates(inputs, y, np.ones(N), columns) == [True]
    y[:, 0] = np.nan
    assert select_covariates(inputs, y, np.ones(N), columns) == [False]
    y[0, 1] = np.nan  # one row less than it takes
    assert select_covariates(inputs, y, np.ones(N), columns) == [True]


@pytest.mark.slow
def test_weights_say_which_rows_are_noise(rng):
    inputs, dose = dosed(rng)
    std = np.where(np.arange(N) % 2, 3.0, 0.1)
    y = 0.1 * dose[:, None] + std[:, None] * rng.normal(size=(N, 1))
    columns = [np.array([0])]
    assert select_covariates(inputs, y, std**-2, columns) == [True]
    assert select_covariates(inputs, y, np.ones(N), columns) == [False]
