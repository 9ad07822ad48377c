"""Held-out accuracy against the number of training rows, as a table and a plot.

    python docs/benchmarks/accuracy/curves.py           # the bundled tasks
    python docs/benchmarks/accuracy/curves.py mpsa mine.parquet --rows 100 1000 10000

One draw of rows for each size, the same for every model; Spearman correlation, or
balanced accuracy for classes. Results go to curves.json and curves.png beside this
script. What curves.json has already is not measured again. Above 10,000 rows, the SVM
and linear models of k-mers are left out: their time grows with the square or the cube.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
from models import LOADERS, draw, ours, peers, score

HERE = Path(__file__).parent
RESULTS = HERE / "curves.json"
OURS = {"**sklyra**": "sklyra", "published network": "published network"}
MOST = 10_000
SLOW = ("SVM (RBF), one-hot", "ridge, k-mers", "logistic, k-mers")


def measure(names: list[str], sizes: list[int]) -> list[dict[str, Any]]:
    """Fit every model at every size that a task has, and return all results so far."""
    found = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    known = {(row["task"], row["rows"], row["model"]) for row in found}
    for name in names:
        for rows in sizes:
            X, y, X_test, y_test, classes = draw(name, rows, 0)
            if len(X) < rows:
                break
            chosen = [
                (OURS[label], m) for label, m in ours(classes, 0) if label in OURS
            ]
            for label, model in [*peers(classes), *chosen]:
                too_many = rows > MOST and label in SLOW
                if too_many or (Path(name).stem, rows, label) in known:
                    continue
                started = time.perf_counter()
                model.fit(X, y)
                row = {
                    "task": Path(name).stem,
                    "rows": rows,
                    "model": label,
                    "score": round(score(model, X_test, y_test), 4),
                    "seconds": round(time.perf_counter() - started, 1),
                }
                print(json.dumps(row), flush=True)
                found.append(row)
                RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    return found


def plot(found: list[dict[str, Any]], path: Path) -> None:
    """Draw a panel for each task."""
    tasks = list(dict.fromkeys(row["task"] for row in found))
    columns = min(3, len(tasks))
    n_rows = -(-len(tasks) // columns)
    figure, panels = plt.subplots(
        n_rows, columns, figsize=(4.2 * columns, 3.4 * n_rows), squeeze=False
    )
    for panel in panels.flat[len(tasks) :]:
        panel.set_axis_off()
    for panel, task in zip(panels.flat, tasks, strict=False):
        for color, model in enumerate(dict.fromkeys(row["model"] for row in found)):
            points = sorted(
                (row["rows"], row["score"])
                for row in found
                if (row["task"], row["model"]) == (task, model)
            )
            if not points:
                continue
            mine = model == "sklyra"
            style = {"color": "black" if mine else f"C{color}"}
            style |= {"linewidth": 2.5 if mine else 1.2}
            panel.plot(*zip(*points, strict=True), ".-", label=model, **style)
        panel.set(xscale="log", xlabel="training rows", title=task)
        panel.grid(alpha=0.3)
    for row in panels:
        row[0].set_ylabel("held out")
    lines = {line.get_label(): line for panel in panels.flat for line in panel.lines}
    figure.legend(lines.values(), lines, loc="lower center", ncols=5, fontsize=8)
    figure.tight_layout(rect=(0, 0.08, 1, 1))
    figure.savefig(path, dpi=130)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(LOADERS))
    sizes = [100, 300, 1000, 3000, 10_000, 20_000]
    parser.add_argument("--rows", type=int, nargs="+", default=sizes)
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    plot(measure(arguments.names, arguments.rows), HERE / "curves.png")
