"""Made landscapes, against their formula."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.utils import check_random_state

from sklyra import SequenceOneHotEncoder
from sklyra.alphabets import ALPHABETS
from sklyra.datasets import make_epistasis


def signs_of(data):
    """Read the signs back from the letters: +1 the first state, -1 the second."""
    return [
        [
            {first: 1, second: -1}[letter]
            for letter, (first, second) in zip(text, data.states, strict=True)
        ]
        for text in data.sequences
    ]


def value_of(signs, coefficients):
    """Add up a landscape for one sequence."""
    return sum(c * math.prod(signs[p] for p in t) for t, c in coefficients.items())


def pure(n_samples=50, length=6, order=2, n_terms=3, **options):
    """Make a small landscape, without noise unless it is asked for."""
    options.setdefault("random_state", 0)
    return make_epistasis(n_samples, length, order, n_terms=n_terms, **options)


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("alphabet", ["protein", "dna", "rna"])
@pytest.mark.parametrize("random_state", [0, 1])
def test_values_are_the_sum_over_the_returned_terms(order, alphabet, random_state):
    data = pure(order=order, alphabet=alphabet, random_state=random_state)
    expected = [value_of(signs, data.coefficients) for signs in signs_of(data)]
    np.testing.assert_allclose(data.y, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("alphabet", ["protein", "dna", "rna"])
def test_sequences_are_written_in_two_letters_of_the_alphabet_at_each_position(
    alphabet,
):
    data = pure(n_samples=200, length=9, alphabet=alphabet)
    assert data.sequences.shape == data.y.shape == (200,)
    assert data.sequences.dtype == object
    assert data.states.shape == (9, 2)
    for position, (first, second) in enumerate(data.states):
        assert first != second
        assert {text[position] for text in data.sequences} == {first, second}
        assert {first, second} <= set(ALPHABETS[alphabet].letters)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_every_order_has_the_same_number_of_terms_and_share_of_variance(order):
    data = pure(length=7, order=order, n_terms=4)
    sizes = Counter(map(len, data.coefficients))
    assert sizes == dict.fromkeys(range(1, order + 1), 4)
    for size in sizes:
        share = sum(c**2 for t, c in data.coefficients.items() if len(t) == size)
        assert share == pytest.approx(1 / order)


def test_effects_differ_in_size_and_sign():
    effects = pure(length=8, order=3, n_terms=5).coefficients.values()
    assert len({round(abs(effect), 9) for effect in effects}) == 15
    assert min(effects) < 0 < max(effects)


def test_coefficients_are_the_walsh_coefficients_of_the_landscape():
    data = pure(n_samples=1000, length=5, order=3, n_terms=4)
    landscape = {
        tuple(signs): y for signs, y in zip(signs_of(data), data.y, strict=True)
    }
    assert len(landscape) == 2**5  # every sequence was drawn
    for size in range(6):
        for positions in itertools.combinations(range(5), size):
            walsh = np.mean(
                [y * math.prod(s[p] for p in positions) for s, y in landscape.items()]
            )
            expected = data.coefficients.get(positions, 0)
            assert walsh == pytest.approx(expected, abs=1e-12)


def test_the_landscape_has_variance_one():
    data = pure(length=8, order=3)
    everything = itertools.product([1, -1], repeat=8)
    values = [value_of(signs, data.coefficients) for signs in everything]
    assert np.mean(values) == pytest.approx(0, abs=1e-12)
    assert np.var(values) == pytest.approx(1)


@pytest.mark.parametrize("random_state", [0, 1, 2])
@pytest.mark.parametrize("order", [2, 3])
def test_a_sum_of_single_effects_explains_little_of_epistasis(order, random_state):
    X, y, _, _ = make_epistasis(1000, order=order, random_state=random_state)
    model = make_pipeline(SequenceOneHotEncoder(flatten=True), Ridge())
    predicted = cross_val_predict(model, X, y, cv=KFold(3))
    assert 1 - np.var(y - predicted) / np.var(y) < 0.6


def test_a_sum_of_single_effects_explains_a_landscape_without_epistasis():
    X, y, _, _ = make_epistasis(500, order=1, random_state=0)
    model = make_pipeline(SequenceOneHotEncoder(flatten=True), Ridge(1e-3))
    predicted = cross_val_predict(model, X, y, cv=KFold(3))
    assert 1 - np.var(y - predicted) / np.var(y) > 0.99


def test_noise_is_added_to_the_same_landscape():
    quiet, noisy = pure(n_samples=5000), pure(n_samples=5000, noise=0.5)
    assert noisy.sequences.tolist() == quiet.sequences.tolist()
    assert noisy.coefficients == quiet.coefficients
    difference = noisy.y - quiet.y
    assert difference.std() == pytest.approx(0.5, rel=0.1)
    assert difference.mean() == pytest.approx(0, abs=0.05)


def test_the_same_seed_makes_the_same_data_and_another_seed_others():
    one, two, other = pure(), pure(), pure(random_state=1)
    assert one.sequences.tolist() == two.sequences.tolist()
    assert one.y.tolist() == two.y.tolist()
    assert one.coefficients == two.coefficients
    assert one.sequences.tolist() != other.sequences.tolist()


def test_the_seed_may_be_a_random_state_which_is_used_up():
    rng = np.random.RandomState(0)
    first, second = pure(random_state=rng), pure(random_state=rng)
    assert first.y.tolist() == pure(random_state=0).y.tolist()
    assert first.y.tolist() != second.y.tolist()


def test_the_global_random_state_is_left_alone():
    before = check_random_state(None).get_state()[1].tolist()
    pure()
    assert check_random_state(None).get_state()[1].tolist() == before


def test_all_sets_of_positions_can_be_asked_for():
    data = make_epistasis(10, length=4, order=3, n_terms=4, random_state=0)
    sets = [t for t in data.coefficients if len(t) in (1, 3)]
    assert sorted(sets) == sorted(
        [*itertools.combinations(range(4), 1), *itertools.combinations(range(4), 3)]
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"order": 0}, "order=0 is not an option: choose an int >= 1"),
        ({"order": -1}, "order=-1 is not an option"),
        ({"length": 2, "order": 3}, "order=3 must be between 1 and length=2"),
        (
            {"length": 4, "n_terms": 7},
            "n_terms=7 is more than the sets of 1 positions that length=4 has. Lower n",
        ),
        (
            {"length": 6, "order": 6},
            "n_terms=5 is more than the sets of 6 positions that length=6 has. Lower n",
        ),
        (
            {"alphabet": "prot"},
            "alphabet='prot' is not an option: choose one of .*'dna'",
        ),
        ({"alphabet": "auto"}, "alphabet='auto' is not an option"),
        pytest.param(
            {"n_terms": 0},
            "n_terms=0 is not an option: choose an int >= 1",
        ),
    ],
)
def test_a_landscape_that_cannot_be_made_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        make_epistasis(10, **options)
