"""When options are worth setting: losses, targets or labels changed, both strands.

    python docs/benchmarks/accuracy/options.py *.parquet --rows 500

Files are Parquet with the columns `sequence` and `target`. All models see the same
rows, one draw of them; Spearman correlation, or balanced accuracy for classes, and the
expected calibration error of their probabilities. Results go to options.json beside
this script; what that has already is not measured again.
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch.nn.functional as F
from models import calibration_error, draw, score
from sklearn.compose import TransformedTargetRegressor
from sklearn.preprocessing import QuantileTransformer
from torch import Tensor

from sklyra import LyraClassifier, LyraRegressor
from sklyra.nn import CrossEntropy
from sklyra.targets import ClassTarget

RESULTS = Path(__file__).parent / "options.json"
DEFAULT = "default"
OPTIONS = (
    'loss="huber"',
    'loss="ranking"',
    "targets made normal",
    "reverse_complement=True",
    "labels smoothed",
)


class SmoothedEntropy(CrossEntropy):
    """The cross entropy with labels that are right nine times in ten."""

    def _of_each(self, output: Tensor, target: Tensor) -> Tensor:
        return F.cross_entropy(output, target, reduction="none", label_smoothing=0.1)


class SmoothedTarget(ClassTarget):
    """Classes whose labels are smoothed."""

    @property
    def loss(self) -> type[CrossEntropy]:
        return SmoothedEntropy


class SmoothedClassifier(LyraClassifier):
    """What label smoothing would do, if it were an option."""

    def _make_target(self, y: Any) -> ClassTarget:
        return SmoothedTarget(self.class_weight)


def models(dna: bool, classes: bool) -> Iterator[tuple[str, Any]]:
    """Make the default, and what there is to choose for such data."""
    kind = LyraClassifier if classes else LyraRegressor
    yield DEFAULT, kind(random_state=0)
    if not classes:
        yield OPTIONS[0], kind(loss="huber", random_state=0)
        yield OPTIONS[1], kind(loss="ranking", random_state=0)
        normal = QuantileTransformer(output_distribution="normal", n_quantiles=200)
        yield (
            OPTIONS[2],
            TransformedTargetRegressor(kind(random_state=0), transformer=normal),
        )
    if dna:
        yield OPTIONS[3], kind(reverse_complement=True, random_state=0)
    if classes:
        yield OPTIONS[4], SmoothedClassifier(random_state=0)


def main(names: list[str], rows: int) -> list[dict[str, Any]]:
    """Measure what is not known yet."""
    found = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    known = {(row["task"], row["rows"], row["option"]) for row in found}
    for name in names:
        task = Path(name).stem
        X, y, X_test, y_test, classes = draw(name, rows, 0)
        for option, model in models(set("".join(X)) <= set("ACGTN"), classes):
            if (task, rows, option) in known:
                continue
            value = round(score(model.fit(X, y), X_test, y_test), 4)
            row = {"task": task, "rows": rows, "option": option, "score": value}
            if classes:
                row["calibration"] = round(calibration_error(model, X_test, y_test), 4)
            print(json.dumps(row), flush=True)
            found.append(row)
            RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    return found


def table(found: list[dict[str, Any]], rows: int) -> None:
    """Print the default, and differences from it."""
    scores = {
        (row["task"], row["option"]): row["score"]
        for row in found
        if row["rows"] == rows
    }
    print("\n| task | default |", " | ".join(f"`{o}`" for o in OPTIONS), "|")
    print("|---" * (2 + len(OPTIONS)) + "|")
    differences: dict[str, list[float]] = {option: [] for option in OPTIONS}
    for task in dict.fromkeys(task for task, _ in scores):
        default = scores[task, DEFAULT]
        cells = []
        for option, values in differences.items():
            if (task, option) in scores:
                values.append(scores[task, option] - default)
                cells.append(f"{values[-1]:+.3f}")
            else:
                cells.append("")
        print(f"| {task} | {default:.3f} |", " | ".join(cells), "|")
    cells = [
        f"{np.mean(v):+.3f} ± {np.std(v, ddof=1) / np.sqrt(len(v)):.3f}"
        for v in differences.values()
    ]
    print("| mean | |", " | ".join(cells), "|")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--rows", type=int, default=500)
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    table(main(arguments.names, arguments.rows), arguments.rows)
