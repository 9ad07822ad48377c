"""Training data of commands: X, y and groups, from files and options."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sklyra.cli.columns import Roles, find_roles
from sklyra.cli.messages import CommandError, tell
from sklyra.cli.reading import Columns, Source, is_number, read_columns

# Words for a value that was not measured.
_MISSING = frozenset(("", "na", "n/a", "nan", "null", "none", "#n/a"))


class Data(NamedTuple):
    """Hold training data.

    Parameters
    ----------
    X : list of str, or dict of str to list
        Sequences, or a table.
    y : ndarray of shape (n_samples,) or (n_samples, n_targets)
        What was measured.
    groups : list of str or None
        Groups, if a column has them.
    roles : Roles
        What the columns are.
    is_classes : bool
        Whether y are classes.
    """

    X: Any
    y: Any
    groups: list[str] | None
    roles: Roles
    is_classes: bool


def read_data(
    source: Source, quiet: bool, table: str | None, task: str, **said: Any
) -> Data:
    """Read training data, and say on stderr what was taken for what.

    Parameters
    ----------
    source : Source
        Where it is.
    quiet : bool
        Whether to say nothing.
    table : str or None
        A table that belongs to sequences in `source`.
    task : {"auto", "regression", "classification"}
        What the target is.
    **said : object
        What the user said of columns, as for `find_roles`.

    Returns
    -------
    Data
        What was read.

    Raises
    ------
    CommandError
        If it cannot be read, or it is not clear what is what.
    """
    columns = read_columns(source)
    if table is not None:
        columns = _join(columns, source, table, quiet)
    roles = find_roles(columns, source.name, **said)
    measured = [columns[name] for name in roles.targets]
    kept = [n for n, row in enumerate(zip(*measured, strict=True)) if _has_value(row)]
    n_rows, words = len(measured[0]), list[str]()
    if not kept:
        raise CommandError(f"{source.name}: no row has a value of {roles.targets}.")
    if len(kept) < n_rows:
        missing = (field for row in measured for field in row if _is_word(field))
        words = sorted(set(missing))
        columns = {k: [v[row] for row in kept] for k, v in columns.items()}
        tell(
            f"{n_rows - len(kept)} rows were not measured and are left out"
            + (f": they say {_listed(words)}" if words else ""),
            quiet,
        )
    y, is_classes = _read_targets(columns, roles.targets, task, source)
    if is_classes:
        _refuse_words_of_classes(words, roles.targets, source)
    kind = "classes" if is_classes else "values"
    tell(
        f"{source.name}: {len(kept)} rows; sequences: {_listed(roles.sequences)}; "
        f"target: {_listed(roles.targets)} ({kind})"
        + (f"; covariates: {_listed(roles.covariates)}" if roles.covariates else "")
        + (f"; groups: {roles.group!r}" if roles.group else ""),
        quiet,
    )
    groups = columns[roles.group] if roles.group else None
    return Data(make_inputs(columns, roles.inputs), y, groups, roles, is_classes)


def make_inputs(
    columns: Columns, names: list[str], numbers: frozenset[str] | None = None
) -> Any:
    """Make an X that estimators read.

    Parameters
    ----------
    columns : dict of str to list of str
        A table.
    names : list of str
        Columns to predict from.
    numbers : frozenset of str or None, default=None
        Which of them are numbers; None finds it out.

    Returns
    -------
    list of str, or dict of str to list
        Sequences of the only column, or a table with numbers where all fields are.
    """
    if len(names) == 1:
        return columns[names[0]]
    return {name: _as_values(name, columns[name], numbers) for name in names}


def _as_values(name: str, fields: list[str], numbers: frozenset[str] | None) -> Any:
    """Read a column: only of numbers are words, such as NA, missing values."""
    known = [field for field in fields if field.lower() not in _MISSING]
    is_numeric = bool(known) and all(map(is_number, map(_with_point, known)))
    if name in numbers if numbers is not None else is_numeric:
        return [
            np.nan if field.lower() in _MISSING else _number(field, name)
            for field in fields
        ]
    return [field or None for field in fields]


def _number(text: str, column: str) -> float:
    if not is_number(_with_point(text)):
        raise CommandError(
            f"The column {column!r} holds numbers, and {text!r} is none."
        )
    return float(_with_point(text))


def _with_point(text: str) -> str:
    """Write a decimal comma as a point."""
    return text.replace(",", ".")


def _listed(names: list[str]) -> str:
    return ", ".join(map(repr, names))


def _has_value(row: tuple[str, ...]) -> bool:
    return any(value.lower() not in _MISSING for value in row)


def _is_word(field: str) -> bool:
    """Check whether a field says in words, such as NA, that nothing was measured."""
    return bool(field) and field.lower() in _MISSING


def _refuse_words_of_classes(
    words: list[str], names: list[str], source: Source
) -> None:
    """Refuse what may be the name of a class as well."""
    classes = [word for word in words if word.lower() in ("none", "null")]
    if classes:
        raise CommandError(
            f"{source.name} has {classes[0]!r} in {_listed(names)}, which may be a "
            "class, or say that nothing was measured. Leave the field empty where "
            "nothing was; give the class another name, such as 'no'."
        )


def _read_targets(
    columns: Columns, names: list[str], task: str, source: Source
) -> tuple[Any, bool]:
    """Read what was measured, as values or classes."""
    rows = [columns[name] for name in names]
    fields = [v for row in rows for v in row if v.lower() not in _MISSING]
    numeric = [is_number(field) for field in fields]
    commas = [is_number(_with_point(field)) for field in fields]
    if not all(numeric) and all(commas):
        rows = [list(map(_with_point, row)) for row in rows]
        numeric = commas
    if task == "regression" and not all(numeric):
        odd = fields[numeric.index(False)]
        raise CommandError(f"{source.name}: {odd!r} in {names} is no number.")
    if task == "auto" and 0.9 < np.mean(numeric) < 1:
        odd = fields[numeric.index(False)]
        raise CommandError(
            f"{source.name}: {odd!r} in {names} is no number, as most are. Correct it, "
            "or pass --task classification if they are classes."
        )
    if task == "classification" or not all(numeric):
        if len(names) > 1:
            values = [[float(v) if is_number(v) else np.nan for v in r] for r in rows]
            return np.array(values).T, True
        return np.array(rows[0], dtype=object), True
    values = [[float(v) if is_number(v) else np.nan for v in row] for row in rows]
    return (np.array(values[0]) if len(names) == 1 else np.array(values).T), False


def _join(columns: Columns, source: Source, table: str, quiet: bool) -> Columns:
    """Join sequences with a table by their names."""
    other = read_columns(Source(table))
    if "id" not in columns:
        raise CommandError(f"--table is for files of sequences; {source.name} is none.")
    known = {name: row for row, name in enumerate(columns["id"])}
    if len(known) < len(columns["id"]):
        twice = next(n for n in known if columns["id"].count(n) > 1)
        raise CommandError(f"{source.name} has two sequences {twice!r}: rename one.")
    key = _find_key(other, known, source, table)
    rows = [row for row, value in enumerate(other[key]) if value in known]
    joined = {name: [values[row] for row in rows] for name, values in other.items()}
    at = [known[other[key][row]] for row in rows]
    own = [columns["sequence"][row] for row in at]
    if joined.get("sequence", own) != own:
        raise CommandError(
            f"{table} has a column 'sequence', which differs from the sequences of "
            f"{source.name}: rename or remove one of them."
        )
    joined["sequence"] = own
    tell(
        f"{source.name} and {table}: joined by {key!r}, {len(rows)} of "
        f"{len(other[key])} rows and {len(set(at))} of {len(known)} sequences",
        quiet,
    )
    del joined[key]
    return joined


def _find_key(table: Columns, known: dict[str, int], source: Source, name: str) -> str:
    """Find the column of a table that names most sequences."""
    named = {column: len(known.keys() & values) for column, values in table.items()}
    most = max(named.values())
    if not most:
        raise CommandError(
            f"No column of {name} has names of sequences in {source.name}, such as "
            f"{next(iter(known))!r}."
        )
    keys = [column for column, n in named.items() if n == most]
    usual = [column for column in keys if column.lower() in ("id", "name")]
    if len(keys) > 1 and len(usual) != 1:
        raise CommandError(
            f"{len(keys)} columns of {name} name as many sequences of {source.name}: "
            f"{_listed(keys)}. Call the one to join by 'id', and no other."
        )
    return (usual or keys)[0]
