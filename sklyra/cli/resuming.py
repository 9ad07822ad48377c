"""Output that grows beside its place, so that a run that was killed can go on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from sklyra._atomic import replacing
from sklyra.cli.messages import CommandError


class Growing:
    """Note how far a file is complete.

    Parameters
    ----------
    output : str
        Where it is to be. It grows in a file of this name and ".part".
    key : dict of str to object
        What it is made from, which must be the same for a run that goes on.
    resume : bool
        Whether to go on with what an earlier run has left.

    Attributes
    ----------
    n_rows : int
        Number of rows that are complete.
    file : binary file
        Where to write.
    """

    def __init__(self, output: str, key: dict[str, Any], resume: bool) -> None:
        self._output, self._key = Path(output), key
        self.part = self._output.with_name(f"{self._output.name}.part")
        self._notes = self._output.with_name(f"{self._output.name}.part.json")
        self.n_rows = 0
        size = 0
        if resume and self.part.exists() and self._notes.exists():
            notes = json.loads(self._notes.read_text())
            if notes["key"] != key:
                raise CommandError(
                    f"{self.part} is from another model, other data or other options: "
                    "leave out --resume to begin anew."
                )
            self.n_rows, size = notes["rows"], notes["bytes"]
        mode = "r+b" if size else "wb"
        self.file: IO[bytes] = open(self.part, mode)  # noqa: SIM115 - `growing` closes it
        # what follows was not complete
        self.file.truncate(size)
        self.file.seek(size)

    def commit(self, n_rows: int) -> None:
        """Note that some rows more are complete.

        Parameters
        ----------
        n_rows : int
            How many.
        """
        self.n_rows += n_rows
        self.file.flush()
        os.fsync(self.file.fileno())
        notes = {"key": self._key, "rows": self.n_rows, "bytes": self.file.tell()}
        with replacing(self._notes) as file:
            file.write(json.dumps(notes).encode())

    def finish(self) -> None:
        """Put the file in its place."""
        self.file.close()
        os.replace(self.part, self._output)
        self._notes.unlink(missing_ok=True)

    def remove(self) -> None:
        """Leave nothing behind."""
        self.file.close()
        for path in (self.part, self._notes):
            path.unlink(missing_ok=True)


@contextmanager
def growing(output: str, key: dict[str, Any], resume: bool) -> Iterator[Growing]:
    """Write a file that is in its place once it is complete.

    Parameters
    ----------
    output, key, resume : object
        As for `Growing`.

    Yields
    ------
    Growing
        What is there so far. It stays if the run is killed or interrupted, and goes if
        there is an error.
    """
    grows = Growing(output, key, resume)
    try:
        yield grows
    except KeyboardInterrupt:
        grows.file.close()
        raise KeyboardInterrupt(
            f"interrupted: {grows.n_rows} rows are in {grows.part}; --resume goes on"
        ) from None
    except BaseException:
        grows.remove()
        raise
    grows.finish()
