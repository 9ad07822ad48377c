"""``sklyra convert``: a table or sequences in another format."""

from __future__ import annotations

from typing import Any

import click

from sklyra.cli import options
from sklyra.cli.columns import find_column, guess_sequence
from sklyra.cli.reading import read_chunks
from sklyra.cli.writing import writing


@click.command()
@click.argument("source")
@click.argument("output")
@click.option("--sequence", help="Column of sequences, for FASTA.")
@options.how_to_read
@options.force
@options.talk
def convert(
    source: str,
    output: str,
    sequence: str | None,
    force: bool,
    quiet: bool,
    debug: bool,
    **shared: Any,
) -> None:
    """Rewrite SOURCE, a table or sequences, as OUTPUT in another format.

    \b
    Examples:
      sklyra convert library.xlsx library.csv
      sklyra convert reads.fastq.gz reads.fasta
      sklyra convert table.csv variants.fasta --sequence variant
    """
    options.refuse_existing(output, force)
    given = options.pop_source(source, shared)
    chunks = read_chunks(given)
    first = next(chunks)
    if sequence is not None:
        find_column(sequence, first, given.name)
    elif output.removesuffix(".gz").endswith((".fasta", ".fa", ".faa", ".fna")):
        sequence = guess_sequence(first, given.name)
    with writing(output, sequence) as writer:
        writer.write(first)
        for chunk in chunks:
            writer.write(chunk)
