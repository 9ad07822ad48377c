"""``sklyra report``: a page that says what a model is."""

from __future__ import annotations

import math
from typing import Any

import click

from sklyra.cli import options
from sklyra.cli.data import read_data
from sklyra.cli.messages import tell
from sklyra.cli.parents import load_model, read_parents, require_pandas
from sklyra.cli.reading import Source, is_number, read_columns


@click.command()
@click.argument("model")
@click.option("-o", "--output", default="report.html", show_default=True)
@click.option("--data", help="What MODEL was fitted to, for its held-out predictions.")
@click.option("--test", help="Measurements that it has not seen.")
@click.option("--parent", help="A sequence, or a file of one, to scan and mutate.")
@click.option(
    "-n",
    type=click.IntRange(0),
    default=12,
    show_default=True,
    help="Sequences to propose.",
)
@click.option(
    "--proposal",
    help="Table of propose, shown as what to measure next instead of others.",
)
@click.option("--title", help="Heading; the name of MODEL by default.")
@options.columns
@click.option(
    "--task",
    type=click.Choice(["auto", "regression", "classification"]),
    default="auto",
    help="What the target of --data and --test is.",
)
@options.machine
@options.how_to_read
@options.force
@options.talk
def report(
    model: str,
    output: str,
    data: str | None,
    test: str | None,
    parent: str | None,
    n: int,
    proposal: str | None,
    title: str | None,
    threads: int | None,
    device: str,
    force: bool,
    quiet: bool,
    debug: bool,
    **shared: Any,
) -> None:
    """Write a page about MODEL: how good it is, what it found, what to measure next.

    The page needs no network and no program but a browser. Columns of --data and --test
    are found out as in fit.

    \b
    Examples:
      sklyra report data.lyra
      sklyra report data.lyra --data data.csv --test test.csv -o enzyme.html
      sklyra report data.lyra --data data.csv --proposal plate.csv
    """  # fmt: skip
    options.refuse_existing(output, force)
    require_pandas()
    from sklyra.reporting import report as make_report

    said = options.pop_columns(shared)
    pairs: list[tuple[Any, Any] | None] = []
    for path in (data, test):
        if path is None:
            pairs.append(None)
            continue
        read = read_data(options.pop_source(path, dict(shared)), quiet, **said)
        pairs.append((read.X, read.y))
    page = make_report(
        load_model(model, device, threads),
        data=pairs[0],
        test=pairs[1],
        parent=None if parent is None else read_parents(Source(parent), most=1)[0],
        n_proposals=n,
        proposal=None if proposal is None else _read_proposal(proposal),
        title=title or model.rpartition("/")[2].removesuffix(".lyra"),
    )
    page.save(output)
    tell(f"wrote {output}", quiet)


def _read_proposal(path: str) -> Any:
    """Read a table, whose numbers are numbers."""
    import pandas as pd

    columns: dict[str, Any] = dict(read_columns(Source(path)))
    for name, values in columns.items():
        if all(value == "" or is_number(value) for value in values):
            columns[name] = [float(value) if value else math.nan for value in values]
    return pd.DataFrame(columns)
