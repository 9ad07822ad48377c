"""Labels of which a sequence may have several: signs, weights and shares of folds."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from sklearn.metrics import accuracy_score

from sklyra.targets import ClassTarget, MultilabelTarget

SCALES = ["output", "output", "level"]


def table(rng, n=60, k=3):
    labels = (rng.random((n, k)) < np.linspace(0.2, 0.6, k)).astype(float)
    labels[:2] = [[0.0] * k, [1.0] * k]
    return labels


def read(labels, **options):
    target = MultilabelTarget(**options)
    return target, target.read(labels, np.arange(len(labels)), learn=True)


def with_gaps(labels, rng):
    gaps = rng.random(labels.shape) < 0.3
    gaps[:2] = False
    gaps[:, 0] = False
    return np.where(gaps, np.nan, labels)


def test_labels_are_signs(rng):
    labels = with_gaps(table(rng), rng)
    target, encoded = read(labels)
    assert target.n_outputs == 3
    np.testing.assert_array_equal(encoded, 2 * labels - 1)
    np.testing.assert_array_equal(target.levels(encoded), 2 * labels - 1)
    np.testing.assert_array_equal(
        target.decode(target.levels(encoded), "level"), labels
    )
    logits = rng.normal(size=(5, 3))
    np.testing.assert_allclose(target.decode(logits), expit(logits))
    np.testing.assert_array_equal(target.effects(np.full((1, 3), 2.0)), [[1, 1, 1]])


@pytest.mark.parametrize("kind", [bool, int, "boolean", "Int64"])
def test_labels_may_be_of_any_type(kind, rng):
    labels = table(rng)
    frame = pd.DataFrame(labels).astype(int).astype(kind)
    np.testing.assert_array_equal(read(frame)[1], read(labels)[1])


def test_a_label_is_a_class_of_two(rng):
    """Stacked, decoded and weighed as `ClassTarget` does it, label by label."""
    labels = table(rng)
    one, other = rng.normal(size=(2, 60, 3)) + 2 * labels - 1
    level = np.clip(rng.normal(0.3, 0.3, (60, 3)) + 0.4 * labels, 0, 1)
    weight = rng.uniform(0.5, 2, 60)
    weight /= weight.mean()
    for class_weight in (None, "balanced"):
        target, encoded = read(labels, class_weight=class_weight)
        parts = np.stack([one, other, 2 * level - 1])
        found = target.stack(parts, encoded, weight, SCALES)
        output = (found[:, None] * parts).sum(axis=0)
        for k in range(3):
            classes = ClassTarget(class_weight)
            numbers = classes.read(labels[:, k], np.arange(60), learn=True)
            of_rows = classes.class_weights(labels[:, k])
            pairs = [np.column_stack([-x[:, k] / 2, x[:, k] / 2]) for x in (one, other)]
            pairs.append(np.column_stack([1 - level[:, k], level[:, k]]))
            expected = classes.stack(np.stack(pairs), numbers, weight * of_rows, SCALES)
            np.testing.assert_allclose(found[:, k], expected[:, 0], rtol=1e-3)
            both = (expected[:, None] * np.stack(pairs)).sum(axis=0)
            probability = classes.decode(both)[:, 1]
            decoded = target.decode(output)[:, k]
            np.testing.assert_allclose(decoded, probability, atol=1e-3)


def test_balanced_entries_weigh_the_same_on_either_side(rng):
    labels = with_gaps(table(rng, 200), rng)
    target, encoded = read(labels, class_weight="balanced")
    for column in encoded.T:
        known = column[~np.isnan(column)]
        assert known[known > 0].sum() == pytest.approx(-known[known < 0].sum(), 1e-5)
        assert np.abs(known).mean() == pytest.approx(1, 1e-5)
    np.testing.assert_array_equal(np.sign(encoded), 2 * labels - 1)
    # outputs of networks that know nothing but how often labels are
    base = np.nanmean(labels, axis=0)
    np.testing.assert_allclose(target.decode(np.zeros((1, 3)))[0], base)
    # later rows have the weights of training
    later = target.read(1 - table(rng), np.arange(60), learn=False)
    values = {float(abs(v)) for v in encoded[:, 0]}
    assert {float(abs(v)) for v in later[:, 0]} <= values


def test_what_is_not_known_does_not_count(rng):
    labels = table(rng)
    target, encoded = read(labels)
    parts = encoded + rng.normal(size=(3, 60, 3))
    weight = rng.uniform(0.5, 2, 60)
    missing = encoded.copy()
    missing[:15, 0] = np.nan
    found = target.stack(parts, missing, weight, SCALES)
    whole = target.stack(parts, encoded, weight, SCALES)
    rows = target.stack(parts[:, 15:], encoded[15:], weight[15:], SCALES)
    np.testing.assert_array_equal(found[:, 1:], whole[:, 1:])
    np.testing.assert_array_equal(found[:, 0], rows[:, 0])
    assert np.abs(found[:, 0] - whole[:, 0]).max() > 1e-3
    nothing = target.stack(parts, np.full((60, 3), np.nan), weight, SCALES)
    np.testing.assert_allclose(nothing, target.prior_weights(SCALES))


def test_score_is_the_part_of_rows_that_are_right(rng):
    labels = table(rng)
    target, encoded = read(labels)
    output = encoded + rng.normal(size=(60, 3))
    weight = rng.uniform(0.5, 2, 60)
    expected = accuracy_score(labels, output > 0, sample_weight=weight)
    assert target.score(output, encoded, weight) == pytest.approx(expected)
    # a wrong label that is not known, and a row without any
    missing = np.where((output > 0) == (labels > 0), encoded, np.nan)
    missing[0] = np.nan
    assert target.score(output, missing, weight) == 1
    missing[3, 1] = -np.sign(output[3, 1])
    rows = ~np.isnan(missing).all(axis=1)
    expected = 1 - weight[3] / weight[rows].sum()
    assert target.score(output, missing, weight) == pytest.approx(expected)
    assert np.isnan(target.score(output, np.full((60, 3), np.nan), weight))


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 6), st.integers(0, 10_000))
def test_strata_are_the_rarest_labels(k, seed):
    rng = np.random.default_rng(seed)
    labels = with_gaps(table(rng, 40, k), rng)
    target, encoded = read(labels, partial=True)
    counts = (labels == 1).sum(axis=0)
    for row, stratum in zip(labels, target.strata(encoded), strict=True):
        present = np.flatnonzero(row == 1)
        if len(present):
            assert row[stratum] == 1
            assert counts[stratum] == counts[present].min()
        else:
            assert stratum == -1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"b": 2}, "y[4] in column 1 ('b') is 2 (1 such entries in all). A table of"),
        ({"c": -1}, "y[4] in column 2 ('c') is -1 (1"),
        ({"a": "x"}, "y[4] in column 0 ('a') is 'x'. A table of labels holds 0 and 1"),
    ],
)
def test_what_is_no_label_is_named(change, message, rng):
    frame = pd.DataFrame(table(rng), columns=list("abc")).astype(object)
    ((name, entry),) = change.items()
    frame.loc[4, name] = entry
    with pytest.raises(ValueError, match=re.escape(message)):
        read(frame)


def test_a_label_of_one_value_is_named(rng):
    labels = pd.DataFrame(table(rng), columns=list("abc"))
    labels["b"] = np.where(labels["b"] == 1, 1, np.nan)
    expected = r"one class only in column 1 \('b'\), 1 \(1 such columns in all\).*Drop"
    with pytest.raises(ValueError, match=expected):
        read(labels)
    labels["b"] = 0
    target, _ = read(labels, partial=True, class_weight="balanced")
    assert np.isfinite(target.decode(np.zeros((1, 3)))).all()


def test_another_number_of_labels_is_refused(rng):
    target, _ = read(table(rng))
    with pytest.raises(ValueError, match=r"2 labels, but .* fitted with 3"):
        target.read(table(rng, 60, 2), np.arange(60), learn=False)


def test_weights_of_classes_are_refused_and_stay():
    with pytest.raises(ValueError, match=r"class_weight=\{1: 2\} .*'balanced' or None"):
        MultilabelTarget({1: 2})
    with pytest.raises(ValueError, match=r"class_weight=None, but .* by 'balanced'"):
        MultilabelTarget().resume(MultilabelTarget("balanced"))


def test_a_state_is_the_target(rng):
    target, _ = read(with_gaps(table(rng), rng), class_weight="balanced")
    again = MultilabelTarget.from_state(target.to_state())
    logits = rng.normal(size=(4, 3))
    np.testing.assert_array_equal(again.decode(logits), target.decode(logits))
    assert (logit(again.decode(logits)) != logits).any()
    with pytest.raises(ValueError, match="version 2"):
        MultilabelTarget.from_state({**target.to_state(), "version": 2})
