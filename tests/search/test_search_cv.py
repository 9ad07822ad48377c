"""Searches: trials, results, scores, groups and what is refused."""

from __future__ import annotations

import pickle

import numpy as np
import optuna
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import FitFailedWarning
from sklearn.metrics import make_scorer
from sklearn.model_selection import GroupKFold, KFold, LeaveOneGroupOut, cross_val_score
from sklearn.pipeline import Pipeline

import sklyra
from sklyra import LyraClassifier, LyraRegressor, LyraSearchCV
from sklyra.exceptions import SklyraWarning
from tests.search.cases import FEW, OPTIONS, X, Y, small
from tests.settings import TRIAL


@pytest.mark.slow
def test_search_is_the_study():
    search = LyraSearchCV(small(), n_trials=3, **OPTIONS).fit(X, Y)
    table = search.cv_results_
    trials = search.study_.trials
    assert len(trials) == len(table["params"]) == 3
    assert table["params"][0] == {"lr": 0.003, "dropout": 0.2}  # as it is
    best = search.study_.best_trial
    assert search.best_index_ == best.number
    assert search.best_score_ == best.value == np.nanmax(table["mean_test_score"])
    assert search.best_params_ == best.params
    model = small().set_params(**search.best_params_)
    np.testing.assert_allclose(
        search.best_score_, cross_val_score(model, X, Y, cv=KFold(2)).mean()
    )
    np.testing.assert_array_equal(search.predict(X), model.fit(X, Y).predict(X))
    assert search.score(X, Y) == model.score(X, Y)
    assert table["rank_test_score"][search.best_index_] == 1
    assert table["param_lr"].tolist() == [t.params["lr"] for t in trials]
    again = LyraSearchCV(small(), n_trials=3, **OPTIONS).fit(X, Y)
    assert again.cv_results_["params"] == table["params"]
    twin = pickle.loads(pickle.dumps(search))
    np.testing.assert_array_equal(twin.predict(X), search.predict(X))
    assert clone(search).get_params()["n_trials"] == 3


def test_failed_trials_are_recorded_and_skipped():
    space = {**FEW, "dropout": None, "lr": None, "d_state": [4, 7]}
    search = LyraSearchCV(small(), n_trials=6, space=space, cv=2, random_state=0)
    with pytest.warns(
        FitFailedWarning, match=r"of 6 trials failed.*d_state=7 .* an even int"
    ):
        search.fit(X, Y)
    failed = search.cv_results_["state"] == "FAIL"
    assert (search.cv_results_["param_d_state"][failed] == 7).all()
    assert failed.any()
    assert search.best_params_ == {"d_state": 4}
    search = LyraSearchCV(small(), n_trials=2, space={**space, "d_state": [7]}, cv=2)
    with pytest.raises(RuntimeError, match=r"2 of 2 .*\{'d_state': 7\}: ValueError"):
        search.fit(X, Y)


