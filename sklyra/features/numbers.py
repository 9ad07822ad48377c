"""Columns of numbers beside sequences: read, standardized, and filled."""

from __future__ import annotations

import datetime
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from sklyra._typing import Array, Mask
from sklyra._warnings import warn
from sklyra.exceptions import CovariateWarning
from sklyra.sequences.columns import DATES
from sklyra.sequences.missing import is_missing, is_missing_word
from sklyra.sequences.tables import Column

# Standardized numbers beyond it count less and less.
_LIMIT = 10.0
# Quartiles of a normal distribution are so many standard deviations apart.
_IQR = 1.349
# Of greater numbers the differences would not be finite.
_HUGE = 8e307
_EPOCH = datetime.datetime(1970, 1, 1)


class NumberColumn:
    """A column of numbers: its center, its scale, and whether any were missing.

    Parameters
    ----------
    name : str
        Its name.
    center : float
        Median of the training data, which stands in for missing numbers.
    scale : float
        Interquartile range / 1.349; the standard deviation if that is zero.
    varies : bool
        Whether there was more than one number.
    had_missing : bool
        Whether some numbers were missing, but not all.
    parses : bool
        Whether text is read as numbers.
    dates : bool
        Whether they are days of dates and durations.
    """

    def __init__(
        self,
        name: str,
        center: float,
        scale: float,
        varies: bool,
        had_missing: bool,
        parses: bool,
        dates: bool,
    ) -> None:
        self.name = name
        self.center = center
        self.scale = scale
        self.varies = varies
        self.had_missing = had_missing
        self.parses = parses
        self.dates = dates

    @classmethod
    def learn(cls, column: Column, parses: bool) -> Self:
        """Learn from training data.

        Parameters
        ----------
        column : Column
            The column.
        parses : bool
            Whether text is read as numbers.

        Returns
        -------
        NumberColumn
            What was learned.
        """
        dates = any(issubclass(kind, DATES) for kind in set(map(type, column.values)))
        values = read_numbers(column, parses, dates)
        missing = np.isnan(values)
        known = values[~missing]
        if not len(known):
            warn_missing(column.name, missing, "the column is left out")
            return cls(column.name, 0.0, 1.0, False, False, parses, dates)
        center = float(np.median(known))
        varies = bool(known.min() < known.max())
        if missing.any():
            filled = f"filled with the median, {center:g}, and marked"
            warn_missing(column.name, missing, filled)
        known_to = (varies, bool(missing.any()), parses, dates)
        return cls(column.name, center, _scale(known, center), *known_to)

    @property
    def names(self) -> list[str]:
        """Name of each column that it becomes.

        Returns
        -------
        list of str
            None, one or two names.
        """
        names = [self.name] if self.varies else []
        return names + [f"{self.name} missing"] * self.had_missing

    def transform(self, column: Column) -> tuple[Array, Mask]:
        """Standardize numbers.

        Parameters
        ----------
        column : Column
            The column.

        Returns
        -------
        table : ndarray of shape (n_samples, n_names), float64
            Standardized numbers if they vary, and 1 where they are missing if some
            were in training.
        guessed : ndarray of shape (n_samples,), bool
            Where nothing was learned about the number: it is missing, or another one,
            and was not in training.
        """
        values = read_numbers(column, self.parses, self.dates)
        missing = np.isnan(values)
        if missing.any() and self.varies and not self.had_missing:
            filled = (
                f"filled with the median of training, {self.center:g}: no training "
                "row lacked it"
            )
            warn_missing(column.name, missing, filled)
        # a number where all of training had another, or none where all had one
        guessed = missing & (self.varies and not self.had_missing)
        if not self.varies:
            guessed = ~missing & (values != self.center)
        values = np.where(missing, self.center, values)
        with np.errstate(over="ignore"):
            scaled = (values - self.center) / self.scale
        table = np.stack([_clip(scaled), missing], axis=1)
        return table[:, [self.varies, self.had_missing]], guessed

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values.

        Returns
        -------
        dict
            The parameters.
        """
        return {"kind": "number", **vars(self)}


def read_numbers(column: Column, parses: bool, dates: bool) -> Array:
    """Read a column of numbers, or of dates as days.

    Parameters
    ----------
    column : Column
        The column.
    parses : bool
        Whether text is read as numbers.
    dates : bool
        Whether the values are dates or durations: these become days, of dates those
        since 1970.

    Returns
    -------
    ndarray of shape (n_samples,), float64
        The numbers; NaN where they are missing.

    Raises
    ------
    ValueError
        If a value is no number, or not finite.
    """
    values = None if dates else _read_plain(column.values)
    if values is None:
        values = np.empty(len(column.values))
        for row, value in enumerate(column.values):
            number = _read_number(value, parses, dates)
            if number is None:
                _refuse(column, row, dates)
            values[row] = number
    infinite = np.isinf(values)
    if infinite.any():
        row = int(np.argmax(infinite))
        raise ValueError(
            f'X["{column.name}"][{row}] is {column.values[row]!r} ({infinite.sum()} '
            "in all). Numbers must be finite: correct these rows, or drop them."
        )
    return np.clip(values, -_HUGE, _HUGE)


def _read_plain(values: list[Any]) -> Array | None:
    """Read numbers of Python at once, if they are nothing else."""
    if not set(map(type, values)) <= {float, int, bool, type(None)}:
        return None
    try:
        return np.array(values, dtype=np.float64)
    except OverflowError:  # an int of many digits
        return None


def _refuse(column: Column, row: int, dates: bool) -> None:
    value = column.values[row]
    what = "a date, as others are" if dates else "a number"
    raise ValueError(
        f'X["{column.name}"][{row}] is {value!r} of type {type(value).__name__}, not '
        f"{what}. Correct it, or leave it missing (None)."
    )


def _read_number(value: Any, parses: bool, dates: bool) -> float | None:
    """Read a number or a date, with NaN for a missing one and None for none."""
    if is_missing(value):
        return np.nan
    if isinstance(value, (bytes, bytearray)):
        value = value.decode("latin-1")
    if isinstance(value, str) and is_missing_word(value):
        return np.nan
    if isinstance(value, DATES) or dates:
        return _count_days(value) if dates and isinstance(value, DATES) else None
    if isinstance(value, str) and not parses:
        return None
    try:
        return float(value)
    except OverflowError:  # an int of many digits
        return np.inf
    except (TypeError, ValueError):
        return None


def _count_days(value: Any) -> float:
    """Count days, of dates since 1970."""
    if isinstance(value, np.datetime64):
        return float(value.astype("datetime64[us]").astype(np.int64)) / 86400e6
    if isinstance(value, np.timedelta64):
        return float(value / np.timedelta64(1, "D"))
    if isinstance(value, datetime.timedelta):
        return float(value.total_seconds() / 86400)
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.UTC).replace(tzinfo=None)
        return float((value - _EPOCH).total_seconds() / 86400)
    return float(value.toordinal() - _EPOCH.toordinal())


def _scale(values: Array, center: float) -> float:
    """Compute a scale that outliers do not change."""
    low, high = np.quantile(values, [0.25, 0.75]) / _IQR
    if high > low:
        return float(high - low)
    deviation = values - center
    largest = np.abs(deviation).max()
    return float(np.std(deviation / largest) * largest) if largest > 0 else 1.0


def _clip(values: Array) -> Array:
    """Let values grow as their logarithm beyond a limit."""
    size = np.minimum(np.abs(values), 1e300)
    beyond = np.log1p(np.maximum(size - _LIMIT, 0))
    return np.asarray(np.sign(values) * (np.minimum(size, _LIMIT) + beyond))


def warn_missing(name: str, missing: npt.NDArray[np.bool_], filled: str) -> None:
    """Warn of missing values.

    Parameters
    ----------
    name : str
        Name of the column.
    missing : ndarray of shape (n_samples,), bool
        Which rows lack a value.
    filled : str
        What they get instead.
    """
    warn(
        f'X["{name}"] is missing in {missing.sum()} of {len(missing)} rows (first '
        f'X["{name}"][{int(np.argmax(missing))}]): {filled}.',
        CovariateWarning,
    )
