"""Difficulty and intervals: a reference from the equation, and coverage over draws."""

from functools import partial

import numpy as np
import pytest
from scipy.stats import spearmanr, t

from sklyra.uncertainty import Clues, Difficulty, Intervals
from sklyra.uncertainty.difficulty import _SHARED, _TAIL


def draw(n, rng):
    """Errors that are larger for high levels, with a true standard deviation."""
    level = rng.normal(size=n)
    spread, latent = rng.gamma(1, 0.3, n), rng.gamma(2, 0.2, n)
    true = np.sqrt(0.1 + 0.5 * spread) * np.where(level > 0, 1.5, 0.5)
    error = true * rng.standard_t(5, n) / np.sqrt(5 / 3)
    views = rng.normal(size=(n, 2))
    return Clues(level, spread, latent, np.ones(n), views), error, true


def test_the_distribution_is_that_of_a_loop():
    rng = np.random.default_rng(0)
    clues, error, _ = draw(60, rng)
    model = Difficulty.learn(clues, error)
    model.falls, model.trees = np.array([12.5, 3.125]), None
    new, _, _ = draw(5, rng)
    points, share = model.distribution(new)
    std = model.std(new)
    c = model.coefficients

    def sigma(x):
        return np.sqrt(c[0] + c[1] * x.noise + c[2] * x.latent + c[3] * x.spread)

    def rank(known, value):
        return (np.sum(known < value) + np.sum(known <= value)) / (2 * len(known))

    level, held = clues.level, sigma(clues)
    scaled = model.scaled
    wide = np.sqrt(np.mean(scaled**2))
    for i in range(5):
        own = Clues(*(values[i] for values in new))
        weights = []
        for j in range(60):
            away = (
                12.5 * (rank(level, own.level) - rank(level, level[j])) ** 2
                + 3.125 * (rank(held, sigma(own)) - rank(held, held[j])) ** 2
            )
            weights.append(np.exp(-away) + _SHARED / 60)
        total = sum(weights) + _TAIL
        square = sum(w * e**2 for w, e in zip(weights, scaled, strict=True))
        expected = sigma(own) * np.sqrt((square + _TAIL * wide**2) / total)
        assert std[i] == pytest.approx(expected, rel=1e-6)
        for point, found in zip(points[i], share[i], strict=True):
            at = point / sigma(own)
            below = sum(
                w * (0.5 * (e <= at + 1e-9) + 0.5 * (e < at - 1e-9))
                for w, e in zip(weights, scaled, strict=True)
            )
            assert found == pytest.approx(
                (below + _TAIL * t.cdf(at / wide, 4)) / total, abs=1e-6
            )


def test_terms_of_the_variance_are_found():
    rng = np.random.default_rng(0)
    n = 20_000
    noise = rng.uniform(0.2, 3, n)
    latent = rng.uniform(0, 2, n)
    clues = Clues(np.zeros(n), np.zeros(n), latent, noise, np.zeros((n, 0)))
    error = rng.normal(size=n) * np.sqrt(0.5 * noise + 0.25 * latent)
    found = Difficulty.learn(clues, error).coefficients
    assert found[1:3] == pytest.approx([0.5, 0.25], abs=0.06)
    assert found[0] < 0.05
    assert found[3] == 0  # there is no spread


def test_the_standard_deviation_finds_what_is_hard():
    rng = np.random.default_rng(0)
    model = Difficulty.learn(*draw(800, rng)[:2])
    clues, _, true = draw(500, rng)
    assert spearmanr(model.std(clues), true).statistic > 0.9


@pytest.mark.parametrize("n", [30, 100, pytest.param(1000, marks=pytest.mark.slow)])
def test_coverage_is_what_was_asked_for(n):
    rng = np.random.default_rng(n)
    covered = {0.5: [], 0.9: []}
    n_draws = 50 if n < 100 else 20
    for _ in range(n_draws):
        clues, error, _ = draw(n, rng)
        model = Intervals.learn(clues, error, np.arange(n) % 5, 200)
        new, off, _ = draw(200, rng)
        true = new.level + off
        for confidence, shares in covered.items():
            low, high = model.interval(new, np.zeros(200), confidence).T
            shares.append(np.mean((low <= true) & (true <= high)))
    for confidence, shares in covered.items():
        # what calibration rows and test rows make of chance, and what few rows add
        size = confidence * (1 - confidence) * (1 / 200 + 1 / n)
        assert np.mean(shares) == pytest.approx(
            confidence, abs=3 * np.sqrt(size / n_draws) + 1 / (n + 1)
        )


