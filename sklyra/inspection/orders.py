"""Orders of epistasis: sets of any size, and how much each order explains."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils import check_random_state

from sklyra._typing import Array
from sklyra.alphabets import Alphabet
from sklyra.estimators.contrasts import predict_contrasts
from sklyra.inspection.columns import add_outputs
from sklyra.inspection.epistasis import read_mutations
from sklyra.inspection.library import average_contrasts, make_library
from sklyra.inspection.model import find_model, predict_margins, read_parent
from sklyra.inspection.mutation_scan import read_letters
from sklyra.sequences import (
    Mutation,
    apply_mutations,
    check_option,
    parse_mutations,
)

if TYPE_CHECKING:
    import pandas as pd

# Mutations in a set, and sequences of a library, at most.
_LARGEST, _MOST = 8, 2**16


class HigherOrderEpistasis(NamedTuple):
    """Interactions of sets of mutations of a parent.

    Parameters
    ----------
    parent : str
        The sequence that was mutated.
    start : int
        Number of its first letter.
    sets : list of tuple of Mutation
        The sets.
    interaction : ndarray of shape (n_sets[, n_outputs]), float64
        What the mutations of each do together beyond all that smaller sets of them do.
    std : ndarray of the same shape, float64
        Standard deviation of it; NaN where the model cannot tell.
    """

    parent: str
    start: int
    sets: list[tuple[Mutation, ...]]
    interaction: Array
    std: Array

    def to_frame(self) -> pd.DataFrame:
        """Write the interactions as a table. Needs pandas.

        Returns
        -------
        pandas.DataFrame
            A row for each set: ``mutations`` (such as "A23G:K41R"), ``order``,
            ``interaction`` and ``std``; of several outputs with ``_0``, ``_1`` and so
            on behind.
        """
        import pandas as pd

        table: dict[str, Any] = {
            "mutations": [":".join(map(str, one)) for one in self.sets],
            "order": [len(one) for one in self.sets],
        }
        for name in ("interaction", "std"):
            add_outputs(table, name, getattr(self, name))
        return pd.DataFrame(table)


class OrderShares(NamedTuple):
    """How much of the variance of a library each order of epistasis explains.

    Parameters
    ----------
    order : ndarray of shape (n_positions,), int64
        1 for effects that add up, 2 for pairs, and so on.
    share : ndarray of shape (n_positions[, n_outputs]), float64
        Shares, which add up to 1.
    variance : float or ndarray of shape (n_outputs,), float64
        Variance of predictions over the library, in units of the squared `y`.
    n_variants : int
        Number of sequences in the library.
    """

    order: npt.NDArray[np.int64]
    share: Array
    variance: Array | float
    n_variants: int


def higher_order_epistasis(
    model: Any,
    parent: str,
    sets: Iterable[str | Sequence[str | Mutation]],
    *,
    background: str = "parent",
    start: int = 1,
    random_state: int | np.random.RandomState | None = None,
) -> HigherOrderEpistasis:
    r"""Predict how mutations interact, three or more of them too.

    The interaction of a set `S` is the sum :math:`\sum_{T \subseteq S} (-1)^{|S| - |T|}
    f(T)` over the predictions `f` of all variants with some of its mutations: what is
    left when all that smaller sets do has been taken away [1]_. It is relative to the
    parent. With ``background="average"`` it is averaged over combinations of all
    mutations in `sets`, which is less noisy, and says what holds across a library.

    Parameters
    ----------
    model : LyraRegressor or LyraClassifier
        A model that was fitted to sequences, or a search that has one as its
        ``best_estimator_``.
    parent : str
        The sequence that is mutated.
    sets : iterable of (str, or sequence of str and Mutation)
        Sets of 1 to 8 mutations at different positions, such as ``"A23G:K41R:L50F"`` or
        ``["A23G", "K41R", "L50F"]``. Time doubles with each mutation of a set.
    background : {"parent", "average"}, default="parent"
        Where mutations are made: in the parent, or in all combinations of the others;
        of more than 4,096 in random ones, as many as make 4,096 sequences.
    start : int, default=1
        Number of the parent's first letter.
    random_state : int, RandomState instance or None, default=None
        Seed of the backgrounds, where not all are averaged.

    Returns
    -------
    HigherOrderEpistasis
        Interactions on the scale of `y`, or of the `decision_function` of a classifier,
        each with its standard deviation (as `mutation_scan` has them).

    Raises
    ------
    ValueError
        If the parent has another letter at a position, a set has more than 8 mutations
        or two at one position.
    TypeError
        If `model` is no model of sequences.

    See Also
    --------
    sklyra.inspection.epistasis : All pairs of some mutations.

    References
    ----------
    .. [1] Poelwijk, F. J., Krishna, V. & Ranganathan, R. (2016). The Context-Dependence
       of Mutations: A Linkage of Formalisms. PLoS Computational Biology 12, e1004771.

    Examples
    --------
    >>> from sklyra import LyraRegressor
    >>> from sklyra.datasets import load_cr6261
    >>> from sklyra.inspection import higher_order_epistasis
    >>> X, y = load_cr6261(return_X_y=True)
    >>> model = LyraRegressor(n_members=1, max_epochs=1).fit(X[:60], y[:60])
    >>> X[0][27], X[0][29], X[0][57]
    ('T', 'S', 'A')
    >>> found = higher_order_epistasis(model, X[0], ["T28P:S30R:A58T"])
    >>> found.to_frame()["order"].tolist()
    [3]
    """
    check_option("background", background, ("parent", "average"))
    model, rng = find_model(model), check_random_state(random_state)
    parent = read_parent(model, parent)
    alphabet = model.alphabet_
    assert isinstance(alphabet, Alphabet)
    read = [_read_set(one, parent, start, alphabet) for one in sets]
    if not read:
        raise ValueError("sets is empty: give one at least, such as 'A23G:K41R:L50F'.")
    if background == "average":
        each = sorted({one for some in read for one in some}, key=_in_order)
        own = [list(some) for some in read]
        sequences, contrasts = average_contrasts(parent, each, own, start, rng)
    else:
        sequences, contrasts = _in_parent(parent, read, start)
    _, values, stds = predict_contrasts(model, sequences, contrasts)
    return HigherOrderEpistasis(parent, start, read, values, stds)


def _in_order(mutation: Mutation) -> tuple[int, str]:
    """Sort by position, then by letter."""
    return mutation.position, mutation.letter


def _in_parent(
    parent: str, sets: list[tuple[Mutation, ...]], start: int
) -> tuple[list[str], sparse.csr_array]:
    """Write interactions in a parent as sums over sequences."""
    numbers: dict[str, int] = {}
    rows, columns, signs = [], [], []
    for row, mutations in enumerate(sets):
        for size in range(len(mutations) + 1):
            for some in itertools.combinations(mutations, size):
                variant = apply_mutations(parent, some, start=start)
                rows.append(row)
                columns.append(numbers.setdefault(variant, len(numbers)))
                signs.append((-1.0) ** (len(mutations) - size))
    shape = len(sets), len(numbers)
    return list(numbers), sparse.csr_array((signs, (rows, columns)), shape=shape)


def order_shares(
    model: Any,
    parent: str,
    mutations: Iterable[str | Mutation | int],
    *,
    letters: str | None = None,
    start: int = 1,
) -> OrderShares:
    r"""Compute how much of the variance of a library each order of epistasis explains.

    The library has all combinations of the mutations, 65,536 variants at most. What the
    model predicts of it is split by analysis of variance: order 1 is the variance of
    the best model in which effects add up, averaged over all backgrounds; order 2 what
    pairs explain beyond, and so on. With one mutation at each position it is the
    amplitude spectrum of the Walsh-Hadamard transform [1]_.

    Parameters
    ----------
    model : LyraRegressor or LyraClassifier
        A model that was fitted to sequences, or a search that has one as its
        ``best_estimator_``.
    parent : str
        The sequence that is mutated.
    mutations : iterable of str, Mutation or int
        Names of mutations ("A23G"), and numbers of positions: these stand for all
        substitutions there.
    letters : str or None, default=None
        Letters to put at positions that are given by number; None takes all of the
        alphabet.
    start : int, default=1
        Number of the parent's first letter.

    Returns
    -------
    OrderShares
        The share of each order.

    Raises
    ------
    ValueError
        If the parent has another letter at a position than a name says, or there are
        too many combinations.
    TypeError
        If `model` is no model of sequences.

    References
    ----------
    .. [1] Stadler, P. F. (1996). Landscapes and their correlation functions. Journal of
       Mathematical Chemistry 20, 1-45.

    Examples
    --------
    >>> from sklyra import LyraRegressor
    >>> from sklyra.datasets import load_cr6261
    >>> from sklyra.inspection import order_shares
    >>> X, y = load_cr6261(return_X_y=True)
    >>> model = LyraRegressor(n_members=1, max_epochs=1).fit(X[:60], y[:60])
    >>> found = order_shares(model, X[0], ["T28P", "S30R", "A58T"])
    >>> found.order.tolist(), round(float(found.share.sum()), 6), found.n_variants
    ([1, 2, 3], 1.0, 8)
    """
    model = find_model(model)
    parent = read_parent(model, parent)
    alphabet = model.alphabet_
    assert isinstance(alphabet, Alphabet)
    known = read_letters(letters, alphabet)
    found = read_mutations(mutations, parent, start, known, alphabet)
    if not found:
        raise ValueError("mutations is empty: give one at least.")
    library = make_library(parent, found, start, _MOST)
    values, n_variants = predict_margins(model, library.variants), len(library.variants)
    shape = library.shape
    outputs = values.reshape(n_variants, -1)
    share = np.stack(
        [_split_variance(column.reshape(shape)) for column in outputs.T], axis=1
    )
    total = share.sum(axis=0)
    share = share / np.where(total > 0, total, 1)
    if values.ndim == 1:
        share, variance = share[:, 0], float(total[0])
    else:
        variance = total
    return OrderShares(np.arange(len(shape)) + 1, share, variance, n_variants)


def _read_set(
    given: str | Sequence[str | Mutation], parent: str, start: int, alphabet: Alphabet
) -> tuple[Mutation, ...]:
    """Read the mutations of a set."""
    names: Iterable[str | Mutation] = given
    if isinstance(given, str):
        names = parse_mutations(given, alphabet)
    found = tuple(read_mutations(names, parent, start, "", alphabet))
    places = {one.position for one in found}
    if not 1 <= len(found) <= _LARGEST or len(places) < len(found):
        raise ValueError(
            f"The set {':'.join(map(str, found))!r} has {len(found)} mutations at "
            f"{len(places)} positions. Give 1 to {_LARGEST}, each at a position of its "
            "own."
        )
    return found


def _split_variance(values: Array) -> Array:
    """Split the variance of a table of several axes by the order of interactions."""
    for axis, n in enumerate(values.shape):
        # its first row is the mean; the others are differences between letters
        basis = np.linalg.qr(np.column_stack([np.ones(n), np.eye(n)[:, 1:]]))[0].T
        values = np.moveaxis(np.tensordot(basis, values, axes=(1, axis)), 0, axis)
    order = np.zeros(values.shape, int)
    for axis, n in enumerate(values.shape):
        differs = (np.arange(n) > 0).astype(int)
        order += differs.reshape([-1 if a == axis else 1 for a in range(values.ndim)])
    squares = np.bincount(order.ravel(), weights=(values**2).ravel())
    split: Array = squares[1:] / values.size
    return split
