"""``sklyra scan``: what every single mutation of a parent does."""

from __future__ import annotations

from typing import Any

import click

from sklyra.cli import options
from sklyra.cli.messages import tell
from sklyra.cli.parents import (
    load_model,
    read_numbers,
    read_parents,
    require_pandas,
)
from sklyra.cli.writing import frame_columns, writing


@click.command()
@click.argument("model")
@click.argument("parent")
@click.option("-o", "--output", default="-", help="CSV, TSV, Parquet; or stdout.")
@click.option("--picture", help="Heatmap: a PNG, SVG or PDF file. Needs matplotlib.")
@click.option("--positions", help="Which, for example 10-40,55; all by default.")
@click.option("--letters", help="Letters to put there; all by default.")
@click.option("--insertions", help="Letters to insert behind each; none by default.")
@click.option("--start", type=int, default=1, help="Number of the first letter.")
@options.machine
@options.how_to_read
@options.force
@options.talk
def scan(
    model: str,
    parent: str,
    output: str,
    picture: str | None,
    positions: str | None,
    letters: str | None,
    insertions: str | None,
    start: int,
    threads: int | None,
    device: str,
    force: bool,
    quiet: bool,
    debug: bool,
    **shared: Any,
) -> None:
    """Predict with MODEL every single mutation of PARENT: a sequence, or a file of one.

    A row for each mutation: its name, its effect on what is predicted, and the standard
    deviation of that.

    \b
    Examples:
      sklyra scan data.lyra MKTAYIAKQR -o effects.csv
      sklyra scan data.lyra parent.fasta --positions 10-40 --picture scan.png
    """
    require_pandas()
    options.refuse_existing(output, force)
    options.refuse_existing(picture, force)
    from sklyra.inspection import mutation_scan

    source = options.pop_source(parent, shared)
    sequence = read_parents(source, most=1)[0]
    found = mutation_scan(
        load_model(model, device, threads),
        sequence,
        positions=read_numbers(positions, "--positions"),
        letters=letters,
        insertions=insertions,
        start=start,
    )
    if picture is not None:
        found.plot().figure_.savefig(picture, dpi=150)
        tell(f"wrote {picture}", quiet)
    with writing(output, None) as writer:
        writer.write(frame_columns(found.to_frame()))
    if output != "-":
        tell(f"wrote {output}", quiet)
