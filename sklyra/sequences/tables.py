"""Tables: columns of several kinds, from whatever holds them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import issparse

from sklyra.sequences.missing import is_missing
from sklyra.sequences.reading import is_blank, is_text, read_text

_TEXT = (str, bytes, bytearray)
_LONGEST_BLANK = 4
# How the types of columns of numbers begin, in any of the packages.
_NUMBERS = ("int", "uint", "float", "double", "halffloat", "bool")


class Column(NamedTuple):
    """Hold a column of a table.

    Parameters
    ----------
    name : str
        Its name; "x0", "x1" and so on where columns have none.
    values : list
        A value for each row, as an object of Python.
    categorical : bool, default=False
        Whether the table itself says that these are categories.
    """

    name: str
    values: list[Any]
    categorical: bool = False


def read_table(X: Any, forced: bool = False) -> list[Column] | None:
    """Read the columns of a table.

    Parameters
    ----------
    X : object
        A frame of pandas, polars or any other with `columns`, a table of pyarrow, a
        dict of columns, a two-dimensional array (with named fields, too), or a list of
        rows.
    forced : bool, default=False
        Whether X is read as a table where it may also be something else.

    Returns
    -------
    list of Column or None
        None if X is no table, or one that is read as a whole: one column, a table of
        numbers alone, or aligned sequences with a character in each column.

    Raises
    ------
    ValueError
        If two columns have one name, or columns of a dict differ in length.
    TypeError
        If it is a table that has to be read first, or a list of dicts.
    """
    _refuse_unread(X)
    if issparse(X) or (not forced and _is_numeric(X)):
        return None  # some sparse matrices are dicts
    columns = _list_columns(X)
    if not columns or not columns[0].values:
        return None
    if forced or isinstance(X, Mapping):
        return columns
    is_mixed = len(columns) > 1 and not _is_whole(columns, _labels(X) is not None)
    return columns if is_mixed else None


def has_names(X: Any) -> bool:
    """Check whether the columns of a table have names.

    Parameters
    ----------
    X : object
        A table.

    Returns
    -------
    bool
        True for frames, dicts and arrays of named fields, unless names are numbers.
    """
    labels = _labels(X)
    return labels is not None and all(isinstance(label, str) for label in labels)


def _refuse_unread(X: Any) -> None:
    """Refuse what is nearly a table, and say what makes it one."""
    if type(X).__name__ == "LazyFrame":
        raise TypeError("X is a LazyFrame, which holds no rows yet: pass X.collect().")
    if isinstance(X, (list, tuple)) and X and isinstance(X[0], Mapping):
        raise TypeError(
            "X is a list of dicts. Pass a table of them: pandas.DataFrame(X)."
        )


def as_rows(X: Any) -> Any:
    """Lay a dict of columns out as rows, for what counts or selects them.

    Parameters
    ----------
    X : object
        Anything passed as X.

    Returns
    -------
    object
        An array of shape (n_samples, n_columns), object, if it is a dict; X itself
        otherwise.
    """
    if not isinstance(X, Mapping) or issparse(X):
        return X
    return np.array(list(zip(*X.values(), strict=True)), dtype=object)


def refuse_tables(X: Any, name: str = "X") -> None:
    """Refuse several columns where one is asked for.

    Parameters
    ----------
    X : object
        Whatever is to be a column of sequences.
    name : str, default="X"
        What it is called.

    Raises
    ------
    ValueError
        If it is a table with columns of several kinds.
    """
    table = read_table(X)
    if table is None:
        return
    names = [column.name for column in table]
    text = (c.name for c in table if any(map(_is_long_text, c.values[:100])))
    first = repr(next(text, names[0]))
    one = f"{name}[{first}]" if hasattr(X, "columns") or isinstance(X, Mapping) else ""
    raise ValueError(
        f"{name} has {len(names)} columns ({', '.join(map(repr, names))}). Pass one "
        f"column of sequences{f', e.g. {one}' if one else ''}."
    )


def list_sequences(X: Any, name: str = "X") -> list[str]:
    """List one column of sequences as text.

    Parameters
    ----------
    X : array-like of shape (n_samples,) of str, or str
        Sequences of any accepted form: a list, an array, a frame of one column; or a
        single one.
    name : str, default="X"
        What it is called.

    Returns
    -------
    list of str
        As they are written.

    Raises
    ------
    ValueError
        If it is a table of several columns, or a sequence is missing or empty.
    TypeError
        If it is no column of sequences.
    """
    if isinstance(X, str):
        return [X]
    if hasattr(X, "__len__") and not len(X):
        raise ValueError(f"{name} is empty: give one sequence at least.")
    refuse_tables(X, name)
    if not is_text(X):
        raise TypeError(f"{name} holds no text. Pass sequences, each a string.")
    try:
        return list(read_text(X)[0])
    except (TypeError, ValueError) as error:
        if name != "X":
            error.add_note(f"X is {name} here.")
        raise


def _list_columns(X: Any) -> list[Column]:
    """List the columns of anything that may have several."""
    labels = _labels(X)
    if labels is not None:
        names = [str(label) for label in labels]
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice and len(labels) > 1:
            raise ValueError(
                f"X has several columns named {twice[0]!r}. Give each its own name."
            )
        found = zip(names, _parts(X, labels), strict=True)
        columns = [Column(name, _values(p), _is_categorical(p)) for name, p in found]
        if len({len(column.values) for column in columns}) > 1:
            lengths = {column.name: len(column.values) for column in columns}
            raise ValueError(f"Columns of X differ in length: {lengths}.")
        return columns
    rows = _rows(X)
    parts = zip(*rows, strict=True)
    return [Column(f"x{i}", list(part)) for i, part in enumerate(parts)]


def _labels(X: Any) -> list[Any] | None:
    """List the labels of columns, if they have any."""
    if isinstance(X, Mapping):
        fine = list(map(_is_column, X.values()))
        if any(fine) and not all(fine):
            name = next(n for n, one in zip(X, fine, strict=True) if not one)
            raise ValueError(
                f"X[{name!r}] is a {type(X[name]).__name__}, but in a dict of columns "
                "each must be a list or an array of one dimension, a value for each "
                "row. Repeat it, or leave it out."
            )
        return list(X) if X and all(fine) else None
    if isinstance(X, np.ndarray):
        return None if X.dtype.names is None else list(X.dtype.names)
    if hasattr(X, "column_names"):  # pyarrow's `columns` are arrays
        return list(X.column_names)
    is_frame = hasattr(X, "columns") and hasattr(X, "__array__")
    return list(X.columns) if is_frame else None


def _is_column(values: object) -> bool:
    """Check for what may be a column in a dict, not for a single sequence."""
    single = isinstance(values, (*_TEXT, Mapping)) or _is_bio(type(values))
    rows = hasattr(values, "__len__") and hasattr(values, "__getitem__")
    return rows and not single and getattr(values, "ndim", 1) == 1


def _is_numeric(X: Any) -> bool:
    """Check for a frame of numbers alone, by the types of its columns."""
    if isinstance(X, Mapping) or not hasattr(X, "columns"):
        return False
    types = X.schema.types if hasattr(X, "column_names") else getattr(X, "dtypes", [""])
    return all(str(kind).lower().startswith(_NUMBERS) for kind in types)


def _parts(X: Any, labels: Sequence[Any]) -> Iterator[Any]:
    """Iterate over columns, each as its container has it."""
    if hasattr(X, "iloc") and not hasattr(X, "compute"):
        return (X.iloc[:, i] for i in range(len(labels)))
    if hasattr(X, "get_columns"):
        return iter(X.get_columns())
    if hasattr(X, "column_names"):
        return (X.column(i) for i in range(len(labels)))
    if isinstance(X, (np.ndarray, Mapping)):
        return (X[label] for label in labels)
    return iter(np.asarray(X, dtype=object).T)


def _values(column: Any) -> list[Any]:
    """List the values of a column as objects of Python."""
    is_array = isinstance(column, np.ndarray)
    if is_array and column.dtype.kind in "Mm":
        return list(column)  # lists of numpy hold ints
    for name in ("to_pylist", "to_list", "tolist"):
        if hasattr(column, name):
            values: list[Any] = getattr(column, name)()
            return values
    return list(column)


def _is_categorical(column: Any) -> bool:
    """Check whether the type of a column is one of categories."""
    # pandas; polars; pyarrow, also within pandas
    words = ("category", "Categorical", "Enum", "dictionary")
    kind = getattr(column, "dtype", getattr(column, "type", None))
    return str(kind).startswith(words)


def _rows(X: Any) -> Sequence[Sequence[Any]]:
    """List the rows of an array or a list of rows, if they are of one length."""
    if isinstance(X, np.ndarray):
        has_text = X.ndim == 2 and X.dtype.kind in "OUST"
        if not has_text or np.ma.getmaskarray(X).any():
            return []
        rows: list[list[Any]] = X.tolist()
        return rows
    if isinstance(X, (list, tuple)) and all(map(_is_row, X)):
        return X if len(set(map(len, X))) == 1 else []
    return []


def _is_row(row: object) -> bool:
    one_axis = isinstance(row, np.ndarray) and row.ndim == 1
    return one_axis or isinstance(row, (list, tuple))


def _is_whole(columns: Iterable[Column], labeled: bool) -> bool:
    """Check for numbers alone, and for aligned sequences in columns of characters."""
    n_text = n_other = 0
    for column in columns:
        kinds = set(map(type, column.values))
        if any(map(_is_bio, kinds)):
            return False
        if column.categorical or any(issubclass(kind, _TEXT) for kind in kinds):
            n_text += 1
            n_other += not _is_characters(column.values)
        else:
            odd = tuple(kind for kind in kinds if not _is_number(kind))
            if labeled and not all(
                is_missing(value) for value in column.values if isinstance(value, odd)
            ):
                return False  # dates, for example
            n_other += not all(map(is_missing, column.values))
        if n_text and n_other:
            return False
    return True


def _is_number(kind: type) -> bool:
    is_number = issubclass(kind, (Real, Decimal, np.bool_))
    return is_number and not issubclass(kind, np.timedelta64)


def _is_characters(values: list[Any]) -> bool:
    """Check for text that is single characters in most rows."""
    if set(map(type, values)) == {str}:
        lengths = np.fromiter(map(len, values), np.int64, len(values))
        if (lengths == 1).all():
            return True
        if 2 * (lengths > _LONGEST_BLANK).sum() > len(values):
            return False
    present = [value for value in values if not is_missing(value)]
    if not all(isinstance(value, _TEXT) for value in present):
        return False
    return 2 * sum(map(_is_long_text, present)) <= len(present)


def _is_bio(kind: type) -> bool:
    """Check for the type of a single sequence of Biopython or scikit-bio."""
    return kind.__module__.partition(".")[0] in ("Bio", "skbio")


def _is_long_text(value: object) -> bool:
    return isinstance(value, _TEXT) and len(value) > 1 and not is_blank(value)
