"""Searches as files, which hold the best model and the scores, but not the study."""

from __future__ import annotations

import copy
from typing import Any

from sklearn.metrics import check_scoring


def describe_search(search: Any) -> dict[str, Any]:
    """Describe a search, and the best model, in plain values.

    Parameters
    ----------
    search : LyraSearchCV
        The search, fitted or not.

    Returns
    -------
    dict
        As `sklyra.file_info` returns it.
    """
    best = vars(search).get("best_estimator_")
    described = {} if best is None else best._describe()
    described["fitted"] = hasattr(search, "cv_results_")
    if described["fitted"]:
        described["best_score"] = search.best_score_
        described["n_trials"] = len(search.cv_results_["number"])
    return {"estimator": type(search.estimator).__name__, **described}


def drop_training(search: Any) -> Any:
    """Copy a search whose best model holds no training sequences.

    Parameters
    ----------
    search : LyraSearchCV
        The search, which stays as it is.

    Returns
    -------
    LyraSearchCV
        One that predicts the same.

    Raises
    ------
    ValueError
        If predictions depend on them.
    """
    if not hasattr(search, "best_estimator_"):
        return search
    forgetful = copy.copy(search)
    forgetful.best_estimator_ = search.best_estimator_._without_training()
    return forgetful


def restore_scorer(search: Any, left_out: list[str]) -> None:
    """Make the scorer of a loaded search again.

    Parameters
    ----------
    search : LyraSearchCV
        What was loaded. If `scoring` was left out it gets none, so that `score` is
        refused, and never means something else.
    left_out : list of str
        Parameters that were left out.
    """
    if hasattr(search, "cv_results_") and "scoring" not in left_out:
        search.scorer_ = check_scoring(search.estimator, search.scoring)
