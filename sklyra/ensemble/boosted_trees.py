"""Gradient boosting as a part of models of tables."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from sklyra._trees import Trees
from sklyra._typing import Array
from sklyra.ensemble.table_trees import TreesPart

# Many small steps, each with a third of the columns: columns are many and alike.
_OPTIONS = {"max_iter": 200, "learning_rate": 0.05, "max_features": 0.3}
# Leaves have a fortieth of the rows at most, so that few rows are learned from too.
_ROWS, _LEAST, _MOST = 40, 2, 20


class BoostedTreesPart(TreesPart):
    """Trees that each correct the sum of those before."""

    name = "boosted_trees"

    @staticmethod
    def grow(table: Array, values: Array, weight: Array, seed: int) -> Trees:
        """Grow trees (see `TreesPart.grow`)."""
        model = HistGradientBoostingRegressor(
            **_OPTIONS,
            min_samples_leaf=int(np.clip(len(values) // _ROWS, _LEAST, _MOST)),
            early_stopping=False,
            random_state=seed,
        )
        # threads of OpenMP that wait for one another stand still where cores are busy
        with threadpool_limits(1, user_api="openmp"):
            model.fit(table, values, weight)
        return Trees.of_boosted(model)
