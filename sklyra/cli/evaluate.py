"""``sklyra evaluate``: cross-validation, or a model on data that it has not seen."""

from __future__ import annotations

from typing import Any

import click
import numpy as np

from sklyra.cli import options
from sklyra.cli.data import Data, read_data
from sklyra.cli.fit import make_estimator
from sklyra.cli.folds import SPLITS, make_folds, take
from sklyra.cli.messages import CommandError, in_file, tell
from sklyra.cli.reading import Columns
from sklyra.cli.writing import writing


@click.command()
@click.argument("data")
@click.option("-o", "--output", default="-", help="Scores of each fold; or stdout.")
@click.option("--folds", type=click.IntRange(2), default=5, show_default=True)
@click.option(
    "--split", type=click.Choice(SPLITS), default="random", show_default=True,
    help="What is new in a fold: any sequences, clusters of them, or positions.",
)  # fmt: skip
@click.option("--model", help="Score this model file on DATA, and fit nothing.")
@options.columns
@options.model
@options.machine
@options.how_to_read
@options.force
@options.talk
def evaluate(
    data: str,
    output: str,
    folds: int,
    split: str,
    model: str | None,
    force: bool,
    quiet: bool,
    debug: bool,
    **shared: Any,
) -> None:
    """Cross-validate on DATA: fit on all folds but one, and score that.

    Copies of a sequence are held out together, and whole groups with --group. Scores of
    random folds are for sequences like those of DATA; --split cluster holds out what
    resembles no training sequence, --split position mutations at positions where
    training sequences have none.

    \b
    Examples:
      sklyra evaluate data.csv
      sklyra evaluate data.csv --split position --set n_members=1
      sklyra evaluate data.csv --group family -o scores.csv
      sklyra evaluate test.csv --model data.lyra
    """
    options.refuse_existing(output, force)
    source = options.pop_source(data, shared)
    read = read_data(source, quiet, **options.pop_columns(shared))
    try:
        if model is not None:
            from sklyra.persistence import load

            rows = [
                _score(
                    load(model, device=shared["device"]), read, np.arange(len(read.y))
                )
            ]
        else:
            estimator = make_estimator(read, True, **shared)
            parts = make_folds(read, split, folds, shared["seed"])
            rows = _cross_validate(estimator, read, parts, quiet)
    except (ValueError, TypeError) as error:
        raise CommandError(in_file(str(error), source.name)) from error
    _summarize(rows, quiet)
    with writing(output, None) as writer:
        writer.write(_as_columns(rows))


def _cross_validate(
    estimator: Any, data: Data, folds: list[tuple[Any, Any]], quiet: bool
) -> list[dict[str, float]]:
    from sklearn.base import clone

    rows = []
    for number, (train, test) in enumerate(folds, start=1):
        groups = None if data.groups is None else [data.groups[row] for row in train]
        fitted = clone(estimator).fit(take(data.X, train), data.y[train], groups=groups)
        scores = _score(fitted, data, test)
        rows.append({"fold": number, "n_train": len(train), **scores})
        listed = ", ".join(f"{name} {value:.4g}" for name, value in scores.items())
        tell(f"fold {number} of {len(folds)}: {listed}", quiet)
    return rows


def _score(model: Any, data: Data, rows: Any) -> dict[str, float]:
    """Score a model on rows that it has not seen."""
    from sklearn.metrics import balanced_accuracy_score

    from sklyra.metrics import spearman_score

    X, y = take(data.X, rows), data.y[rows]
    name = "accuracy" if data.is_classes else "R2"
    scores = {"n_test": len(rows), name: float(model.score(X, y))}
    if y.ndim == 1 and len(rows) > 1:
        predicted = model.predict(X)
        if data.is_classes:
            scores["balanced_accuracy"] = float(balanced_accuracy_score(y, predicted))
        else:
            scores["spearman"] = float(spearman_score(y, predicted))
            scores["rmse"] = float(np.sqrt(np.mean((y - predicted) ** 2)))
    return scores


def _summarize(rows: list[dict[str, float]], quiet: bool) -> None:
    counts = ("fold", "n_train", "n_test")
    for name in rows[0]:
        if name not in counts and len(rows) > 1:
            values = [row[name] for row in rows]
            spread = np.std(values, ddof=1)
            tell(f"{name}: {np.mean(values):.3f} +- {spread:.3f} over folds", quiet)


def _as_columns(rows: list[dict[str, float]]) -> Columns:
    return {name: [f"{row[name]:.6g}" for row in rows] for name in rows[0]}
