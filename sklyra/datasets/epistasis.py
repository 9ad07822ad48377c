"""Artificial landscapes whose epistasis is known."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_random_state

from sklyra._constraints import (
    RANDOM_STATE,
    Float,
    Int,
    OneOf,
    Table,
    check_arguments,
)
from sklyra._typing import Array
from sklyra.alphabets import ALPHABETS

_PARAMETERS: Table = {
    "n_samples": [Int(1)],
    "length": [Int(1)],
    "order": [Int(1)],
    "n_terms": [Int(1)],
    "noise": [Float(0)],
    "alphabet": [OneOf(*ALPHABETS)],
    "random_state": RANDOM_STATE,
}


class Epistasis(NamedTuple):
    """Hold sequences, their values, and the coefficients of these values.

    Parameters
    ----------
    sequences : ndarray of shape (n_samples,), str
        The variants.
    y : ndarray of shape (n_samples,), float
        Their values, of variance 1 without noise.
    coefficients : dict of tuple of int to float
        The effect of each interaction, by its positions (from 0).
    states : ndarray of shape (length, 2), str
        The two letters of each position: the first is coded +1, the second -1.
    """

    sequences: npt.NDArray[np.object_]
    y: Array
    coefficients: dict[tuple[int, ...], float]
    states: npt.NDArray[np.str_]


def make_epistasis(
    n_samples: int = 1000,
    length: int = 20,
    order: int = 2,
    *,
    n_terms: int = 5,
    noise: float = 0.0,
    alphabet: str = "protein",
    random_state: int | np.random.RandomState | None = None,
) -> Epistasis:
    r"""Make sequences with a known multilinear landscape.

    Each position holds one of two letters, :math:`s_p = \pm 1`, and :math:`y = \sum_T
    c_T \prod_{p \in T} s_p` over random sets of positions :math:`T`: single positions,
    pairs, and so on up to `order`. Every order has the same part of the variance, so
    that no model of single effects can explain more than ``1 / order`` of it. The
    :math:`c_T` are the Walsh coefficients of the landscape [1]_.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of sequences, drawn uniformly from all :math:`2^{length}`.
    length : int, default=20
        Number of positions.
    order : int, default=2
        The greatest number of positions that interact.
    n_terms : int, default=5
        Number of interactions of each order.
    noise : float, default=0.0
        Standard deviation of the noise that is added to y; its variance without noise
        is 1.
    alphabet : {"protein", "dna", "rna"}, default="protein"
        The alphabet that letters are drawn from.
    random_state : int, RandomState instance or None, default=None
        Seed of everything.

    Returns
    -------
    Epistasis
        The tuple ``(sequences, y, coefficients, states)``.

    Raises
    ------
    ValueError
        If an argument is out of range, or there are fewer than `n_terms` sets of some
        number of positions.
    TypeError
        If an argument has the wrong type.

    References
    ----------
    .. [1] Weinberger, E. D. (1991). Fourier and Taylor series on fitness landscapes.
       Biological Cybernetics 65, 321-330.

    Examples
    --------
    >>> from sklyra.datasets import make_epistasis
    >>> data = make_epistasis(100, length=6, order=2, n_terms=1, random_state=0)
    >>> sorted(map(len, data.coefficients))
    [1, 2]
    """
    check_arguments(
        _PARAMETERS,
        n_samples=n_samples,
        length=length,
        order=order,
        n_terms=n_terms,
        noise=noise,
        alphabet=alphabet,
        random_state=random_state,
    )
    if order > length:
        raise ValueError(f"order={order} must be between 1 and length={length}.")
    rng = check_random_state(random_state)
    letters = list(ALPHABETS[alphabet].letters)
    states = np.array([rng.choice(letters, 2, replace=False) for _ in range(length)])
    coefficients: dict[tuple[int, ...], float] = {}
    for size in range(1, order + 1):
        terms = _position_sets(length, size, n_terms, rng)
        raw = rng.normal(size=len(terms))
        scale = np.sqrt(order) * np.linalg.norm(raw)
        coefficients |= dict(zip(terms, (raw / scale).tolist(), strict=True))
    second = rng.randint(2, size=(n_samples, length))
    signs = 1 - 2 * second
    y = noise * rng.normal(size=n_samples)
    for positions, coefficient in coefficients.items():
        y += coefficient * signs[:, positions].prod(axis=1)
    rows = states[np.arange(length), second]
    sequences = np.array(["".join(row) for row in rows], dtype=object)
    return Epistasis(sequences, y, coefficients, states)


def _position_sets(
    length: int, size: int, n_terms: int, rng: np.random.RandomState
) -> list[tuple[int, ...]]:
    """Draw different sets of positions."""
    found: set[tuple[int, ...]] = set()
    for _ in range(1000 * n_terms):
        if len(found) == n_terms:
            return sorted(found)
        drawn = rng.choice(length, size, replace=False)
        found.add(tuple(sorted(drawn.tolist())))
    raise ValueError(
        f"n_terms={n_terms} is more than the sets of {size} positions that length="
        f"{length} has. Lower n_terms or raise length."
    )
