"""Options that several commands have."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from sklyra.cli.messages import CommandError
from sklyra.cli.reading import Source

F = TypeVar("F", bound=Callable[..., Any])


def _stack(*decorators: Callable[[F], F]) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


talk = _stack(
    click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors."),
    click.option("--debug", is_flag=True, help="Show where in the code an error is."),
)
force = click.option("--force", is_flag=True, help="Replace a file that is there.")
how_to_read = _stack(
    click.option(
        "--format", "form", help="csv, tsv, parquet, excel, fasta, fastq, ...; by name."
    ),
    click.option("--delimiter", help="What separates fields; found out from the file."),
    click.option("--encoding", help="Of text, for example latin-1; UTF-8 by default."),
    click.option("--sheet", help="Of Excel files; the first by default."),
)
machine = _stack(
    click.option("--threads", type=click.IntRange(1), help="Number of threads."),
    click.option("--device", default="auto", help="cpu, cuda, ...; auto by default."),
)
columns = _stack(
    click.option("--sequence", multiple=True, help="Column of sequences; repeatable."),
    click.option("--target", multiple=True, help="Column of what was measured."),
    click.option("--covariate", multiple=True, help="Column of numbers or categories."),
    click.option("--group", help="Column of what is held out together."),
    click.option("--table", help="Table with the columns of sequences in DATA."),
)
model = _stack(
    click.option(
        "--task",
        type=click.Choice(["auto", "regression", "classification"]),
        default="auto",
        help="What to predict; auto: numbers are values, and words are classes.",
    ),
    click.option("--seed", type=int, default=0, show_default=True),
    click.option(
        "--set",
        "settings",
        multiple=True,
        metavar="NAME=VALUE",
        help="Any parameter of the estimator, for example n_members=1.",
    ),
)


def pop_source(data: str, shared: dict[str, Any]) -> Source:
    """Take what says how to read out of the options of a command.

    Parameters
    ----------
    data : str
        What to read.
    shared : dict of str to object
        Options; those of `how_to_read` are removed.

    Returns
    -------
    Source
        What to read, and how.
    """
    names = ("form", "delimiter", "encoding", "sheet")
    return Source(data, *(shared.pop(name) for name in names))


def pop_columns(shared: dict[str, Any]) -> dict[str, Any]:
    """Take what says what columns are out of the options of a command.

    Parameters
    ----------
    shared : dict of str to object
        Options; those of `columns` and the task are removed.

    Returns
    -------
    dict of str to object
        These, as for `read_data`.
    """
    names = ("sequence", "target", "covariate", "group", "table", "task")
    return {name: shared.pop(name) for name in names}


def parse_settings(settings: tuple[str, ...]) -> dict[str, Any]:
    """Read parameters that were given as text.

    Parameters
    ----------
    settings : tuple of str
        Each a name and a value in JSON or, of text, as it is.

    Returns
    -------
    dict of str to object
        Parameters by name.

    Raises
    ------
    CommandError
        If one is not of that form.
    """
    found = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals or not name.isidentifier():
            raise CommandError(f"--set {setting}: write NAME=VALUE.")
        try:
            value = json.loads(text)
        except ValueError:
            value = {"True": True, "False": False, "None": None}.get(text, text)
        found[name] = tuple(value) if isinstance(value, list) else value
    return found


def refuse_existing(path: str | None, force: bool, data: str | None = None) -> None:
    """Refuse to replace a file.

    Parameters
    ----------
    path : str or None
        Where output goes; None or "-" for stdout.
    force : bool
        Whether it may be replaced.
    data : str or None, default=None
        What is read, which a model never replaces.

    Raises
    ------
    CommandError
        If it is there, or nothing can be written there.
    """
    if path in (None, "-"):
        return
    target = Path(str(path))
    if target.is_dir():
        raise CommandError(f"{path} is a folder: name a file in it.")
    is_data = data is not None and target.exists() and os.path.exists(data)
    if is_data and target.samefile(str(data)):
        raise CommandError(f"{path} is what is read: name another for the model.")
    if target.exists() and not force:
        raise CommandError(f"{path} is there already: --force replaces it.")
    if not target.absolute().parent.is_dir():
        raise CommandError(f"There is no folder {target.absolute().parent}: make it.")
    try:
        # now, and not when hours of work are done
        with tempfile.TemporaryFile(dir=target.absolute().parent):
            pass
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from None
