"""Write models of this version, which all later versions must load.

    python tests/data/write.py

Run it once for a release, and keep what it wrote for ever.
"""

import json
from pathlib import Path
from typing import Any

import joblib
import numpy as np

import sklyra
from sklyra import (
    KmerVectorizer,
    LyraClassifier,
    LyraPositionClassifier,
    LyraPositionRegressor,
    LyraRegressor,
    LyraSearchCV,
)
from sklyra.datasets import make_epistasis

SMALL = {"d_model": 8, "pgc_hidden": (4, 8), "d_state": 4, "head_hidden": 4}
OPTIONS = {**SMALL, "max_epochs": 3, "random_state": 0}
POSITIONS = {"d_model": 8, "n_members": 1, "max_epochs": 3, "random_state": 0}


def predict(model: Any, X: Any) -> list[Any]:
    """Predict, or transform, as plain values."""
    names = ("predict_proba", "predict", "transform")
    answer = next(getattr(model, name) for name in names if hasattr(model, name))(X)
    return [np.asarray(row).tolist() for row in answer]


if __name__ == "__main__":
    X, y, *_ = make_epistasis(60, length=8, alphabet="dna", random_state=0)
    X = X.tolist()
    ragged = [sequence[: 5 + i % 4] for i, sequence in enumerate(X)]
    pairs = {"guide": X, "target": X[::-1], "dose": (np.arange(60) % 7 / 2).tolist()}
    pairs["cell"] = [("HeLa", "K562")[i % 2] for i in range(60)]
    small = LyraRegressor(**OPTIONS, n_members=1)
    models = {
        "regressor": LyraRegressor(**OPTIONS, n_members=2).fit(X, y),
        "ragged": LyraRegressor(**OPTIONS, n_members=1, pooling="attention").fit(
            ragged, y
        ),
        "classifier": LyraClassifier(**OPTIONS, n_members=1).fit(
            X, np.digitize(y, [-0.5, 0.5])
        ),
    }
    path = Path(__file__).parent / f"models_{sklyra.__version__}.joblib"
    joblib.dump(
        {
            name: {"model": model, "X": ragged, "expected": predict(model, ragged)}
            for name, model in models.items()
        },
        path,
        compress=9,
    )
    saved = {name: (model, ragged) for name, model in models.items()} | {
        "table": (LyraRegressor(**OPTIONS, n_members=1).fit(pairs, y), pairs),
        "states": (
            LyraPositionClassifier(**POSITIONS).fit(
                X, [sequence.translate(str.maketrans("ACGT", "HCHH")) for sequence in X]
            ),
            ragged,
        ),
        "levels": (
            LyraPositionRegressor(**POSITIONS).fit(
                X, [[float(letter == "A") for letter in sequence] for sequence in X]
            ),
            ragged,
        ),
        "search": (LyraSearchCV(small, n_trials=1, cv=2).fit(X, y), ragged),
        "kmers": (KmerVectorizer(k=2, sparse_output=False).fit(X), ragged),
    }
    for name, (model, asked) in saved.items():
        path = Path(__file__).parent / f"{name}_{sklyra.__version__}.lyra"
        model.save(path)
        told = {"X": asked, "expected": predict(model, asked)}
        path.with_suffix(".json").write_text(json.dumps(told))
