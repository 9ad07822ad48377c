"""Task of a search, for scikit-learn's callbacks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.callback import CallbackContext


@contextmanager
def fit_task(
    search: BaseEstimator,
    context: CallbackContext,
    model: BaseEstimator,
    X: Any,
    y: Any,
) -> Iterator[None]:
    """Tell the callbacks of a search of one of its fits, and give some to the model.

    Parameters
    ----------
    search : estimator
        The search.
    context : CallbackContext
        The task.
    model : estimator
        What is fitted.
    X : array-like of shape (n_samples, ...)
        Its training data.
    y : array-like of shape (n_samples, ...)
        Its targets.
    """
    with context.propagate_callback_context(model):
        context.call_on_fit_task_begin(estimator=search, X=X, y=y)
        yield
    context.call_on_fit_task_end(estimator=search, X=X, y=y)
