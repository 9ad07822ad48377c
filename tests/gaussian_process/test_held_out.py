"""Held-out predictions, against the posterior of the rest."""

from __future__ import annotations

import numpy as np
import pytest

from sklyra.gaussian_process import posterior
from tests.gaussian_process.cases import encode, fit, fitted, posterior_mean


def test_held_out_is_the_posterior_mean_of_the_rest(rng):
    text, y, model = fitted(rng)
    fold = np.arange(60) % 3
    folds = [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in (0, 2)]
    found = model.held_out(folds, encode(text))[0]
    assert np.isnan(found[fold == 1]).all()
    for train, valid in folds:
        rest, asked = ([text[i] for i in rows] for rows in (train, valid))
        centered = y[train] - y.mean(axis=0)
        expected = y.mean(axis=0) + posterior_mean(
            model, rest, centered, np.ones(len(train)), asked
        )
        np.testing.assert_allclose(found[valid], expected, atol=1e-8)


@pytest.mark.parametrize("most", [60, 45])
def test_what_is_held_out_learns_no_kernel(rng, most):
    """Its targets may be anything."""
    text, y, _ = fitted(rng)
    folds = [(np.arange(40), np.arange(40, 60))]
    found = []
    for last in (y[40:], 1e3 * rng.normal(size=(20, y.shape[1]))):
        target = np.concatenate([y[:40], last])
        model = fit(encode(text), target, most=most)
        found.append(model.held_out(folds, encode(text))[1])
    np.testing.assert_array_equal(*found)
    assert np.isfinite(found[0][40:]).all()


def test_kernels_of_many_rows_are_not_learnt_again(rng, monkeypatch):
    monkeypatch.setattr(posterior, "_LEARN_AGAIN", 59)
    text, _, model = fitted(rng)
    folds = [(np.arange(40), np.arange(40, 60))]
    found = model.held_out(folds, encode(text))[1]
    np.testing.assert_array_equal(found, model.held_out(folds, encode(text))[0])


def test_a_row_without_others_is_not_predicted(rng):
    text, _, model = fitted(rng, most=40)
    rest = np.setdiff1d(np.arange(60), model.training.rows)
    for train in (rest, np.arange(0)):
        kept, honest = model.held_out([(train, np.arange(60))], encode(text))
        assert kept.shape == honest.shape == (60, 1)
        assert np.isnan(kept).all()
        assert np.isnan(honest).all()
