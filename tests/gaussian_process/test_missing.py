"""Outputs that are not measured on all rows, against their rows alone."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal

from sklyra.gaussian_process import (
    GaussianProcess,
    Posterior,
    explain,
    factors,
    fold_solutions,
)
from sklyra.gaussian_process.evidence import best_kernel
from sklyra.gaussian_process.feature_map import FeatureMap
from sklyra.gaussian_process.fold_solutions import solve_folds
from sklyra.gaussian_process.training import output_groups
from tests.gaussian_process.cases import (
    conditioned,
    encode,
    fit,
    noisy_kernel,
    pair,
    posterior_mean,
    random_text,
)


def table(rng, n=60, length=8):
    """Four outputs: complete, two measured together, and one on few other rows."""
    text = random_text(rng, n, length)
    y = np.column_stack([[float(x.count(c)) for x in text] for c in "ACGT"])
    y += rng.normal(scale=0.3, size=y.shape)
    y[: n // 3, 1:3] = np.nan
    y[n // 4 :, 3] = np.nan
    return text, y, rng.gamma(2, 0.5, n)


def on_its_rows(posterior, output):
    """The posterior of one output, on the rows that have it."""
    rows = np.flatnonzero(~np.isnan(posterior.training.target[:, output]))
    training = posterior.training.take(rows)
    training = replace(training, target=training.target[:, [output]])
    return Posterior.condition(posterior.kernel, posterior.feature_map, training)


def test_outputs_are_grouped_by_their_rows(rng):
    _, y, _ = table(rng)
    found = {tuple(group.outputs): len(group.rows) for group in output_groups(y)}
    assert found == {(0,): 60, (1, 2): 40, (3,): 15}
    (group,) = output_groups(y[:, :1])
    assert group.select(y[:, :1]).base is y  # a complete table is not copied
    assert output_groups(np.full((3, 2), np.nan)) == []


def test_an_output_is_predicted_from_its_rows(rng):
    text, y, weight = table(rng)
    model = conditioned(rng, text, y, weight)
    asked = encode([*random_text(rng, 20, 8), *text])
    folds = [(np.arange(10, 60), np.arange(10)), (np.arange(40), np.arange(40, 60))]
    found = [model.predict(asked), model.variance(asked)]
    kept, _ = model.held_out(folds, encode(text))
    for output in range(4):
        single = on_its_rows(model, output)
        column = slice(output, output + 1)
        np.testing.assert_allclose(model.mean[column], single.mean, rtol=1e-12)
        np.testing.assert_allclose(model.scale[column], single.scale, rtol=1e-12)
        expected = [single.predict(asked), single.variance(asked)]
        for one, two in zip(found, expected, strict=True):
            np.testing.assert_allclose(one[:, column], two, rtol=1e-9, atol=1e-12)
        expected, _ = single.held_out(folds, encode(text))
        np.testing.assert_allclose(kept[:, column], expected, rtol=1e-9, atol=1e-9)


def test_held_out_is_the_posterior_mean_of_measured_rows(rng):
    text, y, weight = table(rng)
    model = conditioned(rng, text, y, weight)
    train, valid = np.arange(20, 60), np.arange(20)
    kept, honest = model.held_out([(train, valid)], encode(text))
    for output in range(3):
        rows = train[~np.isnan(y[train, output])]
        centered = y[rows, output] - model.mean[output]
        asked = [text[i] for i in valid]
        rest = [text[i] for i in rows]
        expected = posterior_mean(model, rest, centered, weight[rows], asked)
        expected += model.mean[output]
        np.testing.assert_allclose(kept[valid, output], expected, atol=1e-8)
    # the last output was measured on held-out rows only
    assert np.isnan(kept[:, 3]).all()
    assert np.isnan(honest[:, 3]).all()
    assert np.isfinite(honest[valid, :3]).all()


def test_held_out_targets_teach_nothing(rng):
    text, y, weight = table(rng)
    folds = [(np.arange(40), np.arange(40, 60))]
    found = []
    for last in (y[40:], 1e3 * rng.normal(size=(20, 4))):
        changed = np.where(np.isnan(y), np.nan, np.concatenate([y[:40], last]))
        model = fit(encode(text), changed, weight)
        found.append(model.held_out(folds, encode(text))[1])
    np.testing.assert_array_equal(*found)
    assert np.isfinite(found[0][40:]).all()


@pytest.mark.parametrize("left_out", [512, 20])
def test_folds_are_solved_on_the_rows_of_an_output(rng, monkeypatch, left_out):
    monkeypatch.setattr(fold_solutions, "_LEFT_OUT", left_out)
    text, y, weight = table(rng)
    model = conditioned(rng, text, y, weight)
    rows, fold, weights = solve_folds(
        model.factors, model.solution, encode(text).copies()
    )
    K = noisy_kernel(model, text, weight)
    weights = weights.reshape(60, -1, 4)
    assert len(rows) == min(left_out, 60)
    number_of = np.full(60, -1)
    number_of[rows] = fold
    for output in range(4):
        measured = ~np.isnan(y[:, output])
        for number in range(5):
            rest = np.flatnonzero(measured & (number_of != number))
            centered = y[rest, output] - model.mean[output]
            expected = np.zeros(60)
            expected[rest] = np.linalg.solve(K[np.ix_(rest, rest)], centered)
            found = weights[:, number, output]
            np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-8)


def test_the_evidence_is_the_sum_over_groups(rng):
    text, y, _ = table(rng, n=40, length=5)
    centered = y - np.nanmean(y, axis=0)
    feature_map = FeatureMap(encode(text))
    features = feature_map(encode(text))
    best = best_kernel(features, centered, np.ones(40), np.random.RandomState(0))

    def evidence_of(kernel):
        K = kernel(*pair(feature_map, text, text)).numpy()
        K += np.diag(np.full(40, kernel.noise.item() + 1e-6))
        columns = [(np.flatnonzero(~np.isnan(z)), z) for z in centered.T]
        among = [(K[np.ix_(rows, rows)], z[rows]) for rows, z in columns]
        square = sum(z @ np.linalg.solve(part, z) for part, z in among)
        scale = square / sum(len(z) for _, z in among)
        density = sum(
            multivariate_normal(cov=scale * part).logpdf(z) for part, z in among
        )
        logs = kernel.relevance.log()
        variances = torch.stack(kernel[1:]).log()
        prior = (logs - logs.mean()).square().sum() / 2
        prior += ((variances - math.log(0.3)) / 2).square().sum() / 2
        return density - prior.item()

    at_best = evidence_of(best)
    for name in ("additive", "composition", "sharpness", "noise"):
        for factor in (0.7, 1.4):
            other = best._replace(**{name: getattr(best, name) * factor})
            assert evidence_of(other) < at_best + 0.02
    for position in range(5):
        for factor in (0.5, 2):
            relevance = best.relevance.clone()
            relevance[position] *= factor
            assert evidence_of(best._replace(relevance=relevance)) < at_best + 0.02


def test_as_many_rows_of_each_output_as_allowed(rng):
    text, y, _ = table(rng)
    model = fit(encode(text), y, most=12)
    assert (~np.isnan(model.training.target)).sum(axis=0).tolist() == [12] * 4
    used = ~np.isnan(model.training.target)
    np.testing.assert_array_equal(
        model.training.target[used], y[model.training.rows][used]
    )
    kept, _ = model.held_out([(np.arange(30), np.arange(30, 60))], encode(text))
    assert np.isfinite(kept[30:]).all()


def test_an_output_that_was_never_measured_is_unknown(rng):
    text, y, weight = table(rng, length=5)
    y[:, 2] = np.nan
    with_it = fit(encode(text), y, weight)
    rest = [0, 1, 3]
    without = fit(encode(text), y[:, rest], weight)
    folds = [(np.arange(40), np.arange(40, 60))]
    for compute in (
        lambda x: x.predict(encode(text)),
        lambda x: x.variance(encode(text)),
        lambda x: x.noise_variance[None],
        lambda x: x.held_out(folds, encode(text))[0][40:],
        lambda x: x.held_out(folds, encode(text))[1][40:],
        lambda x: explain(x).effects,
    ):
        found = compute(with_it)
        assert np.isnan(found[:, 2]).all()
        np.testing.assert_allclose(found[:, rest], compute(without), rtol=1e-9)
    one, two = (explain(x).variance_shares for x in (with_it, without))
    assert one == pytest.approx(two)
    assert sum(one.values()) == pytest.approx(1)


def test_no_more_than_one_large_factor_is_kept(rng, monkeypatch):
    text, y, weight = table(rng)
    seed = rng.integers(2**31)
    together = conditioned(np.random.default_rng(seed), text, y, weight)
    expected = together.variance(encode(text))
    assert len(together.factors._kept) == 3
    monkeypatch.setattr(factors, "_KEPT", 0)
    model = conditioned(np.random.default_rng(seed), text, y, weight)
    np.testing.assert_array_equal(model.variance(encode(text)), expected)
    kept = sum(factor.numel() for factor in model.factors._kept.values())
    assert 0 < kept <= 60**2


def test_nothing_measured_is_refused(rng):
    text = random_text(rng, 5, 6)
    with pytest.raises(ValueError, match=r"shape \(5, 2\) has no measured value"):
        GaussianProcess().fit(
            encode(text), np.full((5, 2), np.nan), np.ones(5), np.random.RandomState(0)
        )
