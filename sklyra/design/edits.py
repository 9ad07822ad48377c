"""Edits: sequences of other lengths near parents, by insertions and deletions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from sklyra.alphabets import Alphabet
from sklyra.design.options import read_letters

if TYPE_CHECKING:
    from sklyra.design.constraints import Constraints
    from sklyra.design.neighbors import Nearest


class Edits:
    """Sequences with letters replaced, inserted and deleted.

    Parameters
    ----------
    parents : sequence of str
        One or more.
    constraints : Constraints
        With bounds of the length.
    alphabet : Alphabet
        That of the sequences.
    max_mutations : int or None
        Edits from a parent, at most; None for any number.
    """

    def __init__(
        self,
        parents: Sequence[str],
        constraints: Constraints,
        alphabet: Alphabet,
        max_mutations: int | None,
    ) -> None:
        assert constraints.length is not None
        self._parents = list(parents)
        self._least, self._longest = constraints.length
        text = "not " if constraints.letters is None else constraints.letters
        self._letters = read_letters(text, "letters", alphabet)
        self._most = max_mutations
        self._start = constraints.start

    def count(self, most: int) -> int:
        """Say that they are too many to list (see `Neighborhood.count`)."""
        return most + 1

    def __iter__(self) -> Iterator[str]:
        """List nothing but parents, for there are too many."""
        return iter(self._parents)

    def vary(self, sequence: str, rng: np.random.RandomState) -> str:
        """Replace, insert or delete letters (see `Neighborhood.vary`)."""
        letters, n = list(sequence), 1 + rng.poisson(0.5)
        for _ in range(n):
            new = self._letters[rng.randint(len(self._letters))]
            kind, at = rng.randint(4), rng.randint(len(letters) + 1)
            if kind == 0 and len(letters) < self._longest:
                letters.insert(at, new)
            elif kind == 1 and len(letters) > self._least:
                del letters[min(at, len(letters) - 1)]
            else:
                letters[min(at, len(letters) - 1)] = new
        return "".join(letters)

    def nearest(self, sequences: Sequence[str]) -> Nearest:
        """Find the parents that allow sequences (see `Neighborhood.nearest`)."""
        from sklyra.design.neighbors import Nearest

        edits = process.cdist(sequences, self._parents, scorer=Levenshtein.distance)
        parent = np.full(len(sequences), -1)
        n_mutations = np.zeros(len(sequences), int)
        for row, counts in enumerate(edits):
            for at in np.argsort(counts, kind="stable"):
                if self.why_not(sequences[row], int(at)) is None:
                    parent[row], n_mutations[row] = at, counts[at]
                    break
        return Nearest(parent, n_mutations)

    def why_not(self, sequence: str, parent: int) -> str | None:
        """Say what is wrong (see `Neighborhood.why_not`)."""
        edits = Levenshtein.editops(self._parents[parent], sequence)
        if self._most is not None and len(edits) > self._most:
            return f"max_mutations={self._most}: it has {len(edits)}"
        for edit in edits:
            new = sequence[edit.dest_pos] if edit.tag != "delete" else None
            if new is not None and new not in self._letters:
                return (
                    f"{new!r} at position {edit.dest_pos + 1}, where mutations put "
                    f"letters of {self._letters!r}"
                )
        return None

    def mutations(self, sequence: str, parent: int) -> str:
        """Write substitutions, deletions, insertions (see `Neighborhood.mutations`)."""
        own, names = self._parents[parent], []
        for edit in Levenshtein.editops(own, sequence):
            number = edit.src_pos + self._start
            if edit.tag == "insert":
                new = sequence[edit.dest_pos]
                names.append(f"{number - 1}_{number}ins{new}")
            elif edit.tag == "delete":
                names.append(f"{own[edit.src_pos]}{number}-")
            else:
                names.append(f"{own[edit.src_pos]}{number}{sequence[edit.dest_pos]}")
        return ":".join(names)
