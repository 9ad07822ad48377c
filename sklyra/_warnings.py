"""Warnings that point at the user's own line."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# Frames that stand between the user and a warning. scikit-learn's are among them:
# pipelines, searches and the wrapper of `fit` call the estimators.
_BETWEEN = ("sklyra", "sklearn", "joblib")
# How the messages of this thread are changed before they are shown.
_rewrite: ContextVar[Callable[[str], str]] = ContextVar("_rewrite", default=str)


def warn(message: str, category: type[Warning]) -> None:
    """Warn at the nearest line that is neither sklyra's nor scikit-learn's.

    Parameters
    ----------
    message : str
        The text.
    category : type of Warning
        The class.
    """
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and _package(frame.f_globals) in _BETWEEN:
        level, frame = level + 1, frame.f_back
    warnings.warn(_rewrite.get()(message), category, stacklevel=level)


@contextmanager
def rewritten(rewrite: Callable[[str], str]) -> Iterator[None]:
    """Change the messages of warnings, in this thread.

    Parameters
    ----------
    rewrite : callable
        Returns the message to show for the one that is given.

    Yields
    ------
    None
        While it lasts.
    """
    token = _rewrite.set(rewrite)
    try:
        yield
    finally:
        _rewrite.reset(token)


def _package(names: dict[str, object]) -> str:
    return str(names.get("__name__", "")).partition(".")[0]
