"""Write models of this version, which all later versions must load.

    python tests/data/write.py

Run it once for a release, and keep what it wrote for ever.
"""

import json
from pathlib import Path

import joblib
import numpy as np

import sklyra
from sklyra import LyraClassifier, LyraRegressor
from sklyra.datasets import make_epistasis

SMALL = {"d_model": 8, "pgc_hidden": (4, 8), "d_state": 4, "head_hidden": 4}
OPTIONS = {**SMALL, "max_epochs": 3, "random_state": 0}

if __name__ == "__main__":
    X, y, *_ = make_epistasis(60, length=8, alphabet="dna", random_state=0)
    ragged = [sequence[: 5 + i % 4] for i, sequence in enumerate(X)]
    models = {
        "regressor": LyraRegressor(**OPTIONS, n_members=2).fit(X, y),
        "ragged": LyraRegressor(**OPTIONS, n_members=1, pooling="attention").fit(
            ragged, y
        ),
        "classifier": LyraClassifier(**OPTIONS, n_members=1).fit(
            X, np.digitize(y, [-0.5, 0.5])
        ),
    }
    written = {
        name: {
            "model": model,
            "X": ragged,
            "expected": getattr(model, "predict_proba", model.predict)(ragged),
        }
        for name, model in models.items()
    }
    path = Path(__file__).parent / f"models_{sklyra.__version__}.joblib"
    joblib.dump(written, path, compress=9)
    for name, part in written.items():
        path = Path(__file__).parent / f"{name}_{sklyra.__version__}.lyra"
        part["model"].save(path)
        told = {"X": ragged, "expected": part["expected"].tolist()}
        path.with_suffix(".json").write_text(json.dumps(told))
