"""Evolution inside a model: search for sequences that it finds good."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sklyra._typing import Array
from sklyra.design.neighbors import Neighborhood
from sklyra.design.rules import Rule, without_gaps
from sklyra.design.wanted import best_by_turns

# Generations, children of each, and how many may have children.
_GENERATIONS, _CHILDREN, _BREEDING = 16, 1000, 200
# Generations without a better child, after which the search ends.
_PATIENCE = 4
# Children that are tried for each that is allowed, at most.
_TRIALS = 20
# Letters in a stretch that a measured sequence donates, at most.
_DONATED = 3
# Share of children of two that do not change at random as well.
_KEPT = 0.5


class Filter:
    """Lets sequences through that break no constraint and were not measured.

    Parameters
    ----------
    neighborhood : Neighborhood
        Sequences near parents.
    rules : sequence of Rule
        What is asked of each as a whole.
    seen : set of str
        Sequences that are left out, such as measured ones. Those of an alignment that
        differ in where gaps are alone are the same, here and among what comes.

    Attributes
    ----------
    tried : int
        Number of sequences that came.
    broken : dict of str to int
        How many of them broke each constraint.
    """

    def __init__(
        self, neighborhood: Neighborhood, rules: Sequence[Rule], seen: set[str]
    ) -> None:
        self._neighborhood, self._rules = neighborhood, rules
        self._seen = {without_gaps(sequence) for sequence in seen}
        # molecules that passed, and the first row of an alignment that each had
        self._passed: dict[str, str] = {}
        self.tried = 0
        self.broken: dict[str, int] = {}

    def __call__(self, sequences: Sequence[str]) -> list[str]:
        """Select sequences.

        Parameters
        ----------
        sequences : sequence of str
            Any.

        Returns
        -------
        list of str
            Those that are allowed, each once, in order.
        """
        unique = dict.fromkeys(sequences)
        new = [s for s in unique if without_gaps(s) not in self._seen]
        self.tried += len(new)
        kept = []
        for sequence in new:
            broken = [r.name for r in self._rules if r.broken_by(sequence) is not None]
            for name in broken:
                self.broken[name] = self.broken.get(name, 0) + 1
            if not broken:
                kept.append(sequence)
        allowed = self._neighborhood.nearest(kept).parent >= 0
        far = len(kept) - int(allowed.sum())
        if far:
            name = "max_mutations or what may stand at positions"
            self.broken[name] = self.broken.get(name, 0) + far
        fine = [s for s, near in zip(kept, allowed, strict=True) if near]
        return [s for s in fine if self._passed.setdefault(without_gaps(s), s) == s]

    def nearly(self, sequences: Sequence[str], n: int) -> list[str]:
        """Select sequences that are not allowed, but nearly.

        Parameters
        ----------
        sequences : sequence of str
            Any.
        n : int
            How many to select, at most.

        Returns
        -------
        list of str
            Of those near a parent the ones that break constraints the least.
        """
        allowed = self._neighborhood.nearest(sequences).parent >= 0
        near = [s for s, fine in zip(sequences, allowed, strict=True) if fine]
        return sorted(near, key=self._excess)[:n]

    def _excess(self, sequence: str) -> float:
        return sum(rule.excess(sequence) for rule in self._rules)

    def blame(self) -> str:
        """Say which constraints let too little through.

        Returns
        -------
        str
            Sentences for an error message.
        """
        if not self.tried:
            return "There is no sequence to try: nothing may change."
        each = sorted(self.broken.items(), key=lambda item: -item[1])
        said = [f"{name} is broken by {n} of {self.tried}" for name, n in each]
        if not said:
            return f"{self.tried} were tried."
        return f"Of those that were tried, {'; '.join(said)}."


def evolve(
    score: Callable[[list[str]], Array],
    neighborhood: Neighborhood,
    allow: Filter,
    parents: Sequence[str],
    donors: Sequence[str],
    rng: np.random.RandomState,
) -> list[str]:
    """Search for sequences that several scores find good.

    A genetic algorithm: those that are best by one of the scores have children, which
    take a stretch from another or change at random [1]_.

    Parameters
    ----------
    score : callable
        Returns scores of shape (n_scores, n_sequences), -inf for sequences that are
        left out.
    neighborhood : Neighborhood
        What changes sequences.
    allow : Filter
        Which are allowed.
    parents : sequence of str
        Sequences to begin with.
    donors : sequence of str
        Sequences of which short stretches are taken, such as measured ones.
    rng : numpy.random.RandomState
        Source of random numbers.

    Returns
    -------
    list of str
        All sequences that were scored and not left out, each once.

    References
    ----------
    .. [1] Sinai, S. et al. (2020). AdaLead: A simple and robust adaptive greedy search
       algorithm for sequence design. arXiv:2010.02141.
    """
    breeding, scores = list(parents), None
    pool: list[str] = []
    known: set[str] = set()
    best_before: list[Array] = []
    for _ in range(_GENERATIONS):
        children: list[str] = []
        for _ in range(_TRIALS):
            tries = [
                _child(breeding, donors, neighborhood, rng) for _ in range(_CHILDREN)
            ]
            fresh = [s for s in dict.fromkeys(tries) if s not in known]
            known.update(fresh)
            children += allow(fresh)
            if len(children) >= _CHILDREN:
                break
            if not pool and not children:  # parents are far from what is allowed
                breeding = [*parents, *allow.nearly(fresh, _BREEDING)]
        if not children:
            break
        new = score(children)
        fine = np.flatnonzero(np.isfinite(new).all(axis=0))
        pool += [children[at] for at in fine]
        scores = new[:, fine] if scores is None else np.hstack([scores, new[:, fine]])
        if pool:
            best = best_by_turns(scores, min(_BREEDING, len(pool)))
            breeding = [*parents, *(pool[at] for at in best)]
            best_before.append(scores.max(axis=1))
            late = best_before[-_PATIENCE - 1 :]
            if len(late) > _PATIENCE and (late[-1] <= late[0]).all():
                break
    return pool


def _child(
    breeding: list[str],
    donors: Sequence[str],
    neighborhood: Neighborhood,
    rng: np.random.RandomState,
) -> str:
    """Make a child: a stretch of another, random changes, or both."""
    child = breeding[rng.randint(len(breeding))]
    kind = rng.randint(4)
    if kind == 0:
        other = breeding[rng.randint(len(breeding))]
        first, last = np.sort(rng.randint(len(child) + 1, size=2))
    elif kind == 1:  # letters that were measured there
        other = donors[rng.randint(len(donors))]
        first = rng.randint(len(child))
        last = first + rng.randint(1, _DONATED + 1)
    if kind < 2 and len(other) == len(child):
        child = child[:first] + other[first:last] + child[last:]
        if rng.random_sample() < _KEPT:
            return child
    return neighborhood.vary(child, rng)
