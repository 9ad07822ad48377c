"""Stacking of positions: means over neighbors, surroundings, and both strands."""

from __future__ import annotations

import numpy as np
import pytest

from sklyra.batching import PositionDataset
from sklyra.ensemble import PositionEnsemble, Split, Strands, SurroundingsPart
from sklyra.ensemble.positions import running_mean
from sklyra.features import position_channels, surroundings
from sklyra.sequences import Inputs, check_sequences
from sklyra.targets import ClassTarget, ValueTarget


def random_sequences(rng, lengths):
    return ["".join(rng.choice(list("ACGU"), n)) for n in lengths]


def test_means_are_over_neighbors_of_the_same_sequence(rng):
    sequences = check_sequences(random_sequences(rng, (1, 5, 12)), alphabet="rna")
    values = rng.normal(size=(2, 18, 3))
    values[1, 1:6] = np.nan  # a sequence in no fold
    found = running_mean(values, sequences, 3)
    for start, stop in ((0, 1), (1, 6), (6, 18)):
        for place in range(start, stop):
            near = values[:, max(start, place - 3) : min(stop, place + 4)]
            np.testing.assert_allclose(found[:, place], near.mean(axis=1), atol=1e-12)


def split_of(rng, n=12, measured=0.8):
    X = random_sequences(rng, rng.integers(5, 30, n))
    sequences = check_sequences(X, alphabet="rna")
    y = rng.normal(size=(len(sequences.values), 2)).astype(np.float32)
    y[rng.random(len(y)) > measured, 1] = np.nan
    weight = rng.random(len(y)).astype(np.float32)
    data = PositionDataset(Inputs((sequences,)), y, weight)
    rows = np.arange(n)
    folds = [(rows[rows % 3 != k], rows[rows % 3 == k]) for k in range(2)]
    return Split(data, folds, None, rows, rows, None)


def of_positions(part, sequences):
    """Features of all positions."""
    return surroundings(sequences, position_channels(sequences, part._vectors))


def least_squares(part, data, rows, column, penalty):
    """Coefficients of one output, straight from the equations."""
    at = data.entries(rows)
    features = of_positions(part, data.sequences.take(rows)).astype(float)
    y, weight = data.target[at, column].astype(float), data.weight[at].astype(float)
    known = np.isfinite(y) & (weight > 0)
    a, w = features[known], weight[known, None]
    penalties = np.full(a.shape[1], penalty)
    penalties[-1] *= 1e-6
    return np.linalg.solve(
        a.T @ (w * a) + np.diag(penalties), a.T @ (w[:, 0] * y[known])
    )


def test_held_out_positions_are_predicted_without_their_fold(rng):
    split = split_of(rng)
    data = split.data
    target = ValueTarget()
    part = SurroundingsPart(data.sequences.alphabet)
    held = part.finish([], split, target, np.random.RandomState(0), "float32")
    features = of_positions(part, data.sequences).astype(float)
    for column in range(2):
        everything = np.arange(len(data))
        fits = {
            p: least_squares(part, data, everything, column, p)
            for p in (30, 300, 3_000, 30_000)
        }
        chosen = [
            p
            for p, c in fits.items()
            if np.allclose(c, part.coefficients[:, column], rtol=1e-3, atol=1e-5)
        ]
        assert len(chosen) == 1
        for train, valid in split.folds:
            of_fold = least_squares(part, data, train, column, chosen[0])
            at = data.entries(valid)
            np.testing.assert_allclose(
                held.honest[at, column], features[at] @ of_fold, rtol=1e-3, atol=1e-4
            )
    never = data.entries(np.arange(2, 12, 3))
    assert np.isnan(held.kept[never]).all()


def test_the_penalty_is_the_one_that_predicts_best(rng):
    """Of noise nothing can be learned: the greatest penalty wins."""
    split = split_of(rng, n=30, measured=1.1)
    part = SurroundingsPart(split.data.sequences.alphabet)
    part.finish([], split, ValueTarget(), np.random.RandomState(0), "float32")
    noise = np.abs(part.coefficients[:-1]).max()
    data = split.data
    letters = of_positions(part, data.sequences)[:, 84]  # the letter itself
    known = PositionDataset(
        data.inputs, np.stack([letters] * 2, axis=1), np.ones_like(data.weight)
    )
    taught = Split(known, split.folds, None, split.same, split.same_asked, None)
    part.finish([], taught, ValueTarget(), np.random.RandomState(0), "float32")
    assert part.coefficients[84, 0] > 0.5 > 50 * noise


def test_a_part_comes_back_from_its_state(rng):
    split = split_of(rng)
    part = SurroundingsPart(split.data.sequences.alphabet)
    part.finish([], split, ValueTarget(), np.random.RandomState(0), "float32")
    again = SurroundingsPart.from_state(part.to_state())
    inputs = split.data.inputs
    np.testing.assert_array_equal(
        part.predict(inputs, "float32"), again.predict(inputs, "float32")
    )
    with pytest.raises(ValueError, match="version"):
        SurroundingsPart.from_state({**part.to_state(), "version": 0})


def test_nothing_is_smoothed_before_there_is_evidence():
    sequences = check_sequences(["ACG", "TT"], alphabet="dna")
    parts = [SurroundingsPart(sequences.alphabet)] * 2
    target = ClassTarget(classes=np.arange(2))
    weights = PositionEnsemble(parts, target, Strands(False)).stacking_weights
    assert weights.ravel().tolist() == [1, 1, 0, 0, 0, 0]


def test_strands_of_positions_are_averaged_backwards():
    sequences = check_sequences(["ACG", "TT"], alphabet="dna")
    part = SurroundingsPart(sequences.alphabet)
    target = ClassTarget(classes=np.arange(2))
    ensemble = PositionEnsemble([part], target, Strands(True))
    outputs = np.array([0.0, 1, 2, 3, 4, 20, 10, 0, 40, 30])[None, :, None]
    found = ensemble._averaged(outputs, Inputs((sequences,)))
    assert found[0, :, 0].tolist() == [0, 5.5, 11, 16.5, 22]
