"""Alphabets: the characters that a sequence may hold, and their meaning."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from sklyra._constraints import NONE, Instance, Table, check_attributes
from sklyra._state import check_version
from sklyra._typing import Codes

_TEXT = Instance(str, "a str")
_MEANINGS = Instance(Mapping, "a dict of str to str")
_PARAMETERS: Table = {
    "name": [_TEXT],
    "letters": [_TEXT],
    "degenerate": [_MEANINGS],
    "silent": [_TEXT],
    "aliases": [_MEANINGS],
    "wildcard": [_TEXT, NONE],
}
_VERSION = 1
_PRINTABLE = frozenset(string.printable) - frozenset(string.whitespace)


@dataclass(frozen=True)
class Alphabet:
    """Hold the characters of a kind of sequence, in a fixed order.

    A character is a *letter* (it has a channel of its own), a *degenerate* character
    (it stands for one of several letters), a *silent* one (a gap or a stop: a position
    without a letter) or an *alias* of another. Lower case is read as upper case unless
    the lower-case character is itself in the alphabet.

    Parameters
    ----------
    name : str
        Name of the alphabet in ``alphabet=`` and in messages.
    letters : str
        The letters in channel order, no character twice.
    degenerate : mapping of str to str, default={}
        Each degenerate character with the letters it may stand for. It is encoded as
        their mean.
    silent : str, default=""
        Characters that stand for no letter, such as the gap ``-`` and the stop ``*``.
        They are encoded as zeros, unless :meth:`with_letters` gives them a channel.
    aliases : mapping of str to str, default={}
        Characters that are read as another one, such as ``U`` as ``T`` in DNA.
    wildcard : str or None, default=None
        The degenerate character that stands for any letter.

    Raises
    ------
    ValueError
        If a character stands twice, is not printable ASCII, or stands for something
        that is not a letter.
    TypeError
        If an argument has the wrong type.

    Examples
    --------
    >>> from sklyra import DNA
    >>> DNA.letters, DNA.degenerate["R"]
    ('ACGT', 'AG')
    >>> DNA.with_letters("-").letters
    'ACGT-'
    """

    name: str
    letters: str
    degenerate: Mapping[str, str] = field(default_factory=dict)
    silent: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)
    wildcard: str | None = None

    def __post_init__(self) -> None:
        check_attributes(self, _PARAMETERS)
        for name in ("degenerate", "aliases"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        own = [*self.letters, *self.degenerate, *self.silent, *self.aliases]
        twice = sorted({c for c in own if own.count(c) > 1})
        odd = sorted(c for c in own if c not in _PRINTABLE)
        if not self.letters or twice or odd:
            raise ValueError(
                f"Alphabet {self.name!r} needs letters, each character once and "
                f"printable ASCII; it has {len(self.letters)} letters, twice {twice}, "
                f"not printable {odd}."
            )
        for character, meaning in self.degenerate.items():
            if not meaning or not set(meaning) <= set(self.letters):
                raise ValueError(
                    f"Alphabet {self.name!r}: degenerate {character!r} stands for "
                    f"{meaning!r}, but the letters are {self.letters!r}."
                )
        if not set(self.aliases.values()) <= set(self.characters):
            raise ValueError(
                f"Alphabet {self.name!r}: aliases {dict(self.aliases)} must name "
                f"characters of {self.characters!r}."
            )
        if self.wildcard is not None and self.wildcard not in self.degenerate:
            raise ValueError(
                f"Alphabet {self.name!r}: wildcard {self.wildcard!r} is not among the "
                f"degenerate characters {''.join(self.degenerate)!r}."
            )

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values.

        Returns
        -------
        dict
            The parameters, and the version of this layout.
        """
        return {
            "version": _VERSION,
            "name": self.name,
            "letters": self.letters,
            "degenerate": dict(self.degenerate),
            "silent": self.silent,
            "aliases": dict(self.aliases),
            "wildcard": self.wildcard,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Alphabet:
        """Convert from plain values.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        Alphabet
            An equal alphabet.

        Raises
        ------
        ValueError
            If the state is of another version, or no alphabet.
        """
        check_version(state, cls.__name__, _VERSION)
        return cls(**{k: v for k, v in state.items() if k != "version"})

    def __reduce__(self) -> tuple[type[Alphabet], tuple[object, ...]]:
        """Pickle and copy as the arguments (mapping proxies do neither)."""
        arguments = (
            self.name,
            self.letters,
            dict(self.degenerate),
            self.silent,
            dict(self.aliases),
            self.wildcard,
        )
        return Alphabet, arguments

    def __hash__(self) -> int:
        return hash((self.name, self.letters, self.silent))

    def __repr__(self) -> str:
        return f"Alphabet({self.name!r}, {self.letters!r})"

    @property
    def characters(self) -> str:
        """Every character with a code, in code order.

        Returns
        -------
        str
            The code of a character is its index here.
        """
        return self.letters + "".join(self.degenerate) + self.silent

    @cached_property
    def codes(self) -> Codes:
        """Code of each byte.

        Returns
        -------
        ndarray of shape (256,), uint8
            Codes; 255 for bytes outside the alphabet.
        """
        table = np.full(256, 255, np.uint8)
        for code, character in enumerate(self.characters):
            table[ord(character)] = code
        for alias, character in self.aliases.items():
            table[ord(alias)] = table[ord(character)]
        for character in string.ascii_uppercase:
            if table[ord(character.lower())] == 255:
                table[ord(character.lower())] = table[ord(character)]
        table.flags.writeable = False
        return table

    @cached_property
    def membership(self) -> npt.NDArray[np.float32]:
        """Share of each letter in each character.

        Returns
        -------
        ndarray of shape (n_characters, n_letters), float32
            A letter's row is one-hot, a degenerate character's the mean of what it may
            be, a silent character's zero.
        """
        table = np.zeros((len(self.characters), len(self.letters)), np.float32)
        for row, character in enumerate(self.characters):
            for letter in self.degenerate.get(character, character):
                if letter in self.letters:
                    table[row, self.letters.index(letter)] = 1
        table /= np.maximum(table.sum(axis=1, keepdims=True), 1)
        table.flags.writeable = False
        return table

    def with_letters(self, silent: str) -> Alphabet:
        """Give silent characters a channel of their own.

        Parameters
        ----------
        silent : str
            The silent characters that become letters, for example ``"*"`` where
            nonsense variants were measured.

        Returns
        -------
        Alphabet
            The alphabet with these characters after its letters.
        """
        return replace(
            self,
            letters=self.letters + silent,
            silent="".join(c for c in self.silent if c not in silent),
        )


def _make_nucleic(name: str, thymine: str, other: str) -> Alphabet:
    t = thymine
    return Alphabet(
        name,
        "ACG" + t,
        degenerate={
            "R": "AG",
            "Y": "C" + t,
            "S": "CG",
            "W": "A" + t,
            "K": "G" + t,
            "M": "AC",
            "B": "CG" + t,
            "D": "AG" + t,
            "H": "AC" + t,
            "V": "ACG",
            "N": "ACG" + t,
        },
        silent="-",
        aliases={other: t, ".": "-"},
        wildcard="N",
    )


DNA = _make_nucleic("dna", "T", "U")
RNA = _make_nucleic("rna", "U", "T")
# Selenocysteine (U) and pyrrolysine (O) are too rare to learn from: each stands for the
# residue it replaces, cysteine and lysine.
PROTEIN = Alphabet(
    "protein",
    "ACDEFGHIKLMNPQRSTVWY",
    degenerate={
        "B": "DN",
        "J": "IL",
        "Z": "EQ",
        "U": "C",
        "O": "K",
        "X": "ACDEFGHIKLMNPQRSTVWY",
    },
    silent="-*",
    aliases={".": "-"},  # as in Stockholm and A2M files
    wildcard="X",
)

ALPHABETS = {alphabet.name: alphabet for alphabet in (DNA, RNA, PROTEIN)}
