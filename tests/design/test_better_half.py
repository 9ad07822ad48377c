"""Better half: when clipped values are learned, and what is said of them."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from sklyra import LyraClassifier, LyraRegressor
from sklyra.design import Objective, select
from sklyra.design.better_half import BetterHalf
from sklyra.gaussian_process import Posterior
from tests.inspection.models import LETTERS, SETTINGS


def dead_or_alive(n_samples: int):
    """Variants of which half are dead: how dead has nothing to do with letters."""
    rng = np.random.default_rng(0)
    every = np.array(list(itertools.product(LETTERS[:3], repeat=6)))
    rows = rng.permutation(every)[:n_samples]
    effect = rng.normal(size=(6, 3))
    alive = effect[np.arange(6), np.searchsorted(LETTERS, rows)].sum(axis=1)
    dead = alive < np.quantile(alive, 0.45)
    y = np.where(dead, -20 + 6 * rng.normal(size=n_samples), alive)
    return np.array(["".join(row) for row in rows]), y, alive


X, Y, ALIVE = dead_or_alive(300)
TRAIN, NEW = slice(0, 100), slice(100, None)


@pytest.fixture(scope="module")
def regressor() -> LyraRegressor:
    return LyraRegressor(**SETTINGS).fit(X[TRAIN], Y[TRAIN])


@pytest.fixture(scope="module")
def half(regressor) -> BetterHalf:
    found = BetterHalf.learn(Objective(regressor))
    assert found is not None
    return found


def read(model, sequences):
    return model._read_known(list(sequences))


def test_the_best_are_found_among_dead_ones(regressor, half):
    found = half.belief(read(regressor, X[NEW])).mean
    clipped = np.maximum(Y[NEW], np.median(Y[TRAIN]))
    by_half = np.corrcoef(found, clipped)[0, 1]
    by_model = np.corrcoef(regressor.predict(X[NEW]), clipped)[0, 1]
    assert by_half > 0.9
    assert by_half > by_model + 0.05


def test_it_is_learned_from_clipped_values(regressor, half):
    posterior, median = half._posterior, np.median(Y[TRAIN])
    learned = posterior.training.target[:, 0]
    expected = np.maximum(Y[TRAIN], median)
    expected = (expected - expected.mean()) / expected.std()
    np.testing.assert_allclose(
        (learned - learned.mean()) / learned.std(), expected, atol=1e-5
    )
    found = half.belief(read(regressor, X[TRAIN])).mean
    # in the units of y
    assert np.abs(found - np.maximum(Y[TRAIN], median)).mean() < 0.3


def test_select_goes_by_it(regressor, half):
    chosen = select(regressor, X[NEW], n=9, strategy="exploit")
    mean = half.belief(read(regressor, X[NEW])).mean
    assert chosen.tolist() == np.argsort(-mean, kind="stable")[:9].tolist()


def test_bonus_is_that_of_its_posterior(regressor, half):
    found = half.belief(read(regressor, X[NEW]))
    covariance, noise = found.covariance()
    expected: list[int] = []
    for _ in range(6):
        among = covariance[np.ix_(expected, expected)] + noise * np.eye(len(expected))
        cross = covariance[:, expected]
        known = (cross @ np.linalg.inv(among) * cross).sum(axis=1)
        left = np.sqrt(np.maximum(np.diag(covariance) - known, 0))
        value = found.mean + 2 * left
        value[expected] = -np.inf
        expected.append(int(value.argmax()))
    chosen = select(regressor, X[NEW], n=6, strategy="explore")
    assert chosen.tolist() == expected


def test_less_is_the_same_of_negative_values(regressor, half):
    negative = LyraRegressor(**SETTINGS).fit(X[TRAIN], -10 * Y[TRAIN])
    other = BetterHalf.learn(Objective(negative, goal="minimize"))
    assert other is not None
    found = half.belief(read(regressor, X[NEW]))
    turned = other.belief(read(negative, X[NEW]))
    np.testing.assert_allclose(turned.mean, -10 * found.mean, rtol=0.01, atol=0.05)
    (one, noise), (ten, more) = found.covariance(), turned.covariance()
    np.testing.assert_allclose(np.diag(ten), 100 * np.diag(one), rtol=0.05)
    assert more == pytest.approx(100 * noise, rel=0.05)


def test_members_are_kept_where_they_know_more():
    """Values that add up everywhere: those below the median say something too."""
    model = LyraRegressor(**SETTINGS).fit(X[TRAIN], ALIVE[TRAIN])
    assert BetterHalf.learn(Objective(model)) is None


@pytest.mark.slow
def test_members_are_kept_where_nothing_says_which_is_better(regressor):
    assert BetterHalf.learn(Objective(regressor, "at least", bound=0.0)) is None
    quick = {**SETTINGS, "perceptron": False}
    alone = LyraRegressor(**quick, gaussian_process=False).fit(X[TRAIN], Y[TRAIN])
    assert BetterHalf.learn(Objective(alone)) is None
    # predictions of validation data say nothing of rows of training
    others = LyraRegressor(**quick)
    others.fit(X[TRAIN], Y[TRAIN], X_val=X[100:200], y_val=Y[100:200])
    assert BetterHalf.learn(Objective(others)) is None
    few = LyraRegressor(**quick).fit(X[:39], Y[:39])
    assert BetterHalf.learn(Objective(few)) is None
    classes = LyraClassifier(**quick).fit(X[TRAIN], Y[TRAIN] > 0)
    assert BetterHalf.learn(Objective(classes)) is None
    above = np.maximum(Y[TRAIN], np.quantile(Y[TRAIN], 0.6))
    floor = LyraRegressor(**quick).fit(X[TRAIN], above)
    assert BetterHalf.learn(Objective(floor)) is None


def test_it_is_compared_on_what_members_held_out(monkeypatch):
    groups = np.arange(100) % 10
    options = {**SETTINGS, "perceptron": False, "n_members": 5}
    model = LyraRegressor(**options).fit(X[TRAIN], Y[TRAIN], groups=groups)
    asked, held_out = [], Posterior.held_out

    def spy(posterior, folds, samples):
        asked.extend(folds)
        return held_out(posterior, folds, samples)

    monkeypatch.setattr(Posterior, "held_out", spy)
    BetterHalf.learn(Objective(model))
    assert len(asked) == 5
    for train, valid in asked:
        assert not set(groups[train]) & set(groups[valid])
    assert sorted(np.concatenate([valid for _, valid in asked])) == list(range(100))


def test_one_of_several_outputs_is_learned():
    both = np.column_stack([ALIVE, Y])[TRAIN]
    model = LyraRegressor(**SETTINGS).fit(X[TRAIN], both)
    found = BetterHalf.learn(Objective(model, output=1))
    assert found is not None
    assert BetterHalf.learn(Objective(model, output=0)) is None
    mean = found.belief(read(model, X[NEW])).mean
    assert np.corrcoef(mean, np.maximum(Y[NEW], np.median(Y)))[0, 1] > 0.9
    with pytest.raises(ValueError, match="output=2"):
        select(Objective(model, output=2), X[NEW], n=2)


@pytest.mark.slow
def test_rows_of_tables_are_learned(regressor):
    table = pd.DataFrame({"protein": X, "dose": np.tile([0.0, 1.0], len(X) // 2)})
    model = LyraRegressor(**SETTINGS).fit(table[TRAIN], Y[TRAIN])
    found = BetterHalf.learn(Objective(model))
    assert found is not None
    mean = found.belief(model._read_known(table[NEW])).mean
    clipped = np.maximum(Y[NEW], np.median(Y[TRAIN]))
    assert np.corrcoef(mean, clipped)[0, 1] > 0.9
