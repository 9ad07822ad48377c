"""Constraints: what a sequence must be to be worth proposing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np

from sklyra._constraints import (
    BOOL,
    NONE,
    DictOf,
    Float,
    Instance,
    Int,
    Table,
    TupleOf,
    check_attributes,
)
from sklyra.alphabets import Alphabet
from sklyra.design.codons import codon_table, translate
from sklyra.design.neighbors import find_neighborhood
from sklyra.design.patterns import is_nucleic, read_pattern
from sklyra.design.rules import (
    ForbiddenRule,
    GcRule,
    HomopolymerRule,
    LengthRule,
    Rule,
    UngappedRule,
)
from sklyra.sequences import check_sequences, find_alphabet

_MANY = (list, tuple, set, frozenset, range, np.ndarray)
_NUMBERS, _TEXTS = Instance(_MANY, "a list of int"), Instance(_MANY, "a list of str")
_TEXT = Instance(str, "a str")
_TABLE: Table = {
    "positions": [_NUMBERS, NONE],
    "fixed": [_NUMBERS],
    "letters": [_TEXT, NONE],
    "allowed": [DictOf((_TEXT,), "a dict of positions and letters")],
    "mutations": [_TEXTS, NONE],
    "forbidden": [_TEXTS],
    "max_homopolymer": [Int(1), NONE],
    "gc": [TupleOf(Float(0, 1, closed="both"), length=2), NONE],
    "length": [TupleOf(Int(1), length=2), NONE],
    "keep_protein": [BOOL],
    "coding": [_TEXT, NONE],
    "genetic_code": [Int(1)],
    "flanks": [TupleOf(_TEXT, length=2)],
    "start": [Int()],
}
# What is about positions of a parent, and what about its letters.
_OF_POSITIONS = (
    "fixed",
    "allowed",
    "mutations",
    "keep_protein",
    "coding",
    "positions",
)
_OF_PARENTS = (*_OF_POSITIONS, "letters")


@dataclass(frozen=True)
class Constraints:
    """What sequences to propose must be.

    Those about positions are about substitutions of a parent, whose positions are
    counted as in mutations: from `start`, by default from 1.

    Parameters
    ----------
    positions : sequence of int or None, default=None
        Positions that may change; None for all.
    fixed : sequence of int, default=()
        Positions that stay as in the parent.
    letters : str or None, default=None
        Letters that mutations may put anywhere, such as ``"AVIL"`` or ``"not CM"``;
        those of the parent may stay. None for all.
    allowed : mapping of int to str, default={}
        Letters that may stand at a position, such as ``{39: "AVIL", 40: "not P"}``. The
        parent's own is replaced if it is not among them.
    mutations : sequence of str or None, default=None
        The only mutations that may be made, such as ``["A23G", "K41R"]``; None for all.
    forbidden : sequence of str, default=()
        Patterns that no sequence may hold: letters and degenerate characters, ``[ST]``
        for one of several, ``{P}`` for any but some, such as ``"N{P}[ST]"`` for
        N-glycosylation or ``"ENLYFQ[GS]"`` for TEV protease; of DNA and RNA also names
        of restriction enzymes. Both strands are searched in DNA, and for enzymes.
    max_homopolymer : int or None, default=None
        Length of the longest run of one letter; None for any.
    gc : tuple of (float, float) or None, default=None
        Least and largest share of G and C, 0 to 1; None for any.
    length : tuple of (int, int) or None, default=None
        Least and largest length. Letters are inserted and deleted, which needs a model
        that takes other lengths; not together with what is about positions. None keeps
        the length of the parent.
    keep_protein : bool, default=False
        Whether codons change to others of the same residue only. Needs parents of
        coding DNA or RNA, in frame.
    coding : str or None, default=None
        DNA that encodes the parent, a protein: only residues one nucleotide away are
        put in place of others, as error-prone PCR makes them. None for any.
    genetic_code : int, default=1
        Number of the table of codons at NCBI; 1 is the standard one.
    flanks : tuple of (str, str), default=("", "")
        Sequences that stand before and behind, where patterns and runs are searched
        too.
    start : int, default=1
        Number of the parent's first letter.

    Raises
    ------
    ValueError
        If two exclude each other, or one has no meaning.

    Examples
    --------
    >>> from sklyra.design import Constraints
    >>> constraints = Constraints(forbidden=["EcoRI"], gc=(0.3, 0.6))
    >>> constraints.why_not("ATGAATTCAA", alphabet="dna")
    "forbidden 'EcoRI' at position 3"
    """

    positions: Collection[int] | None = None
    fixed: Collection[int] = ()
    letters: str | None = None
    allowed: Mapping[int, str] = field(default_factory=dict)
    mutations: Collection[str] | None = None
    forbidden: Collection[str] = ()
    max_homopolymer: int | None = None
    gc: tuple[float, float] | None = None
    length: tuple[int, int] | None = None
    keep_protein: bool = False
    coding: str | None = None
    genetic_code: int = 1
    flanks: tuple[str, str] = ("", "")
    start: int = 1

    def __post_init__(self) -> None:
        check_attributes(self, _TABLE)
        for name in ("positions", "fixed", "mutations", "forbidden"):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, tuple(value))
        for name in ("positions", "fixed"):
            for number in getattr(self, name) or ():
                if not Int().has_type(number):
                    raise TypeError(f"{name} has {number!r}, which is no whole number.")
        moved = self._asked(_OF_POSITIONS)
        if self.length is not None and moved:
            raise ValueError(
                f"length={self.length!r} inserts and deletes letters, which moves the "
                f"positions that {moved[0]} is about. Leave out one of the two."
            )
        self._check_numbers()

    def _asked(self, names: tuple[str, ...]) -> list[str]:
        """List which of some constraints are asked: an empty list may be one."""
        lists = ("positions", "mutations")
        return [
            name
            for name in names
            if getattr(self, name)
            or (name in lists and getattr(self, name) is not None)
        ]

    def _check_numbers(self) -> None:
        """Check bounds and codes."""
        for name in ("gc", "length"):
            bounds = getattr(self, name)
            if bounds is not None and bounds[0] > bounds[1]:
                raise ValueError(
                    f"{name}={bounds!r} allows nothing: write the least first."
                )
        codon_table(self.genetic_code)
        if self.coding is not None:
            translate(self.coding, self.genetic_code)

    def rules(self, alphabet: Alphabet) -> list[Rule]:
        """List what is asked of a sequence as a whole.

        Parameters
        ----------
        alphabet : Alphabet
            That of the sequences.

        Returns
        -------
        list of Rule
            One for each constraint that needs no parent.

        Raises
        ------
        ValueError
            If a pattern cannot be read, or `gc` is asked of proteins.
        """
        nucleic = is_nucleic(alphabet)
        patterns = [read_pattern(text, alphabet) for text in self.forbidden]
        before, behind = (_spell(flank, alphabet) for flank in self.flanks)
        flanks = before, behind
        start = self.start
        found: list[Rule] = [ForbiddenRule(one, flanks, start) for one in patterns]
        if self.max_homopolymer is not None:
            found.append(HomopolymerRule(self.max_homopolymer, flanks, start))
        if self.gc is not None:
            if not nucleic:
                raise ValueError(
                    f"gc={self.gc!r} is asked of letters {alphabet.letters!r}, but is "
                    "a share of the nucleotides G and C. Leave it out."
                )
            found.append(GcRule(*self.gc))
        if self.length is not None:
            found.append(LengthRule(*self.length))
        return [UngappedRule(rule) for rule in found]

    def why_not(
        self,
        sequence: str,
        parent: str | None = None,
        *,
        alphabet: str | Alphabet = "protein",
    ) -> str | None:
        """Say which constraint a sequence breaks.

        Parameters
        ----------
        sequence : str
            A sequence.
        parent : str or None, default=None
            What it was made from. Needed by constraints on positions, letters,
            mutations and codons.
        alphabet : {"protein", "dna", "rna"} or Alphabet, default="protein"
            Whose letters they are.

        Returns
        -------
        str or None
            The first that is broken, and where; None if none is.

        Raises
        ------
        ValueError
            If a constraint needs a parent and there is none, or has no meaning for it.
        """
        letters = find_alphabet(alphabet)
        sequence = _spell(sequence, letters)
        for rule in self.rules(letters):
            broken = rule.broken_by(sequence)
            if broken is not None:
                return broken
        relative = self._asked(_OF_PARENTS)
        if not relative:
            return None
        if parent is None:
            raise ValueError(
                f"{relative[0]} is about what changes in a parent: pass parent=."
            )
        own = _spell(parent, letters)
        return find_neighborhood([own], self, letters).why_not(sequence, 0)

    def allows(
        self,
        sequence: str,
        parent: str | None = None,
        *,
        alphabet: str | Alphabet = "protein",
    ) -> bool:
        """Check whether a sequence breaks no constraint.

        Parameters
        ----------
        sequence, parent, alphabet : object
            As in `why_not`, which says the reason.

        Returns
        -------
        bool
            Whether it breaks none.
        """
        return self.why_not(sequence, parent, alphabet=alphabet) is None


def _spell(sequence: str, alphabet: Alphabet) -> str:
    """Write a sequence as patterns are written: in upper case, without aliases."""
    if not sequence:
        return sequence
    return check_sequences([sequence], alphabet=alphabet).decode()[0]
