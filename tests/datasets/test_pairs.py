"""Artificial pairs have the values that their effects say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sklyra.datasets import make_pairs


def test_values_are_the_effects_of_mismatches_and_doses():
    pairs = make_pairs(200, length=9, flank=3, noise=0.0, random_state=0)
    table = pd.DataFrame(pairs.table)
    expected = table["dose"] * np.where(table["cell"] == "K562", 1, 0.5)
    n_mismatches = np.zeros(200, int)
    for row, (guide, target) in enumerate(
        zip(table["guide"], table["target"], strict=True)
    ):
        assert (len(guide), len(target)) == (9, 15)
        for position, effect in enumerate(pairs.mismatch_effects):
            if guide[position] != target[3 + position]:
                expected[row] -= effect
                n_mismatches[row] += 1
    np.testing.assert_allclose(pairs.y, expected)
    assert set(n_mismatches) == {0, 1, 2, 3, 4}
    assert set("".join(table["guide"])) == set("ACGT")


def test_noise_is_added_and_seeds_decide():
    quiet = make_pairs(2000, noise=0.0, random_state=1)
    loud = make_pairs(2000, noise=0.5, random_state=1)
    assert (loud.y - quiet.y).std() == pytest.approx(0.5, rel=0.1)
    again = make_pairs(2000, noise=0.5, random_state=1)
    np.testing.assert_array_equal(again.y, loud.y)
    np.testing.assert_array_equal(again.table["guide"], loud.table["guide"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_samples": 0}, "n_samples"),
        ({"length": 0}, "length"),
        ({"flank": -1}, "flank"),
        ({"noise": -1.0}, "noise"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        make_pairs(**arguments)
