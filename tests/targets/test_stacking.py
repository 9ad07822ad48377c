"""Stacking weights, against least squares and likelihood."""

from __future__ import annotations

import numpy as np
from scipy.special import log_softmax, softmax

from sklyra.ensemble.held_out import cross_fit
from sklyra.targets.stacking import logit_weights, value_weights


def test_stacking_weights_are_those_of_other_folds(rng):
    parts = rng.normal(size=(2, 30, 1))
    fold = np.arange(30) % 3
    asked = []

    def stack(rows):
        asked.append(rows)
        return np.full((2, 1), float(fold[rows].sum()))

    found = cross_fit(parts, fold, stack)
    for number, rows in enumerate(asked):
        np.testing.assert_array_equal(rows, np.flatnonzero(fold != number))
        factor = fold[rows].sum()
        expected = factor * parts.sum(axis=0)[fold == number]
        np.testing.assert_allclose(found[fold == number], expected)


def test_value_weights_are_least_squares(rng):
    one, two = rng.normal(size=(2, 5000, 2))
    target = one * [0.3, 0.0] + two * [0.6, 0.5] - one * [0.0, 0.4]
    shares = value_weights(np.stack([one, two]), target, np.ones(5000))
    np.testing.assert_allclose(shares, [[0.3, 0.0], [0.6, 0.5]], atol=0.02)


def test_value_weights_follow_weights(rng):
    one, two = rng.normal(size=(2, 400, 1))
    target = np.where(np.arange(400)[:, None] < 200, one, two)
    weight = np.where(np.arange(400) < 200, 1.0, 0.0)
    shares = value_weights(np.stack([one, two]), target, weight)
    np.testing.assert_allclose(shares, [[1.0], [0.0]], atol=0.05)


def test_few_rows_say_little(rng):
    one, two = rng.normal(size=(2, 2, 1))
    shares = value_weights(np.stack([one, two]), 3 * one, np.ones(2))
    assert (np.abs(shares - 0.5) < 0.6).all()


def test_logit_weights_find_the_temperature(rng):
    logits = 2 * rng.normal(size=(20_000, 3))
    classes = np.array([rng.choice(3, p=p) for p in softmax(logits, axis=1)])
    start = np.ones((1, 1))
    shares = logit_weights(4 * logits[None], classes, np.ones(20_000), start)
    np.testing.assert_allclose(shares, [[0.25]], atol=0.01)


def test_logit_weights_are_the_most_likely(rng):
    parts = rng.normal(size=(2, 500, 3))
    logits = 1.5 * parts[0] + 0.5 * parts[1]
    classes = np.array([rng.choice(3, p=p) for p in softmax(logits, axis=1)])
    weight = rng.gamma(2, 0.5, 500)
    found = logit_weights(parts, classes, weight, np.array([[0.5], [2.0]]))

    def likelihood(shares):
        total = np.tensordot(shares, parts, 1)
        return weight @ log_softmax(total, axis=1)[np.arange(500), classes]

    best = likelihood(found[:, 0])
    for change in ([0.1, 0], [-0.1, 0], [0, 0.1], [0, -0.1]):
        assert likelihood(found[:, 0] + change) < best
