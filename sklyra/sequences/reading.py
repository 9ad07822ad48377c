"""Readers of X: from any accepted form to text, or to one array of channels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from sklyra.sequences.axes import check_axes
from sklyra.sequences.encoded import EncodedSequences, locate
from sklyra.sequences.missing import is_missing, refuse_masked

# What fills up rows of characters, besides values that are missing.
_NO_CHARACTER = ("", " ", "nan", "None", "NaN", "<NA>")


def is_text(X: Any) -> bool:
    """Distinguish sequences of characters from numbers.

    Parameters
    ----------
    X : object
        Anything passed as X.

    Returns
    -------
    bool
        True if X holds text (also a broken one: text with a missing value in it).

    Raises
    ------
    TypeError
        If X is one single sequence instead of a collection.
    """
    single = isinstance(X, (str, bytes, bytearray)) or _is_record(X)
    if single or getattr(X, "shape", None) == ():
        raise TypeError(
            f"X is one single sequence of type {type(X).__name__}. Pass a collection "
            "of sequences: [sequence]."
        )
    if isinstance(X, (list, tuple)):
        return not X or any(_is_textual(item) for item in X)
    if _is_alignment(X):
        return True
    if hasattr(X, "__array__") and not hasattr(X, "toarray"):
        array = np.asarray(X)
        if array.dtype.kind != "O" or not array.size:
            return array.dtype.kind in "USTO"
        return any(_is_textual(item) for item in array.ravel().tolist())
    if isinstance(X, Iterable) and not hasattr(X, "toarray"):  # sparse numbers have
        raise TypeError(_advise_list(X))
    return False


def _advise_list(X: Iterable[Any]) -> str:
    """Write the advice for something that has no rows to go back to."""
    name = type(X).__name__
    if isinstance(X, Iterator):
        return (
            f"X is of type {name}, which has no rows in order. Pass a list of what it "
            "yields: list(X)."
        )
    if isinstance(X, Mapping):
        return (
            f"X is of type {name}, which has no rows in order. Pass a list of its "
            "sequences: list(X.values())."
        )
    return (
        f"X is of type {name}, which has no rows in order. Pass a list, an array or a "
        "column of sequences."
    )


def read_text(X: Any) -> tuple[Sequence[str], npt.NDArray[np.int64]]:
    """Bring sequences to a list of str.

    Parameters
    ----------
    X : array-like of str
        Anything that :func:`is_text` calls text.

    Returns
    -------
    items : sequence of str
        The sequences.
    offsets : ndarray of shape (n_samples + 1,), int64
        Where each begins and ends if they stand one behind the other.
    """
    refuse_masked("X", X)
    items = _rows(X)
    if items and all(isinstance(item, (list, tuple, np.ndarray)) for item in items):
        items = [_join_row(row, i) for i, row in enumerate(items)]
    if not all(issubclass(kind, str) for kind in set(map(type, items))):
        items = [_as_text(item, i) for i, item in enumerate(items)]
    if not items:
        raise ValueError("Found array with 0 sample(s): X holds no sequences.")
    lengths = np.fromiter(map(len, items), np.int64, len(items))
    if not lengths.all():
        _raise_empty(np.flatnonzero(lengths == 0).tolist())
    short = np.flatnonzero(lengths < 9).tolist()
    blank = [row for row in short if items[row].isspace()]
    if blank:
        _raise_empty(blank)
    return items, np.concatenate([[0], np.cumsum(lengths)])


def _rows(X: Any) -> Sequence[Any]:
    """List what X holds, row by row."""
    if isinstance(X, (list, tuple)):
        return X
    if _is_alignment(X):
        return [X[row] for row in range(len(X))]
    rows: list[Any] = np.asarray(X).tolist()
    return rows


def _raise_empty(rows: Sequence[int]) -> NoReturn:
    raise ValueError(
        f"X[{rows[0]}] is an empty sequence ({len(rows)} in all). Every sequence "
        "needs at least one character: drop these rows."
    )


def is_blank(item: object) -> bool:
    """Check for what fills up rows of characters.

    Parameters
    ----------
    item : object
        A cell of a table.

    Returns
    -------
    bool
        True for missing values, and for text that stands for one.
    """
    return is_missing(item) or (isinstance(item, str) and item in _NO_CHARACTER)


def _join_row(row: Sequence[Any], index: int) -> Any:
    if len(row) == 1:  # one column
        return row[0]
    for column, item in enumerate(row):
        if is_blank(item):
            raise ValueError(
                f"X[{index}] has no character in column {column} ({item!r}). Write a "
                "gap (-) there if the columns are those of an alignment; if shorter "
                'rows were filled up, pass the sequences as text: "".join(row).'
            )
    if not all(isinstance(item, (str, bytes)) and len(item) == 1 for item in row):
        raise ValueError(
            f"X has {len(row)} columns of text and row {index} holds more than single "
            "characters. Pass one column of sequences, or aligned sequences with one "
            "character in each column."
        )
    return "".join(_as_text(item, index) for item in row)


def _as_text(item: Any, index: int) -> str:
    if isinstance(item, str):
        return item
    if isinstance(item, (bytes, bytearray)):
        try:
            return item.decode()
        except UnicodeDecodeError:
            return item.decode("latin-1")
    if hasattr(item, "seq"):  # SeqRecord
        item = item.seq
    if _is_record(item):
        try:
            return str(item)
        except Exception as error:  # Bio's own, which is no ValueError everywhere
            raise ValueError(
                f"X[{index}] is a record without content: {error}. Drop these rows."
            ) from None
    if is_missing(item):
        raise ValueError(
            f"X[{index}] is missing ({item!r}). Drop rows without a sequence."
        )
    raise TypeError(
        f"X[{index}] is {item!r} of type {type(item).__name__}, not a sequence. Pass "
        "str, bytes, Bio.Seq or SeqRecord."
    )


def as_bytes(text: str) -> npt.NDArray[np.uint8]:
    """Turn text into one byte a character.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    ndarray of shape (len(text),), uint8
        ASCII codes; 0, which no alphabet has, for characters outside ASCII.
    """
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), np.uint8)
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return np.where(points < 128, points, 0).astype(np.uint8)


def read_channels(X: Any, fitted: bool = True) -> EncodedSequences:
    """Read numbers.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_positions[, n_channels]), or list of arrays
        Numbers; the arrays of a list have shape (n_positions, n_channels).
    fitted : bool, default=True
        Whether the axes are known from training; otherwise they are looked at.

    Returns
    -------
    EncodedSequences
        Float32 channels.
    """
    refuse_masked("X", X)
    if isinstance(X, np.ndarray) and X.dtype == object and X.ndim == 1:
        X = list(X)
    if isinstance(X, (list, tuple)):
        _check_numbers(X)
    if isinstance(X, (list, tuple)) and len({np.shape(item) for item in X}) > 1:
        parts = [np.asarray(item, dtype=np.float32) for item in X]
    else:
        array = np.asarray(X, dtype=np.float32)
        if array.ndim not in (2, 3):
            raise ValueError(
                f"Numeric X has shape {array.shape}. Expected 2D array (n_samples, "
                "n_positions), 3D array (n_samples, n_positions, n_channels) or a "
                "list of arrays (n_positions, n_channels)."
            )
        if array.ndim == 3 and not fitted:
            check_axes(array)
        parts = list(array if array.ndim == 3 else array[..., None])
    if not parts:
        raise ValueError("Found array with 0 sample(s): X holds no sequences.")
    widths = {part.shape[1] if part.ndim == 2 else -1 for part in parts}
    if len(widths) != 1 or min(widths) < 1 or not all(map(len, parts)):
        shapes = sorted({part.shape for part in parts})[:5]
        turned = len({len(part) for part in parts if part.ndim}) == 1
        advice = " Transpose each: X = [x.T for x in X]." if turned else ""
        raise ValueError(
            "A list of arrays must hold arrays of shape (n_positions, n_channels), "
            f"with one number of channels and none empty; got shapes {shapes}.{advice}"
        )
    values = np.concatenate(parts)
    offsets = np.concatenate([[0], np.cumsum([len(part) for part in parts])])
    if not np.isfinite(values).all():
        row, position = locate(
            offsets, int(np.argmax(~np.isfinite(values).all(axis=1)))
        )
        raise ValueError(
            f"Input X contains NaN or infinity: X[{row}] at position {position}."
        )
    return EncodedSequences(values, offsets, None)


def _check_numbers(items: Sequence[Any]) -> None:
    """Name the first of a list of rows that cannot be numbers."""
    for row, item in enumerate(items):
        try:
            np.asarray(item, dtype=np.float32)
        except (TypeError, ValueError):
            raise TypeError(
                f"X[{row}] is {item!r} of type {type(item).__name__}, neither a "
                "sequence nor numbers. Pass str, bytes, Bio.Seq or SeqRecord, or an "
                "array of shape (n_positions, n_channels)."
            ) from None


def _is_bio(item: object) -> bool:
    return type(item).__module__.partition(".")[0] in ("Bio", "skbio")


def _is_alignment(item: object) -> bool:
    """Find collections of aligned sequences that are no arrays."""
    names = ("MultipleSeqAlignment", "Alignment", "TabularMSA")
    return _is_bio(item) and type(item).__name__ in names


def _is_record(item: object) -> bool:
    """Find single sequences, with or without a name."""
    return _is_bio(item) and not _is_alignment(item) and not isinstance(item, Iterator)


def _is_textual(item: object) -> bool:
    text = (str, bytes, bytearray)
    if isinstance(item, text) or _is_record(item) or is_missing(item):
        # NaN is a number too
        return not isinstance(item, (float, np.floating))
    if isinstance(item, (list, tuple)):
        return any(isinstance(part, text) or _is_record(part) for part in item)
    return isinstance(item, np.ndarray) and item.dtype.kind in "UST"
