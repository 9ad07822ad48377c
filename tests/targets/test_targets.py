"""Targets: read, stacked and scored, with entries that were not measured."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.metrics import accuracy_score, r2_score
from sklearn.utils.class_weight import compute_sample_weight

from sklyra.targets import ClassTarget, ValueTarget

SCALES = ["output", "output", "level"]


def values(rng, n_outputs=2):
    target = ValueTarget()
    y = rng.normal(3, 2, (40, n_outputs))
    encoded = target.read(y, np.arange(40), learn=True).astype(np.float64)
    return target, y, encoded


def classes(rng):
    target = ClassTarget()
    y = rng.choice(["a", "b", "c"], 40)
    return target, y, target.read(y, np.arange(40), learn=True)


def test_values_are_read_and_decoded(rng):
    target, y, encoded = values(rng)
    np.testing.assert_allclose(encoded.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(encoded.std(axis=0), 1, rtol=1e-6)
    np.testing.assert_allclose(target.decode(encoded), y, rtol=1e-5)
    np.testing.assert_allclose(target.effects(np.ones((1, 2)))[0], y.std(axis=0))


def test_one_value_stays_a_column(rng):
    target = ValueTarget()
    y = rng.normal(size=40)
    encoded = target.read(y, np.arange(40), learn=True)
    assert encoded.shape == (40, 1)
    assert target.decode(encoded.astype(float)).shape == (40,)
    assert target.decode(np.zeros((5, 40, 1))).shape == (5, 40)


def test_later_values_have_the_scale_of_the_first(rng):
    target, y, _ = values(rng)
    later = target.read(2 * y, np.arange(40), learn=False)
    expected = (2 * y - y.mean(axis=0)) / y.std(axis=0)
    np.testing.assert_allclose(later, expected, rtol=1e-5)


def test_classes_are_numbered_in_order(rng):
    target, y, encoded = classes(rng)
    assert target.classes.tolist() == ["a", "b", "c"]
    assert target.classes[encoded].tolist() == y.tolist()
    levels = target.levels(encoded)
    assert levels.argmax(axis=1).tolist() == encoded.tolist()
    assert levels.sum() == 40
    logits = rng.normal(size=(4, 3))
    np.testing.assert_allclose(target.decode(logits), softmax(logits, axis=1))
    np.testing.assert_array_equal(target.decode(logits, "level"), logits)


def test_later_classes_weigh_what_those_of_training_do(rng):
    target, y, encoded = classes(rng)
    target = ClassTarget("balanced")
    target.read(y, np.arange(40), learn=True)
    weight = target.class_weights(y)
    np.testing.assert_allclose(weight, compute_sample_weight("balanced", y))
    later = np.array(["b", "b", "c"])
    found = target.class_weights(later)
    np.testing.assert_array_equal(
        found, [weight[y == label][0] for label in later.tolist()]
    )
    # outputs of networks that know nothing but how often classes are
    base = np.bincount(encoded) / 40
    np.testing.assert_allclose(target.decode(np.zeros((1, 3)))[0], base)
    # training that goes on weighs by its own rows, and remembers absent classes
    resumed = ClassTarget("balanced")
    resumed.resume(target)
    np.testing.assert_allclose(resumed.class_weights(later), [0.75, 0.75, 1.5])
    absent = weight[y == "a"][0]
    assert resumed.class_weights(np.array(["a"]))[0] == absent
    assert target.class_weights(later)[0] == found[0]


def test_stacking_of_weighed_classes_is_that_of_classes(rng):
    """Weights of classes do not change what is likely, once they are subtracted."""
    y = rng.choice(["a", "b"], 4000, p=[0.95, 0.05])
    target = ClassTarget("balanced")
    encoded = target.read(y, np.arange(4000), learn=True)
    weight = target.class_weights(y)
    log_odds = rng.normal(1.5 * (encoded == 1), 1)  # of which 1.5 times is calibrated
    parts = np.column_stack([-log_odds / 2, log_odds / 2])[None] - 0.375 * np.array(
        [-1.0, 1.0]
    )
    found = target.stack(parts, encoded, weight, ["output"])
    np.testing.assert_allclose(found, [[1.5]], atol=0.15)
    probability = target.decode(found[0, 0] * parts[0])[:, 1]
    assert probability.mean() == pytest.approx((y == "b").mean(), abs=0.01)


def test_what_was_not_measured_does_not_count_in_stacking(rng):
    """As if the rows were not there, for each output alone."""
    target, _, encoded = values(rng)
    parts = encoded + rng.normal(size=(3, 40, 2))
    weight = rng.uniform(0.5, 2, 40)
    missing = encoded.copy()
    missing[:15, 0] = np.nan
    found = target.stack(parts, missing, weight, SCALES)
    whole = target.stack(parts, encoded, weight, SCALES)
    rows = target.stack(parts[:, 15:], encoded[15:], weight[15:], SCALES)
    np.testing.assert_allclose(found[:, 1], whole[:, 1])
    np.testing.assert_allclose(found[:, 0], rows[:, 0])
    assert np.abs(found[:, 0] - whole[:, 0]).max() > 1e-3

    target, _, encoded = classes(rng)
    parts = rng.normal(size=(3, 40, 3)) + 2 * np.eye(3)[encoded]
    missing = np.where(np.arange(40) < 15, -1, encoded)
    found = target.stack(parts, missing, weight, SCALES)
    rows = target.stack(parts[:, 15:], encoded[15:], weight[15:], SCALES)
    np.testing.assert_allclose(found, rows)
    assert np.isnan(target.levels(missing)[:15]).all()


def test_what_was_not_measured_does_not_count_in_scores(rng):
    target, _, encoded = values(rng)
    output = encoded + rng.normal(size=(40, 2))
    weight = rng.uniform(0.5, 2, 40)
    missing = encoded.copy()
    missing[:15, 0] = np.nan
    expected = [
        r2_score(encoded[15:, 0], output[15:, 0], sample_weight=weight[15:]),
        r2_score(encoded[:, 1], output[:, 1], sample_weight=weight),
    ]
    found = target.score(output, missing, weight)
    assert found == pytest.approx(np.mean(expected))
    assert np.isnan(target.score(output, np.full((40, 2), np.nan), weight))

    target, _, encoded = classes(rng)
    output = rng.normal(size=(40, 3))
    missing = np.where(np.arange(40) < 15, -1, encoded)
    right = accuracy_score(
        encoded[15:], output[15:].argmax(axis=1), sample_weight=weight[15:]
    )
    assert target.score(output, missing, weight) == pytest.approx(right)
    assert np.isnan(target.score(output, np.full(40, -1), weight))


def test_prior_weights_add_logits_and_levels():
    target = ClassTarget(classes=np.arange(3))
    assert target.prior_weights(["output"]).tolist() == [[1.0]]
    assert target.prior_weights(["output"] * 2).tolist() == [[0.5]] * 2
    assert target.prior_weights(SCALES).tolist() == [[0.25], [0.25], [2.0]]
