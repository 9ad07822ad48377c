"""Searches: what is tried, what is given up, and what survives."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import subprocess
import sys
import textwrap
import time

import numpy as np
import optuna
import pandas as pd
import pytest
from optuna import Trial
from optuna.distributions import FloatDistribution, IntDistribution
from optuna.trial import TrialState
from optuna_integration import OptunaSearchCV
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import Ridge
from sklearn.metrics import make_scorer
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    LeaveOneGroupOut,
    cross_val_score,
)
from sklearn.pipeline import Pipeline, make_pipeline

import sklyra
from sklyra import (
    KmerVectorizer,
    LyraClassifier,
    LyraRegressor,
    LyraSearchCV,
    SequenceOneHotEncoder,
    suggest_params,
)
from sklyra.datasets import load_cr6261, load_splice_junctions, make_epistasis
from sklyra.exceptions import SklyraWarning
from sklyra.metrics import spearman_score
from sklyra.search import LaggardPruner
from sklyra.search.fingerprints import _values
from sklyra.search.pruning import FOLD, Progress
from sklyra.search.storage import OWNER, open_storage, take_over

X, Y = load_cr6261(return_X_y=True)
X, Y = X[::16], Y[::16]  # 128
SMALL = {
    "n_members": 1,
    "gaussian_process": False,
    "perceptron": False,
    "d_model": 8,
    "d_state": 4,
    "pgc_hidden": (8,),
    "head_hidden": 8,
    "max_epochs": 2,
    "n_threads": 1,
    "random_state": 0,
}
FEW = dict.fromkeys(
    ["d_model", "pgc_hidden", "n_s4d_layers", "pooling", "head_hidden", "weight_decay"]
)
OPTIONS = {"space": FEW, "cv": KFold(2), "random_state": 0}


def small() -> LyraRegressor:
    return LyraRegressor(**SMALL)


def test_default_space_is_what_the_docstring_says():
    class Table(optuna.trial.FixedTrial):
        def __init__(self):
            super().__init__({})
            self.seen = {}

        def suggest_float(self, name, low, high, *, step=None, log=False):
            self.seen[name] = (low, high, "logarithmic" if log else "even")
            return low

        def suggest_categorical(self, name, choices):
            self.seen[name] = tuple(choices)
            return choices[0]

        @property
        def params(self):
            return {k: v[0] for k, v in self.seen.items()}

    trial = Table()
    params = suggest_params(trial)
    LyraRegressor(**params)
    assert params["pgc_hidden"] == (16, 128)
    text = suggest_params.__doc__
    for name, where in trial.seen.items():
        line = next(x for x in text.splitlines() if f"``{name}``" in x)
        if where[-1] in ("logarithmic", "even"):
            low, high = (f"{v:g}" for v in where[:2])
            assert f"{low} to {high} " in line
            assert line.endswith(where[-1])
        else:
            for choice in where:
                shown = choice if "(" in str(choice) else repr(choice)
                assert shown.strip() in line.replace('"', "'")
    in_table = [
        x for x in text.splitlines() if x.startswith("    ``") and "  " in x[4:]
    ]
    assert len(trial.seen) == len(in_table)


def test_space_is_changed_entry_by_entry():
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(0))
    space = {
        **FEW,
        "lr": FloatDistribution(0.1, 0.2),
        "batch_size": IntDistribution(8, 16),
        "dropout": [0.3],
        "encoding": ["one-hot", "substitution"],
        "pgc_hidden": [(4,), (4, 4)],
    }
    for _ in range(10):
        params = suggest_params(study.ask(), space=space)
        assert set(params) == {"lr", "batch_size", "dropout", "encoding", "pgc_hidden"}
        assert 0.1 <= params["lr"] <= 0.2
        assert params["batch_size"] in range(8, 17)
        assert params["dropout"] == 0.3
        assert params["pgc_hidden"] in [(4,), (4, 4)]


def test_space_of_a_pipeline_has_its_names():
    pipe = make_pipeline(SequenceOneHotEncoder(), small())
    params = suggest_params(optuna.create_study().ask(), pipe)
    assert {"lyraregressor__lr", "lyraregressor__pooling"} < set(params)
    clone(pipe).set_params(**params)
    other = make_pipeline(KmerVectorizer(), Ridge())
    space = {"ridge__alpha": FloatDistribution(0.1, 1)}
    assert set(suggest_params(optuna.create_study().ask(), other, space)) == set(space)
    with pytest.raises(ValueError, match="nothing to search"):
        suggest_params(optuna.create_study().ask(), other)


def test_plain_optuna_takes_the_parameters():
    def objective(trial):
        seen.append(suggest_params(trial, space=space))
        model = LyraRegressor(**{**SMALL, **seen[-1]})
        return cross_val_score(model, X, Y, cv=2).mean()

    space = {**FEW, "pgc_hidden": [(8,), (4, 8)]}
    seen = []
    study = optuna.create_study(direction="maximize")
    study.optimize(objective, n_trials=2)
    assert np.isfinite([t.value for t in study.trials]).all()
    found = optuna.trial.FixedTrial(study.best_params)
    assert suggest_params(found, space=space) == seen[study.best_trial.number]


class EveryOther(optuna.pruners.BasePruner):
    """Give up the odd trials after two epochs."""

    def prune(self, study, trial):
        return trial.number % 2 == 1 and trial.last_step == 1


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
@pytest.mark.filterwarnings("ignore:`optuna.terminator`:FutureWarning")
def test_searches_of_optunas_integration_prune_epochs():
    study = optuna.create_study(direction="maximize", pruner=EveryOther())
    search = OptunaSearchCV(
        small(),
        {"lr": FloatDistribution(1e-3, 1e-1, log=True)},
        cv=KFold(2),
        n_trials=4,
        enable_pruning=True,
        max_iter=3,
        random_state=0,
        study=study,
    ).fit(X, Y)
    states = [trial.state.name for trial in study.trials]
    assert states == ["COMPLETE", "PRUNED"] * 2
    assert [len(trial.intermediate_values) for trial in study.trials] == [3, 2, 3, 2]
    assert search.predict(X).shape == (len(X),)


def test_search_is_the_study():
    search = LyraSearchCV(small(), n_trials=4, **OPTIONS).fit(X, Y)
    table = search.cv_results_
    trials = search.study_.trials
    assert len(trials) == len(table["params"]) == 4
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
    again = LyraSearchCV(small(), n_trials=4, **OPTIONS).fit(X, Y)
    assert again.cv_results_["params"] == table["params"]
    twin = pickle.loads(pickle.dumps(search))
    np.testing.assert_array_equal(twin.predict(X), search.predict(X))
    assert clone(search).get_params()["n_trials"] == 4


def test_watching_does_not_change_what_is_learnt():
    trial = optuna.create_study(direction="maximize").ask()
    watched = small()
    progress = Progress(trial, n_folds=2)
    progress.watch(watched, lambda model: model.score(X, Y))
    watched.fit(X, Y)
    np.testing.assert_array_equal(watched.predict(X), small().fit(X, Y).predict(X))
    assert not hasattr(watched, "_skl_callbacks")
    assert b"sklyra.search" not in pickle.dumps(watched)
    seen = trial.study.trials[0].intermediate_values
    assert sorted(seen) == list(range(1, SMALL["max_epochs"] + 1))
    assert max(seen.values()) == pytest.approx(watched.score(X, Y), abs=0.2)


def test_classifier_in_a_pipeline_is_watched_too():
    data, labels = load_splice_junctions(return_X_y=True)
    data, labels = data[::40], labels[::40]
    pipe = make_pipeline(SequenceOneHotEncoder("dna"), LyraClassifier(**SMALL))
    search = LyraSearchCV(pipe, n_trials=1, cv=2, scoring="balanced_accuracy")
    search.fit(data, labels)
    steps = search.study_.trials[0].intermediate_values
    assert sorted(steps) == [1, 2, FOLD, FOLD + 1, FOLD + 2, 2 * FOLD]
    assert steps[2] >= steps[1]
    assert steps[2 * FOLD] == search.best_score_
    assert set(search.predict(data)) <= set(labels)
    assert search.predict_proba(data).shape == (len(data), len(search.classes_))


def test_laggards_are_given_up_after_the_warm_up():
    study = optuna.create_study(
        direction="maximize", pruner=LaggardPruner(50, 3, n_warmup_epochs=2)
    )
    for height in (1, 2, 3):
        trial = study.ask()
        for step in (1, 2, 3, FOLD):
            trial.report(height, step)
        study.tell(trial, height)
    for height, gives_up in ((1.5, True), (2.5, False)):
        trial = study.ask()
        found = []
        for step in (1, 2, 3, FOLD, FOLD + 3):
            trial.report(height, step)
            found.append(trial.should_prune())
        assert found == [False, False, gives_up, gives_up, False]
        study.tell(trial, state=TrialState.PRUNED)


@pytest.mark.slow
def test_pruned_trials_are_in_the_study_and_in_the_table():
    data = make_epistasis(150, length=6, order=1, random_state=0)
    space = {**FEW, "dropout": None, "lr": [0.02, 1e-9]}
    search = LyraSearchCV(
        small().set_params(lr=0.02, max_epochs=8, dropout=0, batch_size=32),
        n_trials=8,
        space=space,
        cv=KFold(2),
        pruner=LaggardPruner(50, 2, 6),
        random_state=0,
        refit=False,
    ).fit(data.sequences, data.y)
    states = search.cv_results_["state"]
    lr = search.cv_results_["param_lr"]
    assert set(states) == {"COMPLETE", "PRUNED"}
    assert set(lr[states == "PRUNED"]) == {1e-9}
    assert np.isnan(search.cv_results_["mean_test_score"][states == "PRUNED"]).all()
    assert search.best_params_ == {"lr": 0.02}
    assert not hasattr(search, "best_estimator_")


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


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["journal", "sqlite"])
def test_search_goes_on_to_its_number(tmp_path, kind):
    path = tmp_path / "study.log"
    storage = path if kind == "journal" else f"sqlite:///{tmp_path}/study.db"
    search = LyraSearchCV(small(), n_trials=2, storage=storage, **OPTIONS).fit(X, Y)
    first = search.cv_results_["params"]
    search = LyraSearchCV(small(), n_trials=4, storage=storage, **OPTIONS).fit(X, Y)
    assert search.cv_results_["params"][:2] == first
    assert len({p["lr"] for p in search.cv_results_["params"]}) == 4
    search.set_params(n_trials=3).fit(X, Y)
    assert len(search.study_.trials) == 4
    with pytest.raises(ValueError, match="other sequences and targets and folds"):
        search.fit(X[:100], Y[:100])


@pytest.mark.slow
def test_interrupted_search_keeps_its_best_and_goes_on(tmp_path):
    class Impatient(LyraRegressor):
        fits = 0

        def fit(self, X, y):
            Impatient.fits += 1
            if Impatient.fits == 6:
                raise KeyboardInterrupt
            return super().fit(X, y)

    storage = tmp_path / "study.log"
    search = LyraSearchCV(Impatient(**SMALL), n_trials=4, storage=storage, **OPTIONS)
    with pytest.raises(KeyboardInterrupt):
        search.fit(X, Y)
    assert search.cv_results_["state"].tolist() == ["COMPLETE"] * 2
    assert np.isfinite(search.predict(X)).all()
    params = search.study_.trials[2].params
    search.fit(X, Y)
    assert search.cv_results_["state"].tolist() == ["COMPLETE"] * 4
    assert search.cv_results_["params"][2] == params


SCRIPT = textwrap.dedent(
    """
    import sys
    sys.path.insert(0, {root!r})
    from tests.test_search import *
    class Slow(LyraRegressor):
        def fit(self, X, y):
            time.sleep({pause})
            return super().fit(X, y)
    space = {{**FEW, "dropout": None}}
    search = LyraSearchCV(Slow(**SMALL), n_trials={n}, storage={storage!r},
                          space=space, cv=KFold(2), random_state=0,
                          pruner=optuna.pruners.NopPruner())
    search.fit(X, Y)
    """
)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def start(storage: str, n: int, pause: float) -> subprocess.Popen[bytes]:
    script = SCRIPT.format(root=ROOT, storage=storage, n=n, pause=pause)
    return subprocess.Popen([sys.executable, "-c", script])


@pytest.mark.slow
def test_killed_search_resumes_and_processes_share(tmp_path):
    """One is killed in the middle; two others end what it began, together."""
    storage = str(tmp_path / "study.log")
    doomed = start(storage, 6, 0.5)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        time.sleep(0.05)
        if not os.path.exists(storage) or doomed.poll() is not None:
            continue
        try:
            study = optuna.load_study(
                study_name="sklyra",
                storage=optuna.storages.JournalStorage(
                    optuna.storages.journal.JournalFileBackend(storage)
                ),
            )
        except KeyError:
            continue
        trials = study.trials
        running = [t for t in trials if t.state == TrialState.RUNNING and t.params]
        if len(trials) >= 2 and running:
            break
    doomed.send_signal(signal.SIGKILL)
    doomed.wait()
    before = {t.number: t.params for t in study.trials if t.params}
    both = [start(storage, 6, 0.1) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    after = study.trials
    assert [t.state for t in after] == [TrialState.COMPLETE] * 6
    assert len({t.params["lr"] for t in after}) == 6
    assert all(after[number].params == params for number, params in before.items())
    owners = {t.user_attrs["owner"].split("/")[1] for t in after}
    assert str(doomed.pid) in owners
    assert len(owners) >= 2


@pytest.mark.slow
def test_n_jobs_run_trials_at_the_same_time():
    options = {**OPTIONS, "n_trials": 4, "refit": False}
    search = LyraSearchCV(small(), n_jobs=2, **options).fit(X, Y)
    assert search.cv_results_["state"].tolist() == ["COMPLETE"] * 4
    assert len(search.study_.trials) == 4
    assert len({p["lr"] for p in search.cv_results_["params"]}) == 4


def test_two_groups_one_left_out_are_searched():
    groups = np.repeat(["a", "b"], len(X) // 2)
    search = LyraSearchCV(
        LyraRegressor(**SMALL), n_trials=2, space=FEW, cv=LeaveOneGroupOut()
    )
    with pytest.warns(SklyraWarning, match=r"single group, '[ab]': members hold out"):
        search.fit(X, Y, groups=groups)
    assert list(search.cv_results_["state"]) == ["COMPLETE"] * 2
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_folds_of_a_single_class_are_left_out():
    groups = np.repeat([0, 1, 2], [40, 44, 44])
    labels = np.where(groups == 0, "a", "b")
    search = LyraSearchCV(
        LyraClassifier(**SMALL), n_trials=1, space=FEW, cv=LeaveOneGroupOut()
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


def test_groups_and_weights_arrive():
    groups = np.arange(len(X)) // 4
    weight = np.linspace(0.5, 1.5, len(X))
    seen = []

    class Spy(LyraRegressor):
        def fit(self, X, y, sample_weight=None, groups=None):
            seen.append((sample_weight, groups))
            return super().fit(X, y, sample_weight, groups)

    search = LyraSearchCV(
        Spy(**SMALL), n_trials=1, space=FEW, cv=GroupKFold(2), random_state=0
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


class WithWeights(LyraSearchCV):
    def fit(self, X, y):
        return super().fit(X, y, sample_weight=np.arange(1.0, 129))


def rank_score(y, predicted):
    return spearman_score(y, predicted)


def test_only_the_same_search_goes_on(tmp_path):
    scoring = make_scorer(rank_score)
    options = {**OPTIONS, "storage": tmp_path / "study.log", "scoring": scoring}
    search = LyraSearchCV(small(), n_trials=1, **options).fit(X, Y)
    # the same in other containers, on another machine
    other = LyraSearchCV(small().set_params(n_threads=2), n_trials=2, **options)
    other.fit(pd.Series(X), list(Y))
    assert list(other.cv_results_["number"]) == [0, 1]
    changes = {
        "sequences": (search, [x[::-1] for x in X]),
        "space": (clone(search).set_params(space={**FEW, "lr": [0.01, 0.1]}), X),
        "estimator": (clone(search).set_params(estimator__loss="huber"), X),
        "scoring": (clone(search).set_params(scoring="r2"), X),
        "parameters of fit": (WithWeights(**search.get_params(deep=False)), X),
    }
    for part, (changed, data) in changes.items():
        with pytest.raises(ValueError, match=f"is one with other {part}, so that"):
            changed.fit(data, Y)


def score_ranks(model, X, y):
    return spearman_score(y, model.predict(X))


@pytest.mark.slow
def test_fingerprints_are_the_same_in_every_process(tmp_path):
    options = {**OPTIONS, "n_trials": 1, "scoring": score_ranks}
    here = LyraSearchCV(small(), **options, storage=tmp_path / "one.log").fit(X, Y)
    code = f"""
    from tests.test_search import *
    options = {{**OPTIONS, "n_trials": 1, "scoring": score_ranks}}
    search = LyraSearchCV(small(), **options, storage={str(tmp_path / "two.log")!r})
    print(search.fit(X, Y).study_.user_attrs)
    """
    run = [sys.executable, "-c", textwrap.dedent(code)]
    there = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert there.strip() == str(here.study_.user_attrs)
    assert "sequences" in there


def test_functions_are_told_apart_by_what_they_do(tmp_path):
    options = {**OPTIONS, "n_trials": 1, "storage": tmp_path / "study.log"}
    LyraSearchCV(small(), scoring=lambda m, X, y: m.score(X, y), **options).fit(X, Y)
    for other in (lambda m, X, y: -m.score(X, y), make_scorer(lambda y, p: 1.0)):
        with pytest.raises(ValueError, match="is one with other scoring"):
            LyraSearchCV(small(), scoring=other, **options).fit(X, Y)


@pytest.mark.parametrize("form", [list, tuple, np.array, pd.Series])
def test_containers_have_one_fingerprint(form):
    some = ["ACD", "A", "ACDEF" * 10]
    assert _values(form(some)) == some


@pytest.mark.slow
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_samplers_of_ones_own_choose_anew(tmp_path, n_jobs):
    """Also in a second process, and when the study goes on."""
    options = {**OPTIONS, "storage": tmp_path / "study.log"}
    for n_trials in (4, 7):
        options["sampler"] = optuna.samplers.RandomSampler(0)
        search = LyraSearchCV(
            small(), n_trials=n_trials, n_jobs=n_jobs, refit=False, **options
        ).fit(X, Y)
    rates = [params["lr"] for params in search.cv_results_["params"]]
    assert len(set(rates)) == 7


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


def test_trials_of_others_count_by_their_value(tmp_path):
    storage = f"sqlite:///{tmp_path}/study.db"
    study = optuna.create_study(
        study_name="mine", storage=storage, direction="maximize"
    )
    lr = {"lr": FloatDistribution(1e-4, 1e-2, log=True)}
    for value, rate in ((0.5, 1e-3), (0.9, 2e-3)):
        trial = optuna.create_trial(params={"lr": rate}, distributions=lr, value=value)
        study.add_trial(trial)
    search = LyraSearchCV(
        small(), n_trials=3, storage=storage, study_name="mine", refit=False, **OPTIONS
    ).fit(X, Y)
    assert search.best_score_ == 0.9
    assert search.best_params_["lr"] == pytest.approx(2e-3)
    assert search.cv_results_["rank_test_score"][:2].tolist() == [2, 1]


def test_trials_that_run_elsewhere_are_told(tmp_path):
    storage = tmp_path / "study.log"
    options = {**OPTIONS, "storage": storage, "n_trials": 1, "refit": False}
    LyraSearchCV(small(), **options).fit(X, Y)
    (study,) = open_storage(storage).get_all_studies()
    study = optuna.load_study(
        study_name=study.study_name, storage=open_storage(storage)
    )
    study.ask().set_user_attr(OWNER, "another-machine/1/1")
    with pytest.warns(SklyraWarning, match="1 trials are still running"):
        LyraSearchCV(small(), **(options | {"n_trials": 2})).fit(X, Y)


def test_one_process_takes_a_lost_trial_over(monkeypatch, tmp_path):
    study = optuna.create_study(storage=open_storage(tmp_path / "study.log"))
    study.ask().set_user_attr(OWNER, f"{socket.gethostname()}/0/gone")

    def another_is_later(seconds):
        again = optuna.load_study(
            study_name=study.study_name, storage=open_storage(tmp_path / "study.log")
        )
        Trial(again, 0).set_user_attr(OWNER, f"{socket.gethostname()}/1/other")

    with monkeypatch.context() as patch:
        patch.setattr("sklyra.search.storage.time.sleep", another_is_later)
        assert take_over(study) is None
    assert take_over(study).number == 0


def test_first_trial_is_the_estimator_as_it_is():
    own = {**SMALL, "pgc_hidden": [8], "lr": 0.05, "weight_decay": 0.0}
    search = LyraSearchCV(LyraRegressor(**own), n_trials=1, cv=2).fit(X, Y)
    first = search.cv_results_["params"][0]
    assert first.pop("weight_decay") >= 1e-4  # a logarithmic range does not reach 0
    assert first.pop("pgc_hidden") in ([8], (8,))
    assert first == {name: LyraRegressor(**own).get_params()[name] for name in first}
    space = {**FEW, "lr": None, "dropout": None, "d_model": np.array([16, 12, 8])}
    search = LyraSearchCV(small(), n_trials=1, space=space, cv=2).fit(X, Y)
    assert search.cv_results_["params"] == [{"d_model": 8}]


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

    model = Pipeline([("model", Spy(**SMALL))])
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
