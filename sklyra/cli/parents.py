"""Models and parents of commands that mutate sequences."""

from __future__ import annotations

import importlib.util
import os
import re
from typing import Any

from sklyra.cli.columns import find_column, guess_sequence
from sklyra.cli.messages import CommandError
from sklyra.cli.reading import Source, is_number, read_columns

_LETTERS = re.compile(r"[A-Za-z*-]+")


def require_pandas() -> None:
    """Refuse to begin what ends in a table, where none can be made.

    Raises
    ------
    CommandError
        If pandas is not installed.
    """
    if importlib.util.find_spec("pandas") is None:
        raise CommandError("Tables need pandas: pip install 'sklyra[cli]'.")


def load_model(path: str, device: str, threads: int | None) -> Any:
    """Load a model.

    Parameters
    ----------
    path : str
        A model file.
    device : str
        Torch device.
    threads : int or None
        Number of threads; None for the default.

    Returns
    -------
    estimator
        The model; of a search the best.
    """
    from sklyra.persistence import load

    model = load(path, device=device)
    best = getattr(model, "best_estimator_", model)
    if hasattr(best, "n_threads"):
        best.n_threads = threads
    return best


def read_parents(
    source: Source,
    most: int,
    sequence: str | None = None,
    by: str | None = None,
    lowest: bool = False,
) -> list[str]:
    """Read parents.

    Parameters
    ----------
    source : Source
        A file of sequences, or a sequence.
    most : int
        How many are used, at most.
    sequence : str or None, default=None
        Column of sequences.
    by : str or None, default=None
        Column of numbers by which the best are taken, if there are more.
    lowest : bool, default=False
        Whether the lowest of these are best.

    Returns
    -------
    list of str
        The parents, the best first.

    Raises
    ------
    CommandError
        If it is neither, or there are more and nothing says which are best.
    """
    if source.path != "-" and not os.path.exists(source.path):
        if _LETTERS.fullmatch(source.path):
            return [source.path]
        raise CommandError(f"{source.path} is neither a file nor a sequence.")
    if source.name.endswith(".lyra"):
        raise CommandError(f"{source.name} is a model: MODEL comes before PARENTS.")
    columns = read_columns(source)
    if sequence is not None:
        name = find_column(sequence, columns, source.name)
    else:
        name = guess_sequence(columns, source.name)
    found = columns[name]
    if by is None:
        if len(found) > most:
            advice = (
                "--by COLUMN takes the best of them."
                if most > 1
                else "Write one to a file of its own, or as an argument."
            )
            raise CommandError(
                f"{source.name} has {len(found)} sequences, but {most} can be "
                f"mutated at most. {advice}"
            )
        return found
    values = columns[find_column(by, columns, source.name)]
    known = [(float(value), at) for at, value in enumerate(values) if is_number(value)]
    if not known:
        raise CommandError(f"{source.name}: the column {by!r} has no numbers.")
    sign = 1 if lowest else -1
    known.sort(key=lambda item: (sign * item[0], item[1]))
    return [found[at] for _, at in known[:most]]


def read_numbers(text: str | None, option: str) -> list[int] | None:
    """Read numbers of positions.

    Parameters
    ----------
    text : str or None
        Such as "10-40,55"; None for nothing.
    option : str
        The option that it was given with.

    Returns
    -------
    list of int or None
        The numbers; None for nothing.

    Raises
    ------
    CommandError
        If it is something else.
    """
    if text is None:
        return None
    numbers: list[int] = []
    # with the dash that word processors put between numbers
    for item in text.replace("\N{EN DASH}", "-").split(","):
        bounds = re.fullmatch(r"\s*(-?\d+)(?:\s*-\s*(-?\d+))?\s*", item)
        if bounds is None:
            raise CommandError(f"{option} {text}: write numbers as 10-40,55.")
        first = int(bounds[1])
        last = first if bounds[2] is None else int(bounds[2])
        if last < first:
            raise CommandError(f"{option} {text}: {item.strip()} runs backwards.")
        numbers += range(first, last + 1)
    return list(dict.fromkeys(numbers))
