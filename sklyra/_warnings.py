"""Warnings that point at the user's own line."""

from __future__ import annotations

import sys
import warnings

# Frames that stand between the user and a warning. scikit-learn's are among them:
# pipelines, searches and the wrapper of `fit` call the estimators.
_BETWEEN = ("sklyra", "sklearn", "joblib")


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
    warnings.warn(message, category, stacklevel=level)


def _package(names: dict[str, object]) -> str:
    return str(names.get("__name__", "")).partition(".")[0]
