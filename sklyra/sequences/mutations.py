"""Mutations by name, such as "A23G".

A name is the parent's letter, the position and the letter that stands there instead.
Positions are numbered as in the text that names come from, by default from 1; with
``start`` the first letter of the parent has another number, as where a construct begins
at residue 319.
"""

from __future__ import annotations

import operator
import re
import string
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from sklyra.alphabets import ALPHABETS, PROTEIN, Alphabet
from sklyra.sequences.checking import check_option, find_alphabet

# What a name is made of besides letters, so that it can be read in one way only.
_RESERVED = frozenset(string.digits + string.whitespace + ":;,/+_=>?()[]")
_SEPARATOR = re.compile(r"[\s:;,/+_]+")
# What tables call the parent, in lower case; "p.=" is HGVS.
_PARENT = ("", "wt", "=")
_PREFIX = re.compile(r"([cgmnpr])\.(.*)")  # "p." for residues, others for nucleotides
_RESIDUES = (
    "Ala Cys Asp Glu Phe Gly His Ile Lys Leu Met Asn Pro Gln Arg Ser Thr Val Trp Tyr"
)
_THREE_LETTERS = dict(zip(_RESIDUES.split(), PROTEIN.letters, strict=True))
_THREE_LETTERS["Ter"] = "*"
_SPELLED_OUT = {"del": "-", **_THREE_LETTERS}
_CODE = "|".join(_THREE_LETTERS)
_NUMBER = "(?P<position>-?[0-9]+)"
_ONE = re.compile(
    rf"(?P<parent>[^\s\d]){_NUMBER}(?P<letter>[^\s\d]|del|Ter)", flags=re.ASCII
)
_THREE = re.compile(rf"(?P<parent>{_CODE}){_NUMBER}(?P<letter>{_CODE}|del|[=*-])")
_NUCLEOTIDE = re.compile(rf"{_NUMBER}(?P<parent>[A-Za-z])>(?P<letter>[A-Za-z])")


@dataclass(frozen=True)
class Mutation:
    """Hold one letter in place of another, at one position.

    ``str`` writes the name, such as ``"A23G"``. A deletion is a gap, ``"A23-"``, which
    keeps the other positions where they are; a stop is ``"A23*"``, and ``"A23="`` is no
    change.

    Parameters
    ----------
    parent : str
        The letter of the parent: one printable ASCII character, no digit and none of
        ``:;,/+_=>?()[]``.
    position : int
        Number of the position, as in the name: 1 for the first letter of the parent,
        unless numbers start elsewhere.
    letter : str
        The letter that stands there instead, a character like `parent`.

    Raises
    ------
    ValueError
        If a letter is not one such character.
    TypeError
        If the position is no whole number.

    Examples
    --------
    >>> from sklyra.sequences import Mutation
    >>> mutation = Mutation.parse("p.Ala23Gly")
    >>> str(mutation), mutation.position, mutation.index()
    ('A23G', 23, 22)
    """

    parent: str
    position: int
    letter: str

    def __post_init__(self) -> None:
        for name in ("parent", "letter"):
            value = getattr(self, name)
            one = isinstance(value, str) and len(value) == 1
            if not one or not "!" <= value <= "~" or value in _RESERVED:
                raise ValueError(
                    f"{name}={value!r} is no letter of a mutation: choose one "
                    "printable ASCII character, no digit and none of ':;,/+_=>?()[]'."
                )
        try:
            object.__setattr__(self, "position", operator.index(self.position))
        except TypeError:
            raise TypeError(
                f"position={self.position!r} of a mutation must be a whole number."
            ) from None

    def __str__(self) -> str:
        letter = "=" if self.letter == self.parent else self.letter
        return f"{self.parent}{self.position}{letter}"

    def index(self, start: int = 1) -> int:
        """Compute the place in the parent.

        Parameters
        ----------
        start : int, default=1
            Number of the parent's first letter.

        Returns
        -------
        int
            The place, from 0.
        """
        return self.position - start

    @classmethod
    def parse(cls, text: str, alphabet: str | Alphabet = "protein") -> Mutation:
        """Read the name of one mutation.

        Parameters
        ----------
        text : str
            ``"A23G"``, ``"A23-"`` or ``"A23del"``, ``"A23*"`` or ``"A23Ter"``,
            ``"A23="``; in proteins also ``"Ala23Gly"``, and elsewhere ``"23A>G"``; each
            with or without the prefix of HGVS [1]_, such as ``"p."``.
        alphabet : {"protein", "dna", "rna"} or Alphabet, default="protein"
            Whose letters they are. Gaps and stops are among them, degenerate characters
            are not; lower case and aliases are read as in sequences.

        Returns
        -------
        Mutation
            The mutation.

        Raises
        ------
        ValueError
            If the text is no such name, or a letter is not of the alphabet.
        TypeError
            If the text is something else, such as a missing value.

        References
        ----------
        .. [1] den Dunnen, J. T. et al. (2016). HGVS recommendations for the description
           of sequence variants: 2016 update. Human Mutation 37, 564-569.
        """
        letters = _find_letters(alphabet)
        name = _strip(text, letters)
        found = _ONE.fullmatch(name)
        if found is None:
            pattern = _THREE if _are_residues(letters) else _NUCLEOTIDE
            found = pattern.fullmatch(name)
        if found is None:
            _raise_no_mutation(text)
        parent = _read_letter(found["parent"], letters, text)
        after = parent
        if found["letter"] != "=":
            after = _read_letter(found["letter"], letters, text)
        return cls(parent, int(found["position"]), after)


