"""A Gaussian process over sequences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from sklyra._typing import Array, Rows
from sklyra._workers import in_threads
from sklyra.gaussian_process.evidence import best_kernel
from sklyra.gaussian_process.explanation import Unseen, explain
from sklyra.gaussian_process.features import FeatureMap, Features, parts
from sklyra.gaussian_process.kernel import JITTER, Kernel
from sklyra.sequences import EncodedSequences

# Time grows with the cube of the number of rows, memory with the square: 2 GiB for the
# kernel, and a fifth of its columns again for what is held out.
MOST_ROWS = 2**14
# Training sequences that are looked at to explain what was found, and the folds in
# which they are left out.
_LOOKED_AT, _FOLDS = 512, 5
# With no more rows than this the kernel is learnt anew without those held out. With
# more, what it knows of them does not show in what is predicted of them.
_LEARN_AGAIN = 500


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
    same : ndarray of shape (n_samples,), int, or None, default=None
        A number for each, equal for those that tell of one another: none of them says
        what is found unseen of the others. None compares sequences.

    Attributes
    ----------
    kernel : Kernel
        What was learnt about positions and the shares of the variance.
    positions : ndarray of shape (n_positions,), int64
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
        same: Rows | None = None,
    ) -> None:
        self._rows = np.sort(rng.permutation(len(target))[:most])
        self._sequences = sequences.take(self._rows)
        self._map = FeatureMap(self._sequences)
        self.positions = self._map.aligned.positions
        self._features = self._map(self._sequences)
        self._target, self._weight = target[self._rows], weight[self._rows]
        self._mean = np.average(self._target, axis=0, weights=self._weight)
        y = self._target - self._mean
        self.kernel = best_kernel(self._features, y, self._weight, rng)
        factor = _factor(self._among(), self._weight, self.kernel)
        self._factored: Tensor | None = factor  # until `release`
        self._solution = _solve(factor, torch.from_numpy(y))
        same = sequences.copies() if same is None else same
        self._explain(self._unseen(factor, same[self._rows]))

    def __getstate__(self) -> dict[str, Any]:
        """Keep the sequences, a byte for each position, not what is made of them.

        And arrays instead of tensors, which safe formats do not know.
        """
        left = ("_features", "_factored")
        state = {k: v for k, v in vars(self).items() if k not in left}
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
        self._factored = None

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
        solved = _Solved(self.kernel, self._features, self._solution, self._mean)
        return self._apply(sequences, solved)

    def held_out(
        self, folds: Sequence[tuple[Rows, Rows]], sequences: EncodedSequences
    ) -> tuple[Array, Array]:
        """Predict parts of the training data from the others.

        Parameters
        ----------
        folds : sequence of (train, valid)
            Rows to predict from and rows to predict.
        sequences : EncodedSequences
            The training sequences.

        Returns
        -------
        kept : ndarray of shape (n_samples, n_outputs), float64
            Expected values with the kernel and the mean of all rows; NaN where a row is
            in no `valid`.
        honest : ndarray of shape (n_samples, n_outputs), float64
            The same with kernel and mean learnt without what is predicted. With more
            than 500 rows that does not show, and it is the same array.
        """
        kept = self._held_out(folds, sequences, self._without_others)
        if len(self._rows) > _LEARN_AGAIN:
            return kept, kept
        return kept, self._held_out(folds, sequences, self._learn_again)

    def _held_out(
        self,
        folds: Sequence[tuple[Rows, Rows]],
        sequences: EncodedSequences,
        solve: Callable[[Rows], _Solved],
    ) -> Array:
        where = np.full(len(sequences), -1)
        where[self._rows] = np.arange(len(self._rows))
        out = np.full((len(sequences), self._target.shape[1]), np.nan)
        for train, valid in folds:
            known = where[train]
            known = known[known >= 0]
            if not len(known):
                continue
            part = solve(known)
            seen = where[valid] >= 0
            if part.left_out is not None:
                out[valid[seen]] = part.left_out[where[valid[seen]]]
                valid = valid[~seen]
            if len(valid):
                out[valid] = self._apply(sequences.take(valid), part)
        return out

    def release(self) -> None:
        """Free the memory that only `held_out` needs."""
        self._factored = None

    def _learn_again(self, known: Rows) -> _Solved:
        """Learn from some of the training sequences alone."""
        features, weight = self._features.take(known), self._weight[known]
        mean = np.average(self._target[known], axis=0, weights=weight)
        y = self._target[known] - mean
        # all rows are looked at: there is nothing to draw
        kernel = best_kernel(features, y, weight, np.random.RandomState(0))
        K = kernel(*features.compared(features))
        solution = _solve(_factor(K, weight, kernel), torch.from_numpy(y))
        return _Solved(kernel, features, solution, mean)

    def _without_others(self, known: Rows) -> _Solved:
        r"""Leave out all training sequences but some, with the factor of all.

        With :math:`Z = K^{-1}`, of `V` left out is predicted :math:`y_V - Z_{VV}^{-1}
        \alpha_V`, and the others have the weights :math:`\alpha - Z_{:V} Z_{VV}^{-1}
        \alpha_V`.
        """
        assert self._factored is not None
        alpha = self._solution
        out = np.setdiff1d(np.arange(len(self._rows)), known)
        unit = torch.zeros(len(self._rows), len(out), dtype=torch.float64)
        unit[out, np.arange(len(out))] = 1
        half = torch.linalg.solve_triangular(self._factored, unit, upper=False)
        del unit
        error = torch.linalg.solve(half.T @ half, alpha[out])
        alpha = alpha - torch.linalg.solve_triangular(
            self._factored.mT, half @ error, upper=True
        )
        left_out = np.full(self._target.shape, np.nan)
        left_out[out] = self._target[out] - error.numpy()
        features = self._features.take(known)
        return _Solved(self.kernel, features, alpha[known], self._mean, left_out)

    def variance_shares(self) -> dict[str, float]:
        """Divide the variance of training targets by where it comes from.

        Returns
        -------
        dict of str to float
            What is predicted of training sequences from others explains of their
            variance: ``"additive"``, by the sum of average effects of single letters;
            beyond that ``"pairwise"``, by effects of pairs, and by what these leave, of
            letters at positions, ``"higher_order"``, and of k-mers, ``"composition"``;
            and ``"unexplained"``, noise and what it has not learnt. They add up to 1,
            or are all 0 if targets are constant.
        """
        return dict(self._shares)

    def additive_effects(self) -> tuple[npt.NDArray[np.int64], list[str], Array]:
        """Say what each letter adds at each position, averaged over training sequences.

        Returns
        -------
        positions : ndarray of shape (n_effects,), int64
            Position of each effect, from 0; negative if counted from the right end.
        letters : list of str
            Letter of each effect: all that occur there in training.
        effects : ndarray of shape (n_effects, n_outputs), float64
            What is expected, on average, of training sequences with the letter put
            there, less the mean of that over letters as often as they stand there.
        """
        positions, letters, effects = self._effects
        return positions.copy(), list(letters), effects.copy()

    def _unseen(self, factor: Tensor, same: Rows) -> Unseen:
        r"""Solve without some of the training sequences, the same ones together.

        With :math:`Z = K^{-1}` the others have the weights :math:`\alpha - Z_{:V}
        Z_{VV}^{-1} \alpha_V` when `V` are left out.
        """
        number = np.unique(same, return_inverse=True)[1]
        n_different = number.max() + 1
        n_chosen = min(
            n_different, max(2 * _FOLDS, _LOOKED_AT * n_different // len(number))
        )
        # not evenly: libraries may be listed in an order that has a period
        order = np.random.RandomState(0).permutation(n_different)
        place = np.empty_like(order)
        place[order] = np.arange(n_different)
        rows = np.flatnonzero(place[number] < n_chosen)
        fold = place[number[rows]] % min(_FOLDS, n_chosen)
        unit = torch.zeros(len(number), len(rows), dtype=torch.float64)
        unit[rows, np.arange(len(rows))] = 1
        Z = _solve(factor, unit)
        solutions = []
        for which in range(fold.max() + 1):
            out = np.flatnonzero(fold == which)
            own = torch.linalg.solve(Z[rows[out]][:, out], self._solution[rows[out]])
            solutions.append(self._solution - Z[:, out] @ own)
            solutions[-1][rows[out]] = 0
        return Unseen(rows, fold, torch.hstack(solutions).numpy())

    def _explain(self, unseen: Unseen) -> None:
        """Write down what was found: sequences need not be compared again."""
        effects, shares = explain(
            self.kernel,
            self._map,
            self._sequences,
            self._features,
            self._solution.numpy(),
            unseen,
            self._target[unseen.rows],
        )
        names = ("additive", "pairwise", "higher_order", "composition", "unexplained")
        self._shares = dict(zip(names, shares.tolist(), strict=True))
        characters, n_outputs = self._map.alphabet.characters, self._target.shape[1]
        told = [
            (position, characters[code], worth)
            for position, effect in zip(self.positions, effects, strict=True)
            for code, worth in zip(effect.codes, effect.worth, strict=True)
            if code < len(characters)
        ]
        self._effects = (
            np.array([position for position, _, _ in told], np.int64),
            [letter for _, letter, _ in told],
            np.array([worth for _, _, worth in told]).reshape(-1, n_outputs),
        )

    def _among(self) -> Tensor:
        """Compare training sequences with one another: (n, n), each pair once."""
        K = torch.empty(len(self._features), len(self._features), dtype=torch.float64)

        def compare(columns: Rows) -> None:
            some = self._features.take(columns)
            for rows in parts(columns[-1] + 1):
                part = self.kernel(*self._features.take(rows).compared(some))
                K[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = part
                K[columns[0] : columns[-1] + 1, rows[0] : rows[-1] + 1] = part.T

        # the last have most to be compared with
        in_threads(compare, list(parts(len(K)))[::-1])
        return K

    def _apply(self, sequences: EncodedSequences, solved: _Solved) -> Array:
        """Predict from the solution for known rows."""
        out = np.tile(solved.mean, (len(sequences), 1))

        def predict(rows: Rows) -> None:
            some = self._map(sequences.take(rows))
            for others in parts(len(solved.features)):
                compared = some.compared(solved.features.take(others))
                out[rows] += (
                    solved.kernel(*compared) @ solved.solution[others]
                ).numpy()

        in_threads(predict, list(parts(len(sequences))))
        return out


class _Solved(NamedTuple):
    """Training sequences, and the weights with which they predict."""

    kernel: Kernel
    features: Features
    solution: Tensor
    mean: Array
    left_out: Array | None = None  # predictions of training sequences left out


def _factor(K: Tensor, weight: Array, kernel: Kernel) -> Tensor:
    """Factor K with the noise of its rows, in place: lower triangular."""
    noise = kernel.noise.item() / weight + JITTER
    K.diagonal().add_(torch.from_numpy(noise))
    # torch works on columns: what is laid out in rows it would copy
    factor: Tensor = torch.linalg.cholesky(K.mT, out=K.mT)
    return factor


def _solve(factor: Tensor, y: Tensor) -> Tensor:
    """Solve with a factor, of which `torch.cholesky_solve` would make a copy."""
    half = torch.linalg.solve_triangular(factor, y, upper=False)
    solution: Tensor = torch.linalg.solve_triangular(factor.mT, half, upper=True)
    return solution
