"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Write a file beside another, and put it in its place once it is complete.

    Parameters
    ----------
    path : str or path-like
        Where the file is to be. A link is followed, and keeps pointing there.

    Yields
    ------
    binary file
        What to write to. If anything goes wrong, Ctrl-C included, it is removed, and
        what was at `path` stays.
    """
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "No such folder", str(target.parent))
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "This is a folder", str(target))
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    # "x": the file of nobody else is written to
    try:
        file: IO[Any] = open(beside, "xb")  # noqa: SIM115 - closed before it is moved
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(target)) from None
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
