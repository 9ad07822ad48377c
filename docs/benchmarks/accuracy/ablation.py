"""What each part of the default is worth, over many tasks, with standard errors.

    python docs/benchmarks/accuracy/ablation.py *.parquet --rows 500 2000

Files are Parquet with the columns `sequence` and `target`. Each fit of the default is
asked for what it says with all of its parts and with some, whose shares are found anew
from what they say of held-out sequences: just what a fit without the others would do.
So all rows of the table but the last have the same networks. Results go to
ablation.json beside this script; what that has already is not measured again.
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
from sklyra.batching import SequenceDataset
from sklyra.estimators.shares import first_logit_shares, logit_shares, value_shares

Array = NDArray[np.float64]
RESULTS = Path(__file__).parent / "ablation.json"
ALL = "all parts"
# Rows of `shares_`: five networks on average, five perceptrons, the Gaussian process
SUBSETS = {
    ALL: ["networks", "perceptrons", "process"],
    "no Gaussian process": ["networks", "perceptrons"],
    "no perceptrons": ["networks", "process"],
    "no networks": ["perceptrons", "process"],
    "networks alone": ["networks"],
    "perceptrons alone": ["perceptrons"],
    "Gaussian process alone": ["process"],
}


class WatchedRegressor(LyraRegressor):
    """A regressor that remembers what its parts say of held-out sequences."""

    def _weigh(self, parts: Array, data: SequenceDataset) -> Array:
        self.held_out = parts, data
        return super()._weigh(parts, data)


class WatchedClassifier(LyraClassifier):
    """A classifier that remembers what its parts say of held-out sequences."""

    def _weigh(self, parts: Array, data: SequenceDataset) -> Array:
        self.held_out = parts, data
        return super()._weigh(parts, data)


def shares(
    parts: Array, data: SequenceDataset, process: bool, classes: bool
) -> Array | float:
    """Weigh parts, the last of which may be a Gaussian process, as a model does."""
    if len(parts) == 1:
        return 1.0
    weight = data.weight.astype(float)
    if classes:
        start = first_logit_shares(len(parts) - process, process)
        return logit_shares(parts, data.target, weight, start)
    return value_shares(parts, data.target.astype(float), weight)


def measure(name: str, rows: int, seed: int) -> dict[str, float]:
    """Score the default and what is left of it without some parts."""
    X, y, X_test, y_test, classes = draw(name, rows, seed)
    if len(X) < rows:
        return {}
    kind = WatchedClassifier if classes else WatchedRegressor
    model: Any = kind(random_state=seed).fit(X, y)
    parts, data = model.held_out
    known = ["networks"]
    known += ["perceptrons"] if model.perceptrons_ else []
    known += ["process"] if model.gaussian_process_ is not None else []
    found = {}
    for label, wanted in SUBSETS.items():
        at = [i for i, part in enumerate(known) if part in wanted]
        if at:
            process = "process" in wanted
            model.shares_ = np.zeros_like(model.shares_)
            model.shares_[at] = shares(parts[at], data, process, classes)
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
