"""Options: what may stand at each position of a parent, by the constraints on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, NoReturn

from sklyra.alphabets import Alphabet
from sklyra.design.codons import codon_table, one_nucleotide_away, translate
from sklyra.sequences import Mutation, find_starts, parse_mutations

if TYPE_CHECKING:
    from sklyra.design.constraints import Constraints


class Unit(NamedTuple):
    """A position, or a codon, that changes as a whole.

    Parameters
    ----------
    place : int
        Where it begins, from 0.
    own : str
        What the parent has.
    options : tuple of str
        What may stand there, as long as `own`.
    """

    place: int
    own: str
    options: tuple[str, ...]

    @property
    def end(self) -> int:
        """Where the next begins.

        Returns
        -------
        int
            The place, from 0.
        """
        return self.place + len(self.own)

    def cost(self, option: str) -> int:
        """Count the letters that an option changes.

        Parameters
        ----------
        option : str
            One of `options`.

        Returns
        -------
        int
            From 0 to the length of `own`.
        """
        return sum(a != b for a, b in zip(self.own, option, strict=True))


def list_units(parent: str, constraints: Constraints, alphabet: Alphabet) -> list[Unit]:
    """List what may stand at each position, or codon, of a parent.

    Parameters
    ----------
    parent : str
        Its letters, as the alphabet has them.
    constraints : Constraints
        What is asked.
    alphabet : Alphabet
        That of the sequences.

    Returns
    -------
    list of Unit
        The units, in order, that cover the parent.

    Raises
    ------
    ValueError
        If constraints name what the parent does not have, or leave nothing for a
        position.
    """
    each = [
        _letters_at(place, parent, constraints, alphabet)
        for place in range(len(parent))
    ]
    _check_numbers(parent, constraints)
    _keep_mutations(each, parent, constraints, alphabet)
    if constraints.coding is not None:
        _keep_near(each, parent, constraints)
    for place, letters in enumerate(each):
        number = place + constraints.start
        if number in constraints.allowed:
            asked = read_letters(constraints.allowed[number], "allowed", alphabet)
            each[place] = [letter for letter in letters if letter in asked]
        if not each[place]:
            raise ValueError(
                f"Nothing may stand at position {number}: allowed are "
                f"{constraints.allowed[number]!r}, but the parent has "
                f"{parent[place]!r}, and other constraints let it change to "
                f"{''.join(sorted(set(letters) - {parent[place]})) or 'nothing'}."
            )
    if constraints.keep_protein:
        return _codons(parent, each, constraints, alphabet)
    return [
        Unit(place, parent[place], tuple(letters)) for place, letters in enumerate(each)
    ]


def read_letters(text: str, name: str, alphabet: Alphabet) -> str:
    """Read letters that are allowed.

    Parameters
    ----------
    text : str
        Letters, or "not " and letters.
    name : str
        The constraint.
    alphabet : Alphabet
        That of the sequences.

    Returns
    -------
    str
        Letters of the alphabet, without gaps and stops.

    Raises
    ------
    ValueError
        If one does not exist, or none is left.
    """
    known = alphabet.letters.replace("-", "").replace("*", "")
    if not isinstance(text, str):
        raise TypeError(f"{name} has {text!r}, but must be text, 'AVIL' or 'not CM'.")
    excluded = text.startswith("not ")
    named = text.removeprefix("not ").replace(",", "").replace(" ", "")
    read = set()
    for character in named:
        code = int(alphabet.codes[ord(character)]) if character.isascii() else 255
        letter = alphabet.characters[code] if code < len(alphabet.characters) else ""
        if letter not in known or not letter:
            raise ValueError(
                f"{name} has {character!r} in {text!r}, but letters of the model are "
                f"{known!r}. Write them as 'AVIL', or 'not CM' for all but these."
            )
        read.add(letter)
    kept = "".join(c for c in known if (c in read) != excluded)
    if not kept:
        raise ValueError(f"{name}: {text!r} leaves no letter of {known!r}.")
    return kept


def _letters_at(
    place: int, parent: str, constraints: Constraints, alphabet: Alphabet
) -> list[str]:
    """List the parent's letter and, where it may change, others."""
    number, own = place + constraints.start, parent[place]
    chosen = constraints.positions
    if number in constraints.fixed or not (chosen is None or number in chosen):
        return [own]
    letters = alphabet.letters.replace("-", "").replace("*", "")
    if constraints.letters is not None:
        letters = read_letters(constraints.letters, "letters", alphabet)
    return [own, *(letter for letter in letters if letter != own)]


