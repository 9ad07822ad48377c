"""Pruning: trials that lag behind others are stopped early."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
from optuna import Study, Trial, TrialPruned
from optuna.pruners import BasePruner
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState
from sklearn.base import BaseEstimator
from sklearn.callback import CallbackContext
from sklearn.pipeline import Pipeline

from sklyra._constraints import Float, Int, Table, check_attributes
from sklyra.estimators.base import BaseLyra

# Epoch e (from 1) of fold f (from 0) is step FOLD * f + e, and its end FOLD * (f + 1).
FOLD = 1000


_PARAMETERS: Table = {
    "percentile": [Float(0, 100, closed="both")],
    "n_startup_trials": [Int(1)],
    "n_warmup_epochs": [Int(0)],
}


class LaggardPruner(BasePruner):
    """Stop trials that are among the last at the same step.

    Parameters
    ----------
    percentile : float, default=25
        A trial continues if it is above this percentile of the others at the step, in
        [0, 100].
    n_startup_trials : int, default=5
        Least number of others that have reached the step, 1 or more.
    n_warmup_epochs : int, default=5
        Number of epochs of a fold in which no trial is stopped, 0 or more.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    TypeError
        If a parameter has the wrong type.
    """

    def __init__(
        self,
        percentile: float = 25,
        n_startup_trials: int = 5,
        n_warmup_epochs: int = 5,
    ) -> None:
        self.percentile = percentile
        self.n_startup_trials = n_startup_trials
        self.n_warmup_epochs = n_warmup_epochs
        # at once, as Optuna's pruners do: later it would be a failed trial
        check_attributes(self, _PARAMETERS)

    def prune(self, study: Study, trial: FrozenTrial) -> bool:
        """Decide whether to stop a trial.

        Parameters
        ----------
        study : optuna.Study
            The study.
        trial : optuna.trial.FrozenTrial
            One of its trials.

        Returns
        -------
        bool
            True if it is among the last.
        """
        step = trial.last_step
        if step is None or 0 < step % FOLD <= self.n_warmup_epochs:
            return False
        done = study.get_trials(
            deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED)
        )
        others = [
            other.intermediate_values[step]
            for other in done
            if step in other.intermediate_values
        ]
        if len(others) < self.n_startup_trials:
            return False
        sign = 1 if study.direction == StudyDirection.MAXIMIZE else -1
        least = np.percentile(np.multiply(sign, others), self.percentile)
        return bool(sign * trial.intermediate_values[step] < least)


class Progress:
    """Report the scores of a trial, epoch by epoch and fold by fold.

    The value at the end of a fold is the mean score of the folds so far; within a fold,
    its first network represents the model, with the best score it had.

    Parameters
    ----------
    trial : optuna.Trial
        The trial.
    n_folds : int
        Number of folds.
    """

    def __init__(self, trial: Trial, n_folds: int) -> None:
        self._trial = trial
        self._n_folds = n_folds
        self._seen = set(trial.study.trials[trial.number].intermediate_values)
        self.scores: list[float] = []

    def watch(self, model: BaseEstimator, score: Callable[[Any], float]) -> None:
        """Score each epoch of the next fit.

        Parameters
        ----------
        model : estimator
            The model that is about to be fitted.
        score : callable
            Scores a model on the fold's test rows.
        """
        network = model[-1] if isinstance(model, Pipeline) else model
        if not isinstance(network, BaseLyra):
            return
        callbacks = getattr(network, "_skl_callbacks", [])
        network.set_callbacks(*callbacks, _Look(self, model, score))

    def fold_done(self, score: float) -> None:
        """Record the score of a fold.

        Parameters
        ----------
        score : float
            The score.
        """
        self.scores.append(score)
        self._report(FOLD * len(self.scores), self.scores)

    def epoch_done(self, epoch: int, score: float) -> None:
        """Record the best score so far of the first network in a fold.

        Parameters
        ----------
        epoch : int
            Number of epochs that are done.
        score : float
            The score.
        """
        if epoch < FOLD:
            self._report(FOLD * len(self.scores) + epoch, [*self.scores, score])

    def _report(self, step: int, scores: list[float]) -> None:
        value = float(np.mean(scores))
        if not np.isfinite(value):
            raise ValueError(f"The score is {value}.")
        if step not in self._seen:  # a trial that another process had begun
            self._trial.report(value, step)
        if len(self.scores) < self._n_folds and self._trial.should_prune():
            raise TrialPruned(f"pruned at step {step}")


class _Look:
    """A callback of scikit-learn that scores the first network after each epoch."""

    def __init__(
        self, progress: Progress, model: BaseEstimator, score: Callable[[Any], float]
    ) -> None:
        self._progress, self._model, self._score = progress, model, score
        self._best = -np.inf

    def setup(self, estimator: BaseLyra, context: CallbackContext) -> None:
        """There is nothing to set up."""

    def teardown(self, estimator: BaseLyra, context: CallbackContext) -> None:
        """Remove this callback from the model, which keeps no trace of the search."""
        others = [c for c in estimator._skl_callbacks if c is not self]
        estimator.set_callbacks(*others)

    def on_fit_task_begin(self, estimator: BaseLyra, context: CallbackContext) -> None:
        """There is nothing to score yet."""

    def on_fit_task_end(
        self, estimator: BaseLyra, context: CallbackContext, *, fitted_estimator: Any
    ) -> None:
        """Score an epoch of the first network."""
        if context.task_name != "epoch" or context.parent.task_id != 0:
            return
        whole = fitted_estimator
        if isinstance(self._model, Pipeline):
            whole = copy.copy(self._model)
            whole.steps = [*whole.steps[:-1], (whole.steps[-1][0], fitted_estimator)]
        try:
            now = self._score(whole)
        except Exception:
            return  # one that asks for more than an epoch's network has, or can do
        if not np.isfinite(now):
            return
        self._best = max(self._best, now)
        self._progress.epoch_done(context.task_id + 1, self._best)
