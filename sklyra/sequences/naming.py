"""Messages about X that are about one of its columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from sklyra._warnings import rewritten
from sklyra.exceptions import UnknownCharacterError

_ROW = re.compile(r"\bX\[(\d+)\]")
_WHOLE = re.compile(r"\bX (?=is |has |may |mixes |holds )")
_LIST = re.compile(r"\bX = \[(.*?) for x in X\]")
_ALPHABET = re.compile(r"""\balphabet=(["'])(\w+)\1""")


@contextmanager
def about_column(name: str, hint: str = "") -> Iterator[None]:
    """Let errors and warnings within name a column of X instead of X.

    Parameters
    ----------
    name : str
        Name of the column.
    hint : str, default=""
        What errors about characters add.

    Yields
    ------
    None
        While it lasts.
    """
    try:
        with rewritten(partial(rewrite, name)):
            yield
    except (ValueError, TypeError) as error:
        kinds = (UnknownCharacterError, TypeError, ValueError)
        kind = next(kind for kind in kinds if isinstance(error, kind))
        about = hint if kind is UnknownCharacterError else ""
        raise kind(rewrite(name, str(error)) + about) from None


def rewrite(name: str, message: str) -> str:
    """Put the name of a column into a message about X.

    Parameters
    ----------
    name : str
        Name of the column.
    message : str
        The message.

    Returns
    -------
    str
        The message, with the parameter `columns` where `alphabet` was.
    """
    quoted = f'"{name}"'.replace("\\", r"\\")  # it goes into patterns
    column = f"X[{quoted}]"
    message = _LIST.sub(rf"{column} = [\1 for x in {column}]", message)
    message = _ROW.sub(rf"{column}[\1]", message)
    message = _WHOLE.sub(f"{column} ", message)
    return _ALPHABET.sub(rf'columns={{{quoted}: "\2"}}', message)
