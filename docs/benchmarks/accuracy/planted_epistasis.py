"""Are planted interactions found? Interactions of a fitted model against the truth.

    python docs/benchmarks/accuracy/planted_epistasis.py

Landscapes of `make_epistasis`: 20 positions of two letters, 10 terms of each order, and
noise of half a standard deviation. All 190 pairs, and of a landscape of third order all
1,140 triples, are ranked by the size of the interaction that a default model predicts,
and by the coefficients of a ridge regression on all products of positions, which is
told the order. Scores are areas under the precision-recall curve (average precision).
"""

from __future__ import annotations

import itertools
import time

import numpy as np
from sklearn.linear_model import RidgeCV
from sklearn.metrics import average_precision_score

from sklyra import LyraRegressor
from sklyra.datasets import make_epistasis
from sklyra.inspection import epistasis, higher_order_epistasis

LENGTH, N_TERMS, NOISE = 20, 10, 0.5


def products(signs: np.ndarray, order: int) -> tuple[np.ndarray, list[tuple[int, ...]]]:
    """All products of up to `order` positions."""
    sets = [
        places
        for size in range(1, order + 1)
        for places in itertools.combinations(range(LENGTH), size)
    ]
    return np.column_stack([signs[:, places].prod(axis=1) for places in sets]), sets


def run(order: int, n_samples: int, seed: int) -> str:
    """Plant, fit and rank; one row of the table."""
    data = make_epistasis(
        n_samples, LENGTH, order, n_terms=N_TERMS, noise=NOISE, random_state=seed
    )
    parent = "".join(data.states[:, 0])
    names = [f"{a}{i + 1}{b}" for i, (a, b) in enumerate(data.states)]
    sets = list(itertools.combinations(range(LENGTH), order))
    true = np.array([places in data.coefficients for places in sets])

    started = time.perf_counter()
    model = LyraRegressor(random_state=seed).fit(data.sequences, data.y)
    fitted = time.perf_counter() - started
    started = time.perf_counter()
    if order == 2:
        table = epistasis(
            model, parent, names, background="average", random_state=seed
        ).interaction
        size = np.array([abs(table[places]) for places in sets])
    else:
        asked = [":".join(names[at] for at in places) for places in sets]
        found = higher_order_epistasis(
            model, parent, asked, background="average", random_state=seed
        )
        size = np.abs(found.interaction)
    explained = time.perf_counter() - started

    signs = np.where(
        np.array([list(x) for x in data.sequences]) == data.states[:, 0], 1, -1
    )
    F, terms = products(signs, order)
    ridge = RidgeCV(np.logspace(-2, 4, 13)).fit(F, data.y)
    weight = dict(zip(terms, np.abs(ridge.coef_), strict=True))
    told = np.array([weight[places] for places in sets])
    ours, theirs = (average_precision_score(true, each) for each in (size, told))
    return (
        f"| {order} | {n_samples:,} | {seed} | {ours:.3f} | {theirs:.3f} "
        f"| {fitted:.0f} | {explained:.0f} |"
    )


if __name__ == "__main__":
    print("| order | rows | seed | sklyra | ridge | fit, s | explain, s |")
    print("|---|---|---|---|---|---|---|")
    for n_samples in (5000, 1000):
        for order in (2, 3):
            for seed in (0, 1):
                print(run(order, n_samples, seed), flush=True)