def parse_mutations(
    text: str, alphabet: str | Alphabet = "protein"
) -> tuple[Mutation, ...]:
    """Read the name of a variant: its mutations, one behind the other.

    Parameters
    ----------
    text : str
        Names as `Mutation.parse` reads them, such as ``"A23G:K41R"``, separated by
        white space or one of ``: ; , / + _``; or all in brackets, as in
        ``"p.[Ala23Gly;Lys41Arg]"``. The parent itself is ``""``, ``"WT"`` or ``"p.="``.
    alphabet : {"protein", "dna", "rna"} or Alphabet, default="protein"
        Whose letters they are.

    Returns
    -------
    tuple of Mutation
        The mutations, in the order of the text; none for the parent.

    Raises
    ------
    ValueError
        If a name cannot be read, or two change the same position.
    TypeError
        If the text is something else, such as a missing value.

    Examples
    --------
    >>> from sklyra.sequences import format_mutations, parse_mutations
    >>> format_mutations(parse_mutations("K41R, A23del"))
    'A23-:K41R'
    """
    letters = _find_letters(alphabet)
    names = _strip(text, letters)
    if names.lower() in _PARENT:
        return ()
    return check_positions(
        Mutation.parse(name, letters) for name in _SEPARATOR.split(names)
    )


def format_mutations(mutations: Iterable[Mutation], separator: str = ":") -> str:
    """Write the name of a variant.

    Parameters
    ----------
    mutations : iterable of Mutation
        Its mutations.
    separator : str, default=":"
        What stands between names.

    Returns
    -------
    str
        The names, by position; ``""`` if there are none. `parse_mutations` reads it.
    """
    ordered = sorted(mutations, key=lambda mutation: mutation.position)
    return separator.join(map(str, ordered))


def check_positions(mutations: Iterable[Any]) -> tuple[Mutation, ...]:
    """Check that mutations are those of one variant.

    Parameters
    ----------
    mutations : iterable of Mutation
        The mutations.

    Returns
    -------
    tuple of Mutation
        The same.

    Raises
    ------
    ValueError
        If two change the same position.
    TypeError
        If one is no mutation.
    """
    found: dict[int, Mutation] = {}
    for number, mutation in enumerate(mutations):
        if not isinstance(mutation, Mutation):
            raise TypeError(
                f"mutations[{number}] is {mutation!r} of type "
                f"{type(mutation).__name__}, not a Mutation. Read text first: "
                "parse_mutations(text)."
            )
        if mutation.position in found:
            raise ValueError(
                f"'{found[mutation.position]}' and '{mutation}' change the same "
                "position. Leave one out."
            )
        found[mutation.position] = mutation
    return tuple(found.values())


def _find_letters(alphabet: str | Alphabet) -> Alphabet:
    if isinstance(alphabet, str):  # one name is too short to detect it from
        check_option("alphabet", alphabet, ALPHABETS)
    return find_alphabet(alphabet)


def _are_residues(alphabet: Alphabet) -> bool:
    return set(PROTEIN.letters) <= set(alphabet.letters)


def _strip(text: Any, alphabet: Alphabet) -> str:
    """Take off spaces, the prefix of HGVS and the brackets around everything."""
    if not isinstance(text, str):
        raise TypeError(
            f"{text!r} of type {type(text).__name__} is no name of a mutation. Give "
            "text, such as 'A23G'."
        )
    name = text.strip()
    prefix = _PREFIX.fullmatch(name)
    if prefix is not None:
        kind = "a protein" if prefix[1] == "p" else "a nucleic acid"
        if (prefix[1] == "p") != _are_residues(alphabet):
            raise ValueError(
                f"{text!r} names a change of {kind}, but the alphabet is "
                f"{alphabet.name!r}. Pass another alphabet."
            )
        name = prefix[2]
    return name[1:-1] if name[:1] + name[-1:] in ("[]", "()") else name


def _read_letter(text: str, alphabet: Alphabet, name: str) -> str:
    """Read a letter, a gap or a stop of the alphabet."""
    character = _SPELLED_OUT.get(text, text)
    code = int(alphabet.codes[ord(character)]) if character.isascii() else 255
    known = alphabet.characters
    allowed = alphabet.letters + alphabet.silent
    if code < len(known) and known[code] in allowed:
        return known[code]
    message = f"{name!r} has {text!r}, but letters of {alphabet.name!r} are {allowed!r}"
    if code < len(known):
        message += f"; {known[code]!r} may be any of {alphabet.degenerate[known[code]]}"
    others = [a.name for a in ALPHABETS.values() if character in a.letters + a.silent]
    advice = f' Pass alphabet="{others[0]}" if it is one of those.' if others else ""
    raise ValueError(f"{message}.{advice}")


def _raise_no_mutation(text: str) -> NoReturn:
    raise ValueError(
        f"{text!r} does not name one mutation: write 'A23G', 'A23-' or 'A23del' for a "
        "deletion, 'A23*' for a stop, 'A23=' for no change; also 'Ala23Gly' in "
        "proteins, '23A>G' in DNA and RNA. Insertions, duplications and frame shifts "
        "move positions: write the whole sequence."
    )
