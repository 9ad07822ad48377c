r"""Conformal prediction: quantiles of what was held out, for what is to come.

If scores of calibration rows and of a new one are exchangeable, the new one is no
larger than the :math:`\lceil (n + 1) c \rceil`-th smallest of `n` with a probability of
at least `c`, whatever their distribution [1]_. That holds on average over calibration
sets, not for each sequence and not for sequences of another kind.

References
----------
.. [1] Vovk, V., Gammerman, A. & Shafer, G. (2005). Algorithmic Learning in a Random
   World. Springer.
"""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

import numpy as np

from sklyra._typing import Array


def check_confidence(confidence: Any) -> float:
    """Refuse what is no probability between 0 and 1.

    Parameters
    ----------
    confidence : float
        Wanted coverage.

    Returns
    -------
    float
        The same.

    Raises
    ------
    TypeError
        If it is no number.
    ValueError
        If it is not between 0 and 1.
    """
    if isinstance(confidence, (bool, np.bool_)) or not isinstance(confidence, Real):
        raise TypeError(
            f"confidence must be a number between 0 and 1, but is {confidence!r} of "
            f"type {type(confidence).__name__}."
        )
    value = float(confidence)
    if not 0 < value < 1:
        advice = " Did you mean percent? 90% is 0.9." * (1 < value <= 100)
        raise ValueError(
            f"confidence must be between 0 and 1, both excluded, but is "
            f"{confidence!r}.{advice}"
        )
    return value


def rows_needed(confidence: float) -> int:
    """Compute how many calibration rows a confidence takes.

    Parameters
    ----------
    confidence : float
        Wanted coverage, in (0, 1).

    Returns
    -------
    int
        The smallest `n` with ``ceil((n + 1) * confidence) <= n``.
    """
    # rounding must not ask for one row more: 9 are enough for 0.9
    return max(1, math.ceil(confidence / (1 - confidence) - 1e-9))


def conformal_quantile(scores: Array, confidence: float) -> float:
    """Compute the value that a new score exceeds with a probability of 1 less `c`.

    Parameters
    ----------
    scores : ndarray of shape (n_rows,), float64
        Scores of calibration rows, larger where these fit worse, in any order.
    confidence : float
        Wanted coverage `c`, in (0, 1).

    Returns
    -------
    float
        The ``ceil((n + 1) * c)``-th smallest; infinity if there are too few.
    """
    rank = max(1, math.ceil((len(scores) + 1) * confidence - 1e-9))
    if rank > len(scores):
        return math.inf
    return float(np.partition(scores, rank - 1)[rank - 1])


def require_rows(n_rows: int, confidence: float, what: str) -> None:
    """Refuse a confidence that calibration rows are too few for.

    Parameters
    ----------
    n_rows : int
        Number of calibration rows.
    confidence : float
        Wanted coverage, in (0, 1).
    what : str
        What the rows are of, for the message.

    Raises
    ------
    ValueError
        If there are too few.
    """
    needed = rows_needed(confidence)
    if n_rows < needed:
        most = n_rows / (n_rows + 1)
        raise ValueError(
            f"confidence={confidence:g} needs {needed} held-out rows or more, but "
            f"{what} has {n_rows}. Ask for {math.floor(most * 1000) / 1000:g} at most, "
            "or fit to more rows."
        )
