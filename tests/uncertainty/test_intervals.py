"""Difficulty and intervals: a reference from the equation, and coverage over draws."""

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
    return Clues(level, spread, latent, np.ones(n)), error, true


def test_the_distribution_is_that_of_a_loop():
    rng = np.random.default_rng(0)
    clues, error, _ = draw(60, rng)
    model = Difficulty.learn(clues, error)
    model.falls = np.array([12.5, 3.125])
    new, _, _ = draw(5, rng)
    points, share = model.distribution(new)
    std = model.std(new)
    c = model.coefficients

    def sigma(x):
        return np.sqrt(c[0] + c[1] * x.noise + c[2] * x.latent + c[3] * x.spread)

    def rank(known, value):
        return (np.sum(known < value) + np.sum(known <= value)) / (2 * len(known))

    held = model.clues
    scaled = model.scaled
    wide = np.sqrt(np.mean(scaled**2))
    for i in range(5):
        own = Clues(*(values[i] for values in new))
        weights = []
        for j in range(60):
            other = Clues(*(values[j] for values in held))
            away = (
                12.5
                * (rank(held.level, own.level) - rank(held.level, other.level)) ** 2
                + 3.125
                * (rank(sigma(held), sigma(own)) - rank(sigma(held), sigma(other))) ** 2
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
    clues = Clues(np.zeros(n), np.zeros(n), latent, noise)
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
    n_draws = 50 if n < 1000 else 20
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
    for _ in range(12):
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
    clues = Clues(np.arange(30.0), *np.zeros((2, 30)), np.ones(30))
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
        clues = Clues(level, np.zeros(400), np.zeros(400), noise / noise.mean())
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
