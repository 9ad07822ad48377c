"""Overlap of segments of states: what counts is the helix, not each residue of it."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sklyra.metrics.positions import score_with
from sklyra.sequences import read_states


class Segment(NamedTuple):
    """A run of one state, from `start` up to `stop`."""

    state: Any
    start: int
    stop: int


def sov_score(y_true: Any, y_pred: Any, *, missing: str = "-. ") -> float:
    r"""Compute the overlap of segments of measured and predicted states.

    SOV as of 1999 [1]_: of each measured segment :math:`s_1` and each predicted
    :math:`s_2` of the same state that overlaps it,

    .. math::
       \frac{1}{N} \sum_{s_1, s_2} \frac{\mathrm{minov} + \delta}{\mathrm{maxov}}
       \,|s_1|, \quad \delta = \min(\mathrm{maxov} - \mathrm{minov}, \mathrm{minov},
       \lfloor |s_1| / 2 \rfloor, \lfloor |s_2| / 2 \rfloor),

    with the length of their overlap, minov, and of what both cover, maxov. :math:`N`
    adds up :math:`|s_1|` for each such pair, and once for each segment that no
    predicted one overlaps.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        Strings or arrays of states, one for each sequence.
    missing : str, default="-. "
        Characters of strings in `y_true` where nothing was measured. They end segments
        of both.

    Returns
    -------
    float
        In [0, 1], over all segments of all sequences; the field prints 100 times it.

    References
    ----------
    .. [1] Zemla, A., Venclovas, C., Fidelis, K. & Rost, B. (1999). A modified
       definition of Sov, a segment-based measure for protein secondary structure
       prediction assessment. Proteins 34, 220-223.

    Examples
    --------
    >>> from sklyra.metrics import sov_score
    >>> sov_score(["CCHHHHHHCC"], ["CCHHHHHHCC"])
    1.0
    >>> sov_score(["CHHHHHHHHC"], ["CHHHCCHHHC"]) < 0.9
    True
    """
    predicted = [np.array(list(entry)) for entry in y_pred]
    lengths = np.array([len(row) for row in predicted], np.int64)
    labels = read_states(y_true, lengths, missing)
    if labels.form.width or any(row.ndim != 1 for row in predicted):
        raise ValueError(
            "y has several labels a position, but segments are of one. Score a label "
            "at a time."
        )
    states = np.full(len(labels.measured), None, object)
    states[labels.measured] = labels.flat.tolist()
    total, norm = 0.0, 0
    for row, prediction in enumerate(predicted):
        start, stop = labels.offsets[row : row + 2]
        overlap, weight = _overlap(states[start:stop], prediction)
        total, norm = total + overlap, norm + weight
    return total / norm


def _overlap(true: npt.NDArray[Any], predicted: npt.NDArray[Any]) -> tuple[float, int]:
    """Sum over pairs of segments of one sequence, and what it is divided by."""
    shown = predicted.astype(object)
    shown[[state is None for state in true.tolist()]] = None
    others = segments(shown)
    total, norm = 0.0, 0
    for one in segments(true):
        length = one.stop - one.start
        pairs = [s for s in others if s.state == one.state and _common(one, s) > 0]
        norm += length * max(1, len(pairs))
        for other in pairs:
            least = _common(one, other)
            most = max(one.stop, other.stop) - min(one.start, other.start)
            allowed = min(
                most - least, least, length // 2, (other.stop - other.start) // 2
            )
            total += (least + allowed) / most * length
    return total, norm


def _common(a: Segment, b: Segment) -> int:
    return min(a.stop, b.stop) - max(a.start, b.start)


def segments(states: npt.NDArray[Any]) -> list[Segment]:
    """Find runs of one state.

    Parameters
    ----------
    states : ndarray of shape (L,), object
        States; None where nothing was measured.

    Returns
    -------
    list of Segment
        The runs of states that are not None.
    """
    found, start = [], 0
    for state, run in groupby(states.tolist()):
        stop = start + len(list(run))
        if state is not None:
            found.append(Segment(state, start, stop))
        start = stop
    return found


#: For ``scoring=`` in cross-validation and searches.
sov_scorer = partial(score_with, sov_score, "predict", None)
