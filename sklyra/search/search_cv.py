"""Search of parameters: an Optuna study with scikit-learn's interface."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any, Self

import joblib
import numpy as np
import optuna
from optuna import Study
from optuna.exceptions import DuplicatedStudyError
from optuna.pruners import BasePruner
from optuna.samplers import BaseSampler
from optuna.storages import InMemoryStorage
from optuna.study import StudyDirection
from optuna.trial import TrialState
from sklearn import get_config
from sklearn.base import BaseEstimator, is_classifier
from sklearn.callback import CallbackContext, with_callbacks
from sklearn.exceptions import FitFailedWarning
from sklearn.metrics import check_scoring
from sklearn.model_selection import check_cv
from sklearn.model_selection._search import BaseSearchCV
from sklearn.utils import (
    check_consistent_length,
    check_random_state,
    indexable,
)
from sklearn.utils.metadata_routing import process_routing

from sklyra._constraints import check_attributes
from sklyra._documentation import DOC_LINK_MODULE, DOC_LINK_TEMPLATE
from sklyra._warnings import warn
from sklyra.ensemble.folds import check_groups
from sklyra.estimators.base import BaseLyra
from sklyra.exceptions import SklyraWarning
from sklyra.persistence import save
from sklyra.search.fingerprints import fingerprints
from sklyra.search.fit_task import fit_task
from sklyra.search.folds import with_classes
from sklyra.search.parameters import PARAMETERS
from sklyra.search.pruning import LaggardPruner
from sklyra.search.results import ERROR, tabulate
from sklyra.search.saving import describe_search, drop_training, restore_scorer
from sklyra.search.space import Space
from sklyra.search.storage import count_running, open_storage, quiet
from sklyra.search.worker import Task, work
from sklyra.targets.tables import is_table

_FINISHED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)
_FINGERPRINTS = "fingerprints"


class LyraSearchCV(BaseSearchCV):
    """Search parameters by cross-validation in an Optuna study.

    The first trial is the estimator as it is, as far as the space has its parameters,
    so that a search ends no worse than it began. Trials that lag behind are pruned,
    within a fold by the score of the first network after each epoch, and between folds
    by the scores so far.

    Parameters
    ----------
    estimator : estimator
        A `LyraRegressor` or `LyraClassifier`, or what contains one, such as a Pipeline.
    n_trials : int, default=50
        Number of trials of the study, those of earlier calls included.
    space : dict or None, default=None
        Changes to the default space, as for `suggest_params`.
    scoring : str, callable or None, default=None
        One score, greater is better; None for that of the estimator.
    cv : int, splitter, iterable or None, default=None
        Folds, as for scikit-learn's searches; all trials have the same.
    refit : bool, default=True
        Whether to fit the best parameters on all data.
    n_jobs : int or None, default=None
        Number of processes that run trials at the same time, by joblib. They need a
        storage that all of them can reach; with None it is a temporary file.
    timeout : float or None, default=None
        Seconds after which no further trial is begun.
    storage : str, Path, optuna storage or None, default=None
        The path of a journal file or the URL of a database. A search of the same name
        is resumed, whatever interrupted it, and several processes can work on it. None
        keeps the study in memory.
    study_name : str or None, default=None
        Name of the study; None for "sklyra".
    sampler : optuna sampler or None, default=None
        Sampler of parameters; None for `TPESampler`, seeded for each trial by
        `random_state`. A sampler that is passed is reseeded at random where processes
        share the study or it is resumed, or all would choose the same.
    pruner : optuna pruner or None, default=None
        Rule to stop a trial early; None stops those in the last quarter at the same
        step of five or more other trials. Epoch ``e`` of fold ``f`` is step
        ``1000 * f + e``.
    random_state : int, RandomState instance or None, default=None
        Seed of the sampler. The estimator has its own.

    Attributes
    ----------
    best_estimator_ : estimator
        The best parameters, fitted on all data, if `refit`.
    best_index_ : int
        Row of the best trial in `cv_results_`.
    best_params_ : dict of str to object
        Its parameters.
    best_score_ : float
        Its mean score over folds.
    classes_ : ndarray of shape (n_classes,)
        Labels, if the estimator is a classifier and `refit`.
    cv_results_ : dict of str to array-like
        A row for each finished trial: ``number``, ``state`` ("COMPLETE", "PRUNED" or
        "FAIL"), ``error``, ``params``, scores and seconds.
    multimetric_ : bool
        False.
    n_features_in_ : int
        Number of columns, if X was a table of numbers.
    n_splits_ : int
        Number of folds.
    refit_time_ : float
        Seconds that it took to refit.
    scorer_ : callable
        Scorer of a model.
    study_ : optuna.Study
        The study, for Optuna's plots and dashboard.

    Examples
    --------
    >>> from sklyra import LyraRegressor, LyraSearchCV
    >>> from sklyra.datasets import make_epistasis
    >>> X, y, *_ = make_epistasis(60, length=20, random_state=0)
    >>> quick = LyraRegressor(n_members=1, gaussian_process=False, max_epochs=2)
    >>> search = LyraSearchCV(quick, n_trials=2, cv=2, random_state=0)
    >>> search.fit(X, y).cv_results_["state"]
    array(['COMPLETE', 'COMPLETE'], dtype='<U8')
    """

    _doc_link_module = DOC_LINK_MODULE
    _doc_link_template = DOC_LINK_TEMPLATE
    # the study stays in its storage, whose address may hold a password
    _unsaved = ("storage", "study_", "scorer_")
    save = save
    _describe = describe_search
    _without_training = drop_training
    _complete = restore_scorer

    def __init__(
        self,
        estimator: BaseEstimator,
        *,
        n_trials: int = 50,
        space: Any = None,
        scoring: Any = None,
        cv: Any = None,
        refit: bool = True,
        n_jobs: int | None = None,
        timeout: float | None = None,
        storage: Any = None,
        study_name: str | None = None,
        sampler: BaseSampler | None = None,
        pruner: BasePruner | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(estimator, scoring=scoring, cv=cv, refit=refit, n_jobs=n_jobs)
        self.n_trials = n_trials
        self.space = space
        self.timeout = timeout
        self.storage = storage
        self.study_name = study_name
        self.sampler = sampler
        self.pruner = pruner
        self.random_state = random_state

    # scikit-learn ships no types
    @with_callbacks  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any = None, groups: Any = None, **fit_params: Any) -> Self:
        """Run the trials that the study still lacks, and fit the best.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Sequences, or anything that the estimator takes.
        y : array-like of shape (n_samples, ...)
            Targets.
        groups : array-like of shape (n_samples,) or None, default=None
            Groups for `cv`; a `LyraRegressor` or `LyraClassifier` gets them too, for
            the sequences that its members hold out.
        **fit_params : dict of str to object
            For the estimator's `fit`. Values with a row for each sequence, such as
            ``sample_weight``, are split along with X.

        Returns
        -------
        self
            The fitted search.
        """
        task = self._prepare(X, y, groups, fit_params)
        n_jobs = joblib.effective_n_jobs(self.n_jobs)
        with tempfile.TemporaryDirectory() as folder:
            storage = self.storage
            if storage is None:
                storage = (
                    Path(folder) / "study.log" if n_jobs > 1 else InMemoryStorage()
                )
            elif n_jobs > 1 and isinstance(storage, InMemoryStorage):
                raise ValueError(
                    "storage is the memory of this process, which the processes of "
                    f"n_jobs={self.n_jobs} cannot share. Give the path of a journal "
                    "file."
                )
            study = self._open(task, storage)
            try:
                if n_jobs == 1:
                    work(task, storage, study.study_name)
                else:
                    joblib.Parallel(n_jobs)(
                        joblib.delayed(work)(task, storage, study.study_name)
                        for _ in range(n_jobs)
                    )
            except KeyboardInterrupt:
                if study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)):
                    self._conclude(task, study, storage)
                raise
            return self._conclude(task, study, storage)

    def _prepare(self, X: Any, y: Any, groups: Any, fit_params: dict[str, Any]) -> Task:
        """Check everything before anything is trained."""
        check_attributes(self, PARAMETERS)
        if y is None:
            raise ValueError("LyraSearchCV requires y to be passed, but y is None.")
        space = Space(self.estimator, self.space)
        scorer = check_scoring(self.estimator, self.scoring)
        X, y = indexable(X, y)
        check_consistent_length(X, y, groups)
        if get_config()["enable_metadata_routing"]:
            if groups is not None:
                fit_params = {**fit_params, "groups": groups}
            routed = process_routing(self, "fit", **fit_params)
            split_params, fit_params = routed.splitter.split, routed.estimator.fit
            score_params = routed.scorer.score
        else:
            split_params, score_params = {"groups": groups}, {}
            if groups is not None and isinstance(self.estimator, BaseLyra):
                fit_params = {**fit_params, "groups": groups}
        # tables have no strata, and scikit-learn would refuse those that are not full
        stratify = is_classifier(self.estimator) and not is_table(y)
        folds = check_cv(self.cv, y, classifier=stratify)
        if groups is not None:
            check_groups(groups, X)
        splits = list(folds.split(X, y, **split_params))
        if is_classifier(self.estimator):
            splits = with_classes(splits, y)
        self.n_splits_ = len(splits)
        return Task(
            estimator=self.estimator,
            space=space,
            X=X,
            y=y,
            splits=splits,
            fit_params=fit_params,
            scorer=scorer,
            score_params=score_params,
            n_trials=self.n_trials,
            until=None if self.timeout is None else time.time() + self.timeout,
            seed=int(check_random_state(self.random_state).randint(2**31)),
            sampler=self.sampler,
            pruner=LaggardPruner() if self.pruner is None else self.pruner,
            search=self,
            context=self._announce(X, y),
        )

    def _announce(self, X: Any, y: Any) -> CallbackContext:
        """Announce the search and its subtasks to callbacks."""
        root = self._init_callback_context(max_subtasks=1 + bool(self.refit))
        root.call_on_fit_task_begin(estimator=self, X=X, y=y)
        # others may add trials to a study that they can reach
        known = self.n_trials * self.n_splits_ if self.storage is None else None
        return root.subcontext(
            "search", max_subtasks=known, sequential_subtasks=False
        ).call_on_fit_task_begin(estimator=self)

    def _open(self, task: Task, storage: Any) -> Study:
        """Create a study, or load the one to resume."""
        opened = open_storage(storage)
        name = self.study_name or "sklyra"
        prints = fingerprints(task, self.scoring)
        with quiet():
            try:
                study = optuna.create_study(
                    study_name=name, storage=opened, direction="maximize"
                )
            except DuplicatedStudyError:
                study = optuna.load_study(study_name=name, storage=opened)
                if study.direction != StudyDirection.MAXIMIZE:
                    raise ValueError(
                        f"The study {name!r} in storage={storage!r} minimizes, but "
                        "greater scores are better. Choose another study_name."
                    ) from None
            else:
                study.set_user_attr(_FINGERPRINTS, prints)
                study.enqueue_trial(task.space.start())
        before = study.user_attrs.get(_FINGERPRINTS, prints)
        other = [part for part in prints if prints[part] != before.get(part)]
        if other:
            raise ValueError(
                f"The study {name!r} in storage={storage!r} is one with other "
                f"{' and '.join(other)}, so that its scores mean something else. "
                "Choose another study_name. If cv shuffles, give it a random_state."
            )
        return study

    def _conclude(self, task: Task, study: Study, storage: Any) -> Self:
        """Set the attributes of scikit-learn's searches from the study."""
        if self.storage is None and not isinstance(storage, InMemoryStorage):
            study = _in_memory(study, storage)  # its file is about to go
        trials = [t for t in study.get_trials() if t.state in _FINISHED]
        running = count_running(study)
        failed = [t for t in trials if t.state == TrialState.FAIL]
        complete = [t for t in trials if t.state == TrialState.COMPLETE]
        self.study_ = study
        first = ""
        if failed:
            params = task.space.decode(failed[0].params)
            error = failed[0].user_attrs.get(ERROR)
            first = (
                f"{len(failed)} of {len(trials)} trials failed. The first, {params}:"
            )
            first = f"{first} {error}"
        if not complete:
            advice = "All were pruned: choose another pruner."
            if not trials:
                advice = "There was no time for one: raise timeout."
            if running:
                advice = f"Elsewhere {running} are still running: fit again later."
            raise RuntimeError(f"No trial came to its end. {first or advice}")
        if failed:
            warn(first, FitFailedWarning)
        if running:
            warn(
                f"{running} trials are still running in other processes, or were lost "
                "on other machines: the best of the others is taken. Fit again later.",
                SklyraWarning,
            )
        self.scorer_ = task.scorer
        self.cv_results_ = tabulate(trials, task.space, self.n_splits_)
        self.best_index_ = int(self.cv_results_["rank_test_score"].argmin())
        self.best_score_ = float(self.cv_results_["mean_test_score"][self.best_index_])
        self.best_params_ = self.cv_results_["params"][self.best_index_]
        self.multimetric_ = False
        task.context.call_on_fit_task_end(estimator=self)
        root = task.context.parent
        if self.refit:
            started = time.perf_counter()
            model = task.model(self.best_params_)
            context = root.subcontext("refit-with-best-params")
            with fit_task(self, context, model, task.X, task.y):
                self.best_estimator_ = model.fit(task.X, task.y, **task.fit_params)
            self.refit_time_ = time.perf_counter() - started
            if hasattr(model, "feature_names_in_"):
                self.feature_names_in_ = model.feature_names_in_
        root.call_on_fit_task_end(estimator=self, X=task.X, y=task.y)
        return self


def _in_memory(study: Study, storage: Any) -> Study:
    """Copy a study into the memory of this process."""
    memory = InMemoryStorage()
    name = study.study_name
    with quiet():
        optuna.copy_study(
            from_study_name=name,
            from_storage=open_storage(storage),
            to_storage=memory,
        )
        return optuna.load_study(study_name=name, storage=memory)
