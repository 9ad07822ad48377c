"""Parts of decision trees: what they read, and what they hold out."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesRegressor, HistGradientBoostingRegressor

from sklyra._trees import Trees
from sklyra.batching import SequenceDataset
from sklyra.ensemble import BoostedTreesPart, ExtraTreesPart, Split, boosted_trees
from sklyra.features import FacingPositions
from sklyra.sequences import Inputs, check_sequences
from sklyra.targets import ValueTarget

every_part = pytest.mark.parametrize("Part", [BoostedTreesPart, ExtraTreesPart])


@pytest.fixture(autouse=True)
def few_trees(monkeypatch):
    monkeypatch.setitem(boosted_trees._OPTIONS, "max_iter", 25)


@pytest.fixture
def data(rng):
    """A number and a letter, in an interaction that trees find, and two outputs."""
    sites = rng.choice(list("ACGT"), (200, 5))
    numbers = rng.normal(size=(200, 2)).astype(np.float32)
    chains = (check_sequences(["".join(row) for row in sites], alphabet="dna"),)
    y = np.where(sites[:, 2] == "A", 3.0 * (numbers[:, 0] > 0), 0.0)
    Y = np.column_stack([y, -y])
    Y[::4, 1] = np.nan
    target = ValueTarget()
    encoded = target.read(Y, np.arange(200), learn=True)
    return SequenceDataset(
        Inputs(chains, numbers), encoded, np.ones(200, np.float32)
    ), target


def fit(Part, data, target, folds, valid=None):
    part = Part.learn(data.inputs)
    same = np.arange(len(data))
    split = Split(data, folds, valid, same, same, None)
    return part, part.finish([], split, target, np.random.RandomState(0), "float32")


def thirds(n):
    rows = np.arange(n)
    return [(rows[rows % 3 != k], rows[rows % 3 == k]) for k in range(3)]


@pytest.mark.parametrize("n_rows", [6, 300])
def test_trees_predict_what_scikit_learns_do(rng, n_rows):
    table = rng.normal(size=(n_rows, 4)).round(1)
    y = table[:, 0] * table[:, 1] + rng.normal(size=n_rows)
    model = HistGradientBoostingRegressor(max_iter=20, min_samples_leaf=2).fit(table, y)
    new = rng.normal(size=(50, 4)).round(1)
    np.testing.assert_allclose(
        Trees.of_boosted(model).predict(new), model.predict(new), rtol=1e-5, atol=1e-7
    )
    forest = ExtraTreesRegressor(20, random_state=0).fit(table, y)
    np.testing.assert_allclose(
        Trees.of_forest(forest).predict(new), forest.predict(new), rtol=1e-5, atol=1e-7
    )


@every_part
def test_rows_are_held_out_from_their_member(Part, data):
    dataset, target = data
    folds = thirds(200)
    part, held = fit(Part, dataset, target, folds)
    for member, (_, valid) in enumerate(folds):
        predicted = part.predict(dataset.inputs.take(valid), "float32")[member]
        np.testing.assert_array_equal(held.honest[valid], predicted)
    levels = target.levels(dataset.target)
    assert np.corrcoef(held.honest[:, 0], levels[:, 0])[0, 1] > 0.8
    known = np.isfinite(levels[:, 1])
    assert np.corrcoef(held.honest[known, 1], levels[known, 1])[0, 1] > 0.8
    changed = dataset.target.copy()
    changed[folds[0][1]] += 100  # of rows that the first member holds out
    other, _ = fit(
        Part, SequenceDataset(dataset.inputs, changed, dataset.weight), target, folds
    )
    for one, two in zip(part.members[0], other.members[0], strict=True):
        np.testing.assert_array_equal(one.value, two.value)


@every_part
def test_weights_count(Part, data):
    dataset, target = data
    folds = thirds(200)
    wrong = np.zeros(200, bool)
    wrong[::5] = True
    noisy = np.where(wrong[:, None], -dataset.target, dataset.target)
    ones = np.ones(200, np.float32)
    weight = np.where(wrong, 1e-6, 1.0).astype(np.float32)
    errors = []
    for y, weights in ((dataset.target, ones), (noisy, ones), (noisy, weight)):
        part, _ = fit(Part, SequenceDataset(dataset.inputs, y, weights), target, folds)
        found = part.predict(dataset.inputs, "float32").mean(axis=0)[:, 0]
        errors.append(np.mean((found - dataset.target[:, 0])[~wrong] ** 2))
    clean, misled, weighted = errors
    assert weighted < (clean + misled) / 2


@every_part
def test_states_predict_the_same(Part, data):
    dataset, target = data
    part, _ = fit(Part, dataset, target, thirds(200))
    again = Part.from_state(part.to_state())
    expected = part.predict(dataset.inputs, "float32")
    np.testing.assert_array_equal(again.predict(dataset.inputs, "float32"), expected)
    alone = again.predict(dataset.inputs.take(np.array([7])), "float32")
    np.testing.assert_array_equal(alone, expected[:, [7]])


@every_part
def test_validation_data_are_predicted_by_all_members(Part, data):
    dataset, target = data
    rows = np.arange(200)
    valid = dataset.take(rows[150:])
    folds = [(rows[:150], np.empty(0, np.intp))] * 2
    part, held = fit(Part, dataset.take(rows[:150]), target, folds, valid)
    mean = part.predict(valid.inputs, "float32").mean(axis=0)
    np.testing.assert_allclose(held.honest, mean)


@every_part
def test_nothing_held_out_is_unknown(Part, data):
    dataset, target = data
    _, held = fit(Part, dataset, target, [(np.arange(200), np.empty(0, np.intp))])
    assert np.isnan(held.honest).all()


@every_part
@pytest.mark.parametrize("n_rows", [1, 2])
def test_hardly_any_rows_are_predicted(Part, data, n_rows):
    dataset, target = data
    part, _ = fit(
        Part, dataset.take(np.arange(n_rows)), target, [(np.arange(n_rows), [])]
    )
    assert np.isfinite(part.predict(dataset.inputs, "float32")).all()


def test_letters_are_counted_wherever_they_stand(rng):
    """Of which there are as many in every sequence tells nothing, and is left out."""
    first = ["".join(rng.permutation(list("AACGT" + "C" * (n % 4)))) for n in range(12)]
    second = ["MK" + "W" * (n % 3) for n in range(12)]
    chains = (
        check_sequences(first, alphabet="dna"),
        check_sequences(second, alphabet="protein"),
    )
    part = ExtraTreesPart.learn(Inputs(chains, np.zeros((12, 1), np.float32)))
    table = part._table(Inputs(chains, np.ones((12, 1), np.float32)))
    expected = [
        [x.count("C"), z.count("W"), 1] for x, z in zip(first, second, strict=True)
    ]
    np.testing.assert_array_equal(table[:, -3:], expected)


@every_part
def test_trees_see_mismatches_near_places(Part, rng):
    letters = rng.choice(list("ACGT"), (2, 300, 12))
    letters[1] = np.where(rng.random((300, 12)) < 0.7, letters[0], letters[1])
    rows = [["".join(row) for row in chain] for chain in letters]
    chains = tuple(check_sequences(chain, alphabet="dna") for chain in rows)
    plain = Inputs(chains, names=("one", "two"))
    inputs = FacingPositions(plain, {(0, 1): "aligned"})(plain)
    near = (letters[0] != letters[1])[:, 3:7].sum(axis=1)
    target = ValueTarget()
    encoded = target.read(near.astype(float), np.arange(300), learn=True)
    data = SequenceDataset(inputs, encoded, np.ones(300, np.float32))
    part, held = fit(Part, data, target, thirds(300))
    assert part.facing == [(2, 12)]
    assert np.corrcoef(held.honest[:, 0], near)[0, 1] > 0.8
    again = Part.from_state(part.to_state())
    np.testing.assert_array_equal(
        again.predict(inputs, "float32"), part.predict(inputs, "float32")
    )
    before = part._table(inputs).shape[1]
    older = Part.from_state({**part.to_state(), "facing": []})
    assert older._table(inputs).shape[1] == before - 9
