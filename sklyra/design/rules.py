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

    def excess(self, sequence: str) -> float:
        """Compute how far a sequence is from being allowed.

        Parameters
        ----------
        sequence : str
            Letters.

        Returns
        -------
        float
            About the number of letters that have to change; 0 if none has.
        """


class ForbiddenRule(NamedTuple):
    """No pattern, on either strand and across the flanks.

    Parameters
    ----------
    pattern : Pattern
        What is searched.
    flanks : tuple of (str, str)
        Sequences before and behind.
    start : int
        Number of the first position, for messages.
    """

    pattern: Pattern
    flanks: tuple[str, str]
    start: int

    @property
    def name(self) -> str:
        """Name of the constraint (see `Rule.name`)."""
        return f"forbidden {self.pattern.name!r}"

    def broken_by(self, sequence: str) -> str | None:
        """Say where the pattern is (see `Rule.broken_by`)."""
        whole, n_before = self._with_flanks(sequence)
        place = self.pattern.find(whole)
        if place is None:
            return None
        return f"{self.name} at position {place - n_before + self.start}"

    def excess(self, sequence: str) -> float:
        """Count where the pattern is (see `Rule.excess`)."""
        whole, _ = self._with_flanks(sequence)
        found = [len(one.findall(whole)) for one in self.pattern.expressions]
        return float(sum(found))

    def _with_flanks(self, sequence: str) -> tuple[str, int]:
        """Add as much of the flanks as a pattern that reaches in may have."""
        before, behind = self.flanks
        n = self.pattern.reach - 1
        before = before[len(before) - min(n, len(before)) :]
        return before + sequence + behind[:n], len(before)


class HomopolymerRule(NamedTuple):
    """No long run of one letter, the flanks included.

    Parameters
    ----------
    longest : int
        Length of the longest run that is allowed.
    flanks : tuple of (str, str)
        Sequences before and behind.
    start : int
        Number of the first position, for messages.
    """

    longest: int
    flanks: tuple[str, str]
    start: int

    @property
    def name(self) -> str:
        """Name of the constraint (see `Rule.name`)."""
        return f"max_homopolymer={self.longest}"

    def broken_by(self, sequence: str) -> str | None:
        """Say which run is too long (see `Rule.broken_by`)."""
        runs, n_before = self._long_runs(sequence)
        if not runs:
            return None
        place = runs[0].start() - n_before + self.start
        return f"{self.name}: a longer run of {runs[0][1]!r} at position {place}"

    def excess(self, sequence: str) -> float:
        """Count letters that are too many (see `Rule.excess`)."""
        runs, _ = self._long_runs(sequence)
        return float(sum(len(run[0]) - self.longest for run in runs))

    def _long_runs(self, sequence: str) -> tuple[list[re.Match[str]], int]:
        """Find runs that are too long, with the flanks that they reach into."""
        before, behind = self.flanks
        before = before[len(before) - min(self.longest, len(before)) :]
        whole = before + sequence + behind[: self.longest]
        found = re.finditer(rf"(.)\1{{{self.longest},}}", whole)
        return list(found), len(before)


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
        share = _gc_share(sequence)
        if self.least <= share <= self.most:
            return None
        return f"{self.name}: it is {share:.3f}"

    def excess(self, sequence: str) -> float:
        """Count letters that have to change (see `Rule.excess`)."""
        share = _gc_share(sequence)
        beyond = max(self.least - share, share - self.most, 0.0)
        return beyond * len(sequence)


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

    def excess(self, sequence: str) -> float:
        """Count letters that are too many or too few (see `Rule.excess`)."""
        n = len(sequence)
        return float(max(self.least - n, n - self.most, 0))


class UngappedRule(NamedTuple):
    """A rule of molecules, which have no gaps: "-" is of alignments.

    Parameters
    ----------
    rule : Rule
        What is asked of the letters that are left.
    """

    rule: Rule

    @property
    def name(self) -> str:
        """Name of the constraint (see `Rule.name`)."""
        return self.rule.name

    def broken_by(self, sequence: str) -> str | None:
        """Say what is wrong without gaps (see `Rule.broken_by`)."""
        letters = without_gaps(sequence)
        broken = self.rule.broken_by(letters)
        if broken is None or letters == sequence:
            return broken
        return f"{broken}, without the gaps"

    def excess(self, sequence: str) -> float:
        """Compute it without gaps (see `Rule.excess`)."""
        return self.rule.excess(without_gaps(sequence))


def without_gaps(sequence: str) -> str:
    """Write the molecule that a row of an alignment stands for.

    Parameters
    ----------
    sequence : str
        Letters, and "-" for gaps.

    Returns
    -------
    str
        The letters.
    """
    return sequence.replace("-", "")


def _gc_share(sequence: str) -> float:
    return (sequence.count("G") + sequence.count("C")) / max(len(sequence), 1)
