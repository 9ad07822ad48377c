from __future__ import annotations

import numpy as np
import pytest

from sklyra.sequences import Inputs, check_sequences


def test_rows_of_all_columns_are_selected_together(rng):
    one = check_sequences(["ACGT", "AC", "GGG"], alphabet="dna")
    two = check_sequences(["MKL", "WWWW", "A"], alphabet="protein")
    covariates = rng.normal(size=(3, 2)).astype(np.float32)
    inputs = Inputs((one, two), covariates)
    assert len(inputs) == 3
    rows = np.array([2, 0, 2])
    taken = inputs.take(rows)
    assert len(taken) == 3
    for chain, whole in zip(taken.chains, (one, two), strict=True):
        np.testing.assert_array_equal(chain.lengths, whole.lengths[rows])
        np.testing.assert_array_equal(chain.values, whole.take(rows).values)
    np.testing.assert_array_equal(taken.covariates, covariates[rows])
    assert Inputs((one,)).take(rows).covariates is None


def test_the_only_chain_is_no_choice():
    one = check_sequences(["ACGT", "AC"], alphabet="dna")
    assert Inputs((one,)).sequences is one
    with pytest.raises(ValueError, match="too many values"):
        _ = Inputs((one, one)).sequences


def test_states_are_complete(rng):
    one = check_sequences(["ACGT", "AC"], alphabet="dna")
    two = check_sequences([np.ones((2, 3)), np.zeros((1, 3))])
    covariates = rng.normal(size=(2, 2)).astype(np.float32)
    for inputs in (Inputs((one, two), covariates), Inputs((one,))):
        again = Inputs.from_state(inputs.to_state())
        np.testing.assert_array_equal(again.covariates, inputs.covariates)
        for chain, other in zip(again.chains, inputs.chains, strict=True):
            np.testing.assert_array_equal(chain.values, other.values)
            np.testing.assert_array_equal(chain.offsets, other.offsets)
            assert chain.alphabet == other.alphabet
    with pytest.raises(ValueError, match="version 2"):
        Inputs.from_state({**inputs.to_state(), "version": 2})
