"""Propose: new sequences to measure next."""

from __future__ import annotations

import operator
from collections.abc import Collection, Sequence, Set
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from sklyra._typing import Array
from sklyra.alphabets import Alphabet
from sklyra.design.constraints import Constraints
from sklyra.design.evolution import Filter, evolve
from sklyra.design.neighbors import Neighborhood, find_neighborhood
from sklyra.design.objectives import (
    Objective,
    name_objectives,
    pareto_front,
    read_objectives,
)
from sklyra.design.proposal import Predicted, Proposal
from sklyra.design.select import check_n
from sklyra.design.wanted import Wanted
from sklyra.estimators import LyraClassifier
from sklyra.estimators.belief import Belief
from sklyra.inspection.model import find_model, read_parent
from sklyra.sequences import Inputs, list_sequences

# Sequences that are listed rather than searched, at most, and scored at a time.
_LISTED, _BLOCK = 200_000, 20_000
# Confidence of the intervals that are written down.
_CONFIDENCE = 0.9


def propose(
    model: Any,
    parents: str | Sequence[str],
    n: int = 96,
    *,
    max_mutations: int | None = 4,
    constraints: Constraints | None = None,
    measured: Collection[str] = (),
    max_novelty: float = 2.0,
    strategy: str = "balance",
    random_state: int | np.random.RandomState | None = None,
) -> Proposal:
    """Propose new sequences to measure next.

    All sequences within `max_mutations` of a parent are listed if they are 200,000 at
    most, and searched by evolution inside the model otherwise. Of those that break no
    constraint, were not measured and are not too novel members of the model choose by
    turns, as `select` does it.

    Parameters
    ----------
    model : LyraRegressor, LyraClassifier, Objective, or list of these
        Fitted model of what is to be large; `Objective` says what else is wanted, and
        of several models.
    parents : str or sequence of str
        Sequences that are mutated, such as the best so far.
    n : int, default=96
        How many to propose.
    max_mutations : int or None, default=4
        Mutations from a parent, at most: letters that differ. None for any number.
    constraints : Constraints or None, default=None
        What is asked of sequences.
    measured : collection of str, default=()
        Sequences that are not proposed. Those that the model keeps of its training,
        4,096 at most, and parents are not proposed either.
    max_novelty : float, default=2.0
        How unlike training sequences a proposal may be: 1 is the edge of these, as
        `novelty` of the model has it.
    strategy : {"balance", "exploit", "explore"}, default="balance"
        As in `select`, but uncertainty is worth more, two standard deviations or four:
        what evolves inside a model is alike, and a search that trusts it stays there.
    random_state : int, RandomState instance or None, default=None
        Seed of the search.

    Returns
    -------
    Proposal
        A list of `n` different sequences, the most wanted first, and what is predicted
        of them. Rows of an alignment that differ in where their gaps are alone are one
        sequence, and constraints are asked of it without gaps.

    Raises
    ------
    ValueError
        If fewer sequences are allowed, with the constraint that most of them break; or
        a parent has unknown letters, or another length than all of training; or the
        model held out no sequences, so that it does not know what is novel.
    TypeError
        If `model` is no model of single sequences, or a parent no text.

    Warns
    -----
    BoundWarning
        If some are predicted to miss a bound: fewer than `n` that reach it were found.

    Examples
    --------
    >>> from sklyra import LyraRegressor
    >>> from sklyra.datasets import load_cr6261
    >>> from sklyra.design import Constraints, propose
    >>> X, y = load_cr6261(return_X_y=True)
    >>> model = LyraRegressor(n_members=2, max_epochs=2).fit(X[:60], y[:60])
    >>> near = Constraints(positions=[28, 30])
    >>> proposal = propose(
    ...     model, X[0], n=3, max_mutations=1, max_novelty=100, constraints=near
    ... )
    >>> proposal.n_mutations.tolist()
    [1, 1, 1]
    """
    objectives, n = read_objectives(model), check_n(n)
    rng = check_random_state(random_state)
    names = name_objectives(objectives)
    constraints = Constraints() if constraints is None else constraints
    first = find_model(objectives[0].model)
    alphabet = first.alphabet_
    assert isinstance(alphabet, Alphabet)
    given = list_sequences(parents, "parents")
    for one in objectives:
        read = [read_parent(find_model(one.model), parent) for parent in given]
    read = list(dict.fromkeys(read))
    most = _check_mutations(max_mutations)
    neighborhood = find_neighborhood(read, constraints, alphabet, most)
    seen = _seen(objectives, read, measured)
    allow = Filter(neighborhood, constraints.rules(alphabet), seen)
    # clipped values were measured for lists to choose from, not for what evolves
    unclipped = [None for _ in objectives]
    wanted = Wanted(objectives, strategy, rng, unclipped, listed=False)
    rated = _Rated(objectives, wanted, max_novelty)
    if neighborhood.count(_LISTED) <= _LISTED:
        listed = allow(list(neighborhood))
        for at in range(0, len(listed), _BLOCK):
            rated(listed[at : at + _BLOCK])
    else:
        evolve(rated, neighborhood, allow, read, sorted(seen), rng)
    if len(rated.sequences) < n:
        raise ValueError(
            f"n={n}, but {len(rated.sequences)} sequences were found that are allowed. "
            f"{allow.blame()} {rated.n_novel} are more novel than "
            f"max_novelty={max_novelty}; {len(seen)} are parents or were measured. Ask "
            "for fewer, or allow more."
        )
    best = rated.wanted.shortlist(np.hstack(rated.scores), n)
    short = [rated.sequences[at] for at in best]
    chosen = rated.wanted.choose(_read(objectives, short), n)
    sequences = [short[at] for at in chosen]
    return _describe(sequences, objectives, names, neighborhood, read)


