"""Constraints on parameters: which values are allowed, as a check and in words.

A table maps the name of each parameter to its alternatives. scikit-learn's own
constraints are private, take True for an int, and infinity for a learning rate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt


class Constraint(Protocol):
    """One alternative for a value: ``str`` completes the sentence "choose ..."."""

    def has_type(self, value: Any) -> bool:
        """Check the type."""
        ...

    def allows(self, value: Any) -> bool:
        """Check a value of the type."""
        ...


Table = Mapping[str, Sequence[Constraint]]


@dataclass(frozen=True)
class Int:
    """Allow integers, of Python or numpy, but no bool.

    Parameters
    ----------
    low : int or None, default=None
        The least; None for no limit.
    high : int or None, default=None
        The greatest; None for no limit.
    even, odd : bool, default=False
        Whether others are refused.
    """

    low: int | None = None
    high: int | None = None
    even: bool = False
    odd: bool = False

    def has_type(self, value: Any) -> bool:
        return isinstance(value, Integral) and not isinstance(value, bool)

    def allows(self, value: Any) -> bool:
        if (self.even and value % 2) or (self.odd and not value % 2):
            return False
        above = self.low is None or self.low <= value
        return bool(above and (self.high is None or value <= self.high))

    def __str__(self) -> str:
        kind = "an even int" if self.even else "an odd int" if self.odd else "an int"
        if self.low is None:
            return kind
        if self.high is None:
            return f"{kind} >= {self.low}"
        return f"{kind} from {self.low} to {self.high}"


@dataclass(frozen=True)
class Float:
    """Allow real numbers of an interval, integers included, but no bool and no NaN.

    Parameters
    ----------
    low : float
        The lower end.
    high : float, default=inf
        The upper end.
    closed : {"left", "right", "both", "neither"}, default="left"
        Which ends belong to the interval. Infinity is allowed if it belongs to it.
    """

    low: float
    high: float = math.inf
    closed: str = "left"

    def has_type(self, value: Any) -> bool:
        return isinstance(value, Real) and not isinstance(value, bool)

    def allows(self, value: Any) -> bool:
        low_end = value == self.low and self.closed in ("left", "both")
        high_end = value == self.high and self.closed in ("right", "both")
        return bool(low_end or high_end or self.low < value < self.high)

    def __str__(self) -> str:
        left = "[" if self.closed in ("left", "both") else "("
        right = "]" if self.closed in ("right", "both") else ")"
        return f"a number in {left}{self.low:g}, {self.high:g}{right}"


@dataclass(frozen=True)
class Bool:
    """Allow True and False, of Python or numpy, but no other truth value.

    Parameters
    ----------
    words : str, default="True or False"
        What the message calls them.
    """

    words: str = "True or False"

    def has_type(self, value: Any) -> bool:
        return isinstance(value, (bool, np.bool_))

    def allows(self, value: Any) -> bool:
        return True

    def __str__(self) -> str:
        return self.words


class OneOf:
    """Allow some strings.

    Parameters
    ----------
    *options : str
        The strings.
    """

    def __init__(self, *options: str) -> None:
        self.options = options

    def has_type(self, value: Any) -> bool:
        return isinstance(value, str)

    def allows(self, value: Any) -> bool:
        return value in self.options

    def __str__(self) -> str:
        listed = ", ".join(map(repr, self.options))
        return listed if len(self.options) == 1 else f"one of {listed}"


@dataclass(frozen=True)
class Instance:
    """Allow instances of a type.

    Parameters
    ----------
    type : type or tuple of type
        The type.
    words : str
        What the message calls them.
    """

    type: type | tuple[type, ...]
    words: str

    def has_type(self, value: Any) -> bool:
        return isinstance(value, self.type)

    def allows(self, value: Any) -> bool:
        return True

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class Having:
    """Allow objects that have some attributes, but no classes and no text.

    Parameters
    ----------
    attributes : tuple of str
        The attributes.
    words : str
        What the message calls such objects.
    """

    attributes: tuple[str, ...]
    words: str

    def has_type(self, value: Any) -> bool:
        found = all(hasattr(value, name) for name in self.attributes)
        return found and not isinstance(value, (type, str))

    def allows(self, value: Any) -> bool:
        return True

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class TupleOf:
    """Allow tuples and lists.

    Parameters
    ----------
    item : Constraint
        What each item must be.
    length : int or None, default=None
        How many items there must be; None for any number.
    """

    item: Constraint
    length: int | None = None

    def has_type(self, value: Any) -> bool:
        return isinstance(value, (tuple, list)) and all(map(self.item.has_type, value))

    def allows(self, value: Any) -> bool:
        fits = self.length is None or len(value) == self.length
        return fits and all(map(self.item.allows, value))

    def __str__(self) -> str:
        length = "" if self.length is None else f" of {self.length}"
        return f"a tuple{length}, each item {self.item}"


@dataclass(frozen=True)
class DictOf:
    """Allow dicts whose values some constraints allow, whatever their keys are.

    Parameters
    ----------
    values : tuple of Constraint
        The alternatives for each value.
    words : str
        What the message calls such dicts.
    """

    values: tuple[Constraint, ...]
    words: str

    def has_type(self, value: Any) -> bool:
        return isinstance(value, Mapping)

    def allows(self, value: Any) -> bool:
        return all(
            any(each.has_type(item) and each.allows(item) for each in self.values)
            for item in value.values()
        )

    def __str__(self) -> str:
        return f"{self.words}, each {', '.join(map(str, self.values))}"


BOOL = Bool()
NONE = Instance(type(None), "None")
RANDOM_STATE = (
    Int(0, 2**32 - 1),
    Instance(np.random.RandomState, "a numpy.random.RandomState"),
    NONE,
)


def check_arguments(table: Table, **values: Any) -> None:
    """Refuse values that no alternative of their row allows.

    Parameters
    ----------
    table : mapping of str to sequence of Constraint
        The alternatives for each parameter.
    **values : object
        Values of some or all of the parameters.

    Raises
    ------
    ValueError
        If a value is out of range or none of the options.
    TypeError
        If a value is of a type that no alternative has.
    """
    for name, value in values.items():
        typed = [each for each in table[name] if each.has_type(value)]
        if not any(each.allows(value) for each in typed):
            *others, last = map(str, table[name])
            choose = f"{', '.join(others)} or {last}" if others else last
            message = f"{name}={value!r} is not an option: choose {choose}."
            raise ValueError(message) if typed else TypeError(message)


def check_attributes(owner: object, table: Table) -> None:
    """Refuse attributes that no alternative of their row allows.

    Parameters
    ----------
    owner : object
        Whatever keeps its parameters as attributes, such as an estimator.
    table : mapping of str to sequence of Constraint
        The alternatives for each parameter.

    Raises
    ------
    ValueError, TypeError
        As `check_arguments`.
    """
    check_arguments(table, **{name: getattr(owner, name) for name in table})


def check_output(values: npt.NDArray[Any], output: int) -> None:
    """Refuse the number of an output that there is not.

    Parameters
    ----------
    values : ndarray of shape (..., n_outputs), float64
        What is to be drawn.
    output : int
        Which of the outputs.

    Raises
    ------
    ValueError
        If there is no such output.
    """
    n_outputs = values.shape[-1]
    if not 0 <= output < n_outputs:
        raise ValueError(
            f"output={output} is none of the {n_outputs} outputs: 0 to {n_outputs - 1}."
        )
