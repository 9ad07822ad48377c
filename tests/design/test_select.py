"""Selection: which candidates are chosen, in which order, and what is refused."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest

from sklyra import LyraClassifier, LyraPositionClassifier, LyraRegressor
from sklyra.design import Objective, select
from sklyra.design.wanted import _Known, best_by_turns
from sklyra.estimators.belief import Belief
from sklyra.exceptions import BoundWarning
from tests.inspection.models import SETTINGS, variants

NEW, _ = variants(120)
NEW = [s[::-1] for s in NEW]


def test_turns_are_taken_by_scores():
    scores = np.array([[5.0, 4, 3, 2, 1], [1, 2, 3, 5, 4], [5, 4, 3, 2, 1]])
    assert best_by_turns(scores, 4).tolist() == [0, 3, 1, 2]
    assert best_by_turns(scores, 5).tolist() == [0, 3, 1, 2, 4]
    rng = np.random.default_rng(0)
    many = rng.normal(size=(4, 50))
    order = np.argsort(-many, axis=1)
    taken = []
    for turn in range(20):
        taken.append(next(i for i in order[turn % 4] if i not in taken))
    assert best_by_turns(many, 20).tolist() == taken


def belief(model, X):
    return Belief(model, model._read_known(X))


def test_members_are_those_of_predict_parts(regressor):
    parts = regressor.predict_parts(NEW[:9])
    found = belief(regressor, NEW[:9])
    np.testing.assert_allclose(found.mean, regressor.predict(NEW[:9]), atol=1e-6)
    assert found.members.shape == (2, 9)
    np.testing.assert_allclose(found.members.mean(axis=0), found.mean, atol=1e-9)
    weights = regressor.stacking_weights_
    away = sum(
        weight * (part - part.mean(axis=0))
        for weight, part in zip(weights, parts.values(), strict=True)
    )
    np.testing.assert_allclose(found.members - found.mean, away, atol=1e-6)
    _, std = regressor.predict(NEW[:9], return_std=True)
    np.testing.assert_allclose(found.std(), std, rtol=1e-6)


def test_correlations_are_those_of_draws(regressor):
    found, noise = belief(regressor, NEW[:5]).covariance()
    assert noise > 0
    scale = np.sqrt(np.diag(found))
    draws = regressor.sample(NEW[:5], 50_000, random_state=0)
    expected = np.corrcoef(draws.T)
    np.testing.assert_allclose(found / scale / scale[:, None], expected, atol=0.03)
    # in the units of y
    X, y = variants()
    larger = LyraRegressor(**SETTINGS).fit(X, 10 * y)
    ten, more = belief(larger, NEW[:5]).covariance()
    np.testing.assert_allclose(ten, 100 * found, rtol=0.02)
    assert more == pytest.approx(100 * noise, rel=0.02)


def test_the_best_are_exploited(regressor):
    chosen = select(regressor, NEW, n=7, strategy="exploit")
    expected = np.argsort(-regressor.predict(NEW), kind="stable")[:7]
    assert chosen.tolist() == expected.tolist()


@pytest.mark.parametrize(("strategy", "bonus"), [("balance", 0.5), ("explore", 2)])
def test_uncertainty_that_is_left_is_worth_something(regressor, strategy, bonus):
    """With the posterior written out: that of a sample once others are measured."""
    found = belief(regressor, NEW)
    covariance, noise = found.covariance()
    expected: list[int] = []
    for turn in range(9):
        among = covariance[np.ix_(expected, expected)] + noise * np.eye(turn)
        cross = covariance[:, expected]
        known = (cross @ np.linalg.inv(among) * cross).sum(axis=1)
        left = np.sqrt(np.maximum(np.diag(covariance) - known, 0))
        value = found.members[turn % 2] + bonus * left
        value[expected] = -np.inf
        expected.append(int(value.argmax()))
    chosen = select(regressor, NEW, n=9, strategy=strategy)
    assert chosen.tolist() == expected


def test_copies_are_not_worth_a_second_well(regressor):
    """Two that are equal but for their names: measuring one tells of the other."""
    found = belief(regressor, [NEW[0], NEW[0], NEW[1]])
    known = _Known(*found.covariance(), n=2)
    before = known.variance.copy()
    known.measure(0)
    _, noise = found.covariance()
    assert known.variance[1] == pytest.approx(
        before[1] * noise / (before[1] + noise), rel=1e-3
    )
    assert known.variance[2] < before[2]
    assert known.variance[2] / before[2] > known.variance[1] / before[1]


def test_a_long_list_is_shortened_before_it_is_compared(regressor, monkeypatch):
    whole = select(regressor, NEW, n=5)
    monkeypatch.setattr("sklyra.design.wanted._SHORT", 30)
    # by its name it is the function
    monkeypatch.setattr(sys.modules["sklyra.design.select"], "_BLOCK", 7)
    short = select(regressor, NEW, n=5)
    assert set(short) <= set(best_by_turns(belief(regressor, NEW).members, 30))
    assert len(set(short) & set(whole)) >= 2


def test_a_sequence_is_chosen_once_and_not_measured_again(regressor):
    best = select(regressor, NEW, n=3)
    twice = [NEW[i] for i in best] + NEW
    chosen = select(regressor, twice, n=6)
    assert len({twice[i] for i in chosen}) == 6
    # lower case is the same sequence
    lower = [NEW[i].lower() for i in best]
    again = select(regressor, NEW, n=6, measured=lower)
    assert not set(best) & set(again)


def test_less_can_be_wanted(regressor):
    chosen = select(Objective(regressor, "minimize"), NEW, n=5, strategy="exploit")
    expected = np.argsort(regressor.predict(NEW), kind="stable")[:5]
    assert chosen.tolist() == expected.tolist()


def test_bounds_come_first(regressor):
    X, y = variants()
    other = LyraRegressor(**{**SETTINGS, "random_state": 1}).fit(X, y[::-1])
    values = other.predict(NEW)
    bound = float(np.quantile(values, 0.8))
    wanted = [regressor, Objective(other, "at least", bound=bound)]
    chosen = select(wanted, NEW, n=10, strategy="exploit")
    assert (values[chosen] >= bound).all()
    fine = np.flatnonzero(values >= bound)
    best = fine[np.argsort(-regressor.predict(NEW)[fine], kind="stable")[:10]]
    assert chosen.tolist() == best.tolist()


@pytest.mark.parametrize("strategy", ["exploit", "balance", "explore"])
def test_bounds_are_reached_where_they_can_be(regressor, strategy):
    """By the mean: a member that finds a value higher does not count."""
    values = regressor.predict(NEW)
    bound = float(np.sort(values)[-10])
    wanted = [
        Objective(regressor, "minimize"),
        Objective(regressor, "at least", bound=bound),
    ]
    chosen = select(wanted, NEW, n=10, strategy=strategy, random_state=0)
    assert (values[chosen] >= bound - 1e-9).all()
    with pytest.warns(BoundWarning, match="2 of 12 sequences .* objective 1, at least"):
        chosen = select(wanted, NEW, n=12, strategy=strategy, random_state=0)
    assert (values[chosen[:10]] >= bound - 1e-9).all()


def test_several_wants_spread_along_the_front(regressor):
    wanted = [regressor, Objective(regressor, "minimize")]
    chosen = select(wanted, NEW, n=10, random_state=0)
    ranks = np.argsort(np.argsort(regressor.predict(NEW)))
    assert ranks[chosen].min() < 20
    assert ranks[chosen].max() >= 100
    assert select(wanted, NEW, n=10, random_state=0).tolist() == chosen.tolist()


def test_classes_are_chosen_by_log_odds():
    X, y = variants()
    model = LyraClassifier(**SETTINGS).fit(X, np.where(y > np.median(y), "b", "a"))
    chosen = select(model, NEW, n=5, strategy="exploit")
    expected = np.argsort(-model.decision_function(NEW), kind="stable")[:5]
    assert chosen.tolist() == expected.tolist()
    assert len(select(model, NEW, n=5)) == 5


def test_one_of_several_outputs_is_said():
    X, y = variants()
    model = LyraRegressor(**SETTINGS).fit(X, np.stack([y, -y], axis=1))
    with pytest.raises(ValueError, match=r"predicts 2 values.*say which.*output="):
        select(model, NEW, n=3)
    chosen = select(Objective(model, output=1), NEW, n=3, strategy="exploit")
    expected = np.argsort(-model.predict(NEW)[:, 1], kind="stable")[:3]
    assert chosen.tolist() == expected.tolist()


@pytest.mark.slow
def test_rows_of_tables_are_chosen():
    X, y = variants()
    table = pd.DataFrame({"protein": X, "dose": np.arange(80.0) % 7})
    model = LyraRegressor(**SETTINGS).fit(table, y)
    candidates = pd.concat([table, table.assign(dose=3.5)], ignore_index=True)
    chosen = select(model, candidates, n=9, measured=table)
    assert chosen.min() >= 80
    assert len(set(chosen)) == 9


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n": 0}, ValueError, "n=0"),
        ({"n": 2.5}, TypeError, "n=2.5"),
        ({"n": 200}, ValueError, "n=200, but .* of 120 candidates can be chosen"),
        ({"strategy": "greedy"}, ValueError, "strategy"),
        ({"random_state": "seed"}, ValueError, "seed"),
    ],
)
def test_bad_options_are_refused(regressor, options, error, message):
    with pytest.raises(error, match=message):
        select(regressor, NEW, **options)


def test_models_are_refused_that_cannot_choose(regressor):
    X, y = variants(30)
    with pytest.raises(TypeError, match="model is a LyraPositionClassifier"):
        select(LyraPositionClassifier(), NEW)
    one = LyraRegressor(**{**SETTINGS, "n_members": 1}).fit(X, y)
    with pytest.raises(ValueError, match=r"one member.*strategy 'exploit'"):
        select(one, NEW, n=3)
    assert len(select(one, NEW, n=3, strategy="exploit")) == 3
    with pytest.raises(ValueError, match="none of which is to 'maximize'"):
        select(Objective(regressor, "at least", bound=0.0), NEW)
    with pytest.raises(ValueError, match="output=1 does not exist"):
        select(Objective(regressor, output=1), NEW)
    dna = LyraRegressor(**SETTINGS).fit(["ACGT", "ACGG"] * 10, np.arange(20.0))
    with pytest.raises(ValueError, match="Objective 1 reads letters 'ACGT'"):
        select([regressor, dna], NEW)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"goal": "more"}, ValueError, "goal='more' is not an option"),
        ({"goal": "at least"}, ValueError, "need a bound"),
        ({"bound": 1.0}, ValueError, "others have none"),
        ({"output": -1}, ValueError, "output=-1"),
        ({"bound": np.nan, "goal": "at most"}, ValueError, "bound=nan"),
    ],
)
def test_objectives_without_a_meaning_are_refused(regressor, options, error, message):
    with pytest.raises(error, match=message):
        Objective(regressor, **options)


def test_both_strands_are_one_candidate():
    rng = np.random.default_rng(0)
    X = ["".join(row) for row in rng.choice(list("ACGT"), (60, 8))]
    others = [x[::-1].translate(str.maketrans("ACGT", "TGCA")) for x in X]
    y = [x.count("A") + x.count("T") for x in X]
    model = LyraRegressor(**SETTINGS, reverse_complement=True).fit(X, y)
    chosen = select(model, X + others, n=60)
    assert sorted(chosen) == list(range(60))
    with pytest.raises(ValueError, match="60 are equal to earlier ones"):
        select(model, X + others, n=61)
    left = select(model, others, n=50, measured=X[:10])
    assert left.min() == 10
