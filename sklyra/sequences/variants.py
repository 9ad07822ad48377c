"""Variants as text: written from mutations, and mutations found in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from sklyra.sequences.mutations import Mutation, check_positions


def apply_mutations(
    parent: str, mutations: Iterable[Mutation], *, start: int = 1
) -> str:
    """Write the sequence of a variant.

    Parameters
    ----------
    parent : str
        The sequence that mutations are counted from.
    mutations : iterable of Mutation
        The mutations, in any order.
    start : int, default=1
        Number of the parent's first letter.

    Returns
    -------
    str
        The variant, as long as the parent: a gap stands where a letter is deleted.

    Raises
    ------
    ValueError
        If the parent has another letter at a position, or does not reach it, or two
        mutations change the same position.
    TypeError
        If `mutations` holds something else, such as text.

    Examples
    --------
    >>> from sklyra.sequences import apply_mutations, parse_mutations
    >>> apply_mutations("MKTAYI", parse_mutations("K2R:A4-"))
    'MRT-YI'
    >>> apply_mutations("MKTAYI", parse_mutations("K320R"), start=319)
    'MRTAYI'
    """
    mutations = check_positions(mutations)
    letters = list(parent)
    for mutation in mutations:
        index = mutation.index(start)
        if not 0 <= index < len(parent) or parent[index] != mutation.parent:
            _raise_other_parent(parent, mutation, mutations, start)
        letters[index] = mutation.letter
    return "".join(letters)


def find_mutations(parent: str, variant: str, *, start: int = 1) -> list[Mutation]:
    """Find the mutations of one variant.

    Parameters
    ----------
    parent : str
        The sequence that mutations are counted from.
    variant : str
        A sequence of the same length, with the same letters for the same residues.
    start : int, default=1
        Number of the parent's first letter.

    Returns
    -------
    list of Mutation
        What differs, by position. Applied to the parent, they are the variant.

    Raises
    ------
    ValueError
        If lengths differ.

    Examples
    --------
    >>> from sklyra.sequences import find_mutations
    >>> [str(mutation) for mutation in find_mutations("MKTAYI", "MRT-YI")]
    ['K2R', 'A4-']
    """
    if len(parent) != len(variant):
        raise ValueError(
            f"parent has {len(parent)} letters and variant has {len(variant)}: "
            "mutations are found position by position. Align them, with gaps (-)."
        )
    pairs = zip(parent, variant, strict=True)
    return [
        Mutation(one, position, other)
        for position, (one, other) in enumerate(pairs, start)
        if one != other
    ]


def find_starts(parent: str, mutations: Iterable[Mutation]) -> list[int]:
    """Find the numbers of the parent's first letter that agree with mutations.

    Parameters
    ----------
    parent : str
        The sequence that mutations are counted from.
    mutations : iterable of Mutation
        Mutations of one variant or of many: the more, the fewer numbers agree.

    Returns
    -------
    list of int
        Each `start` with which the parent has the letter of every mutation, in order;
        none if there are no mutations.

    Examples
    --------
    >>> from sklyra.sequences import find_starts, parse_mutations
    >>> find_starts("MKTAYI", parse_mutations("K320R:A322G"))
    [319]
    """
    agree: set[int] | None = None
    for mutation in set(mutations):
        starts = {
            mutation.position - index
            for index, letter in enumerate(parent)
            if letter == mutation.parent
        }
        agree = starts if agree is None else agree & starts
    return sorted(agree or ())


def _raise_other_parent(
    parent: str, mutation: Mutation, mutations: tuple[Mutation, ...], start: int
) -> NoReturn:
    index, last = mutation.index(start), start + len(parent) - 1
    if 0 <= index < len(parent):
        what = f"the parent has {parent[index]!r} at position {mutation.position}"
    else:
        what = f"positions of the parent are {start} to {last}"
    starts = sorted(find_starts(parent, mutations), key=lambda s: (abs(s - start), s))
    advice = "No start fits all parent letters: is it another parent?"
    if starts:
        more = ", as others do" if len(starts) > 1 else ""
        advice = f"start={starts[0]} fits all parent letters{more}."
    raise ValueError(f"'{mutation}': {what}, with start={start}. {advice}")
