"""What a search of 20 trials finds beyond the default, on a bundled task.

    python docs/benchmarks/accuracy/search.py cr6261 --rows 400

Trials are compared by cross-validation on training rows; test rows are looked at once,
for the default and for the best. The study stays in search_NAME.log beside this script:
run again after an interruption, and the search goes on.
"""

from __future__ import annotations

import argparse
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
from models import draw
from sklearn.model_selection import KFold

from sklyra import LyraRegressor, LyraSearchCV
from sklyra.metrics import spearman_score, spearman_scorer


def main(name: str, rows: int, trials: int, seed: int) -> None:
    """Search, and print a table."""
    X, y, X_test, y_test, _ = draw(name, rows, seed)
    default = LyraRegressor(random_state=seed)
    search = LyraSearchCV(
        default,
        n_trials=trials,
        cv=KFold(3, shuffle=True, random_state=seed),
        scoring=spearman_scorer,
        storage=Path(__file__).parent / f"search_{name}.log",
        random_state=seed,
    ).fit(X, y)
    scores = search.cv_results_["mean_test_score"]
    default.fit(X, y)
    print(f"\n**{name}**, {rows} training rows\n")
    print("| model | cross-validation | test |")
    print("|---|---|---|")
    models = {"default": (scores[0], default), "best": (np.nanmax(scores), search)}
    for label, (validated, model) in models.items():
        test = spearman_score(y_test, model.predict(X_test))
        print(f"| {label} | {validated:.4f} | {test:.4f} |")
    print(f"\nTrials: {dict(Counter(search.cv_results_['state'].tolist()))}")
    best = {k: v for k, v in search.best_params_.items() if v != getattr(default, k)}
    print(f"The best differs from the default in {best}.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=["cr6261", "mpsa"])
    parser.add_argument("--rows", type=int, default=400)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    main(arguments.name, arguments.rows, arguments.trials, arguments.seed)
