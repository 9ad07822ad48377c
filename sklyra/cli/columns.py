"""Which column is what: as options say, or as names and values suggest."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import NamedTuple

from sklyra.cli.messages import CommandError
from sklyra.cli.reading import Columns, is_number

# Names that columns of sequences and of measurements often have, the likeliest first.
_SEQUENCE_NAMES = (
    *("sequence", "seq", "sequences", "variant", "mutated_sequence", "aa_seq", "aaseq"),
    *("protein", "peptide", "dna", "rna", "guide", "promoter", "insert", "primary"),
)
_TARGET_NAMES = (
    *("target", "y", "label", "value", "measurement", "score", "fitness", "activity"),
    *("affinity", "expression", "log_fluorescence", "dms_score", "class", "response"),
)
_LETTERS = re.compile(r"[A-Za-z*.\-]+")
# Letters that all sequences of nucleotides or residues are written in, but few words.
_RESIDUES = frozenset("ACDEFGHIKLMNPQRSTVWYUX*-.")
_ROWS = 1000


class Roles(NamedTuple):
    """Hold what columns are.

    Parameters
    ----------
    sequences : list of str
        Columns of sequences.
    targets : list of str
        Columns of what was measured; empty if there is none.
    covariates : list of str
        Columns of numbers and categories.
    group : str or None
        Column of what is held out together.
    """

    sequences: list[str]
    targets: list[str]
    covariates: list[str]
    group: str | None

    @property
    def inputs(self) -> list[str]:
        """List the columns that predictions are made from.

        Returns
        -------
        list of str
            Sequences, and then covariates.
        """
        return [*self.sequences, *self.covariates]


def find_column(name: str, columns: Columns, file: str) -> str:
    """Find a column that was named.

    Parameters
    ----------
    name : str
        Its name.
    columns : dict of str to list of str
        A table.
    file : str
        Name of its file.

    Returns
    -------
    str
        The name.

    Raises
    ------
    CommandError
        If there is none of that name: with the closest ones.
    """
    if name in columns:
        return name
    raise CommandError(
        f"{file} has no column {name!r}, but {list(columns)}{hint(name, columns)}"
    )


def hint(name: str, known: Iterable[str]) -> str:
    """Guess which of some names was meant.

    Parameters
    ----------
    name : str
        What was written.
    known : iterable of str
        The names that there are.

    Returns
    -------
    str
        The end of a sentence: with a question if one of them is close.
    """
    names = {other.lower(): other for other in known}
    close = difflib.get_close_matches(name.lower(), list(names), n=1, cutoff=0.6)
    return f": did you mean {names[close[0]]!r}?" if close else "."


def find_roles(
    columns: Columns,
    file: str,
    sequence: tuple[str, ...] = (),
    target: tuple[str, ...] = (),
    covariate: tuple[str, ...] = (),
    group: str | None = None,
    needs_target: bool = True,
) -> Roles:
    """Find out what columns are.

    Parameters
    ----------
    columns : dict of str to list of str
        A table.
    file : str
        Name of its file, for errors.
    sequence, target, covariate : tuple of str
        What the user said of columns.
    group : str or None
        As well.
    needs_target : bool, default=True
        Whether there must be a target.

    Returns
    -------
    Roles
        What they are.

    Raises
    ------
    CommandError
        If it is not clear.
    """
    said = [*sequence, *target, *covariate, *([group] if group else [])]
    for name in said:
        find_column(name, columns, file)
    twice = [name for n, name in enumerate(said) if name in said[:n] and name != group]
    if twice:
        raise CommandError(f"The column {twice[0]!r} was given two roles: choose one.")
    free = {name: values for name, values in columns.items() if name not in said}
    sequences = list(sequence) or [guess_sequence(free, file)]
    free = {name: values for name, values in free.items() if name not in sequences}
    targets = list(target)
    if not targets and needs_target:
        targets = [_guess_target(free, file)]
    return Roles(sequences, targets, list(covariate), group)


def guess_sequence(columns: Columns, file: str) -> str:
    """Guess which column holds the sequences.

    Parameters
    ----------
    columns : dict of str to list of str
        Columns that may.
    file : str
        Name of their file, for errors.

    Returns
    -------
    str
        The name of one.

    Raises
    ------
    CommandError
        If none does, or two do and none has a usual name.
    """
    if [*columns] == ["id", "sequence"]:  # as files of sequences have them
        return "sequence"
    found = [name for name, values in columns.items() if _are_sequences(values)]
    if len(found) == 1:
        return found[0]
    usual = [name for name in _SEQUENCE_NAMES for own in found if own.lower() == name]
    if usual:
        return next(name for name in found if name.lower() == usual[0])
    if not found:
        hint = (
            " If it has several columns, pass --delimiter." if len(columns) == 1 else ""
        )
        raise CommandError(
            f"No column of {file} looks like sequences, of {list(columns)}: say which "
            f"with --sequence NAME.{hint}"
        )
    raise CommandError(
        f"{file} has several columns that look like sequences, {found}: say which "
        "with --sequence NAME, once for each that predictions are to be made from."
    )


def _are_sequences(values: list[str]) -> bool:
    """Check whether most values are written with letters of residues alone."""
    some = [value for value in values[:_ROWS] if value]
    if not some or any(map(is_number, some)):
        return False
    written = [v for v in some if _LETTERS.fullmatch(v) and set(v.upper()) <= _RESIDUES]
    long = sum(map(len, written)) >= 4 * len(some)
    varied = len(set(some)) > min(2, len(some) - 1)
    return len(written) >= 0.9 * len(some) and long and varied


def _guess_target(columns: Columns, file: str) -> str:
    """Guess which column holds what was measured."""
    if not columns or [*columns] == ["id"]:
        raise CommandError(
            f"{file} has no other column than the sequences: what was measured is "
            "missing. Add it, or pass --table with a table that has it."
        )
    if len(columns) == 1:
        return next(iter(columns))
    names = {name.lower(): name for name in columns}
    usual = next((names[name] for name in _TARGET_NAMES if name in names), None)
    if usual is not None:
        return usual
    numeric = [n for n, v in columns.items() if all(map(is_number, filter(None, v)))]
    if len(numeric) == 1:
        return numeric[0]
    raise CommandError(
        f"{file} has several columns that may have been measured, "
        f"{numeric or list(columns)}: say which with --target NAME."
    )
