"""Normal scores: there and back, with errors and missing values, and what they add."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from sklyra import LyraRegressor
from sklyra.ensemble.normal_scores import NormalScores
from tests.settings import ENSEMBLE


def test_scores_are_normal_quantiles_of_ranks(rng: np.random.RandomState) -> None:
    levels = rng.permutation(np.r_[np.full(4, -1.0), rng.gamma(1, size=95)])[:, None]
    found = NormalScores.learn(levels)(levels)[:, 0]
    for value, score in zip(levels[:, 0], found, strict=True):
        below = (levels < value).sum()
        rank = below + ((levels == value).sum() + 1) / 2
        assert score == pytest.approx(norm.ppf(rank / 100))


def test_outputs_have_their_own_rows(rng: np.random.RandomState) -> None:
    levels = np.exp(rng.normal(size=(50, 3)))
    levels[::2, 1] = levels[:, 2] = np.nan
    scores = NormalScores.learn(levels)
    found = scores(levels)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(levels))
    alone = levels[1::2, 1:2]
    np.testing.assert_array_equal(found[1::2, 1:2], NormalScores.learn(alone)(alone))


def test_predicted_scores_become_expected_values(rng: np.random.RandomState) -> None:
    levels = np.exp(rng.normal(size=(2000, 1)))
    scores = NormalScores.learn(levels)
    truth = scores(levels)
    predicted = truth / 2  # the best prediction of truth from truth / 2 + noise
    error = truth - predicted
    plain = np.zeros_like(levels)
    scores.join(np.hstack([plain, predicted]), levels, np.ones(2000))
    assert scores.noise[0] == pytest.approx(np.sqrt((error**2).mean()))
    z = 0.3
    at = z + scores.noise[0] * rng.normal(size=200_000)
    expected = np.interp(at, np.sort(truth[:, 0]), np.sort(levels[:, 0])).mean()
    scores.share[:] = 1
    found = scores.mix(np.array([[9.0, z]]))[0, 0]
    assert found == pytest.approx(expected, rel=0.02)


def test_share_is_that_of_least_squares(rng: np.random.RandomState) -> None:
    levels = rng.normal(size=(300, 1))
    both = np.hstack(
        [levels + rng.normal(size=(300, 1)), levels + rng.normal(size=(300, 1))]
    )
    weight = rng.gamma(2, size=300)
    scores = NormalScores.learn(levels)
    scores.join(both, levels, weight)

    def off(share: float) -> float:
        scores.share[:] = share
        return float(np.average((scores.mix(both) - levels)[:, 0] ** 2, weights=weight))

    best = scores.share[0]
    assert 0 < best < 1
    assert off(best) <= min(off(best - 0.01), off(best + 0.01))


def test_no_share_leaves_values_as_they_are(rng: np.random.RandomState) -> None:
    levels = rng.normal(size=(300, 2))
    scores = NormalScores.learn(levels)
    both = np.hstack([levels, rng.normal(size=(300, 2))])
    scores.join(both, levels, np.ones(300))
    assert (scores.share == 0).all()
    np.testing.assert_array_equal(scores.mix(both), levels)


def saturated(
    rng: np.random.RandomState, n_samples: int
) -> tuple[pd.DataFrame, np.ndarray]:
    """Pairs of sequences whose effects add up, and an assay with a floor."""
    first, second = rng.choice(list("ACGT"), (2, n_samples, 8))
    off = np.random.RandomState(1).gamma(1, size=8)
    total = ((first != second) * off).sum(axis=1)
    y = np.maximum(-(total**2), -20)
    rows = {"guide": first, "target": second}
    table = pd.DataFrame(
        {name: ["".join(row) for row in x] for name, x in rows.items()}
    )
    return table, y


@pytest.mark.slow
def test_a_floor_is_seen_through(rng: np.random.RandomState) -> None:
    table, y = saturated(rng, 600)
    settings = {**ENSEMBLE, "max_epochs": 1}
    model = LyraRegressor(**settings).fit(table[:300], y[:300])
    part = model._part("gaussian_process")
    assert 0.3 < part.scores.share[0] <= 1
    with_scores = model.predict_parts(table[300:])["gaussian_process"][0]
    part.scores.share[:] = 0
    without = model.predict_parts(table[300:])["gaussian_process"][0]
    errors = [np.mean((each - y[300:]) ** 2) for each in (with_scores, without)]
    assert errors[0] < 0.95 * errors[1]
