"""The trials of a study as scikit-learn lists candidates."""

from __future__ import annotations

from typing import Any

import numpy as np
from optuna.trial import FrozenTrial, TrialState
from scipy.stats import rankdata

from sklyra.search.space import Space

SCORES, FIT_SECONDS, ERROR = "scores", "fit_seconds", "error"


def tabulate(trials: list[FrozenTrial], space: Space, n_splits: int) -> dict[str, Any]:
    """List trials as the `cv_results_` of scikit-learn's searches.

    Parameters
    ----------
    trials : list of optuna.trial.FrozenTrial
        Finished trials.
    space : Space
        What their parameters mean.
    n_splits : int
        Number of folds.

    Returns
    -------
    dict of str to array-like of shape (n_trials,)
        ``number`` and ``state`` of each trial ("COMPLETE", "PRUNED" or "FAIL"),
        ``error``, ``params``, a column for each parameter, scores of folds, their mean,
        standard deviation and rank, and ``mean_fit_time``. What a trial has not come to
        is NaN.
    """
    params = [space.decode(trial.params) for trial in trials]
    scores = np.full((len(trials), n_splits), np.nan)
    seconds = np.full(len(trials), np.nan)
    for row, trial in enumerate(trials):
        known = trial.user_attrs.get(SCORES, [])
        scores[row, : len(known)] = known
        if trial.user_attrs.get(FIT_SECONDS):
            seconds[row] = np.mean(trial.user_attrs[FIT_SECONDS])
    complete = np.array([trial.state == TrialState.COMPLETE for trial in trials])
    # Trials that others have added to the study may have no scores of folds.
    value = [np.nan if trial.value is None else trial.value for trial in trials]
    mean = np.where(np.isnan(scores).any(axis=1), value, scores.mean(axis=1))
    mean = np.where(complete, mean, np.nan)
    table: dict[str, Any] = {
        "number": np.array([trial.number for trial in trials]),
        "state": np.array([trial.state.name for trial in trials]),
        "error": [trial.user_attrs.get(ERROR) for trial in trials],
        "params": params,
    }
    for name in space.distributions:
        empty = np.empty(len(trials), dtype=object)
        values = np.ma.masked_array(empty, mask=True)
        for row, chosen in enumerate(params):
            if name in chosen:
                values[row] = chosen[name]
        table[f"param_{name}"] = values
    for fold in range(n_splits):
        table[f"split{fold}_test_score"] = scores[:, fold]
    table["mean_test_score"] = mean
    table["std_test_score"] = np.where(complete, scores.std(axis=1), np.nan)
    worst = np.where(np.isfinite(mean), -mean, np.inf)
    table["rank_test_score"] = rankdata(worst, method="min").astype(np.int32)
    table["mean_fit_time"] = seconds
    return table
