"""Files of users: tables and sequences of any format, chunk by chunk."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

from sklyra.cli.messages import CommandError

CHUNK = 10_000
# Name endings of formats; "id" and "sequence" are the columns of those of sequences.
FORMATS = {
    "csv": ("csv", "txt"),
    "tsv": ("tsv", "tab"),
    "parquet": ("parquet", "pq"),
    "excel": ("xlsx", "xls", "xlsb", "xlsm", "ods"),
    "fasta": ("fasta", "fa", "faa", "fna", "ffn", "fas", "a3m"),
    "fastq": ("fastq", "fq"),
    "stockholm": ("sto", "stk", "stockholm"),
    "genbank": ("gb", "gbk", "genbank"),
}
SEQUENCE_FORMATS = ("fasta", "fastq", "stockholm", "genbank")
_DELIMITERS = ",\t;|"
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}

Columns = dict[str, list[str]]


class Source(NamedTuple):
    """Say what to read, and how.

    Parameters
    ----------
    path : str
        A file, or "-" for stdin.
    form : str or None, default=None
        One of `FORMATS`; None finds it out.
    delimiter, encoding, sheet : str or None, default=None
        Of text, and of Excel files.
    """

    path: str
    form: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None

    @property
    def name(self) -> str:
        """Name for messages.

        Returns
        -------
        str
            That of the file.
        """
        return "stdin" if self.path == "-" else Path(self.path).name


def read_columns(source: Source) -> Columns:
    """Read a whole file.

    Parameters
    ----------
    source : Source
        What to read.

    Returns
    -------
    dict of str to list of str
        Columns by name, missing values as "".

    Raises
    ------
    CommandError
        If it is none that can be read.
    """
    columns: Columns = {}
    for chunk in read_chunks(source):
        for name, values in chunk.items():
            columns.setdefault(name, []).extend(values)
    return columns


def read_chunks(source: Source) -> Iterator[Columns]:
    """Read a file chunk by chunk, so that memory does not grow with it.

    Parameters
    ----------
    source : Source
        What to read.

    Yields
    ------
    dict of str to list of str
        The same columns each time, of 10,000 rows at most.

    Raises
    ------
    CommandError
        If it is none that can be read, or holds no row.
    """
    n_rows = 0
    try:
        for chunk in _read(source):
            n_rows += len(next(iter(chunk.values())))
            yield chunk
    except UnicodeDecodeError as error:
        raise CommandError(
            f"{source.name} is no {error.encoding} text (after {n_rows} rows): pass "
            "--encoding, for example latin-1 or utf-16."
        ) from None
    except (EOFError, gzip.BadGzipFile) as error:
        raise CommandError(
            f"{source.name} is cut: its compressed data end early ({error}). Copy it "
            "again."
        ) from None
    if not n_rows:
        raise CommandError(f"{source.name} is empty: there is no row to read.")


def _read(source: Source) -> Iterator[Columns]:
    with _open(source) as file:
        form = source.form or _find_form(source, file)
        if form not in FORMATS:
            raise CommandError(
                f"--format {form} is none: choose one of {', '.join(FORMATS)}."
            )
        if form == "parquet":
            yield from _read_parquet(file)
        elif form == "excel":
            yield from _read_excel(file, source)
        else:
            text = _as_text(file, source)
            if form in SEQUENCE_FORMATS:
                yield from _read_sequences(text, form, source)
            else:
                yield from _read_table(text, form, source)


@contextmanager
def _open(source: Source) -> Iterator[IO[bytes]]:
    """Open a file, which may be compressed, whatever its name is."""
    with ExitStack() as opened:
        file: Any = sys.stdin.buffer
        if source.path != "-":
            file = opened.enter_context(open(source.path, "rb"))
        if not hasattr(file, "peek"):
            file = io.BufferedReader(file)
        if file.peek(2)[:2] == b"\x1f\x8b":
            file = io.BufferedReader(gzip.GzipFile(fileobj=file))
        yield file


def _find_form(source: Source, file: Any) -> str:
    suffixes = Path(source.path).suffixes
    if suffixes and suffixes[-1].lower() in (".gz", ".bgz"):
        suffixes.pop()
    suffix = suffixes[-1][1:].lower() if suffixes else ""
    for form, endings in FORMATS.items():
        if suffix in endings:
            return form
    start = file.peek(8)[:8].lstrip(b"\xef\xbb\xbf \r\n")
    marks = {b">": "fasta", b"@": "fastq", b"# STOCK": "stockholm", b"PAR1": "parquet"}
    for mark, form in {**marks, b"LOCUS": "genbank", b"PK\x03\x04": "excel"}.items():
        if start.startswith(mark):
            return form
    return "csv"


def _as_text(file: Any, source: Source) -> IO[str]:
    encoding = source.encoding
    if encoding is None:
        start = file.peek(3)[:3]
        marked = (code for mark, code in _MARKS.items() if start.startswith(mark))
        encoding = next(marked, "utf-8")
    try:
        return io.TextIOWrapper(file, encoding, newline="")
    except LookupError:
        raise CommandError(
            f"--encoding {encoding} is none that Python knows."
        ) from None


def _read_table(text: IO[str], form: str, source: Source) -> Iterator[Columns]:
    lines = iter(text)
    head = list(itertools.islice(lines, 20))
    if not any(line.strip() for line in head):
        return
    delimiter = "\t" if form == "tsv" else source.delimiter
    delimiter = {"\\t": "\t", "tab": "\t"}.get(delimiter or "", delimiter)
    if delimiter is None:
        delimiter = max(_DELIMITERS, key=lambda one: (_fields(head, one), one == ","))
    if len(delimiter) != 1:
        raise CommandError(f"--delimiter {delimiter} must be one character.")
    rows = csv.reader(itertools.chain(head, lines), delimiter=delimiter, strict=True)
    try:
        yield from _collect(rows, source)
    except csv.Error as error:
        raise CommandError(f"{source.name}, line {rows.line_num}: {error}.") from None


def _fields(lines: list[str], delimiter: str) -> int:
    """Count the fields that all lines have, 0 if they differ."""
    counts = {len(row) for row in csv.reader(lines[:10], delimiter=delimiter) if row}
    return counts.pop() - 1 if len(counts) == 1 else 0


def _collect(rows: Any, source: Source) -> Iterator[Columns]:
    """Collect rows of text into columns."""
    first = next(rows)
    has_header = not any(map(is_number, first))
    names = first if has_header else [f"column_{n + 1}" for n in range(len(first))]
    names = [name.strip() for name in names]
    names = [name or f"column_{n + 1}" for n, name in enumerate(names)]
    check_names(names, source.name)
    ahead: Iterable[list[str]] = rows if has_header else itertools.chain([first], rows)
    ahead = (row for row in ahead if row)  # of empty lines
    while chunk := list(itertools.islice(ahead, CHUNK)):
        for row in chunk:
            if len(row) != len(names):
                raise CommandError(
                    f"{source.name}, line {_line(rows, chunk, row)}: {len(row)} "
                    f"fields, where the first line has {len(names)}. Quote fields "
                    "that hold the delimiter, or pass --delimiter."
                )
        columns = zip(*chunk, strict=True)
        yield {
            name: [value.strip() for value in column]
            for name, column in zip(names, columns, strict=True)
        }


def _line(rows: Any, chunk: list[list[str]], row: list[str]) -> int:
    behind = len(chunk) - 1 - next(n for n, one in enumerate(chunk) if one is row)
    return int(rows.line_num) - behind


def check_names(names: list[str], file: str) -> None:
    """Refuse names that two columns have.

    Parameters
    ----------
    names : list of str
        Names of columns.
    file : str
        Name of the file.

    Raises
    ------
    CommandError
        If a name comes twice.
    """
    twice = [name for n, name in enumerate(names) if name in names[:n]]
    if twice:
        raise CommandError(f"{file} has two columns {twice[0]!r}: rename one.")


def is_number(text: str) -> bool:
    """Check whether a field is a number.

    Parameters
    ----------
    text : str
        A field.

    Returns
    -------
    bool
        Whether it is, NaN excluded.
    """
    # Python also reads "INF", a peptide, and "1_1", a word
    if "_" in text or not any(map(str.isdigit, text)):
        return False
    try:
        return float(text) == float(text)
    except ValueError:
        return False


def _read_sequences(text: IO[str], form: str, source: Source) -> Iterator[Columns]:
    from Bio import SeqIO

    try:
        records = SeqIO.parse(text, form)
        while chunk := list(itertools.islice(records, CHUNK)):
            yield {
                "id": [record.id for record in chunk],
                "sequence": [str(record.seq) for record in chunk],
            }
    except ValueError as error:
        if isinstance(error, UnicodeDecodeError):
            raise
        if form == "fasta":
            error = ValueError('text before the first ">"')
        raise CommandError(f"{source.name} is no {form} file: {error}.") from None


def _read_parquet(file: Any) -> Iterator[Columns]:
    try:
        from pyarrow import parquet
    except ImportError:
        raise CommandError(
            "Parquet files need pyarrow: pip install 'sklyra[cli]'."
        ) from None
    source = file if getattr(file, "seekable", bool)() else io.BytesIO(file.read())
    for batch in parquet.ParquetFile(source).iter_batches(CHUNK):
        columns = zip(batch.schema.names, batch.columns, strict=True)
        yield {
            name: [_cell(value) for value in column.to_pylist()]
            for name, column in columns
        }


def _read_excel(file: Any, source: Source) -> Iterator[Columns]:
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError:
        raise CommandError(
            "Excel files need python-calamine: pip install 'sklyra[cli]', or save the "
            "sheet as CSV."
        ) from None
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(file.read()))
    except CalamineError as error:
        raise CommandError(
            f"{source.name} is no Excel file that can be read: {error}. Save it again, "
            "or as CSV."
        ) from None
    sheet = source.sheet or book.sheet_names[0]
    if sheet not in book.sheet_names:
        raise CommandError(
            f"{source.name} has no sheet {sheet!r}, but {book.sheet_names}."
        )
    table = book.get_sheet_by_name(sheet).to_python()
    rows = ([_cell(value) for value in row] for row in table)
    filled = (row for row in rows if any(row))
    yield from _collect(filled, source)


def _cell(value: Any) -> str:
    """Write a value as the text of a field."""
    if value is None:
        return ""
    if isinstance(value, float):
        if value != value:
            return ""
        return (
            str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        )
    return str(value)
