"""States of a posterior and its parts: plain values that give the same again."""

from __future__ import annotations

import pickle
import pickletools

import numpy as np
import pytest

from sklyra import DNA, PROTEIN
from sklyra.alphabets import Alphabet
from sklyra.features import AlignedPositions
from sklyra.gaussian_process import Posterior
from sklyra.gaussian_process.feature_map import FeatureMap
from sklyra.sequences import EncodedSequences, check_sequences
from tests.gaussian_process.cases import encode, fit, random_text


@pytest.fixture(scope="module", params=["dna", "protein"])
def fitted_model(request):
    rng = np.random.default_rng(0)
    letters = list({"dna": "ACGT", "protein": PROTEIN.letters}[request.param])
    text = ["".join(rng.choice(letters, n)) for n in rng.integers(3, 9, 40)]
    sequences = check_sequences(text, alphabet=request.param)
    target = rng.normal(size=(40, 2))
    target[:5, 1] = np.nan
    return sequences, fit(sequences, target)


def walk(value):
    """All values in lists and dictionaries."""
    yield value
    if isinstance(value, dict):
        assert all(type(key) is str for key in value)
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from walk(part)


def test_a_state_is_plain_values(fitted_model):
    _, model = fitted_model
    plain = {type(None), bool, int, float, str, list, dict, np.ndarray}
    values = list(walk(model.to_state()))
    assert {type(value) for value in values} <= plain
    arrays = [value for value in values if isinstance(value, np.ndarray)]
    assert {array.dtype.kind for array in arrays} <= set("biuf")
    assert len(values) > 30


@pytest.mark.parametrize("way", ["state", "pickle"])
def test_what_is_read_again_predicts_the_same(fitted_model, way):
    sequences, model = fitted_model
    if way == "state":
        again = Posterior.from_state(model.to_state())
    else:
        again = pickle.loads(pickle.dumps(model))
    for compute in ("predict", "variance"):
        found, expected = (getattr(x, compute)(sequences) for x in (again, model))
        np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(again.noise_variance, model.noise_variance)
    folds = [(np.arange(30), np.arange(30, 40))]
    for found, expected in zip(
        again.held_out(folds, sequences), model.held_out(folds, sequences), strict=True
    ):
        np.testing.assert_array_equal(found, expected)


def test_a_pickle_names_one_class_of_ours(fitted_model):
    _, model = fitted_model
    strings = {
        argument
        for _, argument, _ in pickletools.genops(pickle.dumps(model))
        if isinstance(argument, str)
    }
    ours = {name for name in strings if name.startswith("sklyra")}
    assert ours == {"sklyra.gaussian_process.posterior"}
    assert not any("torch" in name for name in strings)


def parts(rng):
    sequences = encode(random_text(rng, 9, 5))
    return [
        DNA,
        PROTEIN.with_letters("*"),
        sequences,
        EncodedSequences(np.ones((5, 3), np.float32), np.array([0, 2, 5]), None),
        AlignedPositions(sequences),
        FeatureMap(sequences),
    ]


def test_parts_have_equal_states_again(rng):
    for part in parts(rng):
        state = part.to_state()
        again = type(part).from_state(state)
        np.testing.assert_equal(again.to_state(), state)
    assert Alphabet.from_state(DNA.to_state()) == DNA


def test_states_of_other_versions_are_refused(rng, fitted_model):
    for part in (*parts(rng), fitted_model[1]):
        name = type(part).__name__
        for state in ({**part.to_state(), "version": 2}, {}):
            with pytest.raises(ValueError, match=f"state of {name} has version"):
                type(part).from_state(state)