def test_two_groups_one_left_out_are_searched():
    groups = np.repeat(["a", "b"], len(X) // 2)
    search = LyraSearchCV(
        LyraRegressor(**TRIAL), n_trials=2, space=FEW, cv=LeaveOneGroupOut()
    )
    with pytest.warns(SklyraWarning, match=r"single group, '[ab]': members hold out"):
        search.fit(X, Y, groups=groups)
    assert list(search.cv_results_["state"]) == ["COMPLETE"] * 2
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_folds_of_a_single_class_are_left_out():
    groups = np.repeat([0, 1, 2], [40, 44, 44])
    labels = np.where(groups == 0, "a", "b")
    search = LyraSearchCV(
        LyraClassifier(**TRIAL), n_trials=1, space=FEW, cv=LeaveOneGroupOut()
    )
    with pytest.warns(SklyraWarning) as caught:
        search.fit(X, labels, groups=groups)
    messages = [str(warning.message) for warning in caught]
    assert any(text.startswith("1 of 3 folds of cv would train") for text in messages)
    assert search.n_splits_ == 2
    with pytest.raises(ValueError, match="Every fold of cv trains on a single class"):
        search.fit(X, np.where(groups == 0, "a", "b"), groups=groups == 0)
    with pytest.raises(ValueError, match=r"groups\[1\] is missing"):
        search.fit(X, labels, groups=[0, None] * 64)


def test_tables_with_gaps_are_searched():
    values = np.column_stack([Y, np.where(np.arange(len(Y)) % 3 == 0, np.nan, Y)])
    for kind, y in (
        (LyraRegressor, values),
        (LyraClassifier, np.where(np.isnan(values), np.nan, np.median(Y) < values)),
    ):
        search = LyraSearchCV(kind(**TRIAL), n_trials=1, space=FEW, cv=2)
        search.fit(X, y)
        assert np.isfinite(search.best_score_)
        assert search.score(X, y) == search.best_estimator_.score(X, y)


def test_folds_in_which_a_label_does_not_vary_are_left_out():
    groups = np.repeat([0, 1, 2], [40, 44, 44])
    table = np.column_stack([np.median(Y) < Y, groups == 0])
    table = np.where((np.arange(len(Y)) % 5 == 0)[:, None] & [False, True], None, table)
    search = LyraSearchCV(
        LyraClassifier(**TRIAL), n_trials=1, space=FEW, cv=LeaveOneGroupOut()
    )
    with pytest.warns(SklyraWarning) as caught:
        search.fit(X, table, groups=groups)
    messages = [str(warning.message) for warning in caught]
    assert any(text.startswith("1 of 3 folds of cv would train") for text in messages)
    assert search.n_splits_ == 2


def test_groups_and_weights_arrive():
    groups = np.arange(len(X)) // 4
    weight = np.linspace(0.5, 1.5, len(X))
    seen = []

    class Spy(LyraRegressor):
        def fit(self, X, y, sample_weight=None, groups=None):
            seen.append((sample_weight, groups))
            return super().fit(X, y, sample_weight, groups)

    search = LyraSearchCV(
        Spy(**TRIAL), n_trials=1, space=FEW, cv=GroupKFold(2), random_state=0
    )
    search.fit(X, Y, groups=groups, sample_weight=weight)
    assert len(seen) == 3
    for part_weight, part_groups in seen[:2]:
        rows = np.flatnonzero(np.isin(groups, part_groups))
        np.testing.assert_array_equal(part_groups, groups[rows])
        np.testing.assert_array_equal(part_weight, weight[rows])
    np.testing.assert_array_equal(seen[2][1], groups)


def test_timeout_begins_no_further_trial():
    search = LyraSearchCV(small(), n_trials=10**6, timeout=0.5, **OPTIONS).fit(X, Y)
    assert 1 <= len(search.study_.trials) < 100


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"space": {"learning_rate": [1]}}, ValueError, "'learning_rate', which is no"),
        ({"space": {"lr": 0.1}}, TypeError, r"space\['lr'\] is 0.1"),
        ({"space": {"lr": []}}, ValueError, r"space\['lr'\] has no choices"),
        ({"space": ["lr"]}, TypeError, "choose a dict or None"),
        (
            {"n_trials": 0},
            ValueError,
            "n_trials=0 .*choose an int >= 1",
        ),
        ({"timeout": -1}, ValueError, r"timeout=-1 is not .* number in \[0, inf\]"),
        ({"cv": 500}, ValueError, "n_splits=500"),
        ({"scoring": ["r2", "max_error"]}, TypeError, "follows one score"),
        ({"scoring": "accuracyy"}, ValueError, "accuracyy"),
        ({"refit": "r2"}, TypeError, "refit='r2' .*True or False .*follows one score"),
        ({"refit": np.argmax}, TypeError, "choose True or False"),
        (
            {"storage": "sqlite:////no/such/folder/x.db"},
            ValueError,
            "cannot be reached",
        ),
        ({"storage": "/no/such/folder/x.log"}, ValueError, "cannot be reached"),
    ],
)
def test_bad_input_is_refused_before_training(options, error, message, monkeypatch):
    def fit(*args, **kwargs):
        raise AssertionError("trained")

    monkeypatch.setattr(LyraRegressor, "fit", fit)
    with pytest.raises(error, match=message):
        LyraSearchCV(small(), **{"n_trials": 1, **options}).fit(X, Y)
    if not options.keys() - {"n_trials"}:
        with pytest.raises(ValueError, match="inconsistent numbers of samples"):
            LyraSearchCV(small(), n_trials=1).fit(X, Y, groups=[1, 2])


