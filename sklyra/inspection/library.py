"""Libraries: combinations of mutations of a parent, all or random ones."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy import sparse

from sklyra._typing import Rows
from sklyra.sequences import Mutation

# Sequences that are averaged over, at most.
_AVERAGED = 4096


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
    options = _options(mutations, start)
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


def average_contrasts(
    parent: str,
    mutations: list[Mutation],
    sets: list[list[Mutation]],
    start: int,
    rng: np.random.RandomState,
) -> tuple[list[str], sparse.csr_array]:
    """Write interactions, averaged over backgrounds, as sums over sequences.

    Parameters
    ----------
    parent : str
        The sequence that is mutated.
    mutations : list of Mutation
        All mutations, by position, which backgrounds have or not.
    sets : list of list of Mutation
        What interacts: mutations at places of their own.
    start : int
        Number of the parent's first letter.
    rng : numpy.random.RandomState
        Source of backgrounds, of which there may be too many.

    Returns
    -------
    sequences : list of str
        Different sequences, 4,096 at most.
    contrasts : sparse array of shape (n_sets, n_sequences), float64
        Factors of their values.

    Raises
    ------
    ValueError
        If two backgrounds are more sequences than that.
    """
    n_variants = math.prod(map(len, _options(mutations, start).values()))
    if n_variants > _AVERAGED:
        return sample_backgrounds(parent, mutations, sets, start, _AVERAGED, rng)
    library = make_library(parent, mutations, start, _AVERAGED)
    rows = []
    for some in sets:
        signs = library.signs(some, start).astype(np.float64)
        n_backgrounds = np.count_nonzero(signs) / 2 ** len(some)
        rows.append(sparse.csr_array(signs[None] / n_backgrounds))
    return library.variants, sparse.csr_array(sparse.vstack(rows))


def _options(mutations: list[Mutation], start: int) -> dict[int, list[str]]:
    """List the letters at each place, the parent's first."""
    options: dict[int, list[str]] = {}
    for one in mutations:
        options.setdefault(one.index(start), [one.parent]).append(one.letter)
    return options


def sample_backgrounds(
    parent: str,
    mutations: list[Mutation],
    sets: list[list[Mutation]],
    start: int,
    most: int,
    rng: np.random.RandomState,
) -> tuple[list[str], sparse.csr_array]:
    """Write interactions, averaged over random backgrounds, as sums over sequences.

    Parameters
    ----------
    parent : str
        The sequence that is mutated.
    mutations : list of Mutation
        All mutations, by position; a background has each or not, at random.
    sets : list of list of Mutation
        What interacts: mutations at places of their own.
    start : int
        Number of the parent's first letter.
    most : int
        Largest number of sequences. There are as many backgrounds as it allows.
    rng : numpy.random.RandomState
        Source of the backgrounds.

    Returns
    -------
    sequences : list of str
        Different sequences.
    contrasts : sparse array of shape (n_sets, n_sequences), float64
        Factors of their values.

    Raises
    ------
    ValueError
        If two backgrounds are more than `most` sequences.
    """
    options = _options(mutations, start)
    known: dict[str, int] = {}
    entries: list[tuple[int, int, float]] = []
    n_backgrounds = 0
    while n_backgrounds < most:
        written = list(parent)
        for place, letters in options.items():
            written[place] = letters[rng.randint(len(letters))]
        own = [
            (row, variant, sign)
            for row, some in enumerate(sets)
            for variant, sign in _alternating(written, some, start)
        ]
        new = dict.fromkeys(variant for _, variant, _ in own if variant not in known)
        if len(known) + len(new) > most:
            break
        known |= {variant: len(known) + k for k, variant in enumerate(new)}
        entries += [(row, known[variant], sign) for row, variant, sign in own]
        n_backgrounds += 1
    if n_backgrounds < 2:
        raise ValueError(
            f"mutations have {len(sets)} effects and interactions: to average them "
            f"over two backgrounds takes more than {most} sequences. Give fewer."
        )
    rows, columns, signs = zip(*entries, strict=True)
    factors = np.array(signs) / n_backgrounds
    shape = len(sets), len(known)
    return list(known), sparse.csr_array((factors, (rows, columns)), shape=shape)


def _alternating(
    background: list[str], mutations: list[Mutation], start: int
) -> Iterator[tuple[str, float]]:
    """Write a background with all subsets of mutations, and their signs."""
    for chosen in itertools.product((False, True), repeat=len(mutations)):
        written = list(background)
        for mutation, has in zip(mutations, chosen, strict=True):
            written[mutation.index(start)] = mutation.letter if has else mutation.parent
        yield "".join(written), (-1.0) ** (len(mutations) - sum(chosen))
