"""Extremely randomized trees as a part of models of tables."""

from __future__ import annotations

from sklearn.ensemble import ExtraTreesRegressor

from sklyra._trees import Trees
from sklyra._typing import Array
from sklyra.ensemble.table_trees import TreesPart

# Trees of each member; all members together are the forest.
_TREES = 60
# Columns to choose from at each node: a share of them, but no fewer than that.
_SHARE, _FEWEST = 0.1, 32
# Rows of a leaf, more where there are many, so that a tree has so many leaves at most.
_LEAST, _LEAVES = 1, 2000
# Weight of a leaf in rows of mean weight: what counts for little stands in none alone.
_WEIGHT = 0.9


class ExtraTreesPart(TreesPart):
    """Deep trees of random thresholds, averaged (Geurts et al., 2006).

    They find what only several letters together tell, such as which peptide a receptor
    binds, where the trees of boosting are not deep enough.
    """

    name = "extra_trees"

    @staticmethod
    def grow(table: Array, values: Array, weight: Array, seed: int) -> Trees:
        """Grow trees (see `TreesPart.grow`)."""
        n_columns = table.shape[1]
        model = ExtraTreesRegressor(
            _TREES,
            max_features=min(n_columns, max(_FEWEST, round(_SHARE * n_columns))),
            min_samples_leaf=max(_LEAST, len(values) // _LEAVES),
            min_weight_fraction_leaf=min(0.5, _WEIGHT / len(values)),
            random_state=seed,
        )
        return Trees.of_forest(model.fit(table, values, weight))
