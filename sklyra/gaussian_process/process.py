"""A Gaussian process over sequences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from sklyra.gaussian_process.effects import (
    Effect,
    add_up,
    average_effects,
    pair_effects,
)
from sklyra.gaussian_process.evidence import best_kernel
from sklyra.gaussian_process.features import FeatureMap, Features
from sklyra.gaussian_process.kernel import JITTER, Kernel
from sklyra.gaussian_process.letters import Products
from sklyra.sequences import EncodedSequences

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

# Time grows with the cube of the number of rows, memory with the square: 2 GiB for the
# kernel, and four fifths of the rows and columns of it again for what is held out.
MOST_ROWS = 2**14
# Sequences that are compared at a time.
AT_ONCE = 1024
# Training sequences whose letters are exchanged to see what they are worth.
_LOOKED_AT = 512
_TINY = np.finfo(np.float64).tiny


class GaussianProcess:
    """Predict from how alike sequences are to those of training.

    Parameters
    ----------
    sequences : EncodedSequences
        Training sequences, as codes.
    target : ndarray of shape (n_samples, n_outputs), float64
        What they measure.
    weight : ndarray of shape (n_samples,), float64
        Weight of each, 1 on average: the inverse of its noise, in proportion.
    rng : RandomState
        Chooses rows, if there are more than `most`.
    most : int, default=16384
        How many rows to look at, at most.

    Attributes
    ----------
    kernel : Kernel
        What was learnt about positions and the shares of the variance.
    slots : ndarray of shape (n_slots,), int64
        Position that each relevance of the kernel is for, negative if counted from the
        right end.
    """

    def __init__(
        self,
        sequences: EncodedSequences,
        target: Array,
        weight: Array,
        rng: np.random.RandomState,
        most: int = MOST_ROWS,
    ) -> None:
        self._rows = np.sort(rng.permutation(len(target))[:most])
        self._sequences = sequences.take(self._rows)
        self._map = FeatureMap(self._sequences)
        self.slots = self._map.slots.positions
        self._features = self._map(self._sequences)
        self._target, self._weight = target[self._rows], weight[self._rows]
        self._mean = np.average(self._target, axis=0, weights=self._weight)
        centred = self._target - self._mean
        self.kernel = best_kernel(self._features, centred, self._weight, rng)
        self._solution = self._solve(self._among(), np.arange(len(self._rows)))

    def __getstate__(self) -> dict[str, Any]:
        """Keep the sequences, a byte for each position, not what is made of them.

        And arrays instead of tensors, which safe formats do not know.
        """
        made = ("_features", "_effects")
        state = {k: v for k, v in vars(self).items() if k not in made}
        state["kernel"] = tuple(part.numpy() for part in self.kernel)
        state["_solution"] = self._solution.numpy()
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Make it again."""
        vars(self).update(state)
        # copies, because arrays may be files mapped into memory, to be read only
        self.kernel = Kernel(*(torch.tensor(part) for part in state["kernel"]))
        self._solution = torch.tensor(state["_solution"])
        self._features = self._map(self._sequences)

    def predict(self, sequences: EncodedSequences) -> Array:
        """Predict.

        Parameters
        ----------
        sequences : EncodedSequences
            Any sequences of the same alphabet.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs), float64
            Expected values.
        """
        return self._apply(sequences, self._features, self._solution)

    def held_out(
        self, folds: Sequence[tuple[Rows, Rows]], sequences: EncodedSequences
    ) -> Array:
        """Predict parts of the training data from the others.

        Parameters
        ----------
        folds : sequence of (train, valid)
            Rows to predict from and rows to predict.
        sequences : EncodedSequences
            The training sequences.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs), float64
            Expected values; NaN where a row is in no `valid`.
        """
        where = np.full(len(sequences), -1)
        where[self._rows] = np.arange(len(self._rows))
        out = np.full((len(sequences), self._target.shape[1]), np.nan)
        K = self._among()
        for train, valid in folds:
            known = where[train]
            known = known[known >= 0]
            if not len(known):
                continue
            solution = self._solve(K[known[:, None], known], known)
            looked_at = valid[where[valid] >= 0]
            found = (K[where[looked_at]][:, known] @ solution).numpy()
            out[looked_at] = found + self._mean
            others = valid[where[valid] < 0]
            if len(others):
                some = self._features.take(known)
                out[others] = self._apply(sequences.take(others), some, solution)
        return out

    def variance_shares(self) -> dict[str, float]:
        """Divide the variance of training targets by where it comes from.

        Returns
        -------
        dict of str to float
            Shares of the variance of what is predicted for training sequences, and of
            the noise around it: ``"additive"``, what the sum of average effects of
            single letters explains; of what that leaves, the part of letters at
            positions, divided into what effects of pairs explain, ``"pairwise"``, and
            the rest, ``"higher_order"``, and the part of words, ``"composition"``; and
            ``"noise"``. They add up to 1.
        """
        some = self._some()
        terms = np.zeros((3, len(some), self._target.shape[1]))
        for rows in _parts(len(self._rows)):
            found = self.kernel.components(*_pair(some, self._features.take(rows)))
            terms += [(part @ self._solution[rows]).numpy() for part in found]
        terms -= terms.mean(axis=1, keepdims=True)
        total = terms.sum(axis=0)
        sums = add_up(self._effects, some, total.shape[1])
        sums -= sums.mean(axis=0)
        # the sum of effects is smaller than it should be, as all that is shrunk
        slope = (sums * total).sum(axis=0) / np.maximum((sums**2).sum(axis=0), _TINY)
        rest = total - slope * sums
        along = (terms * rest).mean(axis=1).sum(axis=1)  # these add up
        epistasis = max(along[0] + along[1], 0)
        pairs = pair_effects(self.kernel, self._features, self._solution.numpy(), some)
        pairs -= pairs.mean(axis=0)
        with_pairs = np.maximum((pairs * rest).mean(axis=0), 0)
        size = np.maximum((pairs**2).mean(axis=0), _TINY)
        pairwise = min((with_pairs**2 / size).sum(), epistasis)
        centred = self._target - self._mean
        noise = (centred * self._solution.numpy()).mean(axis=0).sum()
        shares = np.array(
            [
                ((slope * sums) ** 2).mean(axis=0).sum(),
                pairwise,
                epistasis - pairwise,
                max(along[2], 0),
                noise * self.kernel.noise.item(),
            ]
        )
        shares /= max(shares.sum(), _TINY)
        names = ("additive", "pairwise", "higher_order", "composition", "noise")
        return dict(zip(names, shares.tolist(), strict=True))

    def additive_effects(self) -> tuple[npt.NDArray[np.int64], list[str], Array]:
        """Say what each letter adds at each slot, averaged over training sequences.

        Returns
        -------
        positions : ndarray of shape (n_effects,), int64
            Position of each effect, from 0; negative if counted from the right end.
        letters : list of str
            Letter of each effect: all that occur there in training.
        effects : ndarray of shape (n_effects, n_outputs), float64
            How much more is expected, on average, of training sequences with the letter
            put there than of training sequences as they are.
        """
        positions, letters, effects = [], [], []
        for slot, (codes, worth) in enumerate(self._effects):
            for code, effect in zip(codes, worth, strict=True):
                if code < len(self._features.table) - 1:
                    positions.append(self.slots[slot])
                    letters.append(self._map.alphabet.characters[code])
                    effects.append(effect)
        shape = (len(effects), self._target.shape[1])
        return np.array(positions, np.int64), letters, np.reshape(effects, shape)

    def _some(self) -> Features:
        """Take as many training sequences as can be looked at one by one."""
        # rows are in the order of the user's, which may be sorted by something
        n = len(self._rows)
        rows = np.unique(np.linspace(0, n - 1, _LOOKED_AT, dtype=int))
        return self._features.take(rows)

    @cached_property
    def _effects(self) -> list[Effect]:
        some = self._some()
        alike = np.empty((len(some), len(self._rows)))
        for rows in _parts(len(self._rows)):
            terms = self.kernel.components(*_pair(some, self._features.take(rows)))
            alike[:, rows] = terms[1].numpy()
        solution = self._solution.numpy()
        return average_effects(self.kernel, self._features, solution, some, alike)

    def _among(self) -> Tensor:
        """Compare training sequences with one another: (n, n), each pair once."""
        K = torch.empty(len(self._features), len(self._features), dtype=torch.float64)
        for columns in _parts(len(K)):
            some = self._features.take(columns)
            for rows in _parts(columns[-1] + 1):
                part = self.kernel(*_pair(self._features.take(rows), some))
                K[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = part
                K[columns[0] : columns[-1] + 1, rows[0] : rows[-1] + 1] = part.T
        return K

    def _solve(self, K: Tensor, rows: Rows) -> Tensor:
        """Solve for the weights of some rows, between which K is, in place."""
        noise = self.kernel.noise.item() / self._weight[rows] + JITTER
        K.diagonal().add_(torch.from_numpy(noise))
        y = torch.from_numpy(self._target[rows] - self._mean)
        # torch works on columns: what is laid out in rows it would copy, as it does
        # every factor that `cholesky_solve` is given.
        factor = torch.linalg.cholesky(K.mT, out=K.mT)
        half = torch.linalg.solve_triangular(factor, y, upper=False)
        solution: Tensor = torch.linalg.solve_triangular(factor.mT, half, upper=True)
        return solution

    def _apply(
        self, sequences: EncodedSequences, known: Features, solution: Tensor
    ) -> Array:
        """Predict from the solution for known rows."""
        out = np.tile(self._mean, (len(sequences), 1))
        for rows in _parts(len(sequences)):
            some = self._map(sequences.take(rows))
            for others in _parts(len(known)):
                K = self.kernel(*_pair(some, known.take(others)))
                out[rows] += (K @ solution[others]).numpy()
        return out


def _parts(n: int) -> Iterator[Rows]:
    """Divide rows into parts that are compared at a time."""
    for start in range(0, n, AT_ONCE):
        yield np.arange(start, min(start + AT_ONCE, n))


def _pair(one: Features, two: Features) -> tuple[Callable[[Tensor], Products], Tensor]:
    """Give a kernel what it compares all of one with all of two by."""
    return one.letters_alike(two), torch.from_numpy(one.words_alike(two))
