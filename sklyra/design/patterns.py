"""Patterns that a sequence must not hold: restriction sites, motifs, cleavage sites."""

from __future__ import annotations

import re
from typing import NamedTuple

from sklyra.alphabets import Alphabet

_DNA, _RNA = str.maketrans("ACGT", "TGCA"), str.maketrans("ACGU", "UGCA")
_ITEM = re.compile(
    r"\[(?P<any>[^\[\]{}]+)\]|\{(?P<none>[^\[\]{}]+)\}|(?P<one>[^\[\]{}\s])"
)


class Pattern(NamedTuple):
    """A short motif, and how to find it.

    Parameters
    ----------
    name : str
        What a user wrote.
    expressions : tuple of re.Pattern
        As written, and of the other strand.
    reach : int
        Number of its positions.
    """

    name: str
    expressions: tuple[re.Pattern[str], ...]
    reach: int

    def find(self, sequence: str) -> int | None:
        """Find the first place where it begins, on either strand.

        Parameters
        ----------
        sequence : str
            Letters.

        Returns
        -------
        int or None
            The place, from 0; None if it is nowhere.
        """
        found = [one.search(sequence) for one in self.expressions]
        places = [match.start() for match in found if match is not None]
        return min(places, default=None)


def read_pattern(text: str, alphabet: Alphabet) -> Pattern:
    """Read a pattern.

    Parameters
    ----------
    text : str
        Letters of the alphabet and its degenerate characters, with ``[ST]`` for one of
        several and ``{P}`` for any but some, as PROSITE [1]_ has them, such as
        ``"N{P}[ST]"``; in DNA and RNA also the name of a restriction enzyme, such as
        ``"BsaI"``.
    alphabet : Alphabet
        That of the sequences.

    Returns
    -------
    Pattern
        What finds it: in DNA, and by the name of an enzyme in RNA, on both strands.

    Raises
    ------
    TypeError
        If it is no text.
    ValueError
        If it cannot be read.

    References
    ----------
    .. [1] Sigrist, C. J. A. et al. (2013). New and continuing developments at PROSITE.
       Nucleic Acids Research 41, D344-D347.
    """
    if not isinstance(text, str):
        raise TypeError(
            f"forbidden has {text!r} of type {type(text).__name__}. Give texts, such "
            "as 'GGTCTC' or 'N{P}[ST]'."
        )
    letters = set(alphabet.letters)
    nucleic = is_nucleic(alphabet)
    site = _enzyme_site(text)
    if site is not None and not nucleic:
        raise ValueError(
            f"forbidden has {text!r}, the name of a restriction enzyme, but letters of "
            f"the model are {alphabet.letters!r}. Its site is one of DNA or RNA."
        )
    places = _read_places(site or text, text, alphabet)
    both = site is not None or (nucleic and "T" in letters)
    written = [places]
    if both:
        pairs = _DNA if "T" in letters else _RNA
        written.append([place.translate(pairs) for place in reversed(places)])
    expressions = tuple(re.compile(_expression(one)) for one in written)
    return Pattern(text, expressions, len(places))


def _enzyme_site(name: str) -> str | None:
    """Find the site of a restriction enzyme; None if it is no name of one."""
    from Bio import Restriction  # takes half a second

    if name == name.upper() or name not in Restriction.AllEnzymes.elements():
        return None
    site: str | None = getattr(Restriction, name).site
    if not site or set(site) == {"N"}:
        raise ValueError(
            f"forbidden has {name!r}, an enzyme of which no site is known."
        )
    return site


def _read_places(text: str, name: str, alphabet: Alphabet) -> list[str]:
    """Read the letters that may stand at each position of a pattern."""
    known = alphabet.letters.replace("-", "").replace("*", "")
    places, at = [], 0
    while at < len(text):
        item = _ITEM.match(text, at)
        if item is None:
            raise ValueError(
                f"forbidden has {name!r}, which cannot be read at its position "
                f"{at + 1}: write letters, '[ST]' for one of several, '{{P}}' for any "
                "but some."
            )
        inside = item["any"] or item["none"] or item["one"]
        meant = {letter for c in inside for letter in _meaning(c, name, alphabet)}
        if item["none"]:
            meant = set(known) - meant
        places.append("".join(sorted(meant & set(known))))
        at = item.end()
    if not places or not all(places):
        raise ValueError(
            f"forbidden has {name!r}, which no sequence can hold. Leave it out."
        )
    return places


def _meaning(character: str, name: str, alphabet: Alphabet) -> str:
    """List the letters that a character may be."""
    code = int(alphabet.codes[ord(character)]) if character.isascii() else 255
    known = alphabet.characters
    if code < len(known):
        return alphabet.degenerate.get(known[code], known[code])
    enzymes = ""
    if is_nucleic(alphabet):
        enzymes = ", and names of restriction enzymes are written as in 'EcoRI'"
    raise ValueError(
        f"forbidden has {name!r} with {character!r}, but letters of the model are "
        f"{alphabet.letters!r}, degenerate ones {''.join(alphabet.degenerate)!r}"
        f"{enzymes}."
    )


def _expression(places: list[str]) -> str:
    return "".join(f"[{place}]" for place in places)


def is_nucleic(alphabet: Alphabet) -> bool:
    """Check whether letters are nucleotides.

    Parameters
    ----------
    alphabet : Alphabet
        Any.

    Returns
    -------
    bool
        Whether they are.
    """
    letters = set(alphabet.letters) - set("-*")
    return letters in (set("ACGT"), set("ACGU"))
