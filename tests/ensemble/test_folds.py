"""Folds: rows that members hold out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import GroupKFold, KFold, PredefinedSplit
from skorch.callbacks import Callback

from sklyra import LyraClassifier, LyraRegressor
from sklyra.ensemble.folds import member_folds, validation_split
from sklyra.exceptions import SklyraWarning
from sklyra.model_selection import ClusterKFold
from tests.ensemble.cases import X, Y
from tests.settings import ENSEMBLE, FIVE_FOLDS, SINGLE


def test_groups_are_held_out_together():
    groups = np.arange(60) // 10
    model = LyraRegressor(**FIVE_FOLDS).fit(X, Y, groups=groups)
    folds = member_folds(60, 5, 0.1, np.random.RandomState(0), None, groups)
    assert np.isfinite(model.oof_prediction_).all()
    for train, valid in folds:
        assert not set(groups[train]) & set(groups[valid])


@pytest.mark.slow
@pytest.mark.parametrize("n_members", [1, 5])
def test_measurements_of_one_sequence_are_held_out_together(n_members):
    """Three each, of values that only memory could know."""
    rng = np.random.default_rng(1)
    X_new = ["".join(rng.choice(list("ACGT"), 12)) for _ in range(40)]
    order = rng.permutation(np.repeat(np.arange(40), 3))
    y = rng.normal(size=40)[order]
    text = [X_new[i] for i in order]
    options = {**ENSEMBLE, "n_members": n_members}
    model = LyraRegressor(**options).fit(text, y)
    held = np.isfinite(model.oof_prediction_)
    assert held.sum() == (12 if n_members == 1 else 120)
    assert len(set(order[held]) & set(order[~held])) == 0
    assert model.oof_score_ < 0.2
    labels = np.where(y > np.median(y), "a", "b")
    model = LyraClassifier(**options).fit(text, labels)
    assert model.oof_score_ < 0.8


def test_strands_of_one_sequence_are_held_out_together(rng):
    """As one measurement read twice, or the model would know the answer."""
    some = ["".join(rng.choice(list("ACGT"), 12)) for _ in range(60)]
    pairs = str.maketrans("ACGT", "TGCA")
    text = some + [x.translate(pairs)[::-1] for x in some]
    model = LyraRegressor(**SINGLE, reverse_complement=True)
    held = np.isfinite(model.fit(text, np.arange(120.0)).oof_prediction_)
    assert 0 < held.sum() < 120
    assert (held[:60] == held[60:]).all()


@pytest.mark.parametrize("how", ["groups", "cv"])
def test_folds_that_tear_copies_apart_are_told(how):
    text = [*X[:30], *X[:30]]
    cv = KFold(5) if how == "cv" else None
    groups = np.arange(60) // 4 if how == "groups" else None
    with pytest.warns(
        SklyraWarning, match=r"of 12 sequences held out are also"
    ) as found:
        LyraRegressor(**ENSEMBLE, cv=cv).fit(text, np.arange(60.0), groups=groups)
    assert len(found) == 1
    assert found[0].filename == __file__


@settings(max_examples=50, deadline=None)
@given(st.integers(20, 80), st.integers(2, 8), st.integers(1, 4), st.integers(0, 99))
def test_folds_hold_out_every_row_once(n_samples, n_members, n_classes, seed):
    rng = np.random.RandomState(seed)
    classes = rng.randint(n_classes, size=n_samples)
    folds = member_folds(n_samples, n_members, 0.1, rng, classes)
    assert len(folds) == n_members
    held = np.concatenate([valid for _, valid in folds])
    assert len(held) == len(set(held))
    sizes = np.bincount(classes, minlength=n_classes)
    if n_members >= 5:
        assert set(held) == set(np.flatnonzero(sizes[classes] > 1))
    for train, valid in folds:
        assert sorted([*train, *valid]) == list(range(n_samples))
        assert set(classes[train]) == set(classes)
        assert len(valid) <= n_samples / max(5, n_members) + 1
        for k in range(n_classes):
            share = (classes[valid] == k).sum() - sizes[k] / max(5, n_members)
            assert abs(share) < 1 or sizes[k] == 1


def test_members_hold_out_what_a_splitter_says():
    weight = np.ones(60)
    weight[::9] = 0
    folds = ClusterKFold(3, threshold=0.9)
    model = LyraRegressor(**{**ENSEMBLE, "n_members": 4}, cv=folds)
    seen = []

    class Spy(Callback):
        def on_train_begin(self, net, X=None, **kwargs):
            seen.append(X.sequences.decode())

    model.set_params(callbacks=[Spy()]).fit(X, Y, sample_weight=weight)
    expected = [[X[i] for i in train if weight[i]] for train, _ in folds.split(X)]
    assert seen == [*expected, expected[0]]
    assert np.isfinite(model.oof_prediction_[weight > 0]).all()
    # one that carries the numbers of its rows sees all of them
    model.set_params(cv=PredefinedSplit(np.arange(60) % 3), callbacks=None)
    model.fit(X, Y, sample_weight=weight)
    assert np.isfinite(model.oof_prediction_[weight > 0]).all()


@pytest.mark.slow
@pytest.mark.parametrize("side", [list, np.array, "mask"])
def test_splitters_may_yield_what_scikit_learn_takes(side):
    class Odd(KFold):
        def split(self, X, y=None, groups=None):
            for pair in super().split(X, y, groups):
                if side == "mask":
                    yield tuple(np.isin(np.arange(len(X)), rows) for rows in pair)
                else:
                    yield tuple(side(rows) for rows in pair)

    expected = LyraRegressor(**ENSEMBLE, cv=KFold(5)).fit(X, Y).oof_score_
    assert LyraRegressor(**ENSEMBLE, cv=Odd(5)).fit(X, Y).oof_score_ == expected


def test_rows_drawn_with_replacement_are_trained_on_as_drawn():
    class Bootstrap:
        def split(self, X, y=None, groups=None):
            rng = np.random.RandomState(0)
            for _ in range(2):
                drawn = rng.randint(len(X), size=len(X))
                yield drawn, np.setdiff1d(np.arange(len(X)), drawn)

    seen = []

    class Spy(Callback):
        def on_train_begin(self, net, X=None, **kwargs):
            seen.append(X.sequences.decode())

    options = {**ENSEMBLE, "callbacks": [Spy()], "cv": Bootstrap()}
    LyraRegressor(**options).fit(X, Y)
    assert seen == [[X[i] for i in drawn] for drawn, _ in Bootstrap().split(X)]


@pytest.mark.parametrize(
    ("cv", "error", "message"),
    [
        (5, TypeError, "cv=5 is not an option: choose a splitter"),
        (PredefinedSplit([-1] * 60), ValueError, "has no folds"),
        (ClusterKFold(99, threshold=0.5), ValueError, "do not fill n_splits=99"),
    ],
)
def test_splitter_that_cannot_split_is_refused(cv, error, message):
    with pytest.raises(error, match=message):
        LyraRegressor(**ENSEMBLE, cv=cv).fit(X, Y)


def test_few_groups_make_few_folds():
    groups = np.repeat([0, 1, 2], 10)
    folds = member_folds(30, 5, 0.1, np.random.RandomState(0), None, groups)
    assert len(folds) == 5
    assert len({tuple(valid) for _, valid in folds}) == 3


@pytest.mark.parametrize(
    "cv", [None, pytest.param(GroupKFold(2), marks=pytest.mark.slow)]
)
def test_a_single_group_is_divided_by_sequences(cv):
    """As in a fold of LeaveOneGroupOut with two groups."""
    with pytest.warns(SklyraWarning, match="single group, 7: members hold out seq"):
        model = LyraRegressor(**ENSEMBLE, cv=cv).fit(X, Y, groups=np.full(60, 7))
    alone = LyraRegressor(**ENSEMBLE).fit(X, Y)
    np.testing.assert_array_equal(model.oof_prediction_, alone.oof_prediction_)


@pytest.mark.slow
def test_groups_that_leave_a_single_class_are_not_held_out():
    labels = np.repeat(["a", "b"], 30)
    with pytest.warns(SklyraWarning, match="leaves member 0 a single class"):
        model = LyraClassifier(**FIVE_FOLDS).fit(X, labels, groups=labels)
    assert np.isfinite(model.oof_prediction_).all()


@given(n=st.integers(20, 300), fraction=st.floats(0.05, 0.5), k=st.integers(2, 5))
@settings(max_examples=50, deadline=None)
def test_validation_rows_are_stratified(n: int, fraction: float, k: int) -> None:
    rng = np.random.RandomState(0)
    classes = rng.randint(k, size=n)
    train, valid = validation_split(n, fraction, rng, classes)
    assert sorted([*train, *valid]) == list(range(n))
    assert set(classes[train]) == set(classes)
    for c in np.unique(classes):
        expected = fraction * (classes == c).sum()
        assert abs((classes[valid] == c).sum() - expected) <= 1
