"""``sklyra search``: better parameters, by cross-validation."""

from __future__ import annotations

import json
from typing import Any

import click

from sklyra.cli import options
from sklyra.cli.data import read_data
from sklyra.cli.fit import default_output, make_estimator
from sklyra.cli.folds import SPLITS, make_folds
from sklyra.cli.messages import CommandError, in_file, tell


@click.command()
@click.argument("data")
@click.option("-o", "--output", help="Model file; DATA with .lyra by default.")
@click.option("--trials", type=click.IntRange(1), default=20, show_default=True)
@click.option("--timeout", type=float, help="Seconds after which no trial begins.")
@click.option("--storage", help="File of the study: the same command goes on there.")
@click.option("--folds", type=click.IntRange(2), default=3, show_default=True)
@click.option("--split", type=click.Choice(SPLITS), default="random", show_default=True)
@options.columns
@options.model
@options.machine
@options.how_to_read
@options.force
@options.talk
def search(
    data: str,
    output: str | None,
    trials: int,
    timeout: float | None,
    storage: str | None,
    folds: int,
    split: str,
    force: bool,
    quiet: bool,
    debug: bool,
    **shared: Any,
) -> None:
    """Look for better parameters on DATA, and write a model that is fitted with them.

    The first trial has the parameters as they are. Each is cross-validated as `sklyra
    evaluate` does; the best parameters go to stdout. The score of the best of many
    trials is a little too good: evaluate on other data.

    \b
    Examples:
      sklyra search data.csv --trials 50 --storage study.log -o best.lyra
      sklyra search data.csv --timeout 3600 --set n_members=1
    """
    output = output or default_output(data)
    options.refuse_existing(output, force, data)
    source = options.pop_source(data, shared)
    read = read_data(source, quiet, **options.pop_columns(shared))
    X = read.X
    if isinstance(X, dict):
        try:
            import pandas as pd
        except ImportError:
            raise CommandError(
                "A search over a table of several columns needs pandas: pip install "
                "'sklyra[cli]'."
            ) from None
        X = pd.DataFrame(X)
    from sklyra.search import LyraSearchCV

    estimator = make_estimator(read, True, **shared)
    found = LyraSearchCV(
        estimator,
        n_trials=trials,
        timeout=timeout,
        cv=make_folds(read, split, folds, shared["seed"]),
        storage=storage,
        random_state=shared["seed"],
    )
    try:
        found.fit(X, read.y, groups=read.groups)
    except (ValueError, TypeError, RuntimeError) as error:
        raise CommandError(in_file(str(error), source.name)) from error
    found.best_estimator_.save(output)
    n_trials = len(found.cv_results_["number"])
    tell(f"best of {n_trials} trials: {found.best_score_:.3f}; wrote {output}", quiet)
    click.echo(json.dumps(found.best_params_, default=list))
