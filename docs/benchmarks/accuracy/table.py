"""Held-out accuracy of sklyra and of what a user would pick instead, in one run.

    python docs/benchmarks/accuracy/table.py            # the bundled tasks
    python docs/benchmarks/accuracy/table.py mpsa --rows 500
    python docs/benchmarks/accuracy/table.py mine.parquet

Rows are drawn once for each seed; every model sees the same. Spearman correlation for
values, balanced accuracy for classes (and the expected calibration error of their
probabilities): mean over seeds, and its standard error.
`sklyra` is the default; the rows under it take parts away.
"""

from __future__ import annotations

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
from models import LOADERS, calibration_error, draw, ours, peers, score


def main(names: list[str], rows: int, seeds: int) -> None:
    """Print a table for each task."""
    warnings.filterwarnings("ignore")
    for name in names or LOADERS:
        found: dict[str, list[tuple[float, ...]]] = {}
        for seed in range(seeds):
            X, y, X_test, y_test, classes = draw(name, rows, seed)
            for label, model in [*peers(classes), *ours(classes, seed)]:
                started = time.perf_counter()
                model.fit(X, y)
                seconds = time.perf_counter() - started
                run = [score(model, X_test, y_test), seconds]
                if classes:
                    run.append(calibration_error(model, X_test, y_test))
                found.setdefault(label, []).append(tuple(run))
        print(f"\n**{Path(name).stem}**, {len(X)} training rows, {seeds} seeds\n")
        columns = ["held out", "seconds to fit", "calibration error"][: 2 + classes]
        print("| model |", " | ".join(columns), "|")
        print("|---" * (1 + len(columns)) + "|")
        for label, runs in found.items():
            values, seconds, *off = np.array(runs).T
            error = values.std(ddof=1) / np.sqrt(seeds) if seeds > 1 else np.nan
            cells = [f"{values.mean():.3f} ± {error:.3f}", f"{seconds.mean():.1f}"]
            # not every model gives probabilities
            cells += ["" if np.isnan(p).any() else f"{p.mean():.3f}" for p in off]
            print(f"| {label} |", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    main(arguments.names, arguments.rows, arguments.seeds)
