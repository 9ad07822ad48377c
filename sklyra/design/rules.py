"""Rules: what a sequence as a whole must not be."""

from __future__ import annotations

import re
from typing import NamedTuple, Protocol

from sklyra.design.patterns import Pattern


class Rule(Protocol):
    """Says what is wrong with a sequence.

    Parameters
    ----------
    name : str
        The constraint, as a user would find it in what they passed.
    """

    @property
    def name(self) -> str:
        """Name of the constraint."""

    def broken_by(self, sequence: str) -> str | None:
        """Say what is wrong with a sequence.

        Parameters
        ----------
        sequence : str
            Letters.

        Returns
        -------
        str or None
            What is wrong, and where; None if nothing is.
        """


class ForbiddenRule(NamedTuple):
    """No pattern, on either strand and across the flanks.

    Parameters
    ----------
    pattern : Pattern
        What is searched.
    flanks : tuple of (str, str)
        Sequences before and behind.
    """

    pattern: Pattern
    flanks: tuple[str, str]

    @property
    def name(self) -> str:
        """Name of the constraint (see `Rule.name`)."""
        return f"forbidden {self.pattern.name!r}"

    def broken_by(self, sequence: str) -> str | None:
        """Say where the pattern is (see `Rule.broken_by`)."""
        before, behind, n = *self.flanks, self.pattern.reach - 1
        # patterns that lie in a flank alone are none of the sequence's
        before = before[len(before) - min(n, len(before)) :]
        place = self.pattern.find(before + sequence + behind[:n])
        if place is None:
            return None
        return f"{self.name} at position {place - len(before) + 1}"


class HomopolymerRule(NamedTuple):
    """No long run of one letter, the flanks included.

    Parameters
    ----------
    longest : int
        Length of the longest run that is allowed.
    flanks : tuple of (str, str)
        Sequences before and behind.
    """

    longest: int
    flanks: tuple[str, str]

    @property
    def name(self) -> str:
        """Name of the constraint (see `Rule.name`)."""
        return f"max_homopolymer={self.longest}"

    def broken_by(self, sequence: str) -> str | None:
        """Say which run is too long (see `Rule.broken_by`)."""
        before, behind = self.flanks
        before = before[len(before) - min(self.longest, len(before)) :]
        whole = before + sequence + behind[: self.longest]
        run = re.search(rf"(.)\1{{{self.longest}}}", whole)
        if run is None:
            return None
        place = run.start() - len(before) + 1
        return f"{self.name}: a longer run of {run[1]!r} at position {place}"


class GcRule(NamedTuple):
    """A share of G and C within bounds.

    Parameters
    ----------
    least, most : float
        Bounds, 0 to 1.
    """

    least: float
    most: float

    @property
    def name(self) -> str:
        """Name of the constraint (see `Rule.name`)."""
        return f"gc=({self.least}, {self.most})"

    def broken_by(self, sequence: str) -> str | None:
        """Say what the share is (see `Rule.broken_by`)."""
        share = (sequence.count("G") + sequence.count("C")) / max(len(sequence), 1)
        if self.least <= share <= self.most:
            return None
        return f"{self.name}: it is {share:.3f}"


class LengthRule(NamedTuple):
    """A length within bounds.

    Parameters
    ----------
    least, most : int
        Bounds.
    """

    least: int
    most: int

    @property
    def name(self) -> str:
        """Name of the constraint (see `Rule.name`)."""
        return f"length=({self.least}, {self.most})"

    def broken_by(self, sequence: str) -> str | None:
        """Say what the length is (see `Rule.broken_by`)."""
        if self.least <= len(sequence) <= self.most:
            return None
        return f"{self.name}: it has {len(sequence)} letters"
