"""Probabilities of a rare class, and of a rare label, with and without weights.

    python docs/benchmarks/accuracy/rare.py --rows 4000 --one-in 100

Random DNA of 20 letters; the log odds are a sum of effects of letters, so that the
calibration error of the true probabilities is that of the draw alone.
"""

from __future__ import annotations

import argparse

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit
from sklearn.metrics import log_loss, roc_auc_score

from sklyra import LyraClassifier

N_TEST = 20_000
SMALL = {
    "n_members": 2,
    "max_epochs": 6,
    "d_model": 16,
    "pgc_hidden": (16,),
    "d_state": 16,
    "head_hidden": 16,
    "random_state": 0,
}


def draw(rows: int, one_in: float, seed: int) -> tuple[np.ndarray, ...]:
    """Draw sequences, classes and true probabilities."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 4, (rows + N_TEST, 20))
    X = np.array(["".join("ACGT"[c] for c in row) for row in codes], dtype=object)
    effects = rng.normal(size=(20, 4))
    log_odds = effects[np.arange(20), codes].sum(axis=1) * 0.35
    base = brentq(lambda b: expit(log_odds + b).mean() - 1 / one_in, -30, 5)
    chance = expit(log_odds + base)
    return X, (rng.random(len(X)) < chance).astype(int), chance


def calibration_error(y: np.ndarray, probability: np.ndarray) -> float:
    """Compute the expected calibration error of ten bins of as many sequences."""
    return sum(
        abs((y - probability)[rows].mean()) * len(rows) / len(y)
        for rows in np.array_split(np.argsort(probability), 10)
    )


def compare(rows: int, one_in: float, seed: int) -> None:
    X, y, chance = draw(rows, one_in, seed)
    test = y[rows:]
    print(f"{y[:rows].sum()} of {rows}; {calibration_error(test, chance[rows:]):.4f}")
    for class_weight in (None, "balanced"):
        for kind in ("class", "label"):
            target = y if kind == "class" else np.column_stack([y, 1 - y])
            model = LyraClassifier(**SMALL, class_weight=class_weight)
            model.fit(X[:rows], target[:rows])
            probability = model.predict_proba(X[rows:])
            predicted = model.predict(X[rows:])
            if kind == "class":
                probability = probability[:, 1]
            else:
                probability, predicted = probability[:, 0], predicted[:, 0]
            print(
                f"| {kind} | {class_weight} | "
                f"{calibration_error(test, probability):.4f} | "
                f"{log_loss(test, probability):.4f} | "
                f"{roc_auc_score(test, probability):.3f} | {predicted.mean():.3f} |",
                flush=True,
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=4000)
    parser.add_argument("--one-in", type=float, default=100)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    compare(given.rows, given.one_in, given.seed)
