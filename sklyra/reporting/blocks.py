"""What a page is made of: sections of texts, tables, pictures and code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Table:
    """A table, which readers can sort by any column.

    Parameters
    ----------
    columns : list of str
        Names of the columns.
    rows : list of list
        Texts and numbers.
    caption : str, default=""
        What it shows.
    """

    columns: list[str]
    rows: list[list[Any]]
    caption: str = ""


@dataclass
class Picture:
    """A picture.

    Parameters
    ----------
    svg : str
        An SVG element.
    caption : str
        What it shows.
    """

    svg: str
    caption: str


@dataclass
class Code:
    """Something to paste.

    Parameters
    ----------
    text : str
        Lines of Python.
    """

    text: str


@dataclass
class Section:
    """A part of the page.

    Parameters
    ----------
    title : str
        Its heading.
    blocks : list of (str, Table, Picture or Code)
        What it holds; a str is a paragraph.
    short : list of str
        What of it a reader in a hurry needs, in sentences.
    """

    title: str
    blocks: list[str | Table | Picture | Code] = field(default_factory=list)
    short: list[str] = field(default_factory=list)
