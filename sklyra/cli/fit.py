"""``sklyra fit``: learn, and write a model file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sklyra.cli import options
from sklyra.cli.columns import hint
from sklyra.cli.data import Data, read_data
from sklyra.cli.messages import CommandError, in_file, tell


def make_estimator(
    data: Data,
    quiet: bool,
    seed: int,
    settings: tuple[str, ...],
    threads: int | None,
    device: str,
) -> Any:
    """Make an estimator of the kind that data ask for.

    Parameters
    ----------
    data : Data
        Training data.
    quiet : bool
        Whether to show no progress.
    seed, settings, threads, device : object
        What the options of these names say.

    Returns
    -------
    LyraRegressor or LyraClassifier
        Not fitted.

    Raises
    ------
    CommandError
        If there is no such parameter.
    """
    from sklyra import LyraClassifier, LyraRegressor

    kind = LyraClassifier if data.is_classes else LyraRegressor
    known = {"random_state": seed, "n_threads": threads, "device": device}
    given = known | {"verbose": int(not quiet)} | options.parse_settings(settings)
    parameters = kind().get_params()
    for name in given:
        if name not in parameters:
            meant = hint(name, parameters)
            raise CommandError(
                f"--set {name}: {kind.__name__} has {list(parameters)}{meant}"
            )
    return kind(**given)


def default_output(data: str) -> str:
    """Name the model after the data.

    Parameters
    ----------
    data : str
        Path of the data; "-" for stdin.

    Returns
    -------
    str
        A path in the folder where the command runs.
    """
    return "model.lyra" if data == "-" else f"{Path(data).name.split('.')[0]}.lyra"


@click.command()
@click.argument("data")
@click.option("-o", "--output", help="Model file; DATA with .lyra by default.")
@click.option(
    "--forget-training", is_flag=True, help="Leave training sequences out of the file."
)
@options.columns
@options.model
@options.machine
@options.how_to_read
@options.force
@options.talk
def fit(
    data: str,
    output: str | None,
    forget_training: bool,
    force: bool,
    quiet: bool,
    debug: bool,
    **shared: Any,
) -> None:
    """Learn from DATA, a table or sequences with --table, and write a model file.

    What columns are is found out from names and values, and said; options say it
    otherwise. DATA may be CSV, TSV, Parquet, Excel, FASTA, FASTQ, Stockholm or GenBank,
    compressed with gzip, or - for stdin.

    \b
    Examples:
      sklyra fit data.csv
      sklyra fit data.xlsx --sequence variant --target activity -o enzyme.lyra
      sklyra fit variants.fasta --table measured.csv
      sklyra fit guides.csv --sequence guide --sequence target --covariate dose
      sklyra fit data.csv --set loss=huber --set reverse_complement=true
    """
    output = output or default_output(data)
    options.refuse_existing(output, force, data)
    source = options.pop_source(data, shared)
    read = read_data(source, quiet, **options.pop_columns(shared))
    model = make_estimator(read, quiet, **shared)
    try:
        model.fit(read.X, read.y, groups=read.groups)
    except (ValueError, TypeError) as error:
        raise CommandError(in_file(str(error), source.name)) from error
    model.save(output, forget_training=forget_training)
    described = model._describe()
    if described["held_out_score"] is not None:
        score = f"{described['score']} {described['held_out_score']:.3f}"
        score += f" ({described['held_out_rows']} of {len(read.y)} rows)"
        tell(f"held out of training: {score}", quiet)
    held = described["training_sequences"]
    inside = f", with {held} training sequences inside" if held else ""
    tell(f"wrote {output}{inside}", quiet)
