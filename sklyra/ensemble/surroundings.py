"""Ridge regression on what surrounds each position, in closed form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from sklyra._state import check_version
from sklyra._training import Job
from sklyra._typing import Array, Mask, Rows
from sklyra.alphabets import Alphabet
from sklyra.batching import SequenceDataset, chunks
from sklyra.ensemble.part import HeldOut, Split
from sklyra.ensemble.settings import TrainingSettings
from sklyra.features import (
    N_STEMS,
    can_pair,
    letter_vectors,
    n_surroundings,
    position_channels,
    surroundings,
)
from sklyra.sequences import EncodedSequences, Inputs
from sklyra.targets.target import Scale, Target

_VERSION = 1
# Positions whose features are in memory at a time.
_POSITIONS = 2**13
# Penalties on coefficients, as so many positions would say that these are zero.
_PENALTIES = (30.0, 300.0, 3_000.0, 30_000.0)
_DEFAULT = 300.0


class _Sums(NamedTuple):
    """Sums over positions: all that least squares needs to know of them."""

    features: Array  # (F, F)
    target: Array  # (F, K)
    square: Array  # (K,)

    def plus(self, other: _Sums) -> _Sums:
        return _Sums(*(a + b for a, b in zip(self, other, strict=True)))

    def solve(self, penalty: float) -> Array:
        """Coefficients (F, K) for a penalty; the constant is free."""
        diagonal = np.full(len(self.features), penalty)
        diagonal[-1] = 1e-6 * penalty
        found = np.linalg.solve(self.features + np.diag(diagonal), self.target)
        return np.asarray(found, dtype=np.float64)

    def loss(self, coefficients: Array) -> float:
        """Squared error of predictions for these positions."""
        of_target = (coefficients * self.target).sum()
        product = self.features @ coefficients
        return float(self.square.sum() - 2 * of_target + (coefficients * product).sum())


class SurroundingsPart:
    """Linear regression of levels on the window, the composition and the ends.

    A smooth, linear view of a position: how much of each residue there is near it and
    far from it, and how near the ends are; of RNA also how well bases pair. Folds and
    penalties cost little, because least squares knows positions by sums of products.

    Parameters
    ----------
    alphabet : Alphabet
        That of the sequences.
    coefficients : ndarray of shape (n_features, n_outputs), float64, or None, \
