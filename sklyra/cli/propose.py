"""``sklyra propose``: sequences to measure next."""

from __future__ import annotations

from typing import Any

import click

from sklyra.cli import options
from sklyra.cli.columns import find_column, guess_sequence
from sklyra.cli.messages import CommandError, tell
from sklyra.cli.parents import (
    load_model,
    read_numbers,
    read_parents,
    require_pandas,
)
from sklyra.cli.reading import Source, read_columns
from sklyra.cli.writing import frame_columns, writing

_SIZES = ["24", "48", "96", "384"]


@click.command()
@click.argument("model")
@click.argument("parents")
@click.option(
    "-o", "--output", default="-", help="CSV, TSV, Excel, Parquet or FASTA; or stdout."
)
@click.option("-n", type=click.IntRange(1), default=96, show_default=True)
@click.option("--by", help="Column of PARENTS by which the best are mutated.")
@click.option(
    "--best",
    type=click.IntRange(1),
    default=24,
    show_default=True,
    help="How many of these, at most.",
)
@click.option(
    "--which",
    type=click.IntRange(0),
    help="Value, label or class from 0, if MODEL has several.",
)
@click.option("--minimize", is_flag=True, help="Low values are wanted.")
@click.option(
    "--max-mutations",
    type=click.IntRange(1),
    default=4,
    show_default=True,
    help="From the parent of a row; --best 1 has one parent for all.",
)
@click.option(
    "--max-novelty",
    type=float,
    default=2.0,
    show_default=True,
    help="How unlike training, 1 at its edge. At 2, letters that were not measured at "
    "a position are hardly proposed there.",
)
@click.option(
    "--strategy",
    type=click.Choice(["balance", "exploit", "explore"]),
    default="balance",
    show_default=True,
    help="exploit: the best predicted; explore: the least known; balance: both.",
)
@click.option("--positions", help="That may change, for example 10-40,55.")
@click.option("--fixed", help="Positions that stay.")
@click.option("--letters", help="That mutations put: AVIL, or 'not CM'.")
@click.option(
    "--forbid",
    multiple=True,
    help="Enzyme or pattern: EcoRI, GGGGG, 'N{P}[ST]'; repeatable.",
)
@click.option("--max-homopolymer", type=click.IntRange(1), help="Longest run.")
@click.option("--gc", nargs=2, type=click.FloatRange(0, 1), help="Least and largest.")
@click.option("--keep-protein", is_flag=True, help="Of coding DNA or RNA.")
@click.option(
    "--start",
    type=int,
    default=1,
    show_default=True,
    help="Number of the first letter.",
)
@click.option("--plate", type=click.Choice(_SIZES), help="Lay out in wells.")
@click.option(
    "--control", multiple=True, help="Sequence first on every --plate; repeatable."
)
@click.option("--with-parent", is_flag=True, help="The best parent is such a sequence.")
@click.option(
    "--coding-dna",
    help="Coding DNA of a parent, or a file of it: adds a column of DNA to order.",
)
@click.option("--measured", multiple=True, help="File of sequences to leave out.")
@click.option("--sequence", help="Column of sequences, if PARENTS has several.")
@click.option("--seed", type=int, default=0, show_default=True)
@options.machine
@options.how_to_read
@options.force
@options.talk
def propose(
    model: str,
    parents: str,
    output: str,
    by: str | None,
    best: int,
    which: int | None,
    minimize: bool,
    plate: str | None,
    control: tuple[str, ...],
    with_parent: bool,
    coding_dna: str | None,
    measured: tuple[str, ...],
    sequence: str | None,
    seed: int,
    threads: int | None,
    device: str,
    force: bool,
    quiet: bool,
    debug: bool,
    **shared: Any,
) -> None:
    """Propose with MODEL mutants of PARENTS to measure next: a sequence, or a file.

    A row for each: sequence, mutations, what is predicted with its standard deviation
    and interval (which holds 90% of measurements), and novelty, in the order in which
    they were chosen. What is in the files was measured, and is not proposed.

    \b
    Examples:
      sklyra propose data.lyra data.csv --by activity --plate 96 -o plate.xlsx
      sklyra propose data.lyra data.csv --by activity --best 1 --coding-dna gene.fasta
      sklyra propose data.lyra MKTAYIAKQR -n 24 --positions 3-8 --letters "not CM"
      sklyra propose data.lyra parents.fasta --forbid EcoRI --gc 0.4 0.6
    """  # fmt: skip
    require_pandas()
    options.refuse_existing(output, force)
    from sklyra import design

    if (control or with_parent) and plate is None:
        raise CommandError("Controls are for plates: say --plate 96 as well.")
    template = None
    if coding_dna is not None:
        template = read_parents(Source(coding_dna), most=1)[0]
    source = options.pop_source(parents, shared)
    chosen = read_parents(source, best, sequence, by, minimize)
    known = [one for path in measured for one in _read_sequences(Source(path))]
    if by is not None:
        known += _read_sequences(source, sequence)
    constraints = _constraints(shared)
    loaded = load_model(model, device, threads)
    if template is not None:  # refused before anything that takes long
        if getattr(loaded.alphabet_, "name", None) != "protein":
            raise CommandError("--coding-dna is for models of proteins.")
        try:
            design.back_translate([*chosen, *control], template)
        except ValueError as error:
            raise CommandError(f"--coding-dna: {error}") from error
    wanted = design.Objective(
        loaded,
        "minimize" if minimize else "maximize",
        output=which,
    )
    found = design.propose(
        wanted, chosen, measured=known, constraints=constraints, random_state=seed,
        **shared,
    )  # fmt: skip
    if plate is None:
        table = found.to_frame()
    else:
        controls = [*chosen[: int(with_parent)], *control]
        table = design.plate(found, size=int(plate), controls=controls)
    if template is not None:
        dna = design.back_translate(table["sequence"], template)
        table.insert(list(table).index("sequence") + 1, "dna", dna)
    with writing(output, "sequence") as writer:
        writer.write(frame_columns(table))
    tell(f"{found!r} from {len(set(found.parents))} parents", quiet)
    if output != "-":
        tell(f"wrote {output}", quiet)


def _read_sequences(source: Source, name: str | None = None) -> list[str]:
    columns = read_columns(source)
    if name is None:
        return columns[guess_sequence(columns, source.name)]
    return columns[find_column(name, columns, source.name)]


def _constraints(shared: dict[str, Any]) -> Any:
    """Take constraints out of options; only `n` and such stay."""
    from sklyra.design import Constraints

    given = {
        "positions": read_numbers(shared.pop("positions"), "--positions"),
        "fixed": read_numbers(shared.pop("fixed"), "--fixed") or (),
        "letters": shared.pop("letters"),
        "forbidden": shared.pop("forbid"),
        "max_homopolymer": shared.pop("max_homopolymer"),
        "gc": shared.pop("gc"),
        "keep_protein": shared.pop("keep_protein"),
        "start": shared.pop("start"),
    }
    try:
        return Constraints(**given)
    except (ValueError, TypeError) as error:
        raise CommandError(str(error)) from error
