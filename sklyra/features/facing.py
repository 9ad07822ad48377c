"""Facing positions: which letters of two chains stand opposite each other."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any

import numpy as np

from sklyra._state import check_version
from sklyra._typing import Array, Codes
from sklyra.alphabets import Alphabet
from sklyra.features.layout import are_nucleic, lay_out, read_backwards
from sklyra.features.stretches import longest_stretches
from sklyra.sequences import EncodedSequences, Inputs

# Share of letters that must match at the right offset, and how much more than at the
# next best one. Random nucleotides match at a quarter of all positions.
_LEAST, _CLEARLY = 0.5, 0.15
_QUARTERS, _N_WINDOWS = 4, 9
# What may be said of two chains: letters face each other as they are, or the first one
# read as its reverse complement, or nowhere.
PAIRINGS = ("aligned", "complementary", "apart")
# Longer chains are not searched for complementary stretches.
_MOST_POSITIONS, _MOST_FREE = 64, 512
_VERSION = 1

# The sixteen pairs of nucleotides, each made of two letters: which pair it is, and
# whether the two are alike. So two mismatches are half as similar as two equal pairs.
_KINDS = "0123456789abcdef"
_NUCLEIC_PAIRS = Alphabet(
    "pairs of nucleotides",
    _KINDS + "=x",
    degenerate={
        character: kind + ("=" if number % 5 == 0 else "x")
        for number, (character, kind) in enumerate(
            zip("ABCDEFGHIJKLMNOP", _KINDS, strict=True)
        )
    },
    silent="-",
)
# Pairs of other letters are alike or not.
_OTHER_PAIRS = Alphabet("pairs of letters", "=x", silent="-")
# Alphabets of chains of pairs, for which an encoding of letters means nothing.
PAIR_ALPHABETS = (_NUCLEIC_PAIRS, _OTHER_PAIRS)


@dataclass(frozen=True)
class Facing:
    """Two chains whose letters face each other, position by position.

    Letter ``i`` of the first faces letter ``start + i`` of the second: the same one
    where all is well, or its complement, the first read backwards.

    Parameters
    ----------
    first, second : int
        Numbers of the chains.
    start : int
        Position of the second that the first letter faces, from 0.
    complement : bool
        Whether the first is read as its reverse complement.
    n_positions : int
        Letters of the longest sequence of the first in training: what is behind them is
        not compared, so that a row means the same whatever the others are.
    """

    first: int
    second: int
    start: int
    complement: bool
    n_positions: int

    def codes(self, chains: tuple[EncodedSequences, ...]) -> tuple[Codes, Codes]:
        """Lay the facing letters out.

        Parameters
        ----------
        chains : tuple of EncodedSequences
            All chains.

        Returns
        -------
        first : ndarray of shape (n_samples, n_positions), uint8
            Codes of what stands there in the first chain; the code behind the last
            character where there is no position.
        second : ndarray of shape (n_samples, n_positions), uint8
            The same of the second chain.
        """
        one, two = chains[self.first], chains[self.second]
        assert one.alphabet is not None
        nothing = len(one.alphabet.characters)
        if self.complement:
            ends = lay_out(read_backwards(one), 0, self.n_positions, nothing)
            first = _complements(one.alphabet)[ends]
        else:
            first = lay_out(one, 0, self.n_positions, nothing)
        return first, lay_out(two, self.start, self.n_positions, nothing)


class FacingPositions:
    """Compare chains where their letters face each other, learned from training data.

    Two chains of one alphabet (DNA and RNA are one here) face each other if both have
    one length and their letters match at one offset, as they are or as reverse
    complements, at half of the positions or more; or if they are equally long in every
    row. Then a chain of pairs is added, and as covariates the number of mismatches: in
    all, and in each quarter.

    Chains of nucleotides that face each other nowhere may pair anywhere: then the
    lengths of the longest complementary stretches are covariates.

    Parameters
    ----------
    inputs : Inputs
        Training data.
    said : mapping of (int, int) to str, optional
        What users say of two chains, the lower number first: one of `PAIRINGS`. Of
        those that it says face each other, the offset with most matches is taken.

    Attributes
    ----------
    facing : list of Facing
        Chains that face each other, and differ at some positions.
    free : list of (first, second, n_positions)
        Chains of nucleotides that may pair anywhere, the shorter one first, and the
        number of its positions.

    Raises
    ------
    ValueError
        If chains are said to face each other, and cannot.
    """

    def __init__(
        self, inputs: Inputs, said: Mapping[tuple[int, int], str] | None = None
    ) -> None:
        self.facing: list[Facing] = []
        self.free: list[tuple[int, int, int]] = []
        chains = inputs.chains
        for first, second in itertools.combinations(range(len(chains)), 2):
            pairing = (said or {}).get((first, second))
            if pairing == "apart":
                continue
            if pairing is None:
                found = _find(chains, first, second)
            else:
                found = _as_said(inputs, first, second, pairing == "complementary")
            if found is not None:
                counts = _mismatches(found, chains)
                if (counts[:, 0] != counts[0, 0]).any():
                    self.facing.append(found)
            elif are_nucleic(chains[first], chains[second]):
                lengths = [int(chains[n].lengths.max()) for n in (first, second)]
                if lengths[0] > lengths[1]:
                    first, second = second, first
                if min(lengths) <= _MOST_POSITIONS and max(lengths) <= _MOST_FREE:
                    self.free.append((first, second, min(lengths)))
        numbers = self._numbers(chains)
        self._center, spread = numbers.mean(axis=0), numbers.std(axis=0)
        self._scale = np.where(spread > 0, spread, 1)

    def __call__(self, inputs: Inputs) -> Inputs:
        """Add chains of pairs, and numbers.

        Parameters
        ----------
        inputs : Inputs
            Samples with the chains of training.

        Returns
        -------
        Inputs
            The same with more chains and covariates.
        """
        if not self.facing and not self.free:
            return inputs
        pairs = [_pair_chain(facing, inputs.chains) for facing in self.facing]
        numbers = (self._numbers(inputs.chains) - self._center) / self._scale
        kinds = ["mismatches"] * bool(self.facing) + ["stretches"] * bool(self.free)
        if inputs.covariates is not None:
            numbers = np.hstack([inputs.covariates, numbers])
            kinds.insert(0, inputs.numbers)
        names = inputs.names
        if names:
            facing = [f"{names[f.first]} facing {names[f.second]}" for f in self.facing]
            names = (*names, *facing)
        return replace(
            inputs,
            chains=(*inputs.chains, *pairs),
            covariates=numbers.astype(np.float32),
            names=names,
            numbers=" and ".join(kinds),
        )

    def _numbers(self, chains: tuple[EncodedSequences, ...]) -> Array:
        """Count mismatches and stretches: (n_samples, n_numbers)."""
        columns = [np.empty((len(chains[0]), 0))]
        columns += [_mismatches(facing, chains) for facing in self.facing]
        for first, second, n in self.free:
            columns.append(longest_stretches(chains[first], chains[second], n))
        return np.hstack(columns)

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values and arrays.

        Returns
        -------
        dict
            What was learned, and the version of this layout.
        """
        return {
            "version": _VERSION,
            "facing": [list(astuple(facing)) for facing in self.facing],
            "free": [list(numbers) for numbers in self.free],
            "center": self._center.tolist(),
            "scale": self._scale.tolist(),
        }

    @classmethod
    def from_state(
        cls, state: dict[str, Any], longest: Sequence[int] = ()
    ) -> FacingPositions:
        """Convert from plain values and arrays.

        Parameters
        ----------
        state : dict
            What `to_state` returned.
        longest : sequence of int, default=()
            Length of the longest sequence of each chain in training, which states of
            version 0.2.0 do not hold.

        Returns
        -------
        FacingPositions
            The same.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        new = cls.__new__(cls)
        new.facing = [
            Facing(*(numbers if len(numbers) > 4 else (*numbers, longest[numbers[0]])))
            for numbers in state["facing"]
        ]
        new.free = [(first, second, n) for first, second, n in state["free"]]
        new._center, new._scale = map(np.array, (state["center"], state["scale"]))
        return new

    def __getstate__(self) -> dict[str, Any]:
        return self.to_state()

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(vars(self.from_state(state)))


def mismatch_windows(pairs: EncodedSequences, n_positions: int) -> Array:
    """Count mismatches near each of nine places along chains that face each other.

    Parameters
    ----------
    pairs : EncodedSequences
        A chain of pairs, as `FacingPositions` adds it.
    n_positions : int
        Number of its positions in training, over which the places are spread.

    Returns
    -------
    ndarray of shape (n_samples, 9), float64
        Mismatches, each with a normal weight of its distance: neighbors matter alike,
        wherever a count of quarters would divide them.
    """
    length = int(pairs.lengths.max())
    codes = pairs.values.reshape(len(pairs), length)
    assert pairs.alphabet is not None
    characters = np.array(list(pairs.alphabet.characters))
    degenerate = pairs.alphabet.degenerate
    differ = [
        character == "x" or "x" in degenerate.get(character, "")
        for character in characters
    ]
    mismatch = np.array(differ, dtype=np.float64)[codes]
    spread = n_positions / _N_WINDOWS
    place = (np.arange(_N_WINDOWS) + 0.5) * spread
    away = (np.arange(length)[:, None] + 0.5 - place) / spread
    windows: Array = mismatch @ np.exp(-(away**2) / 2)
    return windows


def _mismatches(facing: Facing, chains: tuple[EncodedSequences, ...]) -> Array:
    """Count mismatches in all and in each quarter: (n_samples, 5)."""
    first, second = facing.codes(chains)
    mismatch = (first != second).astype(np.float64)
    quarters = np.array_split(mismatch, _QUARTERS, axis=1)
    each = [quarter.sum(axis=1) for quarter in quarters]
    return np.column_stack([mismatch.sum(axis=1), *each])


def _are_alike(one: EncodedSequences, two: EncodedSequences) -> bool:
    """Check for letters of one alphabet, of which DNA and RNA are one."""
    if one.alphabet is None or two.alphabet is None:
        return False
    return one.alphabet.letters == two.alphabet.letters or are_nucleic(one, two)


def _find(
    chains: tuple[EncodedSequences, ...], first: int, second: int
) -> Facing | None:
    """Find how two chains face each other, the shorter one first."""
    one, two = chains[first], chains[second]
    if not _are_alike(one, two):
        return None
    if np.array_equal(one.lengths, two.lengths) and len(np.unique(one.lengths)) > 1:
        return Facing(first, second, 0, False, int(one.lengths.max()))
    if len(np.unique(one.lengths)) > 1 or len(np.unique(two.lengths)) > 1:
        return None
    ways = [False, True] if are_nucleic(one, two) else [False]
    found, share = _offsets(chains, first, second, ways)
    order = np.argsort(-share, kind="stable").tolist()
    clearly = len(share) == 1 or share[order[0]] >= share[order[1]] + _CLEARLY
    if share[order[0]] >= _LEAST and clearly:
        best: Facing = found[order[0]]
        return best
    return found[0] if len(found) == len(ways) else None


def _offsets(
    chains: tuple[EncodedSequences, ...], first: int, second: int, ways: list[bool]
) -> tuple[list[Facing], Array]:
    """List how two chains of one length each may face, and the share of matches."""
    if chains[first].lengths[0] > chains[second].lengths[0]:
        first, second = second, first
    n = int(chains[first].lengths[0])
    shifts = int(chains[second].lengths[0]) - n + 1
    found = [Facing(first, second, s, way, n) for way in ways for s in range(shifts)]
    share = [np.mean(np.equal(*facing.codes(chains))) for facing in found]
    return found, np.array(share)


def _as_said(inputs: Inputs, first: int, second: int, complement: bool) -> Facing:
    """Find the offset of chains that are said to face each other."""
    chains, names = inputs.chains, inputs.names
    one, two = chains[first], chains[second]
    word = "complementary" if complement else "aligned"
    both = f'X["{names[first]}"] and X["{names[second]}"] are said to be {word}'
    if not (are_nucleic(one, two) if complement else _are_alike(one, two)):
        kinds = [chain.alphabet.name if chain.alphabet else "-" for chain in (one, two)]
        raise ValueError(
            f"{both}, but their letters are {kinds[0]} and {kinds[1]}: "
            f"only {'DNA and RNA' if complement else 'letters of one alphabet'} can be."
        )
    if np.array_equal(one.lengths, two.lengths):
        return Facing(first, second, 0, complement, int(one.lengths.max()))
    for chain, name in zip((one, two), (names[first], names[second]), strict=True):
        other = np.flatnonzero(chain.lengths != chain.lengths[0])
        if len(other):
            raise ValueError(
                f'{both}, but differ in length within rows, and X["{name}"] between '
                f"them: {chain.lengths[0]} letters in row 0, "
                f"{chain.lengths[other[0]]} in row {other[0]}. Align them, so that "
                "both have one length, or that each row has one."
            )
    found, share = _offsets(chains, first, second, [complement])
    return found[int(np.argmax(share))]


def _pair_chain(
    facing: Facing, chains: tuple[EncodedSequences, ...]
) -> EncodedSequences:
    """Write facing letters as one letter of a pair each."""
    first, second = facing.codes(chains)
    alphabet = chains[facing.first].alphabet
    assert alphabet is not None
    n = len(alphabet.letters)
    known = (first < n) & (second < n)
    if n == 4:
        pairs, n_kinds = _NUCLEIC_PAIRS, len(_NUCLEIC_PAIRS.letters)
        codes = n_kinds + n * first.astype(np.int64) + second
    else:
        pairs, codes = _OTHER_PAIRS, (first != second).astype(np.int64)
    codes = np.where(known, codes, len(pairs.characters) - 1).astype(np.uint8)
    offsets = codes.shape[1] * np.arange(len(codes) + 1)
    return EncodedSequences(codes.ravel(), offsets, pairs)


def _complements(alphabet: Alphabet) -> Codes:
    """Tabulate the code of the complement of each code, and of nothing."""
    table = np.arange(len(alphabet.characters) + 1, dtype=np.uint8)
    table[:4] = table[:4][::-1]  # A C G T
    return table