def _check_numbers(parent: str, constraints: Constraints) -> None:
    """Check that the parent has the positions that are named."""
    first, last = constraints.start, constraints.start + len(parent) - 1
    for name in ("positions", "fixed", "allowed"):
        for number in getattr(constraints, name) or ():
            if not first <= number <= last:
                raise ValueError(
                    f"{name} has {number}, but the parent has positions {first} to "
                    f"{last} (start={first})."
                )


def _keep_mutations(
    each: list[list[str]], parent: str, constraints: Constraints, alphabet: Alphabet
) -> None:
    """Keep the mutations that are allowed, if they are listed."""
    if constraints.mutations is None:
        return
    start = constraints.start
    named: dict[int, set[str]] = {}
    for text in constraints.mutations:
        for mutation in parse_mutations(text, alphabet):
            place = mutation.index(start)
            if not 0 <= place < len(parent) or parent[place] != mutation.parent:
                _raise_other_letter(parent, mutation, start)
            named.setdefault(place, set()).add(mutation.letter)
    for place, letters in enumerate(each):
        kept = named.get(place, set())
        each[place] = [
            letter for letter in letters if letter == parent[place] or letter in kept
        ]


def _raise_other_letter(parent: str, mutation: Mutation, start: int) -> NoReturn:
    place = mutation.index(start)
    what = f"the parent has positions {start} to {start + len(parent) - 1}"
    if 0 <= place < len(parent):
        what = f"the parent has {parent[place]!r} at position {mutation.position}"
    fits = sorted(find_starts(parent, [mutation]), key=lambda s: (abs(s - start), s))
    advice = f" start={fits[0]} would fit." if fits else " No start would fit."
    raise ValueError(f"mutations has '{mutation}', but {what}.{advice}")


def _keep_near(each: list[list[str]], parent: str, constraints: Constraints) -> None:
    """Keep residues that one changed nucleotide gives."""
    assert constraints.coding is not None
    coding = constraints.coding.upper().replace("U", "T")
    residues = translate(coding, constraints.genetic_code).removesuffix("*")
    if len(residues) != len(parent):
        raise ValueError(
            f"coding encodes {len(residues)} residues, but the parent has "
            f"{len(parent)}. Give the codons of the parent alone."
        )
    for place, letters in enumerate(each):
        codon = coding[3 * place : 3 * place + 3]
        near = one_nucleotide_away(codon, constraints.genetic_code)
        each[place] = [
            letter for letter in letters if letter == parent[place] or letter in near
        ]


def _codons(
    parent: str, each: list[list[str]], constraints: Constraints, alphabet: Alphabet
) -> list[Unit]:
    """Join positions to codons of the same residue."""
    residues = translate(parent, constraints.genetic_code)
    rna = "U" in alphabet.letters
    table = codon_table(constraints.genetic_code)
    units = []
    for order, residue in enumerate(residues):
        place = 3 * order
        own = parent[place : place + 3]
        same = [codon for codon, encoded in table.items() if encoded == residue]
        if rna:
            same = [codon.replace("T", "U") for codon in same]
        options = [
            codon
            for codon in same
            if all(letter in each[place + at] for at, letter in enumerate(codon))
        ]
        if not options:
            raise ValueError(
                f"No codon of {residue!r} at positions {place + constraints.start} to "
                f"{place + constraints.start + 2} is left by keep_protein=True and "
                "what else is asked of these positions."
            )
        units.append(Unit(place, own, tuple(options)))
    return units
