"""Folds of training rows: what each member trains on, and what it holds out."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import GroupKFold, GroupShuffleSplit
from sklearn.utils import check_consistent_length

from sklyra._typing import Rows
from sklyra._warnings import warn
from sklyra.exceptions import SklyraWarning
from sklyra.sequences import first_missing, refuse_masked

# Below this many rows a validation set is no evidence: all are trained on.
MIN_ROWS = 20
# Fewer folds would leave members too little to train on.
_MIN_FOLDS = 5


def plan_folds(
    data: tuple[Any, Any, Any],
    cv: Any,
    used: npt.NDArray[np.bool_],
    copies: Rows,
    options: tuple[int, float, np.random.RandomState, npt.NDArray[np.int64] | None],
) -> list[tuple[Rows, Rows]]:
    """Choose what each member of an ensemble trains on and what it holds out.

    Parameters
    ----------
    data : tuple of (X, y, groups)
        As the user gave them; groups may be None.
    cv : splitter or None
        The parameter of the estimators.
    used : ndarray of shape (n_samples,), bool
        Which rows have a weight.
    copies : ndarray of shape (n_used,), int
        A number for each sequence that is used, the same for those that are held out
        together.
    options : tuple of (n_members, fraction, rng, classes)
        As for `member_folds`.

    Returns
    -------
    list of (train, valid)
        Rows of each member, counted among those that are used.

    Warns
    -----
    SklyraWarning
        If sequences are held out though there are groups or a splitter, or if equal
        sequences are on both sides.
    """
    X, y, groups = data
    if groups is not None:
        groups = check_groups(groups, X)
    folds = None
    if groups is not None and only_group(groups[used]):
        pass  # there is nothing to hold out but sequences
    elif cv is not None:
        folds = folds_of(cv, X, y, groups, options[0], used)
    elif groups is not None:
        folds = member_folds(len(copies), *options, groups[used])
    if folds is None or only_class(folds, options[-1]):
        folds = distinct_folds(copies, *options)
    warn_of_copies(folds, copies)
    return folds


def member_folds(
    n_samples: int,
    n_members: int,
    fraction: float,
    rng: np.random.RandomState,
    classes: npt.NDArray[np.int64] | None = None,
    groups: npt.NDArray[Any] | None = None,
) -> list[tuple[Rows, Rows]]:
    """Give each member of an ensemble its own training and validation rows.

    Parameters
    ----------
    n_samples : int
        Number of rows.
    n_members : int
        Number of members. Two or more hold out different parts of the rows: one in
        `n_members`, but a fifth at most.
    fraction : float
        Share of rows that a single member holds out, in (0, 1).
    rng : RandomState
        Where the choice comes from.
    classes : ndarray of shape (n_samples,), int, or None, default=None
        Class of each row; every fold gets its share of each. A class with one row is
        never held out.
    groups : ndarray of shape (n_samples,) or None, default=None
        Rows of one group stay together; classes then fall as they may.

    Returns
    -------
    list of (train, valid)
        Rows of each member; `valid` is empty with fewer than 20 rows.
    """
    if n_members == 1 or n_samples < MIN_ROWS:
        return [validation_split(n_samples, fraction, rng, classes, groups)] * n_members
    n_folds = max(n_members, _MIN_FOLDS)
    fold = np.full(n_samples, -1)
    if groups is not None:
        n_folds = min(n_folds, len(np.unique(groups)))
        splitter = GroupKFold(n_folds, shuffle=True, random_state=rng)
        for number, (_, valid) in enumerate(splitter.split(fold, groups=groups)):
            fold[valid] = number
    else:
        dealt = 0
        for part in _by_class(n_samples, classes):
            if len(part) > 1:
                fold[rng.permutation(part)] = (dealt + np.arange(len(part))) % n_folds
                dealt += len(part)
    numbers = [member % n_folds for member in range(n_members)]
    return [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in numbers]


def distinct_folds(
    copies: Rows,
    n_members: int,
    fraction: float,
    rng: np.random.RandomState,
    classes: npt.NDArray[np.int64] | None = None,
) -> list[tuple[Rows, Rows]]:
    """Give members their rows, so that none holds out a sequence that it trains on.

    Parameters
    ----------
    copies : ndarray of shape (n_samples,), int
        A number for each sequence, the same for equal ones.
    n_members, fraction, rng : object
        As for `member_folds`.
    classes : ndarray of shape (n_samples,), int, or None, default=None
        Class of each row.

    Returns
    -------
    list of (train, valid)
        Rows of each member.
    """
    _, first, copies = np.unique(copies, return_index=True, return_inverse=True)
    of_first = None if classes is None else classes[first]
    folds = member_folds(len(first), n_members, fraction, rng, of_first)
    return [
        (np.flatnonzero(np.isin(copies, train)), np.flatnonzero(np.isin(copies, valid)))
        for train, valid in folds
    ]


def warn_of_copies(folds: list[tuple[Rows, Rows]], copies: Rows) -> None:
    """Warn of sequences that are trained on and held out.

    Parameters
    ----------
    folds : list of (train, valid)
        Rows of each member.
    copies : ndarray of shape (n_samples,), int
        A number for each sequence, the same for equal ones.

    Warns
    -----
    SklyraWarning
        If the user's groups or splitter tear equal sequences apart.
    """
    for train, valid in folds:
        n_seen = int(np.isin(copies[valid], copies[train]).sum())
        if n_seen:
            warn(
                f"{n_seen} of {len(valid)} sequences held out are also trained on, so "
                "that oof_score_ is too good. Let groups or cv keep rows of one "
                "sequence together, both strands too with reverse_complement=True.",
                SklyraWarning,
            )
            return


def folds_of(
    splitter: Any,
    X: Any,
    y: Any,
    groups: Any,
    n_members: int,
    used: npt.NDArray[np.bool_],
) -> list[tuple[Rows, Rows]]:
    """Hold out the rows that a splitter chooses.

    Parameters
    ----------
    splitter : splitter
        One of scikit-learn's, or of `sklyra.model_selection`.
    X, y, groups : object
        What it is to split.
    n_members : int
        Number of members.
    used : ndarray of shape (n_samples,), bool
        Which rows there will be; the splitter sees the others too.

    Returns
    -------
    list of (train, valid)
        Rows of each member, counted among those that are used; the splitter's folds
        again if there are fewer.

    Raises
    ------
    ValueError
        If the splitter leaves a side empty, or has no folds.
    """
    number_of = np.cumsum(used) - 1

    def numbers(side: Any) -> Rows:
        rows = np.asarray(side)  # scikit-learn takes lists and masks too
        if rows.dtype == bool:
            rows = np.flatnonzero(rows)
        rows = rows.astype(np.intp)
        kept: Rows = number_of[rows[used[rows]]]
        return kept

    few = itertools.islice(splitter.split(X, y, groups), n_members)
    folds = [(numbers(train), numbers(valid)) for train, valid in few]
    for number, (train, valid) in enumerate(folds):
        if not len(train) or not len(valid):
            raise ValueError(f"Fold {number} of cv={splitter!r} has an empty side.")
    if not folds:
        raise ValueError(f"cv={splitter!r} has no folds.")
    return [folds[member % len(folds)] for member in range(n_members)]


def validation_split(
    n_samples: int,
    fraction: float,
    rng: np.random.RandomState,
    classes: npt.NDArray[np.int64] | None = None,
    groups: npt.NDArray[Any] | None = None,
) -> tuple[Rows, Rows]:
    """Divide rows into training and validation.

    Parameters
    ----------
    n_samples : int
        Number of rows.
    fraction : float
        Share of validation rows, or of validation groups, in (0, 1).
    rng : RandomState
        Where the choice comes from.
    classes : ndarray of shape (n_samples,), int, or None, default=None
        Class of each row; each class gives its share, and keeps at least one row for
        training.
    groups : ndarray of shape (n_samples,) or None, default=None
        Rows of one group, of two or more, stay together; classes then fall as they
        may.

    Returns
    -------
    train : ndarray, int
        Rows to train on.
    valid : ndarray, int
        Rows to validate on; none with fewer than 20 rows.
    """
    rows = np.arange(n_samples)
    if n_samples < MIN_ROWS:
        return rows, rows[:0]
    if groups is not None:
        splitter = GroupShuffleSplit(1, test_size=fraction, random_state=rng)
        train, valid = next(splitter.split(rows, groups=groups))
        return train, valid
    parts = _by_class(n_samples, classes)
    chosen = []
    for part in parts:
        size = min(max(round(fraction * len(part)), len(parts) == 1), len(part) - 1)
        chosen.append(rng.permutation(part)[:size])
    valid = np.sort(np.concatenate(chosen))
    return np.setdiff1d(rows, valid), valid


def check_groups(groups: Any, X: Any) -> npt.NDArray[Any]:
    """Refuse groups that are not one for each sequence.

    Parameters
    ----------
    groups : array-like of shape (n_samples,)
        A label of the group of each row.
    X : array-like of shape (n_samples, ...)
        Sequences.

    Returns
    -------
    ndarray of shape (n_samples,)
        The groups.

    Raises
    ------
    ValueError
        If there are more or fewer, some are missing, or they form a table.
    """
    refuse_masked("groups", groups)
    found = np.asarray(groups)
    if found.ndim != 1:
        raise ValueError(f"groups must be 1-D, but has shape {found.shape}.")
    check_consistent_length(X, found)
    row, n_missing = first_missing(found.tolist())
    if n_missing:
        raise ValueError(
            f"groups[{row}] is missing ({found.tolist()[row]}). Give every sequence a "
            f"group ({n_missing} have none); one that belongs to no other has a group "
            "of its own."
        )
    return found


def only_group(groups: npt.NDArray[Any]) -> bool:
    """Check whether all sequences are of one group, as in a fold of a search.

    Parameters
    ----------
    groups : ndarray of shape (n_samples,)
        The groups.

    Returns
    -------
    bool
        True if there is one group only.

    Warns
    -----
    SklyraWarning
        If so: then sequences are held out, not groups.
    """
    if len(np.unique(groups)) > 1:
        return False
    if len(groups) >= MIN_ROWS:
        warn(
            f"groups has a single group, {groups.tolist()[0]!r}: members hold out "
            "sequences of it, which may be more like those of training than other "
            "groups are. So oof_score_ may be too good. X_val and y_val, or more "
            "groups, tell more.",
            SklyraWarning,
        )
    return True


def only_class(
    folds: list[tuple[Rows, Rows]], classes: npt.NDArray[np.int64] | None
) -> bool:
    """Check whether a member would train on one class only.

    Parameters
    ----------
    folds : list of (train, valid)
        Rows of each member.
    classes : ndarray of shape (n_samples,), int, or None
        Class of each row.

    Returns
    -------
    bool
        True if one would.

    Warns
    -----
    SklyraWarning
        If so: then sequences are held out, not groups or the folds of `cv`.
    """
    if classes is None:
        return False
    for member, (train, _) in enumerate(folds):
        if len(np.unique(classes[train])) == 1:
            warn(
                f"What groups or cv hold out leaves member {member} a single class to "
                "train on. Members hold out sequences instead, of all classes.",
                SklyraWarning,
            )
            return True
    return False


def _by_class(n_samples: int, classes: npt.NDArray[np.int64] | None) -> list[Rows]:
    """List the rows of each class; all in one part if there are no classes."""
    rows = np.arange(n_samples)
    if classes is None:
        return [rows]
    return [rows[classes == c] for c in np.unique(classes)]