class _Rated:
    """Scores sequences, and remembers those that are not too novel.

    Parameters
    ----------
    objectives : list of Objective
        What is wanted.
    wanted : Wanted
        What scores.
    max_novelty : float
        Limit of novelty.
    """

    def __init__(
        self, objectives: list[Objective], wanted: Wanted, max_novelty: float
    ) -> None:
        self._objectives, self.wanted = objectives, wanted
        self._most = max_novelty
        self.sequences: list[str] = []
        self.scores: list[Array] = []
        self.n_novel = 0

    def __call__(self, sequences: list[str]) -> Array:
        """Score sequences.

        Parameters
        ----------
        sequences : list of str
            Any.

        Returns
        -------
        ndarray of shape (n_scores, n_sequences), float64
            Scores; -inf for those that are too novel.
        """
        fine = _novelty(self._objectives, sequences) <= self._most
        scores = self.wanted.score(_read(self._objectives, sequences))
        self.n_novel += len(fine) - int(fine.sum())
        self.sequences += [s for s, one in zip(sequences, fine, strict=True) if one]
        self.scores.append(scores[:, fine])
        return np.where(fine, scores, -np.inf)


def _read(objectives: list[Objective], sequences: list[str]) -> list[Inputs]:
    """Read sequences as the model of each objective does."""
    return [one.model._read_known(sequences) for one in objectives]


def _check_mutations(max_mutations: int | None) -> int | None:
    """Check how many mutations are allowed."""
    if max_mutations is None:
        return None
    number = operator.index(max_mutations)
    if number < 1:
        raise ValueError(f"max_mutations={number} must be 1 or more, or None for any.")
    return number


def _seen(
    objectives: list[Objective], parents: list[str], measured: Collection[str]
) -> set[str]:
    """List what is not proposed: parents and what was measured."""
    seen = set(parents)
    for one in objectives:
        if isinstance(measured, str):
            raise TypeError("measured is one text; give a list of sequences.")
        if len(measured):
            rows = list(measured) if isinstance(measured, Set) else measured
            seen.update(one.model._read_known(rows).sequences.decode())
        doubt = one.model._ensemble.doubt
        if doubt is not None and doubt.novelty.samples is not None:
            seen.update(doubt.novelty.samples.sequences.decode())
    return seen


def _novelty(objectives: list[Objective], sequences: list[str]) -> Array:
    """Compute the novelty by the model that finds most of it."""
    models = {id(one.model): one.model for one in objectives}
    each = [model.novelty(sequences) for model in models.values()]
    largest: Array = np.max(each, axis=0)
    return largest


def _describe(
    sequences: list[str],
    objectives: list[Objective],
    names: list[str],
    neighborhood: Neighborhood,
    parents: list[str],
) -> Proposal:
    """Write what is predicted of sequences."""
    values, better = [], []
    for name, one in zip(names, objectives, strict=True):
        belief = Belief(one.model, one.model._read_known(sequences), one.output)
        low, high = _interval(one, sequences)
        values.append(Predicted(name, belief.mean, belief.std(), low, high))
        if one.bound is None:
            better.append(one.sign * belief.mean)
    near = neighborhood.nearest(sequences)
    return Proposal(
        sequences,
        values,
        _novelty(objectives, sequences),
        [parents[at] for at in near.parent],
        [
            neighborhood.mutations(sequence, int(at))
            for sequence, at in zip(sequences, near.parent, strict=True)
        ],
        near.n_mutations,
        pareto_front(np.stack(better, axis=1)),
    )


def _interval(objective: Objective, sequences: list[str]) -> Array:
    """Compute bounds of 90% of measurements, NaN where there are none."""
    unknown = np.full((2, len(sequences)), np.nan)
    if isinstance(objective.model, LyraClassifier):
        return unknown
    try:
        bounds = objective.model.predict_interval(sequences, confidence=_CONFIDENCE)
    except ValueError:  # too few held-out rows for it
        return unknown
    own: Array = bounds.reshape(len(sequences), 2, -1)[:, :, objective.output or 0].T
    return own
