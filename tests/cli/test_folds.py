"""Folds of commands: what is the same stays on one side."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sklyra.cli.columns import Roles
from sklyra.cli.data import Data
from sklyra.cli.folds import make_folds, take
from sklyra.cli.messages import CommandError
from tests.cli.conftest import X, Y

TABLE = {"guide": [*X[:20], *X[:20]], "target": [*X[20:40], *X[20:40]]}


def data(X: Any, groups: Any = None, sequences: tuple[str, ...] = ("seq",)) -> Data:
    y = np.arange(len(next(iter(X.values())) if isinstance(X, dict) else X))
    return Data(X, y, groups, Roles([*sequences], ["y"], [], None), False)


@pytest.mark.parametrize("split", ["random", "cluster"])
def test_copies_are_on_one_side(split: str) -> None:
    letters = np.random.default_rng(0).choice(list("ACDEFGHIKL"), (30, 25))
    unlike = ["".join(row) for row in letters]
    rows = [*unlike, *unlike[::-1]]
    seen: list[int] = []
    for train, test in make_folds(data(rows), split, 3, 0):
        assert not set(take(rows, train)) & set(take(rows, test))
        seen += test.tolist()
    assert sorted(seen) == list(range(len(rows)))


def test_rows_of_tables_are_the_same_if_all_sequences_are() -> None:
    folds = make_folds(data(TABLE, sequences=("guide", "target")), "random", 4, 0)
    for train, test in folds:
        pairs = [
            set(zip(*take(TABLE, rows).values(), strict=True)) for rows in (train, test)
        ]
        assert not pairs[0] & pairs[1]


def test_groups_are_on_one_side_and_seeds_shuffle_them() -> None:
    groups = [str(n % 7) for n in range(len(X))]
    folds = make_folds(data(X, groups), "random", 3, 0)
    for train, test in folds:
        assert not {groups[row] for row in train} & {groups[row] for row in test}
    other = make_folds(data(X, groups), "random", 3, 1)
    assert any(list(a[1]) != list(b[1]) for a, b in zip(folds, other, strict=True))


def test_positions_are_new() -> None:
    folds = make_folds(data(list(X)), "position", 2, 0)
    assert len(folds) == 2
    assert all(len(train) < len(Y) for train, _ in folds)


def test_tables_are_split_by_groups_alone() -> None:
    with pytest.raises(CommandError, match="--split cluster is for one column"):
        make_folds(data(TABLE, sequences=("guide", "target")), "cluster", 2, 0)
