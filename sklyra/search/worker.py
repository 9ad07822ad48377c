"""Worker of a search: the trials that one process runs."""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import optuna
from optuna import Study, Trial, TrialPruned
from optuna.exceptions import UpdateFinishedTrialError
from optuna.pruners import BasePruner
from optuna.samplers import BaseSampler, TPESampler
from optuna.storages import InMemoryStorage
from optuna.trial import TrialState
from sklearn.base import BaseEstimator, clone
from sklearn.callback import CallbackContext
from sklearn.utils import _safe_indexing

from sklyra._typing import Rows
from sklyra.search.fit_task import fit_task
from sklyra.search.pruning import Progress
from sklyra.search.results import ERROR, FIT_SECONDS, SCORES
from sklyra.search.space import Space
from sklyra.search.storage import open_storage, own, quiet, take_over

# Fit parameters that have rows of their own, also behind the name of a Pipeline's step.
_WHOLE = ("X_val", "y_val")


@dataclass(frozen=True)
class Task:
    """Hold what trials need."""

    estimator: BaseEstimator
    space: Space
    X: Any
    y: Any
    splits: list[tuple[Rows, Rows]]
    fit_params: dict[str, Any]
    scorer: Any
    score_params: dict[str, Any]
    n_trials: int
    until: float | None
    seed: int
    sampler: BaseSampler | None
    pruner: BasePruner
    search: BaseEstimator
    context: CallbackContext

    def model(self, params: dict[str, Any]) -> BaseEstimator:
        """Make an unfitted model with parameters.

        Parameters
        ----------
        params : dict of str to object
            Parameters.

        Returns
        -------
        estimator
            The model.
        """
        values = {name: clone(value, safe=False) for name, value in params.items()}
        return clone(self.estimator).set_params(**values)

    def of_rows(self, params: dict[str, Any], rows: Rows) -> dict[str, Any]:
        """Take some rows of parameters that have a value for each row.

        Parameters
        ----------
        params : dict of str to object
            Parameters of `fit` or of the scorer.
        rows : ndarray of shape (n,), int
            Which.

        Returns
        -------
        dict of str to object
            The same for these rows.
        """

        def has_rows(name: str, value: Any) -> bool:
            whole = name.rpartition("__")[2] in _WHOLE
            return not whole and is_listed(value) and len(value) == len(self.y)

        return {
            name: _safe_indexing(value, rows) if has_rows(name, value) else value
            for name, value in params.items()
        }


def is_listed(value: Any) -> bool:
    """Check for what may have a value for each row, such as a list of arrays.

    Parameters
    ----------
    value : object
        A parameter of `fit`.

    Returns
    -------
    bool
        False for numbers, text and dicts.
    """
    if isinstance(value, (str, bytes, Mapping)) or getattr(value, "ndim", 1) == 0:
        return False
    return hasattr(value, "__len__")


def work(task: Task, storage: Any, study_name: str) -> None:
    """Run trials until the study has as many as it is to have.

    Parameters
    ----------
    task : Task
        What trials need.
    storage : object
        Where the study is, as for `open_storage`.
    study_name : str
        Its name.
    """
    with quiet():
        study = optuna.load_study(
            study_name=study_name,
            storage=open_storage(storage),
            sampler=copy.deepcopy(task.sampler),
            pruner=task.pruner,
        )
    shared = not isinstance(storage, InMemoryStorage)
    if task.sampler is not None and (shared or _has_begun(study)):
        study.sampler.reseed_rng()  # or it would say what was said before, or elsewhere
    while task.until is None or time.time() < task.until:
        trial = take_over(study)
        if trial is None:
            queued = study.get_trials(deepcopy=False, states=(TrialState.WAITING,))
            if not queued and len(study.get_trials(deepcopy=False)) >= task.n_trials:
                return
            trial = study.ask()
            own(trial)
        if task.sampler is None:
            # The number tells trials of all processes apart, also after a restart.
            seed = np.random.SeedSequence([task.seed, trial.number])
            study.sampler = TPESampler(seed=int(seed.generate_state(1)[0]))
        with suppress(UpdateFinishedTrialError):  # another took it over, and was faster
            attempt(task, study, trial)


def _has_begun(study: Study) -> bool:
    """Say whether any trial was begun."""
    return any(
        trial.state != TrialState.WAITING for trial in study.get_trials(deepcopy=False)
    )


def attempt(task: Task, study: Study, trial: Trial) -> None:
    """Cross-validate what a trial chooses, and report to the study.

    Parameters
    ----------
    task : Task
        What trials need.
    study : optuna.Study
        The study.
    trial : optuna.Trial
        One of its trials.
    """
    progress = Progress(trial, len(task.splits))
    seconds: list[float] = []
    value, state = None, TrialState.FAIL
    try:
        params = task.space.suggest(trial)
        for train, test in task.splits:
            model = task.model(params)
            rows = [_safe_indexing(part, test) for part in (task.X, task.y)]
            extra = task.of_rows(task.score_params, test)
            score = partial(_score, task.scorer, rows, extra)
            progress.watch(model, score)
            started = time.perf_counter()
            X, y = (_safe_indexing(part, train) for part in (task.X, task.y))
            extra = task.of_rows(task.fit_params, train)
            number = len(task.splits) * trial.number + len(seconds)
            context = task.context.subcontext("trial-fold", number)
            with fit_task(task.search, context, model, X, y):
                model.fit(X, y, **extra)
            seconds.append(time.perf_counter() - started)
            progress.fold_done(score(model))
        value, state = float(np.mean(progress.scores)), TrialState.COMPLETE
    except TrialPruned:
        state = TrialState.PRUNED
    except Exception as error:
        trial.set_user_attr(ERROR, f"{type(error).__name__}: {error}")
    except BaseException:
        own(trial, until_now=True)
        raise
    trial.set_user_attr(SCORES, progress.scores)
    trial.set_user_attr(FIT_SECONDS, seconds)
    study.tell(trial, value, state, skip_if_finished=True)


def _score(scorer: Any, rows: list[Any], params: dict[str, Any], model: Any) -> float:
    """Score a model on test rows."""
    return float(scorer(model, *rows, **params))