default=None
        What was learned.
    """

    name = "surroundings"
    scale: Scale = "level"

    def __init__(self, alphabet: Alphabet, coefficients: Array | None = None) -> None:
        self.alphabet = alphabet
        self.coefficients = np.empty((0, 0)) if coefficients is None else coefficients
        self._vectors = letter_vectors(alphabet)

    @classmethod
    def learn(cls, inputs: Inputs) -> Self | None:
        """Make a part (see `SinglePart.learn`), if X has letters."""
        alphabet = inputs.sequences.alphabet
        return None if alphabet is None else cls(alphabet)

    @property
    def n_channels(self) -> int:
        """Number of channels of a position.

        Returns
        -------
        int
            How many numbers stand for it.
        """
        n_stems = N_STEMS if can_pair(self.alphabet) else 0
        return int(self._vectors.shape[1]) + n_stems

    def resumed(self) -> Self:
        """Make another (see `Part.resumed`): it is learned anew."""
        return type(self)(self.alphabet)

    def plan(
        self, split: Split, settings: TrainingSettings, rng: np.random.RandomState
    ) -> list[Job]:
        """Return no networks (see `Part.plan`)."""
        return []

    def keep(self, jobs: list[Job]) -> None:
        """Do nothing, for there are no networks (see `Part.keep`)."""

    def finish(
        self,
        jobs: list[Job],
        split: Split,
        target: Target,
        rng: np.random.RandomState,
        precision: str,
    ) -> HeldOut:
        """Solve least squares, and for each fold without it (see `Part.finish`)."""
        data, asked = split.data, split.asked
        levels = target.levels(data.target)
        sides = _sides(split.folds, len(data))
        pairs = [
            _solve_folds(self, data, levels[:, columns], sides)
            for columns in _same_missing(levels)
        ]
        order = np.concatenate(_same_missing(levels))
        inverse = np.argsort(order)
        self.coefficients = np.concatenate([p[0] for p in pairs], axis=1)[:, inverse]
        if split.valid is not None:
            out = self._outputs(asked.sequences, self.coefficients)
            return HeldOut(out, out)
        total = np.zeros((len(asked.target), levels.shape[1]))
        times = np.zeros((len(asked.target), 1))
        for fold, (_, held) in enumerate(split.folds):
            if not len(held):
                continue
            of_fold = np.concatenate([p[1][fold] for p in pairs], axis=1)[:, inverse]
            at = asked.entries(held)
            total[at] += self._outputs(asked.sequences.take(held), of_fold)
            times[at] += 1
        with np.errstate(invalid="ignore"):
            total /= times
        return HeldOut(total, total)

    def predict(self, inputs: Inputs, precision: str) -> Array:
        """Predict levels (see `Part.predict`)."""
        return self._outputs(inputs.sequences, self.coefficients)[None]

    def _outputs(self, sequences: EncodedSequences, coefficients: Array) -> Array:
        out = np.empty((len(sequences.values), coefficients.shape[1]))
        for at, features in self.blocks(sequences):
            out[at] = features @ coefficients
        return out

    def blocks(
        self, sequences: EncodedSequences
    ) -> Iterator[tuple[Rows, npt.NDArray[np.float32]]]:
        """Compute features of some positions at a time.

        Parameters
        ----------
        sequences : EncodedSequences
            Any sequences.

        Yields
        ------
        at : ndarray of shape (n_positions,), int
            Which positions.
        features : ndarray of shape (n_positions, n_features), float32
            Their features.
        """
        for rows in chunks(sequences, _POSITIONS):
            part, positions = sequences.take(rows), sequences.positions(rows)
            channels = position_channels(part, self._vectors)
            for start in range(0, len(positions), _POSITIONS):
                some = slice(start, start + _POSITIONS)
                yield positions[some], surroundings(part, channels, some)

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values and arrays.

        Returns
        -------
        dict
            What was learned, and the version of this layout.
        """
        return {
            "version": _VERSION,
            "alphabet": self.alphabet.to_state(),
            "coefficients": self.coefficients,
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
        SurroundingsPart
            The same.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        return cls(Alphabet.from_state(state["alphabet"]), state["coefficients"])

    def __getstate__(self) -> dict[str, Any]:
        return self.to_state()

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(vars(self.from_state(state)))


def _sides(folds: list[tuple[Rows, Rows]], n_samples: int) -> Mask:
    """Find on which side of which fold each sequence is, (2, n_folds, n_samples)."""
    sides = np.zeros((2, len(folds), n_samples), bool)
    for fold, (train, held) in enumerate(folds):
        sides[0, fold, train] = True
        sides[1, fold, held] = True
    return sides


def _same_missing(levels: Array) -> list[Rows]:
    """Group outputs of which the same positions were measured."""
    measured = np.isfinite(levels)
    _, group = np.unique(measured, axis=1, return_inverse=True)
    group = group.ravel()
    return [np.flatnonzero(group == number) for number in range(group.max() + 1)]


def _solve_folds(
    part: SurroundingsPart, data: SequenceDataset, levels: Array, sides: Mask
) -> tuple[Array, list[Array]]:
    """Coefficients of all sequences, and of the training side of each fold."""
    kinds, kind = np.unique(sides, axis=2, return_inverse=True)
    kind = kind.ravel()
    sums = [
        _sum_products(part, data, levels, np.flatnonzero(kind == number))
        for number in range(kinds.shape[2])
    ]

    def add(members: Mask) -> _Sums | None:
        total = None
        for number in np.flatnonzero(members):
            total = sums[number] if total is None else total.plus(sums[number])
        return total

    everything = add(np.ones(kinds.shape[2], bool))
    assert everything is not None
    folds = [(add(train), add(held)) for train, held in kinds.transpose(1, 0, 2)]
    losses = np.zeros(len(_PENALTIES))
    solved: list[list[Array]] = []
    for train, held in folds:
        each = [(train or everything).solve(penalty) for penalty in _PENALTIES]
        solved.append(each)
        if held is not None:
            losses += [held.loss(coefficients) for coefficients in each]
    best = int(losses.argmin()) if losses.any() else _PENALTIES.index(_DEFAULT)
    return everything.solve(_PENALTIES[best]), [each[best] for each in solved]


def _sum_products(
    part: SurroundingsPart, data: SequenceDataset, levels: Array, rows: Rows
) -> _Sums:
    """Add up products of features and levels over positions that were measured."""
    entries = data.entries(rows)
    target, weight = levels[entries], data.weight[entries].astype(np.float64)
    known = np.isfinite(target).all(axis=1) & (weight > 0)
    n_features = n_surroundings(part.n_channels)
    features = np.zeros((n_features, n_features))
    of_target = np.zeros((n_features, target.shape[1]))
    for at, block in part.blocks(data.sequences.take(rows)):
        used = known[at]
        weighted = block[used] * np.sqrt(weight[at][used])[:, None].astype(np.float32)
        features += weighted.T @ weighted
        of_target += block[used].T @ (weight[at][used, None] * target[at][used])
    square = (weight[known, None] * target[known] ** 2).sum(axis=0)
    return _Sums(features, of_target, square)
