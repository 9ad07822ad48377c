"""One model of several outputs beside one for each, where half of them are missing.

    python docs/benchmarks/accuracy/missing.py doses --rows 300 --seeds 3
    python docs/benchmarks/accuracy/missing.py openvaccine.parquet --rows 300 --seeds 1

The dose series has three outputs that saturate at different doses: sigmoids of one
landscape of `make_epistasis` with 14 positions, and noise of a fifth of their standard
deviation. The Parquet file is that of OpenVaccine (Wayment-Steele 2022), degradation
of RNA under five conditions: one output for each, the mean over positions. Of every
output a random half is removed; rows without any are left out, in both.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.special import expit
from scipy.stats import spearmanr

from sklyra import LyraRegressor
from sklyra.datasets import make_epistasis

N_TEST = 1000
DOSES = (-1.0, 0.0, 1.0)


def doses(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    landscape = make_epistasis(n, 14, n_terms=10, random_state=seed)
    Y = expit(2 * (landscape.y[:, None] + np.array(DOSES)))
    noise = np.random.default_rng(seed).normal(size=Y.shape)
    return landscape.sequences, Y + 0.2 * Y.std(axis=0) * noise


def openvaccine(path: str) -> tuple[np.ndarray, np.ndarray]:
    table = pd.read_parquet(path)
    columns = [name for name in table if name.startswith("labels_")]
    Y = np.column_stack([[np.nanmean(v) for v in table[name]] for name in columns])
    return table["sequence"].to_numpy(dtype=object), Y


def draws(task: str, rows: int, seeds: int) -> Iterator[tuple[np.ndarray, ...]]:
    """Draw sequences and outputs of training and test, and what is missing."""
    for seed in range(seeds):
        if task == "doses":
            X, Y = doses(rows + N_TEST, seed)
        else:
            X, Y = openvaccine(task)
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(X))
        train, test = order[:rows], order[rows : rows + N_TEST]
        half = np.where(rng.random((rows, Y.shape[1])) < 0.5, np.nan, Y[train])
        kept = ~np.isnan(half).all(axis=1)
        yield X[train][kept], half[kept], X[test], Y[test]


def correlations(Y: np.ndarray, predicted: np.ndarray) -> list[float]:
    return [spearmanr(*pair)[0] for pair in zip(Y.T, predicted.T, strict=True)]


def compare(task: str, rows: int, seeds: int, n_members: int) -> None:
    found: dict[str, list[list[float]]] = {"one for each": [], "joint": []}
    seconds = dict.fromkeys(found, 0.0)
    for seed, (X, Y, X_test, Y_test) in enumerate(draws(task, rows, seeds)):
        model = LyraRegressor(n_members=n_members, random_state=seed)
        start = time.perf_counter()
        columns = []
        for k, y in enumerate(Y.T):
            known = ~np.isnan(y)
            columns.append(model.fit(X[known], Y[known, k]).predict(X_test))
        found["one for each"].append(correlations(Y_test, np.column_stack(columns)))
        middle = time.perf_counter()
        found["joint"].append(correlations(Y_test, model.fit(X, Y).predict(X_test)))
        seconds["one for each"] += (middle - start) / seeds
        seconds["joint"] += (time.perf_counter() - middle) / seeds
        print(json.dumps({name: rows[-1] for name, rows in found.items()}), flush=True)
    for name, scores in found.items():
        medians = np.median(scores, axis=1)
        error = medians.std(ddof=1) / np.sqrt(seeds) if seeds > 1 else np.nan
        worst = np.min(scores, axis=1).mean()
        print(
            f"| {name} | {medians.mean():.3f} ± {error:.3f} | {worst:.3f} | "
            f"{seconds[name]:.0f} |"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", help="doses, or a Parquet file")
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--members", type=int, default=5)
    given = parser.parse_args()
    compare(given.task, given.rows, given.seeds, given.members)
