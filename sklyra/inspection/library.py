"""Libraries: all combinations of some mutations of a parent."""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

import numpy as np

from sklyra._typing import Rows
from sklyra.sequences import Mutation


class Library(NamedTuple):
    """All combinations of mutations.

    Parameters
    ----------
    places : list of int
        Where letters differ, from 0.
    letters : list of list of str
        Letters at each of these, the parent's first.
    variants : list of str
        The sequences; the last place changes fastest.
    """

    places: list[int]
    letters: list[list[str]]
    variants: list[str]

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of letters at each place.

        Returns
        -------
        tuple of int
            Their product is the number of variants.
        """
        return tuple(map(len, self.letters))

    def signs(self, mutations: list[Mutation], start: int) -> Rows:
        """Write the interaction of mutations as a sum over the variants.

        Parameters
        ----------
        mutations : list of Mutation
            Some of those of the library, each at a place of its own.
        start : int
            Number of the parent's first letter.

        Returns
        -------
        ndarray of shape (n_variants,), int64
            1 and -1 for variants with an even and an odd number of the mutations less
            than all; 0 for those with other letters at their places.
        """
        signs = np.ones(self.shape, dtype=np.int64)
        for mutation in mutations:
            axis = self.places.index(mutation.index(start))
            letters = self.letters[axis]
            own = np.zeros(len(letters), dtype=np.int64)
            own[0], own[letters.index(mutation.letter)] = -1, 1
            along = [-1 if a == axis else 1 for a in range(signs.ndim)]
            signs = signs * own.reshape(along)
        flat: Rows = signs.ravel()
        return flat


def make_library(
    parent: str, mutations: list[Mutation], start: int, most: int
) -> Library:
    """Make a library.

    Parameters
    ----------
    parent : str
        The sequence that is mutated.
    mutations : list of Mutation
        The mutations, by position.
    start : int
        Number of the parent's first letter.
    most : int
        Largest number of variants.

    Returns
    -------
    Library
        All combinations.

    Raises
    ------
    ValueError
        If there are more.
    """
    options: dict[int, list[str]] = {}
    for one in mutations:
        options.setdefault(one.index(start), [one.parent]).append(one.letter)
    n_variants = math.prod(map(len, options.values()))
    if n_variants > most:
        raise ValueError(
            f"There are {n_variants} combinations of the mutations, more than {most}. "
            "Give fewer."
        )
    variants = []
    for choice in itertools.product(*options.values()):
        written = list(parent)
        for place, letter in zip(options, choice, strict=True):
            written[place] = letter
        variants.append("".join(written))
    return Library(list(options), list(options.values()), variants)
