"""Tasks of a fit, for scikit-learn's callbacks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from sklearn.callback import CallbackContext

from sklyra._training import Job, NotifyListener, SequenceNet


class FitTasks:
    """The tasks of a fit: one for each network, and within it one for each epoch.

    Networks train in threads of their own, but callbacks are called one at a time.

    Parameters
    ----------
    estimator : estimator
        What is being fitted.
    n_networks : int
        How many networks there are to be.
    X : array-like of shape (n_samples, ...)
        Sequences, as the user gave them.
    y : array-like of shape (n_samples, ...)
        Targets.
    sample_weight : array-like of shape (n_samples,) or None
        Weights.
    """

    def __init__(
        self, estimator: Any, n_networks: int, X: Any, y: Any, sample_weight: Any
    ) -> None:
        self._lock = threading.Lock()
        self._facts = {"estimator": estimator, "X": X, "y": y}
        if sample_weight is not None:
            self._facts["metadata"] = {"sample_weight": sample_weight}
        self.watched = bool(getattr(estimator, "_skl_callbacks", []))
        self._root = estimator._init_callback_context(max_subtasks=n_networks)
        self.begin(self._root)

    def watch(
        self, jobs: list[Job], so_far: Callable[[SequenceNet], dict[str, Any]]
    ) -> None:
        """Announce networks that are about to train, if there are callbacks.

        Parameters
        ----------
        jobs : list of Job
            Their training.
        so_far : callable
            Gives the attributes of a fitted estimator of one network alone.
        """
        if not self.watched:
            return
        for job in jobs:
            task = self.network(job.epochs, partial(so_far, job.net))
            job.callbacks.append(NotifyListener(task))

    def network(self, epochs: int, so_far: Callable[[], dict[str, Any]]) -> NetworkTask:
        """Announce a network.

        Parameters
        ----------
        epochs : int
            How many epochs it trains for, at most.
        so_far : callable
            Gives the attributes of a fitted estimator, as it is by then.

        Returns
        -------
        NetworkTask
            Listens to its training.
        """
        context = self._root.subcontext("network", max_subtasks=epochs)
        return NetworkTask(self, context, so_far)

    def begin(self, context: CallbackContext) -> None:
        """Tell callbacks that a task begins.

        Parameters
        ----------
        context : CallbackContext
            The task.
        """
        with self._lock:
            context.call_on_fit_task_begin(**self._facts)

    def end(
        self,
        context: CallbackContext | None = None,
        so_far: Callable[[], dict[str, Any]] = dict,
    ) -> bool:
        """Tell callbacks that a task, or everything, is done.

        Parameters
        ----------
        context : CallbackContext or None, default=None
            The task; None is the whole fit.
        so_far : callable, default=dict
            Gives the attributes that the estimator does not have yet.

        Returns
        -------
        bool
            Whether one of them asks to stop.
        """
        with self._lock:
            enough: bool = (context or self._root).call_on_fit_task_end(
                **self._facts, reconstruction_attributes=so_far
            )
            return enough


class NetworkTask:
    """The tasks of one network.

    Parameters
    ----------
    tasks : FitTasks
        Those of the whole fit.
    context : CallbackContext
        The network's task.
    so_far : callable
        Gives the attributes of a fitted estimator, as it is by then.
    """

    def __init__(
        self,
        tasks: FitTasks,
        context: CallbackContext,
        so_far: Callable[[], dict[str, Any]],
    ) -> None:
        self._tasks = tasks
        self._context = context
        self._so_far = so_far

    def begin(self) -> None:
        """Tell that training begins."""
        self._tasks.begin(self._context)

    def begin_epoch(self) -> None:
        """Tell that an epoch begins."""
        self._epoch = self._context.subcontext("epoch")
        self._tasks.begin(self._epoch)

    def end_epoch(self) -> bool:
        """Tell that an epoch is done.

        Returns
        -------
        bool
            Whether to stop.
        """
        return self._tasks.end(self._epoch, self._so_far)

    def end(self) -> None:
        """Tell that training is done."""
        self._tasks.end(self._context, self._so_far)
