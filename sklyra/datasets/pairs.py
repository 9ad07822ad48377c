"""Artificial tables of guides and targets, whose effects are known."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_random_state

from sklyra._constraints import RANDOM_STATE, Float, Int, Table, check_arguments
from sklyra._typing import Array

_PARAMETERS: Table = {
    "n_samples": [Int(1)],
    "length": [Int(1)],
    "flank": [Int(0)],
    "noise": [Float(0)],
    "random_state": RANDOM_STATE,
}
_CELLS = ("HEK293", "K562")


class Pairs(NamedTuple):
    """Hold a table of pairs, its values, and the effects that make them.

    Parameters
    ----------
    table : dict of str to ndarray of shape (n_samples,)
        Columns: ``guide`` and ``target``, DNA; ``dose``, the logarithm of a dose;
        ``cell``, one of two kinds. ``pandas.DataFrame(table)`` is a frame of them.
    y : ndarray of shape (n_samples,), float64
        Values, of variance near 1.
    mismatch_effects : ndarray of shape (length,), float64
        What a mismatch at each position of the guide takes away.
    """

    table: dict[str, npt.NDArray[Any]]
    y: Array
    mismatch_effects: Array


def make_pairs(
    n_samples: int = 500,
    length: int = 20,
    *,
    flank: int = 10,
    noise: float = 0.1,
    random_state: int | np.random.RandomState | None = None,
) -> Pairs:
    r"""Make guides and targets with mismatches, at doses, in two kinds of cells.

    Every target holds the site of its guide in its middle, with 0 to 4 mismatches at
    random positions. Then :math:`y = d\,(1 + c) / 2 - \sum_l w_l m_l + \epsilon`, with
    :math:`m_l` whether position :math:`l` is a mismatch, :math:`w_l` the effect of one,
    greatest at the end of the guide as in seeds of CRISPR, :math:`d` the dose and
    :math:`c` 1 in one kind of cell and 0 in the other. Neither the guide nor the target
    alone says anything of it.

    Parameters
    ----------
    n_samples : int, default=500
        Number of pairs.
    length : int, default=20
        Letters of a guide.
    flank : int, default=10
        Letters of the target on either side of the site.
    noise : float, default=0.1
        Standard deviation of the noise.
    random_state : int, RandomState instance or None, default=None
        Seed of everything.

    Returns
    -------
    Pairs
        The tuple ``(table, y, mismatch_effects)``.

    Raises
    ------
    ValueError
        If an argument is out of range.
    TypeError
        If an argument has the wrong type.

    Examples
    --------
    >>> from sklyra.datasets import make_pairs
    >>> pairs = make_pairs(3, length=8, flank=2, random_state=0)
    >>> list(pairs.table)
    ['guide', 'target', 'dose', 'cell']
    >>> len(pairs.table["guide"][0]), len(pairs.table["target"][0])
    (8, 12)
    """
    check_arguments(
        _PARAMETERS,
        n_samples=n_samples,
        length=length,
        flank=flank,
        noise=noise,
        random_state=random_state,
    )
    rng = check_random_state(random_state)
    codes = rng.randint(4, size=(n_samples, length + 2 * flank))
    site = codes[:, flank : flank + length]
    order = rng.rand(n_samples, length).argsort(axis=1)
    mismatch = order < rng.randint(5, size=(n_samples, 1))
    guide = np.where(mismatch, (site + rng.randint(1, 4, site.shape)) % 4, site)
    effects = np.linspace(0, 1, length) ** 2 + 0.1
    dose, cell = rng.normal(size=n_samples), rng.randint(2, size=n_samples)
    y = dose * (1 + cell) / 2 - mismatch @ effects + noise * rng.normal(size=n_samples)
    table = {
        "guide": _as_text(guide),
        "target": _as_text(codes),
        "dose": dose,
        "cell": np.array(_CELLS, dtype=object)[cell],
    }
    return Pairs(table, y, effects)


def _as_text(codes: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    """Write rows of codes as DNA."""
    letters = np.array(list("ACGT"))[codes]
    return np.array(["".join(row) for row in letters], dtype=object)
