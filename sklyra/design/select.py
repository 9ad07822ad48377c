"""Select: which candidates to measure next."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_random_state

from sklyra.design.better_half import BetterHalf
from sklyra.design.candidates import find_first, find_measured
from sklyra.design.objectives import read_objectives
from sklyra.design.wanted import Wanted
from sklyra.ensemble import Strands

# Candidates that are scored at a time.
_BLOCK = 20_000


def select(
    model: Any,
    candidates: Any,
    n: int = 96,
    *,
    measured: Any = None,
    strategy: str = "balance",
    random_state: int | np.random.RandomState | None = None,
) -> npt.NDArray[np.int64]:
    """Select the candidates to measure next.

    Members of the model, each an explanation of what was measured, take turns in
    choosing the candidate that they find best (Thompson sampling from an ensemble
    [1]_): what all find good is chosen, and where they disagree some of each. What is
    unlike all that was measured or chosen so far has a bonus, by the posterior of the
    Gaussian process, so that a plate is diverse [2]_.

    Where most variants are dead, a Gaussian process of values that are clipped at their
    median chooses instead of the members: if held-out rows say that it predicts clipped
    values better, by a standard error. It is fitted here, to at most 1,024 of the rows
    that the Gaussian process of the model learned from.

    Parameters
    ----------
    model : LyraRegressor, LyraClassifier, Objective, or list of these
        Fitted model of what is to be large; `Objective` says what else is wanted, and
        of several models.
    candidates : array-like of shape (n_candidates,) of str, or DataFrame
        Sequences, or rows of a table, that can be measured. Of equal ones the first
        counts; the two strands of DNA are equal if ``reverse_complement=True``.
    n : int, default=96
        How many to choose.
    measured : array-like of str, DataFrame or None, default=None
        What was measured, in the form of `candidates`, and is not chosen again.
    strategy : {"balance", "exploit", "explore"}, default="balance"
        "exploit" takes what is predicted to be best, without a bonus; "explore" has
        four times the bonus, for when many plates are to come.
    random_state : int, RandomState instance or None, default=None
        Seed of the weights of several objectives; one objective needs none.

    Returns
    -------
    ndarray of shape (n,), int64
        Rows of `candidates`, the most wanted first.

    Raises
    ------
    ValueError
        If there are fewer candidates that are different and not measured.
    TypeError
        If `model` is no model of sequences.

    Warns
    -----
    BoundWarning
        If some are predicted to miss a bound: fewer than `n` reach it.

    References
    ----------
    .. [1] Yang, J. et al. (2025). Active learning-assisted directed evolution. Nature
       Communications 16, 714.
    .. [2] Desautels, T., Krause, A. & Burdick, J. W. (2014). Parallelizing
       Exploration-Exploitation Tradeoffs in Gaussian Process Bandit Optimization. JMLR
       15, 4053-4103.

    Examples
    --------
    >>> from sklyra import LyraRegressor
    >>> from sklyra.datasets import load_cr6261
    >>> from sklyra.design import select
    >>> X, y = load_cr6261(return_X_y=True)
    >>> model = LyraRegressor(n_members=2, max_epochs=2).fit(X[:60], y[:60])
    >>> bool(select(model, X[:200], n=4, measured=X[:60]).min() >= 60)
    True
    """
    objectives, rng = read_objectives(model), check_random_state(random_state)
    n = check_n(n)
    read = [one.model._read_known(candidates) for one in objectives]
    strands = Strands(all(one.model._ensemble.strands.both for one in objectives))
    free = find_first(read[0], strands)
    equal = len(free) - int(free.sum())
    known = np.zeros(len(free), bool)
    if measured is not None and len(measured):
        others = [objectives[0].model._read_known(measured)]
        known = find_measured(read[0], others, strands)
    free &= ~known
    rows = np.flatnonzero(free)
    if n > len(rows):
        raise ValueError(
            f"n={n}, but {len(rows)} of {len(free)} candidates can be chosen: {equal} "
            f"are equal to earlier ones and {int(known.sum())} were measured. Pass a "
            "smaller n, or more candidates."
        )
    halves = [BetterHalf.learn(one) for one in objectives]
    wanted = Wanted(objectives, strategy, rng, halves, listed=True)
    scores = np.hstack(
        [
            wanted.score([one.take(rows[first : first + _BLOCK]) for one in read])
            for first in range(0, len(rows), _BLOCK)
        ]
    )
    rows = rows[wanted.shortlist(scores, n)]
    chosen: npt.NDArray[np.int64] = rows[
        wanted.choose([one.take(rows) for one in read], n)
    ]
    return chosen


def check_n(n: int) -> int:
    """Check how many sequences are wanted.

    Parameters
    ----------
    n : int
        The number.

    Returns
    -------
    int
        The same.

    Raises
    ------
    ValueError
        If it is less than 1.
    TypeError
        If it is no whole number.
    """
    try:
        number = operator.index(n)
    except TypeError:
        raise TypeError(f"n={n!r} must be a whole number.") from None
    if number < 1:
        raise ValueError(f"n={n!r} must be 1 or more.")
    return number
