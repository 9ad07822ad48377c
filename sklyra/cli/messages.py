"""What commands say, on stderr: results alone go to stdout."""

from __future__ import annotations

import re
import sys

import click


class CommandError(Exception):
    """Something is wrong with input or options; the text is one line."""


def tell(text: str, quiet: bool = False) -> None:
    """Say something on stderr.

    Parameters
    ----------
    text : str
        One line.
    quiet : bool, default=False
        Whether to say nothing.
    """
    if not quiet and not sys.stderr.closed:
        click.echo(text, err=True)


def in_file(text: str, name: str, first: int = 0) -> str:
    """Say which row of a file an error of sklyra is about.

    Parameters
    ----------
    text : str
        A message, in which rows are items of X or y.
    name : str
        Name of the file.
    first : int, default=0
        Number of rows before those.

    Returns
    -------
    str
        The message with rows from 1, that of column names not counted.
    """

    def row(match: re.Match[str]) -> str:
        column = f", column {match['column']!r}" if match["column"] else ""
        return f"row {int(match['row']) + first + 1}{column}"

    column = r"""\[(?:"(?P<column>[^"]*)")\]"""
    found = re.sub(rf"\b[Xy](?:{column})?\[(?P<row>\d+)\]", row, text)
    return f"{name}: {found}"
