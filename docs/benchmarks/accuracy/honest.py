"""`oof_score_` beside an outer cross-validation of the whole model, on little data.

    python docs/benchmarks/accuracy/honest.py noise 40 30      # 10 minutes
    python docs/benchmarks/accuracy/honest.py noise 400 30     # an hour
    python docs/benchmarks/accuracy/honest.py epistasis 100 12

Noise is drawn from a normal distribution, for random peptides of 12 residues: nothing
can be known of it, and a score above that of the outer cross-validation is one that
rows had a part in. Landscapes of `make_epistasis` have 12 positions and noise of 0.3.
"""

from __future__ import annotations

import sys

import numpy as np
from sklearn.metrics import r2_score
from sklearn.model_selection import KFold, cross_val_predict

from sklyra import LyraRegressor
from sklyra.datasets import make_epistasis


def draw(kind: str, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    if kind == "epistasis":
        landscape = make_epistasis(n, 12, noise=0.3, random_state=seed)
        return landscape.sequences, landscape.y
    rng = np.random.default_rng(1000 * n + seed)
    letters = rng.choice(list("ACDEFGHIKLMNPQRSTVWY"), (n, 12))
    X = np.array(["".join(row) for row in letters], dtype=object)
    return X, rng.normal(size=n)


def compare(kind: str, n: int, n_draws: int) -> None:
    found = []
    for seed in range(n_draws):
        X, y = draw(kind, n, seed)
        model = LyraRegressor(random_state=seed).fit(X, y)
        folds = KFold(5, shuffle=True, random_state=seed)
        outer = cross_val_predict(LyraRegressor(random_state=seed), X, y, cv=folds)
        explained = 1 - model.variance_shares_["unexplained"]
        found.append((model.oof_score_, r2_score(y, outer), explained))
        print(kind, n, seed, *np.round(found[-1], 4), flush=True)
    scores = np.array(found)
    error = np.std(scores[:, 0] - scores[:, 1]) / np.sqrt(n_draws)
    oof, outer, explained = scores.mean(axis=0)
    print(
        f"| {kind} | {n} | {n_draws} | {oof:.3f} | {outer:.3f} | "
        f"{oof - outer:+.3f} ± {error:.3f} | {explained:.3f} |"
    )


if __name__ == "__main__":
    compare(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
