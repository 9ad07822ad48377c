"""Studies that are stored: resumed, shared between processes, and taken over."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import optuna
import pytest
from optuna import Trial
from optuna.distributions import FloatDistribution
from optuna.trial import TrialState

from sklyra import LyraRegressor, LyraSearchCV
from sklyra.exceptions import SklyraWarning
from sklyra.search.storage import OWNER, open_storage, take_over
from tests.search.cases import OPTIONS, X, Y, small
from tests.settings import TRIAL


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
    search = LyraSearchCV(Impatient(**TRIAL), n_trials=4, storage=storage, **OPTIONS)
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
    import time
    import optuna
    from sklearn.model_selection import KFold
    from sklyra import LyraRegressor, LyraSearchCV
    from tests.search.cases import FEW, X, Y
    from tests.settings import TRIAL
    class Slow(LyraRegressor):
        def fit(self, X, y):
            time.sleep({pause})
            return super().fit(X, y)
    space = {{**FEW, "dropout": None}}
    search = LyraSearchCV(Slow(**TRIAL), n_trials={n}, storage={storage!r},
                          space=space, cv=KFold(2), random_state=0,
                          pruner=optuna.pruners.NopPruner())
    search.fit(X, Y)
    """
)
ROOT = str(Path(__file__).parents[2])


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
