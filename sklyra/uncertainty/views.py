"""Views of samples: numbers that grow with how unlike training samples they are."""

from __future__ import annotations

import math
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from sklyra._typing import Array
from sklyra.features import AlignedPositions
from sklyra.sequences import EncodedSequences, Inputs
from sklyra.uncertainty.profiles import ProfileView

# Pseudo-counts of a position, spread as letters are over all positions.
_PRIOR = 0.5
# K-mers of the context model are as long as a table of so many entries holds.
_TABLE = 400_000
# Entries for each position: of longer k-mers hardly any would occur twice.
_ENTRIES = 64
# A number that never varied in training has this share of the usual scale.
_LEAST_SCALE = 1e-3
# Values in a row of numbers that are compared one by one.
_MOST_NUMBERS = 4096


class View(Protocol):
    """What is looked at; larger values are less like the training samples."""

    def __call__(self, inputs: Inputs, /) -> Array:
        """Look at samples.

        Parameters
        ----------
        inputs : Inputs
            Any samples.

        Returns
        -------
        ndarray of shape (n_samples, n_values), float64
            One or more values of each.
        """

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values.

        Returns
        -------
        dict
            Plain values and arrays.
        """


def learn_views(inputs: Inputs, summaries: bool = False) -> list[View]:
    """Learn all views that there are of some training samples.

    Parameters
    ----------
    inputs : Inputs
        Training samples.
    summaries : bool, default=False
        Only those that are frequencies and means, from which no sample can be told.

    Returns
    -------
    list of View
        Of each chain its letters at aligned positions, its k-mers in their context,
        its k-mer profile and its length; of numbers their distance.
    """
    views: list[View] = []
    for which, chain in enumerate(inputs.chains):
        if chain.alphabet is None:
            views.append(NumbersView(chain, which))
        else:
            views += [PositionView(chain, which), ContextView(chain, which, summaries)]
            if not summaries:
                views.append(ProfileView(chain, which))
        views.append(LengthView(chain, which))
    if inputs.covariates is not None:
        views.append(NumbersView(inputs.covariates, None))
    return views


class PositionView:
    r"""How rare the letters of a sequence are at their positions.

    :math:`-\sum_l \log p_l(x_l)`, with the frequencies of letters at each aligned
    position in training.

    Parameters
    ----------
    chain : EncodedSequences
        Training sequences.
    which : int
        Number of the chain.
    """

    def __init__(self, chain: EncodedSequences, which: int) -> None:
        self._which = which
        self._aligned = AlignedPositions(chain, keep_constant=True)
        codes = self._codes(chain)
        n_letters = len(self._aligned.alphabet.characters)
        counts = np.stack([(codes == c).sum(axis=0) for c in range(n_letters)], axis=1)
        usual = counts.sum(axis=0) + 1.0
        prior = _PRIOR * usual / usual.sum()
        self._surprise = -np.log((counts + prior) / (len(codes) + _PRIOR))

    def __call__(self, inputs: Inputs) -> Array:
        """Add up what is rare (see `View`)."""
        codes = self._codes(inputs.chains[self._which])
        each: Array = self._surprise[np.arange(codes.shape[1]), codes]
        total: Array = each.sum(axis=1, keepdims=True)
        return total

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values."""
        return {
            "which": self._which,
            "aligned": self._aligned.to_state(),
            "surprise": self._surprise,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Convert from plain values."""
        new = cls.__new__(cls)
        new._which, new._surprise = state["which"], state["surprise"]
        new._aligned = AlignedPositions.from_state(state["aligned"])
        return new

    def _codes(self, chain: EncodedSequences) -> npt.NDArray[np.uint8]:
        codes: npt.NDArray[np.uint8] = self._aligned(chain).values
        return codes.reshape(len(chain), -1)


class ContextView:
    r"""How unexpected each letter is behind those before it, on average.

    :math:`-\frac{1}{L} \sum_l \log p(x_l \mid x_{l-k+1} \dots x_{l-1})`, for long and
    for short k-mers, with probabilities of k-mers in training that back off to shorter
    ones [1]_.

    Parameters
    ----------
    chain : EncodedSequences
        Training sequences.
    which : int
        Number of the chain.
    short : bool, default=False
        Whether the longest k-mers have half the length.

    References
    ----------
    .. [1] Witten, I. H. & Bell, T. C. (1991). The Zero-Frequency Problem. IEEE
       Transactions on Information Theory 37, 1085-1094.
    """

    def __init__(
        self, chain: EncodedSequences, which: int, short: bool = False
    ) -> None:
        assert chain.alphabet is not None
        self._which = which
        self._n_letters = len(chain.alphabet.letters)
        # all that is no letter is one more symbol
        self._base = self._n_letters + 1
        table = min(_TABLE, _ENTRIES * len(chain.values))
        longest = max(2, int(math.log(table, self._base)) // (1 + short))
        self._sizes = range(1, longest + 1)
        place = _places(chain)
        self._counts = []
        for size, kmers in zip(self._sizes, self._kmers(chain), strict=True):
            found = np.bincount(kmers[place >= size - 1], minlength=self._base**size)
            self._counts.append(found.astype(np.int32).reshape(-1, self._base))
        self._sum_up()

    def _sum_up(self) -> None:
        self._totals = [table.sum(axis=1) for table in self._counts]
        self._kinds = [(table > 0).sum(axis=1) for table in self._counts]

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values."""
        return {
            "which": self._which,
            "n_letters": self._n_letters,
            "counts": self._counts,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Convert from plain values."""
        new = cls.__new__(cls)
        new._which, new._n_letters = state["which"], state["n_letters"]
        new._base, new._counts = new._n_letters + 1, list(state["counts"])
        new._sizes = range(1, len(new._counts) + 1)
        new._sum_up()
        return new

    def __call__(self, inputs: Inputs) -> Array:
        """Average over the letters of a sequence (see `View`)."""
        chain = inputs.chains[self._which]
        place = _places(chain)
        rows = np.repeat(np.arange(len(chain)), chain.lengths)
        probability = np.full(len(place), 1 / self._base)
        values = []
        for size, kmers in zip(self._sizes, self._kmers(chain), strict=True):
            there = place >= size - 1
            context, letter = np.divmod(kmers[there], self._base)
            total, kinds = (x[size - 1][context] for x in (self._totals, self._kinds))
            seen = self._counts[size - 1][context, letter] + kinds * probability[there]
            known = np.where(total > 0, seen / np.maximum(total + kinds, 1), 0)
            probability[there] = np.where(total > 0, known, probability[there])
            if size in (len(self._sizes) // 2, len(self._sizes)):
                surprise = np.bincount(rows, -np.log(probability), len(chain))
                values.append(surprise / chain.lengths)
        return np.stack(values, axis=1)

    def _kmers(self, chain: EncodedSequences) -> list[npt.NDArray[np.int64]]:
        """Compute numbers of the k-mers that end at each position.

        Those that begin in the sequence before are among them.
        """
        letters = np.minimum(chain.values, self._n_letters).astype(np.int64)
        kmers = [letters]
        for size in self._sizes[1:]:
            longer = letters.copy()
            longer[1:] += kmers[-1][:-1] % self._base ** (size - 1) * self._base
            kmers.append(longer)
        return kmers


class LengthView:
    """How far the length of a sequence is from the usual one.

    Parameters
    ----------
    chain : EncodedSequences
        Training sequences.
    which : int
        Number of the chain.
    """

    def __init__(self, chain: EncodedSequences, which: int) -> None:
        self._which = which
        self._usual = float(np.median(np.log(chain.lengths)))

    def __call__(self, inputs: Inputs) -> Array:
        """Compare lengths (see `View`)."""
        lengths = np.log(inputs.chains[self._which].lengths)
        return np.abs(lengths - self._usual)[:, None]

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values."""
        return {"which": self._which, "usual": self._usual}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Convert from plain values."""
        new = cls.__new__(cls)
        new._which, new._usual = state["which"], state["usual"]
        return new


class NumbersView:
    """How far numbers are from their means, in standard deviations.

    The root of the mean square: of all numbers of a row if rows have equally many, up
    to 4,096, otherwise of means over positions.

    Parameters
    ----------
    numbers : EncodedSequences or ndarray of shape (n_samples, n_numbers), float32
        Channels of each position, or covariates.
    which : int or None
        Number of the chain; None for covariates.
    """

    def __init__(
        self, numbers: EncodedSequences | npt.NDArray[np.float32], which: int | None
    ) -> None:
        self._which = which
        self._flat = False
        if isinstance(numbers, EncodedSequences):
            lengths = numbers.lengths
            n_numbers = int(lengths.max()) * int(np.prod(numbers.values.shape[1:]))
            same = bool((lengths == lengths[0]).all())
            self._flat = same and n_numbers <= _MOST_NUMBERS
        table = self._table(numbers)
        self._mean, scale = table.mean(axis=0), table.std(axis=0)
        usual = scale.max() if scale.max() > 0 else max(1.0, np.abs(table).max())
        self._scale = np.maximum(scale, _LEAST_SCALE * usual)

    def __call__(self, inputs: Inputs) -> Array:
        """Compare numbers (see `View`)."""
        numbers = (
            inputs.covariates if self._which is None else inputs.chains[self._which]
        )
        assert numbers is not None
        table = self._table(numbers)
        if table.shape[1] != len(self._mean):  # of another length than all of training
            return np.full((len(table), 1), 1 / _LEAST_SCALE)
        away = (table - self._mean) / self._scale
        distance: Array = np.sqrt(np.mean(away**2, axis=1, keepdims=True))
        return distance

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values."""
        return {
            "which": self._which,
            "flat": self._flat,
            "mean": self._mean,
            "scale": self._scale,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Convert from plain values."""
        new = cls.__new__(cls)
        new._which, new._flat = state["which"], state["flat"]
        new._mean, new._scale = state["mean"], state["scale"]
        return new

    def _table(self, numbers: EncodedSequences | npt.NDArray[np.float32]) -> Array:
        if not isinstance(numbers, EncodedSequences):
            return numbers.astype(np.float64)
        values = numbers.values.reshape(len(numbers.values), -1).astype(np.float64)
        if self._flat and (numbers.lengths == numbers.lengths[0]).all():
            return values.reshape(len(numbers), -1)
        total: Array = np.add.reduceat(values, numbers.offsets[:-1], axis=0)
        return total / numbers.lengths[:, None]


SUMMARIES: dict[str, Any] = {
    view.__name__: view for view in (PositionView, ContextView, LengthView, NumbersView)
}


def _places(chain: EncodedSequences) -> npt.NDArray[np.int64]:
    """Count the positions before each in its sequence."""
    starts = np.repeat(chain.offsets[:-1], chain.lengths)
    places: npt.NDArray[np.int64] = np.arange(len(starts)) - starts
    return places
