"""Reading of y that has a label or a number for every position."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from sklyra._typing import Mask
from sklyra.sequences.encoded import locate
from sklyra.sequences.missing import is_missing, refuse_masked

_NUMBERS = "biuf"


class PositionForm(NamedTuple):
    """How y came.

    Attributes
    ----------
    text : bool
        Whether labels are the characters of strings.
    width : int
        Number of columns of each entry; 0 for one label or number a position.
    whole : bool
        Whether y was one array, with a row for each sequence.
    """

    text: bool = False
    width: int = 0
    whole: bool = False

    def divide(
        self,
        flat: npt.NDArray[Any],
        offsets: npt.NDArray[np.int64],
        text: bool = False,
    ) -> npt.NDArray[Any]:
        """Divide what is known of all positions among sequences.

        Parameters
        ----------
        flat : ndarray of shape (n_positions_total, ...)
            What is known.
        offsets : ndarray of shape (n_samples + 1,), int64
            Where sequences begin and end.
        text : bool, default=False
            Whether to join labels to strings.

        Returns
        -------
        ndarray of shape (n_samples,), object, or (n_samples, n_positions, ...)
            A string or an array for each sequence; one array for all, if y came as one
            and all sequences are of one length.
        """
        n_samples = len(offsets) - 1
        lengths = np.diff(offsets)
        if self.whole and (lengths == lengths[0]).all():
            return flat.reshape(n_samples, lengths[0], *flat.shape[1:])
        out = np.empty(n_samples, object)
        for row in range(n_samples):
            part = flat[offsets[row] : offsets[row + 1]]
            out[row] = "".join(part.tolist()) if text else part.copy()
        return out

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values.

        Returns
        -------
        dict
            The attributes.
        """
        return self._asdict()

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Convert from plain values.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        PositionForm
            The same.
        """
        return cls(**state)


class PositionLabels(NamedTuple):
    """What was read of y.

    Attributes
    ----------
    flat : ndarray of shape (n_measured,) or (n_measured, n_columns)
        Labels or numbers, of positions where something was measured.
    measured : ndarray of shape (n_positions_total,), bool
        Where that was.
    form : PositionForm
        How y came.
    offsets : ndarray of shape (n_samples + 1,), int64
        Where sequences begin and end.
    """

    flat: npt.NDArray[Any]
    measured: Mask
    form: PositionForm
    offsets: npt.NDArray[np.int64]

    def name(self, at: int) -> str:
        """Name a position that was measured, for messages.

        Parameters
        ----------
        at : int
            Its place in `flat`.

        Returns
        -------
        str
            Such as "y[3] at position 17".
        """
        row, position = locate(self.offsets, int(np.flatnonzero(self.measured)[at]))
        return f"y[{row}] at position {position}"


def has_columns(y: Any) -> bool:
    """Check whether y has several labels for each position.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels, as the user passed them.

    Returns
    -------
    bool
        True if the first entry is a table; False for anything else, whatever it is.
    """
    if isinstance(y, (str, bytes)) or not hasattr(y, "__iter__"):
        return False
    first: Any = next(iter(y), None)
    try:
        return np.ndim(first) == 2
    except ValueError:  # lists of several lengths
        return False


def read_states(y: Any, lengths: npt.NDArray[np.int64], missing: str) -> PositionLabels:
    """Read classes of positions, or several labels of each.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        For each sequence a string with a character for each position, or a list or
        array of labels, None or NaN where nothing was measured; or an array (L, K) of
        0, 1 and NaN.
    lengths : ndarray of shape (n_samples,), int64
        Lengths of the sequences.
    missing : str
        Characters of strings where nothing was measured.

    Returns
    -------
    PositionLabels
        What it holds.

    Raises
    ------
    ValueError
        If an entry is of another length than its sequence or another shape than others,
        or nothing was measured.
    """
    entries = _list_entries(y, lengths, "labels")
    text = [isinstance(entry, (str, np.str_)) for entry in entries]
    if all(text):
        parts = [np.array(list(entry), dtype="<U1") for entry in entries]
        parts = _check_lengths(parts, lengths, y)
        flat = np.concatenate(parts)
        measured = ~np.isin(flat, list(missing))
        return _collect(flat, measured, PositionForm(text=True), lengths)
    if any(text):
        row = text.index(not text[0])
        raise ValueError(
            f"y[{row}] is {_name(entries[row])}, but y[0] is {_name(entries[0])}. Pass "
            "strings for all sequences, or arrays of labels for all."
        )
    arrays = [_as_array(entry, row) for row, entry in enumerate(entries)]
    return _read_arrays(arrays, lengths, y, _present)


def read_numbers(y: Any, lengths: npt.NDArray[np.int64]) -> PositionLabels:
    """Read measured values of positions.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        For each sequence an array of shape (L,) or (L, K), NaN where nothing was
        measured.
    lengths : ndarray of shape (n_samples,), int64
        Lengths of the sequences.

    Returns
    -------
    PositionLabels
        What it holds.

    Raises
    ------
    ValueError
        If an entry is of another length than its sequence or another shape than others,
        holds what is no number or infinite, or nothing was measured.
    """
    entries = _list_entries(y, lengths, "numbers")
    arrays = [_as_numbers(entry, row) for row, entry in enumerate(entries)]
    return _read_arrays(arrays, lengths, y, lambda flat: ~np.isnan(flat))


def _list_entries(y: Any, lengths: npt.NDArray[np.int64], what: str) -> list[Any]:
    """List the entries of y, one for each sequence."""
    refuse_masked("y", y, "Put NaN or None where nothing was measured.")
    if isinstance(y, (str, bytes)):
        raise TypeError(
            f"y is a single string. Pass a list with the {what} of each sequence: [y]."
        )
    entries = list(y if isinstance(y, (list, tuple)) else np.asarray(y))
    if len(entries) != len(lengths):
        raise ValueError(
            f"Found input variables with inconsistent numbers of samples: "
            f"[{len(lengths)}, {len(entries)}]. y needs an entry for each sequence."
        )
    for row, entry in enumerate(entries):
        if np.ndim(entry) == 0 and not isinstance(entry, (str, np.str_)):
            raise ValueError(
                f"y[{row}] is {entry!r}, one value, but X[{row}] has {lengths[row]} "
                f"positions: pass {what} for each of them. A value for a whole "
                "sequence is learned by LyraRegressor, a class by LyraClassifier."
            )
    return entries


def _as_array(entry: Any, row: int) -> npt.NDArray[Any]:
    """Read labels of any type as objects, numbers as numbers."""
    values = np.asarray(entry)
    if values.dtype.kind in _NUMBERS or values.dtype.kind == "O":
        return values
    return np.array(entry, dtype=object)


def _as_numbers(entry: Any, row: int) -> npt.NDArray[np.float64]:
    """Read numbers, and name what is none."""
    refuse_masked(f"y[{row}]", entry, "Put NaN where nothing was measured.")
    if isinstance(entry, (str, np.str_)):
        raise ValueError(
            f"y[{row}] is a string, but LyraPositionRegressor learns numbers. Pass "
            "arrays of numbers, or use LyraPositionClassifier for states."
        )
    items = np.asarray(entry, dtype=object)
    try:
        values = np.array(
            [np.nan if is_missing(item) else float(item) for item in items.ravel()]
        )
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"y[{row}] holds something that is no number: {error}. Pass numbers, NaN "
            "where nothing was measured."
        ) from error
    values = values.reshape(items.shape)
    if np.isinf(values).any():
        at = int(np.argwhere(np.isinf(values))[0, 0])
        raise ValueError(
            f"Input y contains infinity: y[{row}] at position {at}. Pass NaN where "
            "nothing was measured."
        )
    return values


def _read_arrays(
    arrays: list[npt.NDArray[Any]],
    lengths: npt.NDArray[np.int64],
    y: Any,
    present: Callable[[npt.NDArray[Any]], Mask],
) -> PositionLabels:
    """Join arrays that have the same number of columns."""
    shapes = [array.shape[1:] for array in arrays]
    for row, shape in enumerate(shapes):
        if len(shape) > 1 or (len(shape) == 1 and not shape[0]):
            raise ValueError(
                f"y[{row}] has shape {arrays[row].shape}: pass (L,), or (L, K) for K "
                "values of each position."
            )
        if shape != shapes[0]:
            raise ValueError(
                f"y[{row}] has {_columns(shape)}, but y[0] has {_columns(shapes[0])}. "
                "Pass the same for all sequences, NaN where one was not measured."
            )
    arrays = _check_lengths(arrays, lengths, y)
    flat = np.concatenate(arrays)
    found = present(flat)
    width = shapes[0][0] if shapes[0] else 0
    whole = getattr(y, "ndim", 1) > 1
    measured: Mask = np.asarray(found.any(axis=1)) if width else found
    return _collect(flat, measured, PositionForm(width=width, whole=whole), lengths)


def _columns(shape: tuple[int, ...]) -> str:
    return f"{shape[0]} columns" if shape else "no columns"


def _check_lengths(
    arrays: list[npt.NDArray[Any]], lengths: npt.NDArray[np.int64], y: Any
) -> list[npt.NDArray[Any]]:
    """Refuse entries of other lengths than their sequences, unless they are padded."""
    out = []
    for row, (array, length) in enumerate(zip(arrays, lengths, strict=True)):
        beyond = array[length:]
        padded = (
            getattr(y, "ndim", 1) > 1 and len(beyond) and not _present(beyond).any()
        )
        if len(array) != length and not padded:
            raise ValueError(
                f"y[{row}] has {len(array)} labels, but X[{row}] has {length} "
                "positions. Pass one label for each position, and mark those that were "
                "not measured."
            )
        out.append(array[:length])
    return out


def _present(flat: npt.NDArray[Any]) -> Mask:
    """Find labels that are not missing."""
    if flat.dtype.kind == "f":
        return np.asarray(~np.isnan(flat))
    if flat.dtype.kind != "O":
        return np.ones(flat.shape, bool)
    missing = [is_missing(item) for item in flat.ravel().tolist()]
    return ~np.array(missing, bool).reshape(flat.shape)


def _collect(
    flat: npt.NDArray[Any],
    measured: Mask,
    form: PositionForm,
    lengths: npt.NDArray[np.int64],
) -> PositionLabels:
    """Keep what was measured, in the narrowest type that holds it."""
    if not measured.any():
        raise ValueError(
            "y holds no label at all: nothing was measured at any position. Pass "
            "labels of some."
        )
    kept = flat[measured]
    if kept.dtype.kind == "O" and not form.width:
        kept = np.array(kept.tolist())  # such as text, of any length, or numbers
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    return PositionLabels(kept, measured, form, offsets)


def _name(entry: Any) -> str:
    return (
        "a string" if isinstance(entry, (str, np.str_)) else f"a {type(entry).__name__}"
    )
