"""Held-out accuracy against the number of training rows.

    python docs/benchmarks/accuracy/curves.py           # the bundled tasks
    python docs/benchmarks/accuracy/curves.py mine.parquet --rows 100 1000 10000

Writes curves.json and curves.png beside itself: one draw of rows for each size, the
same rows for every model, Spearman correlation or balanced accuracy.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from models import LOADERS, draw, ours, peers, score

HERE = Path(__file__).parent
SHOWN = {"**sklyra**": "sklyra", "published network": "published Lyra"}


def measure(names: list[str], sizes: list[int]) -> list[dict[str, Any]]:
    """Fit every model at every size."""
    found = []
    for name in names:
        before = 0
        for rows in sizes:
            X, y, X_test, y_test, classes = draw(name, rows, 0)
            if len(X) == before:
                break
            before = len(X)
            chosen = [(SHOWN[k], m) for k, m in ours(classes, 0) if k in SHOWN]
            for label, model in [*peers(classes), *chosen]:
                started = time.perf_counter()
                model.fit(X, y)
                row = {
                    "task": Path(name).stem,
                    "rows": len(X),
                    "model": label,
                    "score": round(score(model, X_test, y_test), 4),
                    "seconds": round(time.perf_counter() - started, 1),
                }
                print(json.dumps(row), flush=True)
                found.append(row)
    return found


def plot(found: list[dict[str, Any]], path: Path) -> None:
    """One panel for each task."""
    tasks = list(dict.fromkeys(row["task"] for row in found))
    figure, panels = plt.subplots(
        1, len(tasks), figsize=(4.2 * len(tasks), 3.6), squeeze=False, sharey=False
    )
    for panel, task in zip(panels[0], tasks, strict=True):
        models = dict.fromkeys(row["model"] for row in found if row["task"] == task)
        for model in models:
            points = [
                (row["rows"], row["score"])
                for row in found
                if row["task"] == task and row["model"] == model
            ]
            ours = model == "sklyra"
            panel.plot(
                *zip(*points, strict=True),
                marker="o",
                markersize=4,
                label=model,
                linewidth=2.5 if ours else 1.2,
                color="black" if ours else None,
            )
        panel.set(xscale="log", xlabel="training rows", title=task)
        panel.grid(alpha=0.3)
    panels[0][0].set_ylabel("held out")
    panels[0][-1].legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(path, dpi=130)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(LOADERS))
    sizes = [100, 300, 1000, 3000, 10_000]
    parser.add_argument("--rows", type=int, nargs="+", default=sizes)
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    curves = measure(arguments.names, arguments.rows)
    (HERE / "curves.json").write_text(json.dumps(curves, indent=1) + "\n")
    plot(curves, HERE / "curves.png")
