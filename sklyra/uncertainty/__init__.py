"""Uncertainty: intervals, sets and novelty from arrays, known to no model.

`conformal` turns scores of held-out rows into bounds, `difficulty` says where errors
are large, `intervals` and `sets` are what follows for values and for classes, and
`novelty` says how unlike training a sample is, by the `views` that there are of it.
"""

from sklyra.uncertainty.clues import Clues
from sklyra.uncertainty.conformal import (
    check_confidence,
    conformal_quantile,
    require_rows,
    rows_needed,
)
from sklyra.uncertainty.difficulty import Difficulty
from sklyra.uncertainty.factor import N_TREES
from sklyra.uncertainty.intervals import LEAST_ROWS, Intervals
from sklyra.uncertainty.novelty import Novelty, hold_all_out, look_at
from sklyra.uncertainty.sets import METHODS, Sets

__all__ = [
    "LEAST_ROWS",
    "METHODS",
    "N_TREES",
    "Clues",
    "Difficulty",
    "Intervals",
    "Novelty",
    "Sets",
    "check_confidence",
    "conformal_quantile",
    "hold_all_out",
    "look_at",
    "require_rows",
    "rows_needed",
]
