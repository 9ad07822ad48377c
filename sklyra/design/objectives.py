"""Objectives: what is wanted of the values that models predict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sklyra._constraints import (
    NONE,
    Float,
    Instance,
    Int,
    OneOf,
    Table,
    check_attributes,
)
from sklyra._typing import Array, Mask
from sklyra.alphabets import Alphabet
from sklyra.estimators import LyraClassifier, LyraRegressor

_TABLE: Table = {
    "goal": [OneOf("maximize", "minimize", "at least", "at most")],
    "bound": [Float(-np.inf, closed="neither"), NONE],
    "output": [Int(0), NONE],
    "name": [Instance(str, "a str"), NONE],
}


# Columns of proposals and plates, and what is said of each value behind its name.
_COLUMNS = (
    "plate",
    "well",
    "name",
    "sequence",
    "mutations",
    "n_mutations",
    "parent",
    "novelty",
    "pareto",
)
_SUFFIXES = ("_std", "_low", "_high")


@dataclass(frozen=True)
class Objective:
    """What is wanted of the values of a model.

    Parameters
    ----------
    model : LyraRegressor or LyraClassifier
        A fitted model, or a search that has one as its ``best_estimator_``. Values of a
        classifier are what its `decision_function` returns.
    goal : {"maximize", "minimize", "at least", "at most"}, default="maximize"
        What is wanted.
    bound : float or None, default=None
        For "at least" and "at most": what the predicted value has to reach. What
        misses it comes last, with a warning.
    output : int or None, default=None
        Which of several outputs, labels or classes, from 0; None for the only one.
    name : str or None, default=None
        What tables call the value; None for "value", or "value_0" and so on.

    Raises
    ------
    TypeError
        If `model` is no model of sequences.
    ValueError
        If the goal is another, or a bound is missing or too much.
    """

    model: Any
    goal: str = "maximize"
    bound: float | None = None
    output: int | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        model = getattr(self.model, "best_estimator_", self.model)
        if not isinstance(model, (LyraRegressor, LyraClassifier)):
            raise TypeError(
                f"model is a {type(model).__name__}. Pass a fitted LyraRegressor or "
                "LyraClassifier, a search of one, or Objective of one; of a pipeline "
                "its last step."
            )
        check_is_fitted(model)
        object.__setattr__(self, "model", model)
        check_attributes(self, _TABLE)
        bounded = self.goal in ("at least", "at most")
        if bounded != (self.bound is not None):
            raise ValueError(
                f"goal={self.goal!r} with bound={self.bound!r}: 'at least' and 'at "
                "most' need a bound, others have none."
            )

    @property
    def sign(self) -> float:
        """What values are multiplied with, so that more is better.

        Returns
        -------
        float
            1 or -1.
        """
        return 1.0 if self.goal in ("maximize", "at least") else -1.0

    def reached(self, values: Array) -> Mask:
        """Check whether values reach the bound.

        Parameters
        ----------
        values : ndarray, float64
            Any.

        Returns
        -------
        ndarray of the same shape, bool
            Whether they do; True without a bound.
        """
        if self.bound is None:
            return np.ones(values.shape, bool)
        above: Mask = self.sign * (values - self.bound) >= 0
        return above


def read_objectives(model: Any) -> list[Objective]:
    """Read what is wanted.

    Parameters
    ----------
    model : LyraRegressor, LyraClassifier, Objective, or sequence of these
        Models whose values are to be large, or objectives.

    Returns
    -------
    list of Objective
        One or more, one of which at least is no bound.

    Raises
    ------
    TypeError
        If one is something else.
    ValueError
        If there is none, all are bounds, or models read sequences of other letters.
    """
    given = list(model) if isinstance(model, (list, tuple)) else [model]
    found = [one if isinstance(one, Objective) else Objective(one) for one in given]
    if not any(one.bound is None for one in found):
        raise ValueError(
            f"model holds {len(found)} objectives, none of which is to 'maximize' or "
            "'minimize' something: bounds alone put nothing first."
        )
    first = _letters(found[0].model)
    for number, one in enumerate(found):
        if _letters(one.model) != first:
            raise ValueError(
                f"Objective {number} reads letters {_letters(one.model)!r}, but "
                f"objective 0 {first!r}: they cannot be asked of one sequence."
            )
    return found


def name_objectives(objectives: list[Objective]) -> list[str]:
    """Name the values of objectives, for tables.

    Parameters
    ----------
    objectives : list of Objective
        One or more.

    Returns
    -------
    list of str
        Their names.

    Raises
    ------
    ValueError
        If two tables' columns would have one name.
    """
    if len(objectives) == 1:
        names = [objectives[0].name or "value"]
    else:
        names = [one.name or f"value_{k}" for k, one in enumerate(objectives)]
    columns: dict[str, str] = dict.fromkeys(_COLUMNS, "a column of every table")
    for name in names:
        for column in (name, *(name + suffix for suffix in _SUFFIXES)):
            if column in columns:
                raise ValueError(
                    f"name={name!r} of an objective makes a column {column!r}, which "
                    f"is {columns[column]}. Choose another name."
                )
            columns[column] = f"one of objective {name!r}"
    return names


def pareto_front(values: Array) -> Mask:
    """Find the rows that no other row beats: the Pareto front.

    Parameters
    ----------
    values : ndarray of shape (n_samples, n_objectives), float64
        Values, of which more is better.

    Returns
    -------
    ndarray of shape (n_samples,), bool
        True where no other row is as large in all and larger in one.
    """
    front = np.ones(len(values), bool)
    for row, own in enumerate(values):
        no_less = (values >= own).all(axis=1)
        front[row] = not (no_less & (values > own).any(axis=1)).any()
    return front


def _letters(model: Any) -> Any:
    alphabet = model.alphabet_
    return alphabet.letters if isinstance(alphabet, Alphabet) else alphabet
