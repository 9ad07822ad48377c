"""Boosted trees as a part of models of tables."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from sklyra._state import check_version, require
from sklyra._training import Job
from sklyra._typing import Array
from sklyra._workers import in_threads
from sklyra.ensemble.part import HeldOut, Split
from sklyra.ensemble.settings import TrainingSettings
from sklyra.features import AlignedChains
from sklyra.sequences import Inputs
from sklyra.targets.target import Scale, Target

_VERSION = 1
# Many small steps, each with a third of the columns: columns are many and alike.
_OPTIONS = {"max_iter": 200, "learning_rate": 0.05, "max_features": 0.3}
# Leaves have a fortieth of the rows at most, so that few rows are learned from too.
_ROWS, _LEAST, _MOST = 40, 2, 20
# Rows to learn from, at most, and rows that go down all trees at a time.
_MOST_ROWS, _AT_ONCE = 2**16, 4096


class BoostedTreesPart:
    """Gradient boosting over letters at aligned positions, and covariates.

    Trees ask for one column at a time. That is how numbers and categories often work,
    and what a kernel or a network has to learn first.

    Parameters
    ----------
    aligned : AlignedChains
        Positions that mean the same in every row.
    position, letter : ndarray of shape (n_columns,), int64
        Position and code of each letter that there is a column for.

    Attributes
    ----------
    members : list of list of Trees
        For each member the trees of each output, once fitted.
    """

    name = "boosted_trees"
    scale: Scale = "level"

    def __init__(
        self,
        aligned: AlignedChains,
        position: npt.NDArray[np.int64],
        letter: npt.NDArray[np.int64],
    ) -> None:
        self.aligned, self.position, self.letter = aligned, position, letter
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
        BoostedTreesPart or None
            With a column for each letter that two rows or more have; None if X is no
            table.
        """
        if not inputs.is_table:
            return None
        aligned = AlignedChains(inputs)
        codes = aligned(inputs).sequences.values.reshape(len(inputs), -1)
        n_codes = len(aligned.joined.alphabet.characters)
        counts = [np.bincount(column, minlength=n_codes) for column in codes.T]
        columns = np.reshape(counts, (-1, n_codes)) > 1
        return cls(aligned, *map(np.asarray, np.nonzero(columns)))

    def resumed(self) -> BoostedTreesPart:
        """Begin anew with the same positions (see `Part.resumed`)."""
        part = BoostedTreesPart(self.aligned, self.position, self.letter)
        part.members = self.members
        return part

    def plan(
        self, split: Split, settings: TrainingSettings, rng: np.random.RandomState
    ) -> list[Job]:
        """Return nothing: there are no networks (see `Part.plan`)."""
        return []

    def keep(self, jobs: list[Job]) -> None:
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
                _fit(table, values, weight[rows], seed) for values in levels[rows].T
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

    def _table(self, inputs: Inputs) -> Array:
        """Lay letters, as zeros and ones, and covariates side by side."""
        codes = self.aligned(inputs).sequences.values.reshape(len(inputs), -1)
        columns = codes[:, self.position] == self.letter
        if inputs.covariates is None:
            return np.asarray(columns, np.float64)
        return np.hstack([columns, inputs.covariates.astype(np.float64)])

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
        BoostedTreesPart
            The same.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        aligned = AlignedChains.from_state(state["aligned"])
        part = cls(aligned, state["position"], state["letter"])
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


class Trees(NamedTuple):
    """Boosted trees as arrays, the nodes of one tree after those of another.

    Attributes
    ----------
    baseline : float
        What is predicted before the first tree.
    roots : ndarray of shape (n_trees,), int64
        Number of the first node of each tree.
    column : ndarray of shape (n_nodes,), int64
        Column that a node asks for.
    threshold : ndarray of shape (n_nodes,), float64
        Numbers up to this go left.
    left, right : ndarray of shape (n_nodes,), int64
        Numbers of the next nodes; of a leaf its own.
    value : ndarray of shape (n_nodes,), float64
        What a leaf adds.
    depth : int
        Steps from a root to the farthest leaf.
    """

    baseline: float
    roots: npt.NDArray[np.int64]
    column: npt.NDArray[np.int64]
    threshold: Array
    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    value: Array
    depth: int

    @classmethod
    def of(cls, model: HistGradientBoostingRegressor) -> Trees:
        """Read the trees of a fitted model.

        Parameters
        ----------
        model : HistGradientBoostingRegressor
            Fitted to numbers, none of them missing.

        Returns
        -------
        Trees
            The same trees.
        """
        # scikit-learn has no public view of these trees; the tests compare predictions
        trees = [tree.nodes for (tree,) in model._predictors]
        sizes = [len(nodes) for nodes in trees]
        roots = np.cumsum([0, *sizes])[:-1]
        nodes, first = np.concatenate(trees), np.repeat(roots, sizes)
        leaf, own = nodes["is_leaf"] > 0, np.arange(len(first))
        return cls(
            baseline=float(np.ravel(model._baseline_prediction)[0]),
            roots=roots,
            column=np.where(leaf, 0, nodes["feature_idx"]).astype(np.int64),
            threshold=nodes["num_threshold"].astype(np.float64),
            left=np.where(leaf, own, first + nodes["left"]),
            right=np.where(leaf, own, first + nodes["right"]),
            value=nodes["value"].astype(np.float64),
            depth=int(nodes["depth"].max()),
        )

    def is_consistent(self) -> bool:
        """Check that every step leads to a node, and ends.

        Returns
        -------
        bool
            False for trees that were altered in a file.
        """
        n_nodes = len(self.value)
        steps = (self.roots, self.left, self.right)
        sizes = {len(row) for row in (*steps[1:], self.column, self.threshold)}
        return (
            sizes == {n_nodes}
            and 0 <= self.depth <= n_nodes
            and all((step >= 0).all() and (step < n_nodes).all() for step in steps)
        )

    def predict(self, table: Array) -> Array:
        """Predict.

        Parameters
        ----------
        table : ndarray of shape (n_samples, n_columns), float64
            Columns as in training.

        Returns
        -------
        ndarray of shape (n_samples,), float64
            Baseline and leaves, added up.
        """
        rows = np.arange(len(table))[:, None]
        at = np.tile(self.roots, (len(table), 1))
        for _ in range(self.depth):
            goes_left = table[rows, self.column[at]] <= self.threshold[at]
            at = np.where(goes_left, self.left[at], self.right[at])
        total: Array = self.baseline + self.value[at].sum(axis=1)
        return total


def _fit(table: Array, values: Array, weight: Array, seed: int) -> Trees:
    """Fit the trees of one output to the rows that have it."""
    known = np.isfinite(values)
    least = int(np.clip(known.sum() // _ROWS, _LEAST, _MOST))
    model = HistGradientBoostingRegressor(
        **_OPTIONS, min_samples_leaf=least, early_stopping=False, random_state=seed
    )
    # threads of OpenMP that wait for one another stand still where cores are busy
    with threadpool_limits(1, user_api="openmp"):
        model.fit(table[known], values[known], weight[known])
    return Trees.of(model)