def test_optuna_is_left_as_it_was(capfd):
    level = optuna.logging.get_verbosity()
    LyraSearchCV(small(), n_trials=1, refit=False, **OPTIONS).fit(X, Y)
    assert optuna.logging.get_verbosity() == level
    assert capfd.readouterr() == ("", "")


def test_other_names_are_not_found():
    with pytest.raises(AttributeError, match="no attribute 'LyraSearch'"):
        sklyra.LyraSearch  # noqa: B018


@pytest.mark.slow
def test_samplers_of_ones_own_are_left_alone():
    sampler = optuna.samplers.RandomSampler(0)
    options = {**OPTIONS, "n_trials": 3, "refit": False, "sampler": sampler}
    one, two = (LyraSearchCV(small(), **options).fit(X, Y) for _ in range(2))
    assert one.cv_results_["params"] == two.cv_results_["params"]


def test_scorers_may_ask_for_what_only_the_fitted_model_has():
    def unseen(model, X, y):
        return model.oof_score_

    search = LyraSearchCV(small(), n_trials=2, scoring=unseen, **OPTIONS).fit(X, Y)
    assert search.cv_results_["state"].tolist() == ["COMPLETE"] * 2
    assert np.isfinite(search.best_score_)


def test_studies_that_minimize_are_refused(tmp_path):
    storage = f"sqlite:///{tmp_path}/study.db"
    optuna.create_study(study_name="mine", storage=storage)
    search = LyraSearchCV(
        small(), n_trials=1, storage=storage, study_name="mine", **OPTIONS
    )
    with pytest.raises(ValueError, match=r"'mine' .* minimizes.* another study_name"):
        search.fit(X, Y)


def test_scorers_get_what_they_ask_for():
    seen = []

    def weighted(y, predicted, sample_weight=None):
        seen.append(sample_weight)
        return -np.average((y - predicted) ** 2, weights=sample_weight)

    weight = np.arange(1.0, 129)
    with config_context(enable_metadata_routing=True):
        scorer = make_scorer(weighted).set_score_request(sample_weight=True)
        model = small().set_fit_request(sample_weight=True)
        search = LyraSearchCV(model, n_trials=1, scoring=scorer, **OPTIONS)
        search.fit(X, Y, sample_weight=weight)
    for used in seen:
        assert any(np.array_equal(used, weight[test]) for _, test in KFold(2).split(X))


def test_validation_data_stay_whole_in_a_pipeline():
    seen = []

    class Spy(LyraRegressor):
        def fit(self, X, y, X_val=None, y_val=None):
            seen.append((len(X), len(X_val), len(y_val)))
            return super().fit(X, y, X_val=X_val, y_val=y_val)

    model = Pipeline([("model", Spy(**TRIAL))])
    space = {f"model__{name}": None for name in (*FEW, "lr")}
    search = LyraSearchCV(model, n_trials=1, space=space, cv=2, refit=False)
    search.fit(X, Y, model__X_val=X, model__y_val=Y)
    assert seen == [(64, 128, 128)] * 2


def test_search_says_why_it_found_nothing():
    pruner = optuna.pruners.ThresholdPruner(lower=1e9)
    with pytest.raises(RuntimeError, match="All were pruned: choose another pruner"):
        LyraSearchCV(small(), n_trials=2, pruner=pruner, **OPTIONS).fit(X, Y)
    with pytest.raises(ValueError, match="requires y"):
        LyraSearchCV(small(), **OPTIONS).fit(X)
    nothing = make_scorer(lambda y, predicted: np.nan)
    with pytest.raises(RuntimeError, match="The score is nan"):
        LyraSearchCV(small(), n_trials=1, scoring=nothing, **OPTIONS).fit(X, Y)
