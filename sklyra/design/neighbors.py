"""Neighborhoods: sequences within some mutations of parents, as constraints allow."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from sklyra._typing import Codes, Rows
from sklyra.alphabets import Alphabet
from sklyra.design.edits import Edits
from sklyra.design.options import Unit, list_units
from sklyra.sequences import find_mutations, format_mutations

if TYPE_CHECKING:
    from sklyra.design.constraints import Constraints


class Nearest(NamedTuple):
    """The parents that sequences are nearest to.

    Parameters
    ----------
    parent : ndarray of shape (n_sequences,), int64
        Number of the parent that allows each with the fewest mutations; -1 for none.
    n_mutations : ndarray of shape (n_sequences,), int64
        Number of mutations from it.
    """

    parent: Rows
    n_mutations: Rows


class Neighborhood(Protocol):
    """Sequences near parents."""

    def count(self, most: int) -> int:
        """Count sequences, those near several parents more than once.

        Parameters
        ----------
        most : int
            What to stop counting at.

        Returns
        -------
        int
            Their number, or `most` + 1.
        """

    def __iter__(self) -> Iterator[str]:
        """List sequences, those near several parents more than once."""

    def vary(self, sequence: str, rng: np.random.RandomState) -> str:
        """Change a sequence at random.

        Parameters
        ----------
        sequence : str
            One that is near a parent, or a parent.
        rng : numpy.random.RandomState
            Source of random numbers.

        Returns
        -------
        str
            Another, perhaps one that is near none.
        """

    def nearest(self, sequences: Sequence[str]) -> Nearest:
        """Find the parents that allow sequences.

        Parameters
        ----------
        sequences : sequence of str
            Any.

        Returns
        -------
        Nearest
            The parents.
        """

    def why_not(self, sequence: str, parent: int) -> str | None:
        """Say why a sequence is not among those near a parent.

        Parameters
        ----------
        sequence : str
            Any.
        parent : int
            Number of the parent.

        Returns
        -------
        str or None
            What is wrong, and where; None if nothing is.
        """

    def mutations(self, sequence: str, parent: int) -> str:
        """Write the mutations of a sequence.

        Parameters
        ----------
        sequence : str
            One that is near the parent.
        parent : int
            Number of the parent.

        Returns
        -------
        str
            Such as "A23G:K41R"; "" for the parent itself.
        """


def find_neighborhood(
    parents: Sequence[str],
    constraints: Constraints,
    alphabet: Alphabet,
    max_mutations: int | None = None,
) -> Neighborhood:
    """Find the neighborhood of parents.

    Parameters
    ----------
    parents : sequence of str
        One or more.
    constraints : Constraints
        What is asked of mutations.
    alphabet : Alphabet
        That of the sequences.
    max_mutations : int or None, default=None
        Mutations from a parent, at most; None for any number.

    Returns
    -------
    Neighborhood
        Substitutions, or edits where lengths may change.
    """
    if constraints.length is not None:
        return Edits(parents, constraints, alphabet, max_mutations)
    units = [list_units(parent, constraints, alphabet) for parent in parents]
    return Substitutions(parents, units, constraints.start, max_mutations)


class Substitutions:
    """Sequences as long as a parent, with other letters at some positions.

    Parameters
    ----------
    parents : sequence of str
        One or more.
    units : sequence of list of Unit
        What may stand at each position, or codon, of each parent.
    start : int
        Number of the first letter.
    max_mutations : int or None
        Mutations from a parent, at most; None for any number.
    """

    def __init__(
        self,
        parents: Sequence[str],
        units: Sequence[list[Unit]],
        start: int,
        max_mutations: int | None,
    ) -> None:
        self._parents, self._units, self._start = list(parents), list(units), start
        longest = max(map(len, parents))
        self._most = longest if max_mutations is None else max_mutations
        self._free = [
            [unit for unit in own if unit.options != (unit.own,)] for own in units
        ]
        for parent, free in zip(parents, self._free, strict=True):
            least = sum(_least_cost(unit) for unit in free)
            if least > self._most:
                raise ValueError(
                    f"allowed asks for {least} mutations of the parent {parent!r} at "
                    f"least, but max_mutations={max_mutations}."
                )

    def count(self, most: int) -> int:
        """Count sequences (see `Neighborhood.count`)."""
        total = 0
        for free in self._free:
            ways = [1] + [0] * self._most
            for unit in free:
                new = [0] * (self._most + 1)
                costs = [unit.cost(option) for option in unit.options]
                for cost in costs:
                    for before in range(self._most + 1 - cost):
                        new[before + cost] += ways[before]
                ways = [min(way, most + 1) for way in new]
            total += sum(ways)
            if total > most:
                return most + 1
        return total

    def __iter__(self) -> Iterator[str]:
        """List sequences (see `Neighborhood.__iter__`)."""
        for parent, free in zip(self._parents, self._free, strict=True):
            must = [unit for unit in free if unit.own not in unit.options]
            may = [unit for unit in free if unit.own in unit.options]
            # a unit that changes costs one mutation or more
            for n_more in range(min(self._most - len(must), len(may)) + 1):
                for some in itertools.combinations(may, n_more):
                    yield from self._changed(parent, [*must, *some])

    def _changed(self, parent: str, units: list[Unit]) -> Iterator[str]:
        """List sequences in which exactly some units are changed."""
        changes = [
            [(unit, option, unit.cost(option)) for option in unit.options]
            for unit in units
        ]
        changes = [[one for one in each if one[2]] for each in changes]
        for choice in itertools.product(*changes):
            if sum(cost for _, _, cost in choice) <= self._most:
                written = parent
                for unit, option, _ in choice:
                    written = written[: unit.place] + option + written[unit.end :]
                yield written

    def vary(self, sequence: str, rng: np.random.RandomState) -> str:
        """Change a unit or more, those first that must (see `Neighborhood.vary`)."""
        alike = [i for i, p in enumerate(self._parents) if len(p) == len(sequence)]
        free = self._free[alike[rng.randint(len(alike))]]
        for unit in free:
            if sequence[unit.place : unit.end] not in unit.options:
                sequence = _replaced(sequence, unit, rng)
        if free:
            for at in rng.randint(len(free), size=1 + rng.poisson(0.5)):
                sequence = _replaced(sequence, free[at], rng)
        return sequence

    def nearest(self, sequences: Sequence[str]) -> Nearest:
        """Find the parents that allow sequences (see `Neighborhood.nearest`)."""
        parent = np.full(len(sequences), -1)
        n_mutations = np.zeros(len(sequences), int)
        lengths = np.array([len(s) for s in sequences], int)
        for length in np.unique(lengths):
            rows = np.flatnonzero(lengths == length)
            near = [i for i, p in enumerate(self._parents) if len(p) == length]
            own = [sequences[row] for row in rows.tolist()]
            differ = _count_differences(own, [self._parents[i] for i in near])
            for row, counts in zip(rows.tolist(), differ, strict=True):
                for at in np.argsort(counts, kind="stable"):
                    if counts[at] > self._most:
                        break
                    if self._wrong_unit(sequences[row], near[at]) is None:
                        parent[row], n_mutations[row] = near[at], counts[at]
                        break
        return Nearest(parent, n_mutations)

    def why_not(self, sequence: str, parent: int) -> str | None:
        """Say what is wrong (see `Neighborhood.why_not`)."""
        own = self._parents[parent]
        if len(sequence) != len(own):
            return f"it has {len(sequence)} letters, but its parent {len(own)}"
        unit = self._wrong_unit(sequence, parent)
        if unit is not None:
            found = sequence[unit.place : unit.end]
            return (
                f"{found!r} at position {unit.place + self._start}, where "
                f"{' or '.join(map(repr, unit.options))} may stand"
            )
        n = sum(a != b for a, b in zip(own, sequence, strict=True))
        return f"max_mutations={self._most}: it has {n}" if n > self._most else None

    def mutations(self, sequence: str, parent: int) -> str:
        """Write mutations (see `Neighborhood.mutations`)."""
        own = self._parents[parent]
        return format_mutations(find_mutations(own, sequence, start=self._start))

    def _wrong_unit(self, sequence: str, parent: int) -> Unit | None:
        """Find a unit with something that may not stand there."""
        own = self._parents[parent]
        for unit in self._units[parent]:
            found = sequence[unit.place : unit.end]
            same = found == own[unit.place : unit.end] and unit.own in unit.options
            if not same and found not in unit.options:
                return unit
        return None


def _least_cost(unit: Unit) -> int:
    return min(unit.cost(option) for option in unit.options)


def _replaced(sequence: str, unit: Unit, rng: np.random.RandomState) -> str:
    option = unit.options[rng.randint(len(unit.options))]
    return sequence[: unit.place] + option + sequence[unit.end :]


def _count_differences(sequences: list[str], parents: list[str]) -> Rows:
    """Count the positions at which sequences of one length differ."""
    if not parents:
        return np.empty((len(sequences), 0), int)
    left, right = _codes(sequences), _codes(parents)
    return np.stack([(left != one).sum(axis=1) for one in right], axis=1)


def _codes(sequences: list[str]) -> Codes:
    codes = np.frombuffer("".join(sequences).encode("ascii"), np.uint8)
    rows: Codes = codes.reshape(len(sequences), -1)
    return rows
