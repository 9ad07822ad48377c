"""Trials given up early."""

from __future__ import annotations

import pickle

import numpy as np
import optuna
import pytest
from optuna.distributions import FloatDistribution
from optuna.trial import TrialState
from optuna_integration import OptunaSearchCV
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline

from sklyra import LyraClassifier, LyraSearchCV, SequenceOneHotEncoder
from sklyra.datasets import load_splice_junctions, make_epistasis
from sklyra.search import LaggardPruner
from sklyra.search.pruning import FOLD, Progress
from tests.search.cases import FEW, X, Y, small
from tests.settings import TRIAL


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
    assert sorted(seen) == list(range(1, TRIAL["max_epochs"] + 1))
    assert max(seen.values()) == pytest.approx(watched.score(X, Y), abs=0.2)


def test_classifier_in_a_pipeline_is_watched_too():
    data, labels = load_splice_junctions(return_X_y=True)
    data, labels = data[::40], labels[::40]
    pipe = make_pipeline(SequenceOneHotEncoder("dna"), LyraClassifier(**TRIAL))
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
