"""Files that commands write, which are there whole or not at all."""

from __future__ import annotations

import csv
import gzip
import io
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np

from sklyra._atomic import replacing
from sklyra.cli.messages import CommandError
from sklyra.cli.reading import Columns

_EXCEL_ROWS = 2**20
# as numbers are written here, but no "007", and no digits that Excel would lose
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d+)?(e[+-]?\d+)?")


class TableWriter(Protocol):
    """Writes a table chunk by chunk."""

    def write(self, columns: Columns) -> None:
        """Write some rows."""

    def close(self) -> None:
        """Write what comes last."""


class DelimitedWriter:
    """Write CSV or TSV.

    Parameters
    ----------
    file : binary file
        Where.
    delimiter : str
        What separates fields.
    begun : bool, default=False
        Whether the names of columns are there already.
    """

    def __init__(self, file: IO[bytes], delimiter: str, begun: bool = False) -> None:
        self._file, self._delimiter, self._begun = file, delimiter, begun

    def write(self, columns: Columns) -> None:
        """Write some rows, and the names before the first.

        Parameters
        ----------
        columns : dict of str to list of str
            The rows.
        """
        text = io.StringIO()
        out = csv.writer(text, delimiter=self._delimiter, lineterminator="\n")
        if not self._begun:
            out.writerow(columns)
        out.writerows(zip(*columns.values(), strict=True))
        self._begun = True
        self._file.write(text.getvalue().encode())

    def close(self) -> None:
        """Do nothing: all is written."""


class FastaWriter:
    """Write FASTA: a column "id", or "name", names sequences; others stand behind it.

    Parameters
    ----------
    file : binary file
        Where.
    sequence : str
        Column of sequences.
    """

    def __init__(self, file: IO[bytes], sequence: str) -> None:
        self._file, self._sequence, self._count = file, sequence, 0

    def write(self, columns: Columns) -> None:
        """Write some rows.

        Parameters
        ----------
        columns : dict of str to list of str
            The rows.
        """
        own = next((name for name in ("id", "name") if name in columns), None)
        others = [name for name in columns if name not in (self._sequence, own)]
        for row, sequence in enumerate(columns[self._sequence]):
            self._count += 1
            name = f"row_{self._count}" if own is None else columns[own][row]
            words = [name, *(f"{other}={columns[other][row]}" for other in others)]
            line = " ".join(" ".join(words).split())
            self._file.write(f">{line}\n{sequence}\n".encode())

    def close(self) -> None:
        """Do nothing: all is written."""


class ParquetWriter:
    """Write Parquet, with columns of text, and predictions as numbers.

    Parameters
    ----------
    file : binary file
        Where.
    numbers : tuple of str, default=()
        Names of columns of numbers begin with these.
    """

    def __init__(self, file: IO[bytes], numbers: tuple[str, ...] = ()) -> None:
        self._file, self._numbers = file, numbers
        self._out: Any = None

    def write(self, columns: Columns) -> None:
        """Write some rows.

        Parameters
        ----------
        columns : dict of str to list of str
            The rows.
        """
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError:
            raise CommandError(
                "Parquet files need pyarrow: pip install 'sklyra[cli]'."
            ) from None
        table: Any = {}
        for name, values in columns.items():
            table[name] = values
            if self._numbers and name.startswith(self._numbers):
                table[name] = [float(value) for value in values]
        batch = pyarrow.table(table)
        if self._out is None:
            self._out = parquet.ParquetWriter(self._file, batch.schema)
        self._out.write_table(batch)

    def close(self) -> None:
        """Write the end of the file."""
        if self._out is not None:
            self._out.close()


