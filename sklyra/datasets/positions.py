"""Artificial sequences with a state at every position, whose cause is known."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_random_state

from sklyra._constraints import RANDOM_STATE, Float, Int, Table, check_arguments

_PARAMETERS: Table = {
    "n_samples": [Int(1)],
    "length": [Int(10)],
    "distance": [Int(0)],
    "missing": [Float(0, 1)],
    "random_state": RANDOM_STATE,
}
_LETTERS = np.array(list("ACDEFGHIKLMNPQRSTVWY"))
_MOTIF = "WKW"
# How many positions a motif marks.
_WIDTH = 5
# A motif is planted once in so many positions.
_EVERY = 50


class Positions(NamedTuple):
    """Hold sequences and the states of their positions.

    Parameters
    ----------
    X : ndarray of shape (n_samples,), object
        Proteins, str.
    y : ndarray of shape (n_samples,), object
        For each a str as long: "S" for a site, "N" for other positions, "-" where it
        was not measured.
    """

    X: npt.NDArray[np.object_]
    y: npt.NDArray[np.object_]


def make_positions(
    n_samples: int = 200,
    length: int = 100,
    *,
    distance: int = 40,
    missing: float = 0.0,
    random_state: int | np.random.RandomState | None = None,
) -> Positions:
    """Make proteins in which a motif marks a site further along the sequence.

    Wherever ``WKW`` stands, from `distance` positions behind its start on, five
    positions are a site. Nothing near a site says that it is one.

    Parameters
    ----------
    n_samples : int, default=200
        Number of sequences.
    length : int, default=100
        Their mean length, at least 10; they have half as many positions to half as many
        again.
    distance : int, default=40
        Positions from the start of a motif to the start of its site.
    missing : float, default=0.0
        Share of positions, in [0, 1), whose state was not measured.
    random_state : int, RandomState instance or None, default=None
        Seed of everything.

    Returns
    -------
    Positions
        The tuple ``(X, y)``.

    Raises
    ------
    ValueError
        If an argument is out of range.
    TypeError
        If an argument has the wrong type.

    Examples
    --------
    >>> from sklyra.datasets import make_positions
    >>> X, y = make_positions(2, length=20, distance=6, random_state=4)
    >>> [len(states) == len(sequence) for sequence, states in zip(X, y)]
    [True, True]
    """
    check_arguments(
        _PARAMETERS,
        n_samples=n_samples,
        length=length,
        distance=distance,
        missing=missing,
        random_state=random_state,
    )
    rng = check_random_state(random_state)
    X, y = np.empty(n_samples, object), np.empty(n_samples, object)
    for row in range(n_samples):
        n = rng.randint(length // 2, length + length // 2 + 1)
        letters = _LETTERS[rng.randint(len(_LETTERS), size=n)]
        for _ in range(rng.poisson(n / _EVERY)):
            start = rng.randint(max(1, n - len(_MOTIF) + 1))
            letters[start : start + len(_MOTIF)] = list(_MOTIF)[: n - start]
        X[row] = "".join(letters)
        states = np.full(n, "N")
        for start in range(n):
            if X[row].startswith(_MOTIF, start):
                site = start + distance
                states[site : site + _WIDTH] = "S"
        states[rng.random_sample(n) < missing] = "-"
        y[row] = "".join(states)
    return Positions(X, y)
