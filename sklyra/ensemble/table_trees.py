"""Parts of decision trees, in models of tables."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from sklyra._state import check_version, require
from sklyra._training import Job
from sklyra._trees import Trees
from sklyra._typing import Array
from sklyra._workers import in_threads
from sklyra.ensemble.part import HeldOut, Split
from sklyra.ensemble.settings import TrainingSettings
from sklyra.features import PAIR_ALPHABETS, AlignedChains, mismatch_windows
from sklyra.sequences import Inputs
from sklyra.targets.target import Scale, Target

_VERSION = 2
# Rows to learn from, at most, and rows that go down all trees at a time.
_MOST_ROWS, _AT_ONCE = 2**16, 4096


class TreesPart(ABC):
    """Decision trees over letters at aligned positions, their numbers, and covariates.

    Trees ask for one column at a time. That is how numbers and categories often work,
    and what a kernel or a network has to learn first. How they are grown is what
    kinds of trees differ in.

    Parameters
    ----------
    aligned : AlignedChains
        Positions that mean the same in every row.
    position, letter : ndarray of shape (n_columns,), int64
        Position and code of each letter that there is a column for.
    counted : ndarray of shape (n_counted,), int64
        Letters that are counted, by their place among the letters of all chains.
    facing : list of (chain, n_positions)
        Chains of pairs, and how many positions these had in training: mismatches near
        each of nine places along them have columns too.

    Attributes
    ----------
    members : list of list of Trees
        For each member the trees of each output, once fitted.
    """

    name: ClassVar[str]
    scale: Scale = "level"

    def __init__(
        self,
        aligned: AlignedChains,
        position: npt.NDArray[np.int64],
        letter: npt.NDArray[np.int64],
        counted: npt.NDArray[np.int64],
        facing: list[tuple[int, int]],
    ) -> None:
        self.aligned, self.position, self.letter = aligned, position, letter
        self.counted, self.facing = counted, facing
        self.members: list[list[Trees]] = []

    @classmethod
    def learn(cls, inputs: Inputs) -> Self | None:
        """Make a part for some training data.

        Parameters
        ----------
        inputs : Inputs
            Training data.

        Returns
        -------
        TreesPart or None
            With a column for each letter at a position that two rows or more have, and
            for each letter of which sequences have different numbers; None if X is no
            table.
        """
        if not inputs.is_table:
            return None
        aligned = AlignedChains(inputs)
        codes = aligned(inputs).sequences.values.reshape(len(inputs), -1)
        n_codes = len(aligned.joined.alphabet.characters)
        counts = [np.bincount(column, minlength=n_codes) for column in codes.T]
        columns = np.reshape(counts, (-1, n_codes)) > 1
        counted = np.flatnonzero(np.ptp(_composition(inputs), axis=0))
        position, letter = np.nonzero(columns)
        facing = [
            (number, int(chain.lengths.max()))
            for number, chain in enumerate(inputs.chains)
            if chain.alphabet in PAIR_ALPHABETS
        ]
        return cls(aligned, position, letter, counted, facing)

    def resumed(self) -> Self:
        """Begin anew with the same positions (see `Part.resumed`)."""
        part = type(self)(
            self.aligned, self.position, self.letter, self.counted, self.facing
        )
        part.members = self.members
        return part

    def plan(
        self, split: Split, settings: TrainingSettings, rng: np.random.RandomState
    ) -> list[Job]:
        """Return nothing: there are no networks (see `Part.plan`)."""
        return []

    def keep(self, jobs: list[Job]) -> None:  # noqa: B027 - nothing to do for any kind
        """Stay what it is (see `Part.keep`)."""

    def finish(
        self,
        jobs: list[Job],
        split: Split,
        target: Target,
        rng: np.random.RandomState,
        precision: str,
    ) -> HeldOut:
        """Fit a member to each fold, and predict what it held out."""
        levels = target.levels(split.data.target)
        weight = split.data.weight.astype(np.float64)
        asked = split.asked.inputs
        total = np.zeros((len(asked), levels.shape[1]))
        times = np.zeros((len(asked), 1))
        drawn = [
            (int(rng.randint(2**31)), np.sort(rng.permutation(rows)[:_MOST_ROWS]))
            for rows, _ in split.folds
        ]
        self.members = [[] for _ in drawn]

        def fit(number: int) -> None:
            seed, rows = drawn[number]
            table = self._table(split.data.inputs.take(rows))
            self.members[number] = [
                self._grow_known(table, values, weight[rows], seed)
                for values in levels[rows].T
            ]

        in_threads(fit, range(len(drawn)))
        for member, (_, held) in zip(self.members, split.folds, strict=True):
            predicted = held if split.valid is None else np.arange(len(asked))
            if len(predicted):
                held_inputs = asked.take(predicted)
                total[predicted] += self._predict(member, held_inputs)
                times[predicted] += 1
        with np.errstate(invalid="ignore"):
            held_out = total / times
        return HeldOut(held_out, held_out)

    def _grow_known(
        self, table: Array, values: Array, weight: Array, seed: int
    ) -> Trees:
        """Grow the trees of one output from the rows that have it."""
        known = np.isfinite(values)
        if not known.any():  # nothing but the mean of all, which is 0
            return self.grow(table, np.zeros(len(values)), weight, seed)
        return self.grow(table[known], values[known], weight[known], seed)

    @staticmethod
    @abstractmethod
    def grow(table: Array, values: Array, weight: Array, seed: int) -> Trees:
        """Grow trees.

        Parameters
        ----------
        table : ndarray of shape (n_samples, n_columns), float64
            Letters as zeros and ones, their numbers, and covariates.
        values : ndarray of shape (n_samples,), float64
            One output, none of it missing.
        weight : ndarray of shape (n_samples,), float64
            How much each sample counts.
        seed : int
            Of the random numbers.

        Returns
        -------
        Trees
            Trees that predict the values.
        """

    def _table(self, inputs: Inputs) -> Array:
        """Lay letters, their numbers, mismatches and covariates side by side."""
        codes = self.aligned(inputs).sequences.values.reshape(len(inputs), -1)
        columns = codes[:, self.position] == self.letter
        table = [columns, _composition(inputs)[:, self.counted]]
        table += [mismatch_windows(inputs.chains[k], n) for k, n in self.facing]
        if inputs.covariates is not None:
            table.append(inputs.covariates)
        return np.hstack(table, dtype=np.float64)

    def _predict(self, member: list[Trees], inputs: Inputs) -> Array:
        """Predict all outputs, some rows at a time: (n_samples, n_outputs)."""
        out = np.empty((len(inputs), len(member)))
        for start in range(0, len(inputs), _AT_ONCE):
            rows = np.arange(start, min(start + _AT_ONCE, len(inputs)))
            table = self._table(inputs.take(rows))
            out[rows] = np.stack([trees.predict(table) for trees in member], axis=1)
        return out

    def predict(self, inputs: Inputs, precision: str) -> Array:
        """Predict with each member (see `Part.predict`)."""
        return np.stack([self._predict(member, inputs) for member in self.members])

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values and arrays.

        Returns
        -------
        dict
            What was learned, and the version of this layout.
        """
        members = [[trees._asdict() for trees in member] for member in self.members]
        return {
            "version": _VERSION,
            "aligned": self.aligned.to_state(),
            "position": self.position,
            "letter": self.letter,
            "counted": self.counted,
            "facing": [list(numbers) for numbers in self.facing],
            "members": members,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Convert from plain values and arrays.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        TreesPart
            The same.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        aligned = AlignedChains.from_state(state["aligned"])
        facing = [(chain, n) for chain, n in state.get("facing", [])]
        where = state["position"], state["letter"], state["counted"]
        part = cls(aligned, *where, facing)
        part.members = [
            [Trees(**trees) for trees in member] for member in state["members"]
        ]
        for trees in (trees for member in part.members for trees in member):
            require(trees.is_consistent(), "Trees")
        return part

    def __getstate__(self) -> dict[str, Any]:
        return self.to_state()

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(vars(self.from_state(state)))


def _composition(inputs: Inputs) -> Array:
    """Count the letters of each chain, those of one chain behind those of another."""
    counts = []
    for chain in inputs.chains:
        assert chain.alphabet is not None  # tables have no chains of channels
        n_letters = len(chain.alphabet.characters)
        row = np.repeat(np.arange(len(chain)), chain.lengths)
        each = np.bincount(
            row * n_letters + chain.values, minlength=len(chain) * n_letters
        )
        counts.append(each.reshape(len(chain), n_letters))
    return np.hstack(counts).astype(np.float64)
