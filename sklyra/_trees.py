"""Fitted decision trees, boosted or averaged, as plain arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import ExtraTreesRegressor, HistGradientBoostingRegressor

from sklyra._typing import Array


class Trees(NamedTuple):
    """Trees as arrays, the nodes of one tree after those of another.

    Attributes
    ----------
    baseline : float
        What is predicted before the first tree.
    roots : ndarray of shape (n_trees,), int32
        Number of the first node of each tree.
    column : ndarray of shape (n_nodes,), int32
        Column that a node asks for.
    threshold : ndarray of shape (n_nodes,), float64
        Numbers up to this go left.
    left, right : ndarray of shape (n_nodes,), int32
        Numbers of the next nodes; of a leaf its own.
    value : ndarray of shape (n_nodes,), float32
        What a leaf adds; zero elsewhere.
    depth : int
        Steps from a root to the farthest leaf.
    """

    baseline: float
    roots: npt.NDArray[np.int32]
    column: npt.NDArray[np.int32]
    threshold: Array
    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    value: npt.NDArray[np.float32]
    depth: int

    @classmethod
    def of_boosted(cls, model: HistGradientBoostingRegressor) -> Trees:
        """Read the trees of gradient boosting.

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
        nodes = np.concatenate(trees)
        return cls._join(
            float(np.ravel(model._baseline_prediction)[0]),
            [len(tree) for tree in trees],
            leaf=nodes["is_leaf"] > 0,
            column=nodes["feature_idx"],
            threshold=nodes["num_threshold"],
            left=nodes["left"],
            right=nodes["right"],
            value=nodes["value"],
            depth=int(nodes["depth"].max()),
        )

    @classmethod
    def of_forest(cls, model: ExtraTreesRegressor) -> Trees:
        """Read the trees of a forest.

        Parameters
        ----------
        model : ExtraTreesRegressor
            Fitted to numbers, none of them missing, and to one output.

        Returns
        -------
        Trees
            The same trees; their values add up to the mean.
        """
        trees = [estimator.tree_ for estimator in model.estimators_]

        def joined(name: str) -> npt.NDArray[Any]:
            return np.concatenate([getattr(tree, name) for tree in trees])

        left = joined("children_left")
        return cls._join(
            0.0,
            [tree.node_count for tree in trees],
            leaf=left < 0,
            column=joined("feature"),
            threshold=joined("threshold"),
            left=left,
            right=joined("children_right"),
            value=joined("value").ravel() / len(trees),
            depth=max(tree.max_depth for tree in trees),
        )

    @classmethod
    def _join(
        cls,
        baseline: float,
        sizes: list[int],
        *,
        leaf: npt.NDArray[np.bool_],
        depth: int,
        **nodes: npt.NDArray[Any],
    ) -> Trees:
        """Lay nodes of all trees in one row, where a leaf leads to itself."""
        roots = np.cumsum([0, *sizes])[:-1].astype(np.int32)
        first, own = np.repeat(roots, sizes), np.arange(len(leaf))
        return cls(
            baseline=baseline,
            roots=roots,
            column=np.where(leaf, 0, nodes["column"]).astype(np.int32),
            threshold=np.where(leaf, 0.0, nodes["threshold"]),
            left=np.where(leaf, own, first + nodes["left"]).astype(np.int32),
            right=np.where(leaf, own, first + nodes["right"]).astype(np.int32),
            value=np.where(leaf, nodes["value"], 0.0).astype(np.float32),
            depth=depth,
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
        total: Array = self.baseline + self.value[at].sum(axis=1, dtype=np.float64)
        return total