def test_errors_over_the_standard_deviation_have_unit_variance():
    rng = np.random.default_rng(0)
    squares = []
    for _ in range(8):
        clues, error, _ = draw(500, rng)
        model = Intervals.learn(clues, error, np.arange(500) % 5, 200)
        new, off, _ = draw(2000, rng)
        squares.append(np.mean((off / model.std(new, np.zeros(2000))) ** 2))
    assert np.mean(squares) == pytest.approx(1, abs=0.08)


def test_intervals_are_nested():
    rng = np.random.default_rng(0)
    clues, error, _ = draw(200, rng)
    model = Intervals.learn(clues, error, np.arange(200) % 5, 100)
    new, _, _ = draw(50, rng)
    before = model.interval(new, np.zeros(50), 0.1)
    assert (before[:, 0] <= before[:, 1]).all()
    for confidence in (0.3, 0.5, 0.9, 0.99):
        bounds = model.interval(new, np.zeros(50), confidence)
        assert (bounds[:, 0] <= before[:, 0]).all()
        assert (bounds[:, 1] >= before[:, 1]).all()
        before = bounds


def test_what_fades_is_wider_and_never_narrower():
    rng = np.random.default_rng(0)
    clues, error, _ = draw(200, rng)
    model = Intervals.learn(clues, error, np.arange(200) % 5, 100)
    new, _, _ = draw(50, rng)
    widths = [
        np.diff(model.interval(new, np.full(50, fade), 0.9))[:, 0]
        for fade in (0.0, 0.3, 1.0)
    ]
    assert (widths[1] >= widths[0]).all()
    assert (widths[2] >= widths[1]).all()
    assert (widths[2] > widths[0]).any()
    full = model.std(new, np.ones(50)) ** 2
    ignorant = model.variance + (new.level - model.mean) ** 2
    sure = model.std(new, np.zeros(50)) ** 2
    assert full == pytest.approx(np.maximum(ignorant, sure))


def test_a_sample_s_interval_does_not_depend_on_others():
    rng = np.random.default_rng(0)
    clues, error, _ = draw(100, rng)
    model = Intervals.learn(clues, error, np.arange(100) % 5, 100)
    new, _, _ = draw(20, rng)
    together = model.interval(new, np.zeros(20), 0.9)
    alone = [
        model.interval(new.take(np.array([i])), np.zeros(1), 0.9)[0] for i in range(20)
    ]
    assert together == pytest.approx(np.array(alone), rel=1e-12)


def test_what_is_saved_is_the_same():
    rng = np.random.default_rng(0)
    clues, error, _ = draw(100, rng)
    model = Intervals.learn(clues, error, np.arange(100) % 5, 100)
    again = Intervals.from_state(model.to_state())
    new, _, _ = draw(20, rng)
    for fade in (np.zeros(20), np.ones(20)):
        assert (again.interval(new, fade, 0.9) == model.interval(new, fade, 0.9)).all()
        assert (again.std(new, fade) == model.std(new, fade)).all()


def test_no_errors_at_all_are_no_obstacle():
    clues = Clues(np.arange(30.0), *np.zeros((2, 30)), np.ones(30), np.zeros((30, 0)))
    model = Intervals.learn(clues, np.zeros(30), np.arange(30) % 5, 100)
    bounds = model.interval(clues, np.zeros(30), 0.9)
    assert np.isfinite(bounds).all()
    assert bounds[:, 0] == pytest.approx(np.arange(30), abs=1e-3)
    assert bounds[:, 1] == pytest.approx(np.arange(30), abs=1e-3)


