"""Held-out accuracy of sklyra and of what a user would pick instead, in one run.

    python docs/benchmarks/accuracy/table.py            # every task, about half an hour
    python docs/benchmarks/accuracy/table.py mpsa --rows 500

Bundled measured data. Rows are drawn once for each seed; every model sees the same.
Spearman correlation for values, balanced accuracy for classes: mean over seeds, and
half their range. `joined` is the default; the rows under it take parts away.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegressionCV, RidgeCV
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler
from sklearn.svm import SVC, SVR

from sklyra import (
    PUBLISHED,
    KmerVectorizer,
    LyraClassifier,
    LyraRegressor,
    SequenceOneHotEncoder,
)
from sklyra.datasets import load_cr6261, load_mpsa, load_splice_junctions
from sklyra.metrics import spearman_score

LOADERS: dict[str, Callable[..., Any]] = {
    "cr6261": load_cr6261,
    "mpsa": load_mpsa,
    "splice_junctions": load_splice_junctions,
}
N_TEST = 1000


def peers(classes: bool, k: int) -> Iterator[tuple[str, Any]]:
    """Models of scikit-learn, on one-hot or on counts of words."""

    def one_hot(model: Any) -> Any:
        return make_pipeline(SequenceOneHotEncoder(flatten=True), model)

    def words(model: Any) -> Any:
        return make_pipeline(KmerVectorizer((1, k)), MaxAbsScaler(), model)

    costs = {"C": [0.3, 1, 3, 10]}
    if classes:
        linear = LogisticRegressionCV(max_iter=2000)
        yield "logistic, one-hot", one_hot(linear)
        yield "logistic, words", words(linear)
        yield "SVM (RBF), one-hot", one_hot(GridSearchCV(SVC(), costs, cv=3))
        yield "forest, one-hot", one_hot(RandomForestClassifier(300, random_state=0))
        yield "boosting, one-hot", one_hot(HistGradientBoostingClassifier())
    else:
        linear = RidgeCV(np.logspace(-2, 3, 11))
        yield "ridge, one-hot", one_hot(linear)
        yield "ridge, words", words(linear)
        yield "SVM (RBF), one-hot", one_hot(GridSearchCV(SVR(), costs, cv=3))
        forest = RandomForestRegressor(300, max_features=0.33, random_state=0)
        yield "forest, one-hot", one_hot(forest)
        yield "boosting, one-hot", one_hot(HistGradientBoostingRegressor())


def ours(classes: bool, seed: int) -> Iterator[tuple[str, Any]]:
    """The default, and what is left when parts are taken away."""
    kind = LyraClassifier if classes else LyraRegressor
    yield "sklyra: joined", kind(random_state=seed)
    alone = {"gaussian_process": False, "random_state": seed}
    yield "sklyra: five networks", kind(**alone)
    yield "sklyra: one network", kind(n_members=1, **alone)
    yield "published network", kind(**PUBLISHED, random_state=seed)


def score(model: Any, X: Any, y: Any) -> float:
    """Compare predictions with what was measured."""
    if hasattr(model, "classes_"):
        return float(balanced_accuracy_score(y, model.predict(X)))
    return float(spearman_score(y, model.predict(X)))


def main(names: list[str], rows: int, seeds: int) -> None:
    """Print a table."""
    warnings.filterwarnings("ignore")
    for name in names or LOADERS:
        X, y = LOADERS[name](return_X_y=True)
        X, y = np.asarray(X, object), np.asarray(y)
        classes = y.dtype.kind not in "fi"
        k = 3 if name == "cr6261" else 5
        found: dict[str, list[tuple[float, float]]] = {}
        for seed in range(seeds):
            order = np.random.default_rng(seed).permutation(len(X))
            n_test = min(N_TEST, len(X) // 4)
            test, train = order[:n_test], order[n_test : n_test + rows]
            for label, model in [*peers(classes, k), *ours(classes, seed)]:
                started = time.perf_counter()
                model.fit(X[train], y[train])
                seconds = time.perf_counter() - started
                value = score(model, X[test], y[test])
                found.setdefault(label, []).append((value, seconds))
        print(f"\n**{name}**, {len(train)} training rows, {seeds} seeds\n")
        print("| model | held out | seconds to fit |\n|---|---|---|")
        for label, runs in found.items():
            values, seconds = np.array(runs).T
            value = f"{values.mean():.3f} ± {np.ptp(values) / 2:.3f}"
            print(f"| {label} | {value} | {seconds.mean():.1f} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    main(arguments.names, arguments.rows, arguments.seeds)
