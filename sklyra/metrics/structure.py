"""Secondary structure: the part of residues that is right, in eight states or three."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy.typing as npt
from sklearn.metrics import accuracy_score

from sklyra.metrics.positions import pooled, score_with

# The three states that DSSP's eight, and the blank of coil, are counted as.
_THREE = dict(zip("HGIEBTSCL", "HHHEECCCC", strict=True))


def q8_score(
    y_true: Any, y_pred: Any, *, average: str = "micro", missing: str = "-. "
) -> float:
    """Compute the part of positions whose state of secondary structure is right.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        Strings or arrays of states, one for each sequence.
    average : {"micro", "sequence"}, default="micro"
        All positions at once, or each sequence by itself and then the mean.
    missing : str, default="-. "
        Characters of strings in `y_true` where nothing was measured.

    Returns
    -------
    float
        In [0, 1]: Q8 of DSSP's eight states, or Q of any others.

    Examples
    --------
    >>> from sklyra.metrics import q8_score
    >>> q8_score(["HGEL"], ["HHEL"])
    0.75
    """
    return pooled(accuracy_score, y_true, y_pred, average, missing)


def q3_score(
    y_true: Any, y_pred: Any, *, average: str = "micro", missing: str = "-. "
) -> float:
    """Compute the part of positions whose structure is right as helix, strand or coil.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        Strings or arrays of DSSP's states [1]_, one for each sequence. H, G and I count
        as helix, E and B as strand, T, S, C and L as coil.
    average : {"micro", "sequence"}, default="micro"
        All positions at once, or each sequence by itself and then the mean.
    missing : str, default="-. "
        Characters of strings in `y_true` where nothing was measured.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    ValueError
        If there is another state.

    References
    ----------
    .. [1] Kabsch, W. & Sander, C. (1983). Dictionary of protein secondary structure.
       Biopolymers 22, 2577-2637.

    Examples
    --------
    >>> from sklyra.metrics import q3_score
    >>> q3_score(["HGEL"], ["HHEL"])
    1.0
    """
    return pooled(_three_states, y_true, y_pred, average, missing)


def _three_states(true: npt.NDArray[Any], predicted: npt.NDArray[Any]) -> float:
    """Accuracy in three states."""
    states = sorted(set(true.tolist()) | set(predicted.tolist()))
    strange = [state for state in states if state not in _THREE]
    if strange:
        raise ValueError(
            f"{strange[0]!r} is none of DSSP's states {''.join(_THREE)!r}. Use "
            "q8_score for other states."
        )
    a, b = ([_THREE[state] for state in row.tolist()] for row in (true, predicted))
    return float(accuracy_score(a, b))


#: For ``scoring=`` in cross-validation and searches.
q3_scorer = partial(score_with, q3_score, "predict", None)
q8_scorer = partial(score_with, q8_score, "predict", None)
