"""Epistasis: what two mutations do together, beyond what each does alone."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy import sparse
from sklearn.utils import check_random_state

from sklyra._typing import Array, Rows
from sklyra.alphabets import Alphabet
from sklyra.estimators.contrasts import predict_contrasts
from sklyra.inspection.columns import add_outputs
from sklyra.inspection.library import average_contrasts
from sklyra.inspection.model import find_model, read_parent
from sklyra.inspection.mutation_scan import read_letters
from sklyra.sequences import Mutation, apply_mutations, check_option, find_starts

if TYPE_CHECKING:
    import pandas as pd

    from sklyra.inspection.epistasis_display import EpistasisDisplay


class PairwiseEpistasis(NamedTuple):
    r"""Interactions of pairs of mutations of a parent.

    Parameters
    ----------
    parent : str
        The sequence that was mutated.
    start : int
        Number of its first letter.
    mutations : list of Mutation
        The mutations, by position.
    single : ndarray of shape (n_mutations[, n_outputs]), float64
        Effect of each alone: prediction of the mutant less that of the parent.
    interaction : ndarray of shape (n_mutations, n_mutations[, n_outputs]), float64
        What two do together beyond the sum of their effects; symmetric, NaN for two at
        one position.
    std : ndarray of the same shape, float64
        Standard deviation of it; NaN also where the model cannot tell.
    """

    parent: str
    start: int
    mutations: list[Mutation]
    single: Array
    interaction: Array
    std: Array

    def to_frame(self) -> pd.DataFrame:
        """Write the pairs as a table. Needs pandas.

        Returns
        -------
        pandas.DataFrame
            A row for each pair: ``first`` and ``second`` (such as "A23G"),
            ``effect_first``, ``effect_second``, ``effect_both``, ``interaction`` and
            ``std``; of several outputs with ``_0``, ``_1`` and so on behind.
        """
        import pandas as pd

        first, second = self._pairs()
        names = np.array([str(mutation) for mutation in self.mutations])
        together = self.interaction[first, second]
        columns = {
            "effect_first": self.single[first],
            "effect_second": self.single[second],
            "effect_both": self.single[first] + self.single[second] + together,
            "interaction": together,
            "std": self.std[first, second],
        }
        table: dict[str, Any] = {"first": names[first], "second": names[second]}
        for name, values in columns.items():
            add_outputs(table, name, values)
        return pd.DataFrame(table)

    def plot(self, *, output: int = 0, ax: Any = None) -> EpistasisDisplay:
        """Draw the interactions as a map of positions. Needs matplotlib.

        Parameters
        ----------
        output : int, default=0
            Which of several outputs.
        ax : matplotlib Axes or None, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        EpistasisDisplay
            The drawing.
        """
        from sklyra.inspection.epistasis_display import EpistasisDisplay

        return EpistasisDisplay(self, output=output).plot(ax=ax)

    def _pairs(self) -> tuple[Rows, Rows]:
        """List pairs of mutations at different positions."""
        return find_pairs(self.mutations)


def epistasis(
    model: Any,
    parent: str,
    mutations: Iterable[str | Mutation | int],
    *,
    letters: str | None = None,
    background: str = "parent",
    start: int = 1,
    random_state: int | np.random.RandomState | None = None,
) -> PairwiseEpistasis:
    r"""Predict how pairs of mutations interact.

    The interaction of `a` and `b` is :math:`f(ab) - f(a) - f(b) + f(p)`, with the
    prediction `f` of the double mutant, of each mutant and of the parent: 0 where
    effects add up. It is relative to this parent. With ``background="average"`` it is
    averaged over all combinations of the other mutations, which says what holds across
    a library and is less noisy; the two differ where there is epistasis of higher order
    [1]_.

    Parameters
    ----------
    model : LyraRegressor or LyraClassifier
        A model that was fitted to sequences, or a search that has one as its
        ``best_estimator_``.
    parent : str
        The sequence that is mutated.
    mutations : iterable of str, Mutation or int
        Names of mutations ("A23G"), and numbers of positions: these stand for all
        substitutions there. Time grows with the square of how many mutations there are.
    letters : str or None, default=None
        Letters to put at positions that are given by number; None takes all of the
        alphabet.
    background : {"parent", "average"}, default="parent"
        Where mutations are made: in the parent, or in all combinations of the others;
        of more than 4,096 in random ones, as many as make 4,096 sequences.
    start : int, default=1
        Number of the parent's first letter.
    random_state : int, RandomState instance or None, default=None
        Seed of the backgrounds, where not all are averaged.

    Returns
    -------
    PairwiseEpistasis
        Interactions on the scale of `y`, or of the `decision_function` of a classifier,
        each with its standard deviation (as `mutation_scan` has them).

    Raises
    ------
    ValueError
        If the parent has another letter at a position than a name says, or there are
        mutations at fewer than two positions.
    TypeError
        If `model` is no model of sequences.

    References
    ----------
    .. [1] Poelwijk, F. J., Krishna, V. & Ranganathan, R. (2016). The Context-Dependence
       of Mutations: A Linkage of Formalisms. PLoS Computational Biology 12, e1004771.

    Examples
    --------
    >>> from sklyra import LyraRegressor
    >>> from sklyra.datasets import load_cr6261
    >>> from sklyra.inspection import epistasis
    >>> X, y = load_cr6261(return_X_y=True)
    >>> model = LyraRegressor(n_members=1, max_epochs=1).fit(X[:60], y[:60])
    >>> epistasis(model, X[0], [1, 2], letters="AG").interaction.shape
    (4, 4)
    """
    model, rng = find_model(model), check_random_state(random_state)
    parent = read_parent(model, parent)
    alphabet = model.alphabet_
    assert isinstance(alphabet, Alphabet)
    known = read_letters(letters, alphabet)
    found = read_mutations(mutations, parent, start, known, alphabet)
    first, second = find_pairs(found)
    if not len(first):
        raise ValueError(
            "mutations are at fewer than two positions, so that there are no pairs. "
            "Give names such as 'A23G', or numbers of positions, of two at least."
        )
    check_option("background", background, ("parent", "average"))
    if background == "average":
        sets = [[one] for one in found]
        sets += [[found[a], found[b]] for a, b in zip(first, second, strict=True)]
        sequences, contrasts = average_contrasts(parent, found, sets, start, rng)
        _, values, stds = predict_contrasts(model, sequences, contrasts)
        return _arrange(parent, start, found, values, stds)
    single = [apply_mutations(parent, [one], start=start) for one in found]
    double = [
        apply_mutations(parent, [found[one], found[other]], start=start)
        for one, other in zip(first, second, strict=True)
    ]
    contrasts = _contrasts(len(single), first, second)
    sequences = [parent, *single, *double]
    _, values, stds = predict_contrasts(model, sequences, contrasts)
    return _arrange(parent, start, found, values, stds)


def _arrange(
    parent: str, start: int, found: list[Mutation], values: Array, stds: Array
) -> PairwiseEpistasis:
    """Lay interactions out as a table of pairs."""
    n_single, (first, second) = len(found), find_pairs(found)
    shape = (n_single, n_single, *values.shape[1:])
    interaction, std = np.full(shape, np.nan), np.full(shape, np.nan)
    for one, other in ((first, second), (second, first)):
        interaction[one, other] = values[n_single:]
        std[one, other] = stds[n_single:]
    return PairwiseEpistasis(parent, start, found, values[:n_single], interaction, std)


def find_pairs(mutations: list[Mutation]) -> tuple[Rows, Rows]:
    """List pairs of mutations at different positions.

    Parameters
    ----------
    mutations : list of Mutation
        The mutations, by position.

    Returns
    -------
    first : ndarray of shape (n_pairs,), int
        Number of one.
    second : ndarray of shape (n_pairs,), int
        Number of the other, further on.
    """
    position = np.array([mutation.position for mutation in mutations], dtype=np.int64)
    first, second = np.triu_indices(len(mutations), 1)
    differ = position[first] != position[second]
    return first[differ], second[differ]


def _contrasts(n_single: int, first: Rows, second: Rows) -> sparse.csr_array:
    """Write effects of singles and interactions as sums of predictions."""
    n_double = len(first)
    singles, doubles = np.arange(n_single), np.arange(n_double)
    rows = [singles, singles, *[n_single + doubles] * 4]
    parent = np.zeros(n_double, np.intp)
    columns = [
        np.zeros(n_single, np.intp),
        1 + singles,
        parent,
        1 + first,
        1 + second,
        1 + n_single + doubles,
    ]
    signs = [-1.0, 1.0, 1.0, -1.0, -1.0, 1.0]
    values = [np.full(len(row), sign) for row, sign in zip(rows, signs, strict=True)]
    where = np.concatenate(rows), np.concatenate(columns)
    shape = n_single + n_double, 1 + n_single + n_double
    return sparse.csr_array((np.concatenate(values), where), shape=shape)


def read_mutations(
    mutations: Iterable[str | Mutation | int],
    parent: str,
    start: int,
    letters: str,
    alphabet: Alphabet,
) -> list[Mutation]:
    """Read names and positions.

    Parameters
    ----------
    mutations : iterable of str, Mutation or int
        Names, and numbers of positions.
    parent : str
        The sequence that is mutated.
    start : int
        Number of its first letter.
    letters : str
        Letters to put at positions that are given by number.
    alphabet : Alphabet
        That of the model.

    Returns
    -------
    list of Mutation
        All mutations, each once, by position.

    Raises
    ------
    ValueError
        If the parent has another letter at a position, or does not reach it.
    """
    given = [mutations] if isinstance(mutations, str) else list(mutations)
    found: list[Mutation] = []
    for order, item in enumerate(given):
        if isinstance(item, str):
            found.append(Mutation.parse(item, alphabet))
        elif isinstance(item, Mutation):
            found.append(item)
        else:
            number = operator.index(item)
            index = number - start
            if not 0 <= index < len(parent):
                raise ValueError(
                    f"mutations[{order}] is position {number}, but the parent has "
                    f"positions {start} to {start + len(parent) - 1} (start={start})."
                )
            found += [
                Mutation(parent[index], number, letter)
                for letter in letters
                if letter != parent[index]
            ]
    found = list(dict.fromkeys(found))
    for mutation in found:
        _check(mutation, parent, start, alphabet, found)
    order_of = {letter: k for k, letter in enumerate(letters)}
    return sorted(
        found, key=lambda one: (one.position, order_of.get(one.letter, len(letters)))
    )


def _check(
    mutation: Mutation,
    parent: str,
    start: int,
    alphabet: Alphabet,
    others: list[Mutation],
) -> None:
    """Refuse a mutation that the parent cannot have."""
    if mutation.letter not in alphabet.letters:
        raise ValueError(
            f"'{mutation}' puts {mutation.letter!r}, but letters of the model are "
            f"{alphabet.letters!r}."
        )
    if mutation.letter == mutation.parent:
        raise ValueError(f"'{mutation}' changes nothing. Leave it out.")
    index = mutation.index(start)
    if 0 <= index < len(parent) and parent[index] == mutation.parent:
        return
    there = (
        f"has {parent[index]!r} there"
        if 0 <= index < len(parent)
        else f"has positions {start} to {start + len(parent) - 1}"
    )
    starts = find_starts(parent, others)
    fits = f" start={starts[0]} would fit all names." if len(starts) == 1 else ""
    raise ValueError(f"'{mutation}': the parent {there} (start={start}).{fits}")
