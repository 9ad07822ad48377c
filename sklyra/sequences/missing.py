"""Missing values, as values and as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

# What pandas, R and spreadsheets write where there is nothing, in lower case.
MISSING_WORDS = frozenset(
    (
        "", "nan", "-nan", "none", "null", "na", "n/a", "<na>", "#n/a",
        "#n/a n/a", "#na", "#null!", "#value!", "#ref!", "#name?", "#div/0!", "#num!",
        "1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan", "n.a.", "n.d.",
    )
)  # fmt: skip
_LONGEST = max(map(len, MISSING_WORDS))


def is_missing(value: object) -> bool:
    """Check whether a value stands for nothing: None, NaN, NaT, NA or masked.

    Parameters
    ----------
    value : object
        A cell of a table.

    Returns
    -------
    bool
        True if it is missing. Text never is: see `is_missing_word`.
    """
    if value is None or value is np.ma.masked:
        return True
    if type(value).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(value, (np.datetime64, np.timedelta64)):
        return bool(np.isnat(value))
    return isinstance(value, (float, np.floating)) and bool(value != value)


def is_missing_word(text: str) -> bool:
    """Check whether text is what tables hold for a missing value.

    Parameters
    ----------
    text : str
        A cell of a table.

    Returns
    -------
    bool
        True for "nan", "None", "#N/A", "" and their like, in any case, and for "NaT".
    """
    # a name of many letters need not be copied to see that it is none of them
    short = len(text) <= 2 * _LONGEST
    return short and (text.strip().lower() in MISSING_WORDS or text.strip() == "NaT")


def first_missing(values: Iterable[Any]) -> tuple[int, int]:
    """Find missing values among labels or groups.

    Parameters
    ----------
    values : iterable
        Values of any type.

    Returns
    -------
    row : int
        The first that is missing, as a value or as text; -1 if none is.
    n_missing : int
        How many there are.
    """
    rows = [
        row
        for row, value in enumerate(values)
        if (is_missing_word(value) if isinstance(value, str) else is_missing(value))
    ]
    return (rows[0] if rows else -1), len(rows)


def refuse_masked(name: str, values: object, advice: str = "Drop these rows.") -> None:
    """Refuse numpy arrays with masked entries, whose mask would be ignored.

    Parameters
    ----------
    name : str
        What the values are called.
    values : object
        Anything.
    advice : str, default="Drop these rows."
        What to do.

    Raises
    ------
    ValueError
        If there is a masked entry.
    """
    if not isinstance(values, np.ma.MaskedArray):
        return
    mask = np.ma.getmaskarray(values)
    if mask.any():
        rows = np.flatnonzero(mask.reshape(len(mask), -1).any(axis=1))
        raise ValueError(
            f"{name}[{rows[0]}] is missing: it is masked ({len(rows)} rows in all). "
            f"{advice}"
        )
