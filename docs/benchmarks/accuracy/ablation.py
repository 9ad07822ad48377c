"""Scores of the default without some of its parts, over many tasks.

    python docs/benchmarks/accuracy/ablation.py *.parquet --rows 500 2000

Files are Parquet with the columns `sequence` and `target`. Each fit of the default
predicts with all of its parts, and with some, whose stacking weights are fitted again
to their held-out predictions: this is what a fit without the other parts does. So all
rows of the table but the last have the same networks. Results go to ablation.json
beside this script; what that has already is not measured again.
"""

from __future__ import annotations

import argparse
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from models import draw, score
from numpy.typing import NDArray

from sklyra import LyraClassifier, LyraRegressor
from sklyra.targets import ClassTarget, ValueTarget

Array = NDArray[np.float64]
RESULTS = Path(__file__).parent / "ablation.json"
ALL = "all parts"
# Parts by their names in `predict_parts`.
SUBSETS = {
    ALL: ["lyra", "perceptron", "gaussian_process"],
    "no Gaussian process": ["lyra", "perceptron"],
    "no perceptrons": ["lyra", "gaussian_process"],
    "no networks": ["perceptron", "gaussian_process"],
    "networks alone": ["lyra"],
    "perceptrons alone": ["perceptron"],
    "Gaussian process alone": ["gaussian_process"],
}


class WatchedValues(ValueTarget):
    """Values that remember what parts predict of all sequences held out."""

    def stack(self, *held_out: Any) -> Array:
        self.__dict__.setdefault("held_out", held_out)
        return super().stack(*held_out)


class WatchedClasses(ClassTarget):
    """Classes that do the same."""

    def stack(self, *held_out: Any) -> Array:
        self.__dict__.setdefault("held_out", held_out)
        return super().stack(*held_out)


class WatchedRegressor(LyraRegressor):
    """A regressor with such a target."""

    def _make_target(self, y: Any) -> ValueTarget:
        return WatchedValues()


class WatchedClassifier(LyraClassifier):
    """A classifier with such a target."""

    def _make_target(self, y: Any) -> ClassTarget:
        return WatchedClasses()


def measure(name: str, rows: int, seed: int) -> dict[str, float]:
    """Score the default and what is left of it without some parts."""
    X, y, X_test, y_test, classes = draw(name, rows, seed)
    if len(X) < rows:
        return {}
    kind = WatchedClassifier if classes else WatchedRegressor
    model: Any = kind(random_state=seed).fit(X, y)
    ensemble = model._ensemble
    parts, target, weight, scales = ensemble.target.held_out
    known = [part.name for part in ensemble.parts]
    found = {}
    for label, wanted in SUBSETS.items():
        at = [i for i, part in enumerate(known) if part in wanted]
        if at:
            weights = np.zeros_like(ensemble.stacking_weights)
            chosen = [scales[i] for i in at]
            weights[at] = ensemble.target.stack(parts[at], target, weight, chosen)
            ensemble.stacking_weights = weights if len(at) > 1 else weights > 0
            found[label] = score(model, X_test, y_test)
    alone = {"n_members": 1, "gaussian_process": False, "perceptron": False}
    single = LyraClassifier if classes else LyraRegressor
    one = single(**alone, random_state=seed).fit(X, y)
    found["one network"] = score(one, X_test, y_test)
    return found


def main(names: list[str], sizes: list[int], seeds: int) -> list[dict[str, Any]]:
    """Measure what is not known yet."""
    found = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    known = {(row["task"], row["rows"], row["seed"]) for row in found}
    for seed in range(seeds):
        for rows in sizes:
            for name in names:
                task = Path(name).stem
                if (task, rows, seed) in known:
                    continue
                scores = measure(name, rows, seed)
                if scores:
                    scores = {k: round(v, 4) for k, v in scores.items()}
                    row = {"task": task, "rows": rows, "seed": seed, "scores": scores}
                    print(json.dumps(row), flush=True)
                    found.append(row)
                    RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    return found


def table(found: list[dict[str, Any]]) -> None:
    """Print means over tasks, and standard errors of differences from the default."""
    sizes = sorted({row["rows"] for row in found})
    labels = [*SUBSETS, "one network"]
    print("\n| model |", " | ".join(f"{rows:,} rows" for rows in sizes), "|")
    print("|---" * (1 + len(sizes)) + "|")
    for label in labels:
        cells = []
        for rows in sizes:
            by_task: dict[str, list[float]] = {}
            for row in found:
                if row["rows"] == rows and label in row["scores"]:
                    scores = row["scores"]
                    value = scores[label] - (0 if label == ALL else scores[ALL])
                    by_task.setdefault(row["task"], []).append(value)
            means = np.array([np.mean(values) for values in by_task.values()])
            if label == ALL:
                cells.append(f"{means.mean():.3f} ({len(means)} tasks)")
            else:
                error = means.std(ddof=1) / np.sqrt(len(means))
                worse = (means < 0).sum()
                cells.append(f"{means.mean():+.3f} ± {error:.3f} ({worse} worse)")
        print(f"| {label} |", " | ".join(cells), "|")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--rows", type=int, nargs="+", default=[500, 2000, 10_000])
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    table(main(arguments.names, arguments.rows, arguments.seeds))
