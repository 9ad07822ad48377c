"""``sklyra predict``: predictions beside the columns of a table."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from typing import Any, NamedTuple

import click
import numpy as np

from sklyra.cli import options
from sklyra.cli.columns import find_column, guess_sequence
from sklyra.cli.data import make_inputs
from sklyra.cli.messages import CommandError, in_file, tell
from sklyra.cli.reading import Columns, Source, read_chunks
from sklyra.cli.resuming import growing
from sklyra.cli.writing import DelimitedWriter, field, writing

_DELIMITERS = {".csv": ",", ".txt": ",", ".tsv": "\t", ".tab": "\t"}


@click.command()
@click.argument("model")
@click.argument("data")
@click.option(
    "-o", "--output", default="-", help="CSV, TSV, Parquet, FASTA; or stdout."
)
@click.option("--sequence", help="Column of sequences, if DATA has several.")
@click.option("--name", default="prediction", help="Column that predictions come in.")
@click.option(
    "--confidence",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Of intervals beside values, for example 0.9.",
)
@click.option("--novelty", is_flag=True, help="How unlike training; 1 is its edge.")
@click.option("--resume", is_flag=True, help="Go on with a run that was interrupted.")
@options.machine
@options.how_to_read
@options.force
@options.talk
def predict(
    model: str,
    data: str,
    output: str,
    sequence: str | None,
    name: str,
    confidence: float | None,
    novelty: bool,
    resume: bool,
    threads: int | None,
    device: str,
    force: bool,
    quiet: bool,
    debug: bool,
    **shared: Any,
) -> None:
    """Predict with MODEL for each row of DATA, and keep all columns.

    Of classes there is a column for the probability of each; of labels for positions
    one text for each sequence. Any number of rows take
    the same memory. CSV and TSV grow in OUTPUT.part: a run that was killed goes on
    there with --resume.

    \b
    Examples:
      sklyra predict data.lyra new.csv -o predicted.csv
      sklyra predict data.lyra library.fasta.gz -o predicted.csv --resume
      sklyra predict data.lyra new.csv --confidence 0.9 --novelty
      cat new.fasta | sklyra predict data.lyra - | sort -t, -k3 -g
    """
    options.refuse_existing(output, force)
    source = options.pop_source(data, shared)
    separator = _DELIMITERS.get(os.path.splitext(output)[1].lower())
    if resume and (separator is None or data == "-"):
        raise CommandError("--resume needs a file of DATA, and OUTPUT in CSV or TSV.")
    said = Said(sequence, name, confidence, novelty)
    predictor = Predictor(model, device, threads, said)
    if separator is None:
        first, chunks = _peek(read_chunks(source))
        with writing(output, predictor.find_sequence(first, source), (name,)) as writer:
            for chunk in predictor.predict(chunks, source):
                writer.write(chunk)
        return
    key = {
        "data": _identify(data),
        "model": _identify(model),
        "options": list(said),
    }
    with growing(output, key, resume) as grows:
        if grows.n_rows:
            tell(f"{grows.n_rows} rows are there already", quiet)
        writer = DelimitedWriter(grows.file, separator, begun=grows.n_rows > 0)
        rest = _skip(read_chunks(source), grows.n_rows)
        for chunk in predictor.predict(rest, source, grows.n_rows):
            writer.write(chunk)
            grows.commit(len(next(iter(chunk.values()))))
            tell(f"{grows.n_rows} rows", quiet)
    tell(f"wrote {output}", quiet)


class Said(NamedTuple):
    """What the user said of columns.

    Parameters
    ----------
    sequence : str or None
        Column of sequences.
    name : str
        Column of predictions.
    confidence : float or None
        Of intervals; None for none.
    novelty : bool
        Whether there is a column of it.
    """

    sequence: str | None
    name: str
    confidence: float | None = None
    novelty: bool = False


class Predictor:
    """Predict chunk by chunk.

    Parameters
    ----------
    path : str
        A model file.
    device : str
        Torch device.
    threads : int or None
        Number of threads; None for the default.
    said : Said
        What the user said of columns.
    """

    def __init__(self, path: str, device: str, threads: int | None, said: Said) -> None:
        from sklyra import LyraPositionClassifier, LyraPositionRegressor
        from sklyra.persistence import load

        self._model = load(path, device=device)
        best = getattr(self._model, "best_estimator_", self._model)
        if not hasattr(best, "predict"):
            raise CommandError(
                f"{path} holds a {type(best).__name__}, which predicts nothing."
            )
        if hasattr(best, "n_threads"):
            best.n_threads = threads
        self._columns = getattr(best, "columns_", [])
        self._said, self._name = said, said.name
        if said.confidence is not None and not hasattr(best, "predict_interval"):
            raise CommandError(
                f"--confidence {said.confidence}: {path} holds a "
                f"{type(best).__name__}, which has no intervals. Leave it out."
            )
        if said.novelty and not hasattr(best, "novelty"):
            raise CommandError(
                f"--novelty: {path} holds a {type(best).__name__}, which says nothing "
                "of it. Leave it out."
            )
        self._best = best
        self._by_position = isinstance(
            best, (LyraPositionClassifier, LyraPositionRegressor)
        )

    def find_sequence(self, columns: Columns, source: Source) -> str:
        """Find the column of sequences, or the first of several.

        Parameters
        ----------
        columns : dict of str to list of str
            Some rows.
        source : Source
            Where they are from.

        Returns
        -------
        str
            Its name.
        """
        if self._columns:
            return str(self._columns[0]["name"])
        if self._said.sequence is not None:
            return find_column(self._said.sequence, columns, source.name)
        return guess_sequence(columns, source.name)

    def predict(
        self, chunks: Iterator[Columns], source: Source, n_before: int = 0
    ) -> Iterator[Columns]:
        """Add predictions to chunks.

        Parameters
        ----------
        chunks : iterator of dict
            Rows.
        source : Source
            Where they are from.
        n_before : int, default=0
            Number of rows before them.

        Yields
        ------
        dict of str to list of str
            Each with columns of predictions behind its own.
        """
        names: list[str] = []
        for chunk in chunks:
            if not names:
                names = [str(row["name"]) for row in self._columns]
                names = names or [self.find_sequence(chunk, source)]
                for column in names:
                    find_column(column, chunk, source.name)
            found = self._predict(chunk, names, source, n_before)
            for column in found:
                if column in chunk:
                    raise CommandError(
                        f"{source.name} has a column {column!r} already: rename it, or "
                        "pass --name with another for predictions."
                    )
            yield {**chunk, **found}
            n_before += len(chunk[names[0]])

    def _predict(
        self, chunk: Columns, names: list[str], source: Source, n_before: int
    ) -> Columns:
        numbers = frozenset(
            str(row["name"]) for row in self._columns if row["kind"] == "number"
        )
        X = make_inputs(chunk, names, numbers)
        try:
            found = {self._name: np.asarray(self._model.predict(X))}
            if self._by_position:
                self._refuse_arrays(found[self._name])
            elif hasattr(self._model, "predict_proba"):
                found["probability"] = np.asarray(self._model.predict_proba(X))
            if self._said.confidence is not None:
                bounds = self._best.predict_interval(X, self._said.confidence)
                for at, end in enumerate(("low", "high")):
                    found[f"{self._name}_{end}"] = bounds[:, at]
            if self._said.novelty:
                found["novelty"] = self._best.novelty(X)
        except (ValueError, TypeError) as error:
            raise CommandError(in_file(str(error), source.name, n_before)) from error
        columns = {}
        for name, values in found.items():
            is_named = name == "probability" and found[self._name].ndim == 1
            labels = self._model.classes_ if is_named else range(1, values.size + 1)
            if values.ndim == 1:
                columns[name] = [field(value) for value in values]
            else:
                for label, column in zip(labels, values.T, strict=False):
                    columns[f"{name}_{label}"] = [field(value) for value in column]
        return columns

    def _refuse_arrays(self, predicted: Any) -> None:
        """Refuse what is no field: of labels for positions texts are."""
        if not all(isinstance(one, str) for one in predicted):
            raise CommandError(
                f"The model is a {type(self._best).__name__}, which predicts as many "
                "numbers as a sequence has positions: no field of a table. Use Python: "
                "sklyra.load(MODEL).predict(sequences)."
            )


def _peek(chunks: Iterator[Columns]) -> tuple[Columns, Iterator[Columns]]:
    first = next(chunks)

    def again() -> Iterator[Columns]:
        yield first
        yield from chunks

    return first, again()


def _skip(chunks: Iterator[Columns], n_rows: int) -> Iterator[Columns]:
    """Leave out rows that were predicted before."""
    for chunk in chunks:
        size = len(next(iter(chunk.values())))
        if size > n_rows:
            yield {name: values[n_rows:] for name, values in chunk.items()}
        n_rows = max(0, n_rows - size)


def _identify(path: str) -> list[Any]:
    """Say which file this is, so that another is noticed: a large one by its size."""
    if path == "-":
        return [path]
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        digest.update(file.read(2**20))
    return [os.path.getsize(path), digest.hexdigest()]
