"""What is compared, and on what: bundled measured data, or files of your own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
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


def draw(name: str, rows: int, seed: int) -> tuple[Any, Any, Any, Any, bool]:
    """Draw training and test rows of a bundled task, or of a file with two columns.

    A file is Parquet with the columns `sequence` and `target`. Test rows do not depend
    on how many are for training. Longer sequences than 95 in 100 are left out: where
    training has none as long, one-hot has no columns for them.
    """
    if name in LOADERS:
        X, y = LOADERS[name](return_X_y=True)
    else:
        table = pd.read_parquet(name, columns=["sequence", "target"]).dropna()
        X, y = table["sequence"], table["target"]
    X, y = np.asarray(X, object), np.asarray(y)
    lengths = np.array([len(x) for x in X])
    usual = lengths <= np.quantile(lengths, 0.95, method="higher")
    X, y = X[usual], y[usual]
    order = np.random.default_rng(seed).permutation(len(X))
    n_test = min(N_TEST, len(X) // 4)
    test, train = order[:n_test], order[n_test : n_test + rows]
    return X[train], y[train], X[test], y[test], y.dtype.kind not in "fi"


def peers(classes: bool) -> Iterator[tuple[str, Any]]:
    """Models of scikit-learn, on one-hot or on counts of k-mers."""

    def one_hot(model: Any) -> Any:
        return make_pipeline(SequenceOneHotEncoder(flatten=True), model)

    def kmers(model: Any) -> Any:
        return make_pipeline(KmerVectorizer((1, 4)), MaxAbsScaler(), model)

    costs = {"C": [0.3, 1, 3, 10]}
    if classes:
        linear = LogisticRegressionCV(max_iter=2000)
        yield "logistic, one-hot", one_hot(linear)
        yield "logistic, k-mers", kmers(linear)
        yield "SVM (RBF), one-hot", one_hot(GridSearchCV(SVC(), costs, cv=3))
        yield "forest, one-hot", one_hot(RandomForestClassifier(300, random_state=0))
        yield "boosting, one-hot", one_hot(HistGradientBoostingClassifier())
    else:
        linear = RidgeCV(np.logspace(-2, 3, 11))
        yield "ridge, one-hot", one_hot(linear)
        yield "ridge, k-mers", kmers(linear)
        yield "SVM (RBF), one-hot", one_hot(GridSearchCV(SVR(), costs, cv=3))
        forest = RandomForestRegressor(300, max_features=0.33, random_state=0)
        yield "forest, one-hot", one_hot(forest)
        yield "boosting, one-hot", one_hot(HistGradientBoostingRegressor())


def ours(classes: bool, seed: int) -> Iterator[tuple[str, Any]]:
    """The default, what is left without some of its parts, and the published one."""
    kind = LyraClassifier if classes else LyraRegressor
    process, perceptron = {"gaussian_process": False}, {"perceptron": False}
    yield "**sklyra**", kind(random_state=seed)
    yield "one member", kind(n_members=1, random_state=seed)
    yield "no Gaussian process", kind(**process, random_state=seed)
    yield "no perceptrons", kind(**perceptron, random_state=seed)
    yield "neither", kind(**process, **perceptron, random_state=seed)
    yield (
        "neither, one member",
        kind(n_members=1, **process, **perceptron, random_state=seed),
    )
    if not classes:
        yield "Huber's loss", kind(loss="huber", random_state=seed)
        yield "ranking loss", kind(loss="ranking", random_state=seed)
    yield "published network", kind(**PUBLISHED, random_state=seed)


def score(model: Any, X: Any, y: Any) -> float:
    """Compare predictions with what was measured."""
    if hasattr(model, "classes_"):
        return float(balanced_accuracy_score(y, model.predict(X)))
    return float(spearman_score(y, model.predict(X)))


def calibration_error(model: Any, X: Any, y: Any, bins: int = 15) -> float:
    """How far probabilities are from how often they are right, on average."""
    if not hasattr(model, "predict_proba"):
        return np.nan
    proba = model.predict_proba(X)
    sure, right = proba.max(axis=1), model.classes_[proba.argmax(axis=1)] == y
    bin_of = np.minimum((sure * bins).astype(int), bins - 1)
    off = [
        abs(sure[bin_of == b].mean() - right[bin_of == b].mean()) * np.mean(bin_of == b)
        for b in np.unique(bin_of)
    ]
    return float(np.sum(off))
