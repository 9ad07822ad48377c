"""What each member of each part predicts."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax

from sklyra import LyraClassifier, LyraRegressor
from sklyra.datasets import make_epistasis
from sklyra.ensemble import Strands
from sklyra.sequences import Inputs, both_strands, check_sequences

SMALL = {
    "d_model": 8,
    "pgc_hidden": (4,),
    "d_state": 4,
    "head_hidden": 4,
    "max_epochs": 2,
    "n_members": 2,
    "random_state": 0,
}
X, Y, *_ = make_epistasis(60, 8, alphabet="dna", random_state=0)
NAMES = ["lyra", "perceptron", "gaussian_process"]


def test_values_of_parts_add_up_to_predictions():
    """In standard deviations from the mean, times the stacking weights."""
    model = LyraRegressor(**SMALL).fit(X, 5 + 3 * Y)
    parts = model.predict_parts(X[:9])
    assert list(parts) == NAMES
    assert [part.shape for part in parts.values()] == [(2, 9), (2, 9), (1, 9)]
    weights = model.stacking_weights_
    assert weights.shape == (3, 1)
    mean = np.mean(5 + 3 * Y)
    centered = [part.mean(axis=0) - mean for part in parts.values()]
    total = mean + (weights * centered).sum(axis=0)
    np.testing.assert_allclose(total, model.predict(X[:9]), rtol=1e-6)


def test_each_output_has_its_column():
    model = LyraRegressor(**SMALL, perceptron=False).fit(X, np.c_[Y, -Y, Y**2])
    parts = model.predict_parts(X[:9])
    assert {name: part.shape for name, part in parts.items()} == {
        "lyra": (2, 9, 3),
        "gaussian_process": (1, 9, 3),
    }


def test_probabilities_of_members():
    model = LyraClassifier(**SMALL).fit(X, np.where(Y > 0, "high", "low"))
    parts = model.predict_parts(X[:9])
    assert [part.shape for part in parts.values()] == [(2, 9, 2), (2, 9, 2), (1, 9, 2)]
    for name in NAMES[:2]:
        np.testing.assert_allclose(parts[name].sum(axis=2), 1)
    raw = model._ensemble.predict_parts(model._read_known(X[:9]), "float32")
    np.testing.assert_allclose(parts["lyra"], softmax(raw["lyra"], axis=2))
    np.testing.assert_array_equal(parts["gaussian_process"], raw["gaussian_process"])


def test_parts_predict_the_same_of_either_strand():
    model = LyraRegressor(**SMALL, reverse_complement=True).fit(X, Y)
    other = [x[::-1].translate(str.maketrans("ACGT", "TGCA")) for x in X[:9]]
    one, two = model.predict_parts(X[:9]), model.predict_parts(other)
    for name in NAMES:
        np.testing.assert_allclose(one[name], two[name], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("both", [False, True])
def test_strands_are_doubled_and_averaged(both, rng):
    strands = Strands(both)
    sequences = check_sequences(["ACG", "CGT", "AAAA"], alphabet="dna")
    folds = [(np.array([0, 1]), np.array([2]))]
    outputs = rng.normal(size=(2, 6 if both else 3, 1))
    numbers = strands.numbers(Inputs((sequences,)))
    if not both:
        assert strands.of_folds(folds, 3) is folds
        assert strands.average(outputs) is outputs
        assert len(set(numbers)) == 3
        return
    ((train, held),) = strands.of_folds(folds, 3)
    assert train.tolist() == [0, 1, 3, 4]
    assert held.tolist() == [2, 5]
    expected = (outputs[:, :3] + outputs[:, 3:]) / 2
    np.testing.assert_array_equal(strands.average(outputs), expected)
    assert numbers[0] == numbers[1] != numbers[2]  # ACG is CGT's other strand
    assert len(both_strands(sequences)) == 6