class ExcelWriter:
    """Write Excel, with numbers as numbers.

    Parameters
    ----------
    file : binary file
        Where.
    """

    def __init__(self, file: IO[bytes]) -> None:
        try:
            import xlsxwriter
        except ImportError:
            raise CommandError(
                "Excel files need xlsxwriter: pip install 'sklyra[cli]'."
            ) from None
        self._book = xlsxwriter.Workbook(file, {"constant_memory": True})
        self._sheet, self._count = self._book.add_worksheet(), 0

    def write(self, columns: Columns) -> None:
        """Write some rows, and the names before the first.

        Parameters
        ----------
        columns : dict of str to list of str
            The rows.
        """
        rows = list(zip(*columns.values(), strict=True))
        if not self._count:
            rows.insert(0, tuple(columns))
        if self._count + len(rows) > _EXCEL_ROWS:
            raise CommandError(f"Excel has {_EXCEL_ROWS} rows. Write .csv or .parquet.")
        for row in rows:
            for column, value in enumerate(row):
                # what begins with a digit is no sequence
                if _NUMBER.fullmatch(value):
                    self._sheet.write_number(self._count, column, float(value))
                else:
                    self._sheet.write_string(self._count, column, value)
            self._count += 1

    def close(self) -> None:
        """Write the file."""
        self._book.close()


def make_writer(
    path: str, file: IO[bytes], sequence: str | None, numbers: tuple[str, ...] = ()
) -> TableWriter:
    """Choose a format by the name of a file.

    Parameters
    ----------
    path : str
        The name; "-" is CSV.
    file : binary file
        Where to write.
    sequence : str or None
        Column of sequences, if FASTA can be written.
    numbers : tuple of str, default=()
        As for `ParquetWriter`.

    Returns
    -------
    TableWriter
        Writes there.

    Raises
    ------
    CommandError
        If the ending is of no format.
    """
    suffix = Path(path.removesuffix(".gz")).suffix.lower()
    if path == "-" or suffix in (".csv", ".txt"):
        return DelimitedWriter(file, ",")
    if suffix in (".tsv", ".tab"):
        return DelimitedWriter(file, "\t")
    if suffix in (".parquet", ".pq"):
        return ParquetWriter(file, numbers)
    if suffix == ".xlsx":
        return ExcelWriter(file)
    if suffix in (".fasta", ".fa", ".faa", ".fna") and sequence is not None:
        return FastaWriter(file, sequence)
    raise CommandError(
        f"{path}: name a file that ends in .csv, .tsv, .xlsx, .parquet or .fasta, or - "
        "for the screen."
    )


@contextmanager
def writing(
    path: str, sequence: str | None, numbers: tuple[str, ...] = ()
) -> Iterator[TableWriter]:
    """Write a table to a file, which is there whole or not at all, or to stdout.

    Parameters
    ----------
    path : str
        The file, compressed if it ends in ".gz"; "-" for stdout.
    sequence, numbers : object
        As for `make_writer`.

    Yields
    ------
    TableWriter
        Writes there.
    """
    if path == "-":
        writer = make_writer(path, sys.stdout.buffer, sequence, numbers)
        yield writer
        writer.close()
        sys.stdout.buffer.flush()
        return
    with replacing(path) as file:
        is_packed = path.endswith(".gz")
        inner: Any = (
            gzip.GzipFile("", "wb", fileobj=file, mtime=0) if is_packed else file
        )
        writer = make_writer(path, inner, sequence, numbers)
        yield writer
        writer.close()
        if is_packed:
            inner.close()


def frame_columns(frame: Any) -> Columns:
    """Write the fields of a table as text.

    Parameters
    ----------
    frame : pandas.DataFrame
        A table of texts and numbers.

    Returns
    -------
    dict of str to list of str
        Numbers with seven digits, and nothing where a value is missing.
    """
    return {
        str(name): ["" if value != value else field(value) for value in frame[name]]
        for name in frame
    }


def field(value: Any) -> str:
    """Write a prediction.

    Parameters
    ----------
    value : object
        A number, or a class.

    Returns
    -------
    str
        Of numbers the seven digits that networks have.
    """
    return f"{value:.7g}" if isinstance(value, (float, np.floating)) else str(value)
