"""Kinds of columns: sequences, numbers and categories, found out from their values."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np

from sklyra.alphabets import ALPHABETS, Alphabet
from sklyra.sequences.missing import is_missing, is_missing_word
from sklyra.sequences.notation import NAMES
from sklyra.sequences.tables import Column

KINDS = ("sequence", *ALPHABETS, "number", "category")

# A category may have so many levels; beyond the second number only if they recur.
MAX_LEVELS, FEW_LEVELS = 100, 20
# Text of these lengths is no word: of nucleotides alone, and of residues.
_LONG_NUCLEIC, _LONG_PROTEIN = 8, 20
# Text of residues that differs from row to row is no word from this length on.
_LONG_IF_VARIED = 8
# More than so many levels of residues' letters are no words, unless they are shorter.
_SHORT = 4
# Nor are so many that are this long each: three in ten words of eight letters have
# letters of residues alone, ten of ten hardly ever.
_PEPTIDES, _LONG_PEPTIDE = 10, 8
# Categories are rarely all written with residues' letters; some may be.
_SHARE_OF_SEQUENCES = 0.75

_NUCLEIC = re.compile(r"(?i:[ACGTUN.-]*[ACGTU][ACGTUN.-]*)")
_DEGENERATE = re.compile(r"(?=.*[A-Z])[ACGTUNRYSWKMBDHV.-]+")
_PROTEIN = re.compile(r"(?=.*[A-Z])[ACDEFGHIKLMNPQRSTVWYX*.-]+")
_LOWER_PROTEIN = re.compile(rf"[acdefghiklmnpqrstvwyx*.-]{{{_LONG_PROTEIN},}}")
# Words that may be a level as well: no treatment, a null allele, sodium, neuraminidase.
_LEVELS = frozenset(("none", "null", "na", "n/a", "n.a.", "n.d."))
DATES = (datetime.date, np.datetime64, datetime.timedelta, np.timedelta64)


def find_kind(column: Column, alphabet: Alphabet | None = None) -> str:
    """Find out what a column holds.

    The type of its values decides, and for text how much it varies:

    - Booleans, numbers, dates and durations are numbers, and so is an empty column.
    - A column whose type is one of categories is a category.
    - Sequences of Biopython are sequences.
    - Text can be a category if it has at most 20 different values (levels), or at
      most 100 if there are two rows for each. If it cannot be one, it is sequences if
      half of the levels are written with letters of an alphabet alone; otherwise it is
      refused as an identifier.
    - Of the text that can be a category, that with half of its levels too long for
      words is sequences: 8 nucleotides or 20 residues. So is text of residues' letters
      with more than 20 levels of 4 letters or more, or 10 levels or more of 8 letters
      or more each, or that has 8 letters or more and another value in most rows. Where
      a quarter of the levels or more are not written as sequences (digits, small
      letters, B, J, O, U or Z), it is a category. What is left ("HEK" and "HELA") is
      refused as either.

    Numbers that are written as text are refused, too.

    Parameters
    ----------
    column : Column
        The column, with all rows of training.
    alphabet : Alphabet or None, default=None
        An alphabet of the user's own, in which sequences may be written.

    Returns
    -------
    {"sequence", "number", "category"}
        Its kind.

    Raises
    ------
    ValueError
        If the values can mean two things, or are of several kinds.
    TypeError
        If a value is of a type that has no meaning.
    """
    if column.categorical:
        return "category"
    kind = _find_type(column)
    if kind != "text":
        return kind
    levels = Counter(level_names(column.values))
    del levels[""]  # missing values
    return _find_kind_of_text(column, levels, alphabet)


def as_text(value: Any) -> str:
    """Name the level of a category that a value stands for.

    Parameters
    ----------
    value : object
        A cell of a table.

    Returns
    -------
    str
        The same for 1 and 1.0; "" if the value is missing.
    """
    if isinstance(value, str):
        missing = is_missing_word(value) and value.strip().lower() not in _LEVELS
        return "" if missing else str(value)
    if is_missing(value):
        return ""
    if isinstance(value, (bytes, bytearray)):
        return value.decode("latin-1")
    if isinstance(value, (float, np.floating)) and value == np.floor(value):
        return str(int(value)) if np.isfinite(value) else str(value)
    return str(value)


def level_names(values: Sequence[Any]) -> list[str]:
    """Name the level of each value.

    Parameters
    ----------
    values : sequence of object
        Values of a column.

    Returns
    -------
    list of str
        What `as_text` returns for each.
    """
    if set(map(type, values)) <= {str}:
        names = {value: as_text(value) for value in set(values)}
        return [names[value] for value in values]
    return list(map(as_text, values))


def describe_many_levels(column: Column, levels: Mapping[str, int]) -> str:
    """Say that a column has too many levels for a category, and what to do.

    Parameters
    ----------
    column : Column
        The column.
    levels : mapping of str to int
        Its levels.

    Returns
    -------
    str
        A message; "" if there are not too many.
    """
    n_rows, n = sum(levels.values()), len(levels)
    if _may_be_category(levels):
        return ""
    name = column.name
    kind = "number" if all(map(_is_number, levels)) else "sequence"
    return (
        f'X["{name}"] has {n} different values in {n_rows} rows, which is too many for '
        f"a category (such as {_listed(levels)}). Leave the column out if they are "
        f"identifiers, or group them into fewer levels; if they are {kind}s, pass "
        f'columns={{"{name}": "{kind}"}}.'
    )


def _find_type(column: Column) -> str:
    """Find the kind of value that all rows have."""
    kinds = {kind: _kind_of_type(kind) for kind in set(map(type, column.values))}
    if set(kinds.values()) in ({"number"}, {"text"}):
        return next(iter(kinds.values()))
    rows: dict[str, list[int]] = {}
    for row, value in enumerate(column.values):
        if not is_missing(value):
            rows.setdefault(kinds[type(value)], []).append(row)
    if "other" in rows:
        row = rows["other"][0]
        value = column.values[row]
        raise TypeError(
            f'X["{column.name}"][{row}] is {value!r} of type {type(value).__name__}, '
            "which is neither text nor a number. Leave the column out, or convert it."
        )
    if "number" in rows and "text" in rows:
        # what stands for no number there
        present = [r for r in rows["text"] if not _is_word(column.values[r])]
        rows["text"] = present
    found = sorted((kind for kind in rows if rows[kind]), key=lambda k: len(rows[k]))
    if len(found) > 1:
        row, most = rows[found[0]][0], found[-1]
        value = column.values[row]
        n = sum(map(len, rows.values()))
        raise ValueError(
            f'X["{column.name}"][{row}] is {value!r} of type {type(value).__name__}, '
            f"but {len(rows[most])} of {n} values of this column are {_PLURAL[most]}. "
            "Give all rows one kind of value, or pass "
            f'columns={{"{column.name}": "category"}} if they are names of groups.'
        )
    kind = found[0] if found else "number"
    return "number" if kind == "date" else kind


_PLURAL = {
    "number": "numbers",
    "text": "text",
    "date": "dates",
    "sequence": "sequences of Biopython",
}


def _kind_of_type(kind: type) -> str:
    if issubclass(kind, (str, bytes, bytearray)):
        return "text"
    if issubclass(kind, DATES):  # those of numpy are integers
        return "date"
    if issubclass(kind, (Real, Decimal, np.bool_)):
        return "number"
    is_record = kind.__module__.partition(".")[0] in ("Bio", "skbio")
    return "sequence" if is_record else "other"


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and is_missing_word(value)


def _may_be_category(levels: Mapping[str, int]) -> bool:
    """Check whether values recur as those of a category do."""
    n = len(levels)
    recur = n <= FEW_LEVELS or 2 * n <= sum(levels.values())
    return recur and n <= MAX_LEVELS


def _find_kind_of_text(
    column: Column, levels: Counter[str], alphabet: Alphabet | None
) -> str:
    texts = [text for text in levels if not is_missing_word(text)]
    if texts and all(map(_is_number, texts)):
        raise ValueError(
            f'X["{column.name}"] holds numbers that are written as text (such as '
            f"{texts[0]!r}). Convert the column to numbers, or pass "
            f'columns={{"{column.name}": "number"}}; "category" if they are names of '
            "groups."
        )
    if not texts:
        return "category"
    n_like = sum(_is_like_sequence(text, alphabet) for text in texts)
    if not _may_be_category(levels):
        if 2 * n_like >= len(texts):
            return "sequence"
        raise ValueError(describe_many_levels(column, levels))
    if 2 * sum(map(_is_no_word, texts)) >= len(texts):
        return "sequence"
    if n_like <= _SHARE_OF_SEQUENCES * len(texts):
        return "category"
    length = float(np.median([len(text) for text in texts]))
    many = len(texts) > FEW_LEVELS and length >= _SHORT
    varied = 2 * len(texts) > sum(levels.values()) and length >= _LONG_IF_VARIED
    peptides = (
        len(texts) == n_like >= _PEPTIDES and min(map(len, texts)) >= _LONG_PEPTIDE
    )
    if many or varied or peptides:
        return "sequence"
    raise ValueError(
        f'X["{column.name}"] may be sequences or a category: it has {len(levels)} '
        f"different values ({_listed(levels)}), which are written with letters of "
        f'residues alone. Pass columns={{"{column.name}": "category"}}, or "sequence" '
        '("dna", "rna", "protein").'
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_like_sequence(text: str, alphabet: Alphabet | None) -> bool:
    """Check whether text is written as sequences are."""
    if len(text) < _LONG_PROTEIN and text.strip().lower() in NAMES:
        return False
    if alphabet is not None and alphabet.name not in ALPHABETS:
        return set(text) <= set(alphabet.characters) | set(alphabet.aliases)
    patterns = (_NUCLEIC, _DEGENERATE, _PROTEIN, _LOWER_PROTEIN)
    return any(pattern.fullmatch(text) for pattern in patterns)


def _is_no_word(text: str) -> bool:
    """Check whether text is too long a word to be one."""
    if len(text) >= _LONG_NUCLEIC and _NUCLEIC.fullmatch(text):
        return True
    pattern = _PROTEIN if text.isupper() else _LOWER_PROTEIN
    return len(text) >= _LONG_PROTEIN and pattern.fullmatch(text) is not None


def _listed(levels: Mapping[str, int]) -> str:
    first: Sequence[str] = sorted(levels)[:3]
    short = [text if len(text) <= 20 else text[:17] + "..." for text in first]
    return ", ".join(map(repr, short)) + (", ..." if len(levels) > 3 else "")