def test_coverage_is_that_of_rows_of_all_weights():
    rng = np.random.default_rng(0)
    shares = []
    for _ in range(20):
        level, noise = rng.normal(size=400), np.exp(1.5 * rng.normal(size=400))
        none, views = np.zeros(400), np.zeros((400, 0))
        clues = Clues(level, none, none, noise / noise.mean(), views)
        error = np.sqrt(noise) * rng.normal(size=400)
        fit, new = np.arange(200), np.arange(200, 400)
        model = Intervals.learn(clues.take(fit), error[fit], fit % 5, 100)
        ask = clues.take(new).with_noise(1.0)
        low, high = model.interval(ask, np.zeros(200), 0.9).T
        true = level[new] + error[new]
        shares.append(np.mean((low <= true) & (true <= high)))
    assert np.mean(shares) == pytest.approx(0.9, abs=3 * np.sqrt(0.09 / 100 / 20))


def test_many_samples_are_as_few(monkeypatch):
    rng = np.random.default_rng(0)
    model = Difficulty.learn(*draw(80, rng)[:2])
    new, _, _ = draw(50, rng)
    std, (_, share) = model.std(new), model.distribution(new)
    monkeypatch.setattr("sklyra.uncertainty.difficulty._BLOCK", 7)
    np.testing.assert_allclose(model.std(new), std, rtol=1e-12)
    np.testing.assert_allclose(model.distribution(new)[1], share, rtol=1e-12)


def test_trees_find_errors_that_variances_do_not_tell_of():
    rng = np.random.default_rng(0)

    def make(n):
        clues, _, _ = draw(n, rng)
        true = np.where(clues.views[:, 1] > 0.5, 3.0, 0.5)
        return clues, true * rng.normal(size=n), true

    clues, error, _ = make(600)
    model = Intervals.learn(clues, error, np.arange(600) % 5)
    new, off, true = make(2000)
    std = model.std(new, np.zeros(2000))
    assert spearmanr(std, true).statistic > 0.7
    low, high = model.interval(new, np.zeros(2000), 0.9).T
    inside = (low <= new.level + off) & (new.level + off <= high)
    assert inside.mean() == pytest.approx(0.9, abs=0.04)
    wide = high - low
    assert wide[true < 1].mean() < wide[true > 1].mean() / 1.4
    model.difficulty.trees = None
    low, high = model.interval(new, np.zeros(2000), 0.9).T
    before = (low <= new.level + off) & (new.level + off <= high)
    assert inside[true > 1].mean() > before[true > 1].mean() + 0.15


def test_few_rows_grow_no_trees():
    clues, error, _ = draw(39, np.random.default_rng(0))
    assert Difficulty.learn(clues, error).trees is None


@pytest.mark.parametrize(("low", "high"), [(True, False), (False, True), (True, True)])
def test_intervals_end_where_the_scale_does(low, high):
    rng = np.random.default_rng(0)
    clues, error, _ = draw(400, rng)
    target = clues.level + error
    bounds = (-1.0 if low else -np.inf, 1.0 if high else np.inf)
    error = np.clip(target, *bounds) - clues.level
    model = Intervals.learn(clues, error, np.arange(400) % 5)
    assert model.ends == pytest.approx(bounds, rel=1e-5)
    new, off, _ = draw(400, rng)
    true = np.clip(new.level + off, *bounds)
    found = model.interval(new, np.ones(400), 0.9)
    equal = partial(pytest.approx, rel=1e-5)
    assert found.min() == equal(-1.0) if low else found.min() < -2
    assert found.max() == equal(1.0) if high else found.max() > 2
    sure = model.interval(new, np.zeros(400), 0.9)
    inside = (sure[:, 0] <= true) & (true <= sure[:, 1])
    assert inside.mean() > 0.86
    again = Intervals.from_state(model.to_state())
    assert (again.interval(new, np.ones(400), 0.9) == found).all()


def test_a_single_least_value_is_no_end():
    clues, error, _ = draw(400, np.random.default_rng(0))
    model = Intervals.learn(clues, error, np.arange(400) % 5)
    assert model.ends == (-np.inf, np.inf)


def test_models_of_version_0_2_0_are_read():
    clues, error, _ = draw(60, np.random.default_rng(0))
    model = Difficulty.learn(clues, error)
    state = model.to_state()
    for name in ("level", "sigma", "trees"):
        del state[name]
    before = (clues.level, clues.spread, clues.latent, clues.noise)
    state["clues"] = np.stack(before).astype(np.float32)
    again = Difficulty.from_state(state)
    model.trees = None
    np.testing.assert_allclose(again.std(clues), model.std(clues), rtol=1e-4)
