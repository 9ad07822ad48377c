"""Columns of a table: their kinds, and which there must be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, NoReturn, Self

import numpy as np
from sklearn.utils.validation import validate_data

from sklyra._warnings import warn
from sklyra.alphabets import Alphabet
from sklyra.estimators.chosen import suggest
from sklyra.exceptions import RepeatWarning, SklyraWarning
from sklyra.sequences import (
    EncodedSequences,
    Inputs,
    check_sequences,
    find_alphabet,
    is_text,
    recurs,
)
from sklyra.sequences.columns import as_text, find_kind
from sklyra.sequences.missing import is_missing
from sklyra.sequences.naming import about_column
from sklyra.sequences.tables import Column


class SequenceColumn(NamedTuple):
    """Hold what a column of sequences was in training.

    Parameters
    ----------
    name : str
        Its name.
    alphabet : Alphabet
        Its alphabet.
    named : bool
        Whether the user chose it.
    max_length : int
        Length of the longest sequence.
    """

    name: str
    alphabet: Alphabet
    named: bool
    max_length: int

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values.

        Returns
        -------
        dict
            The fields.
        """
        return {**self._asdict(), "alphabet": self.alphabet.to_state()}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Convert from plain values.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        SequenceColumn
            The same.
        """
        return cls(**{**state, "alphabet": Alphabet.from_state(state["alphabet"])})


def find_kinds(
    estimator: Any, table: Sequence[Column], chosen: Mapping[str, str | Alphabet]
) -> dict[str, str | Alphabet]:
    """Find out the kinds of columns that `columns` does not give.

    Parameters
    ----------
    estimator : estimator
        Its parameter is `alphabet`.
    table : sequence of Column
        The table.
    chosen : mapping of str to str or Alphabet
        The kinds that `list_chosen` returned.

    Returns
    -------
    dict of str to str or Alphabet
        By name: "number", "category", or the alphabet of sequences; "sequence" if that
        is still to be found out.

    Raises
    ------
    ValueError
        If a kind is not clear, or there are no sequences.
    """
    own = estimator.alphabet if isinstance(estimator.alphabet, Alphabet) else None
    kinds = {c.name: chosen.get(c.name) or find_kind(c, own) for c in table}
    others = ("number", "category")
    if not all(kind in others for kind in kinds.values()):
        return kinds
    listed = ", ".join(f"{name!r} ({kind})" for name, kind in kinds.items())
    like = next((name for name in kinds if kinds[name] == "category"), table[0].name)
    raise ValueError(
        f"No column of X was found to hold sequences: {listed}. If one does, say "
        f'which: columns={{"{like}": "sequence"}}.'
    )


def learn_sequences(
    estimator: Any, column: Column, kind: str | Alphabet, is_chosen: bool, is_only: bool
) -> tuple[SequenceColumn, EncodedSequences]:
    """Read a column of sequences of training.

    Parameters
    ----------
    estimator : estimator
        Its parameters say how to read.
    column : Column
        The column.
    kind : str or Alphabet
        Its alphabet, or "sequence" to find it out.
    is_chosen : bool
        Whether the user said that it holds sequences.
    is_only : bool
        Whether it is the only one of the table: then `alphabet` is for it.

    Returns
    -------
    learned : SequenceColumn
        What later ones must agree with.
    sequences : EncodedSequences
        Its sequences.
    """
    alphabet: str | Alphabet = "auto"
    if kind != "sequence":
        alphabet = kind
    elif estimator.alphabet != "auto":
        given = find_alphabet(estimator.alphabet)
        if is_only or _fits(column, given):
            alphabet = estimator.alphabet
    hint = (
        ""
        if is_chosen
        else " If the column holds no sequences, leave it out, or pass "
        f'columns={{"{column.name}": "category"}}.'
    )
    named = alphabet != "auto"
    sequences = read_sequences(column, alphabet, estimator.unknown, named, hint=hint)
    assert sequences.alphabet is not None
    longest = int(sequences.lengths.max())
    learned = SequenceColumn(column.name, sequences.alphabet, named, longest)
    return learned, sequences


def read_sequences(
    column: Column,
    alphabet: str | Alphabet,
    unknown: str,
    named: bool,
    fitted: bool = False,
    hint: str = "",
) -> EncodedSequences:
    """Read a column of sequences, with errors and warnings that name it.

    Parameters
    ----------
    column : Column
        The column.
    alphabet, unknown, named, fitted : object
        As for `sklyra.sequences.check_sequences`.
    hint : str, default=""
        What errors add.

    Returns
    -------
    EncodedSequences
        Its sequences.
    """
    values = column.values
    if set(map(type, values)) != {str}:
        values = [None if is_missing(value) else value for value in values]
    with about_column(column.name, hint):
        if not is_text(values):
            row = next(row for row, value in enumerate(values) if value is not None)
            raise TypeError(
                f"X[{row}] is {values[row]!r} of type {type(values[row]).__name__}, "
                "not a sequence. Pass str, bytes, Bio.Seq or SeqRecord."
            )
        return check_sequences(
            values, alphabet=alphabet, unknown=unknown, named=named, fitted=fitted
        )


def compare_names(owner: str, before: Sequence[str], names: Sequence[str]) -> None:
    """Refuse columns that are not those of training.

    Parameters
    ----------
    owner : str
        Name of the estimator.
    before : sequence of str
        Columns of training.
    names : sequence of str
        Columns of later.

    Raises
    ------
    ValueError
        If one is missing, or there are others.
    """
    missing = [name for name in before if name not in names]
    others = [name for name in names if name not in before]
    if not missing and not others:
        return
    # the first line is scikit-learn's
    message = "The feature names should match those that were passed during fit.\n"
    for name in missing:
        message += f"X has no column {name!r}{suggest(name, others)}.\n"
    if others:
        message += (
            f"{owner} was not fitted with the columns {others}. Pass "
            f"X[{list(before)}].\n"
        )
    raise ValueError(message)


def note_names(estimator: Any, X: Any, table: Sequence[Column]) -> None:
    """Note names and number of columns, as scikit-learn does.

    Parameters
    ----------
    estimator : estimator
        Where they are noted.
    X : object
        What the user passed.
    table : sequence of Column
        Its columns.
    """
    is_structured = isinstance(X, np.ndarray) and X.dtype.names is not None
    if not isinstance(X, Mapping) and not is_structured:
        validate_data(estimator, X, skip_check_array=True)
        return
    estimator.n_features_in_ = len(table)
    estimator.feature_names_in_ = np.array([c.name for c in table], dtype=object)


def refuse_no_table(estimator: Any, X: Any) -> NoReturn:
    """Refuse `columns` for what has none.

    Parameters
    ----------
    estimator : estimator
        Its parameter is `columns`.
    X : object
        What the user passed.

    Raises
    ------
    ValueError
        Always.
    """
    if hasattr(X, "__len__") and len(X) == 0:
        raise ValueError("Found array with 0 sample(s): X has no rows.")
    raise ValueError(
        f"columns={estimator.columns!r} names columns of a table, but X is of type "
        f"{type(X).__name__} and has no columns of text. Pass a frame; for one column "
        "of sequences alphabet= is enough."
    )


def _fits(column: Column, alphabet: Alphabet) -> bool:
    """Check whether a column is written in an alphabet."""
    known = set(alphabet.characters) | set(alphabet.aliases)
    known |= {character.lower() for character in known}
    texts = (as_text(getattr(value, "seq", value)) for value in column.values)
    return all(set(text) <= known for text in texts)


def warn_of_repeats(columns: list[SequenceColumn], inputs: Inputs) -> None:
    """Warn of columns whose few sequences recur in many rows.

    Parameters
    ----------
    columns : list of SequenceColumn
        The columns of sequences.
    inputs : Inputs
        What a table holds.

    Warns
    -----
    RepeatWarning
        For the first column whose sequences recur in five rows or more on average.
    """
    if len(columns) < 2:
        return
    for column, chain in zip(columns, inputs.chains, strict=False):
        copies = chain.copies()
        if recurs(copies):
            warn(
                f'X["{column.name}"] has {copies.max() + 1} different sequences in '
                f"{len(inputs)} rows. Rows are held out at random, so oof_score_ is "
                "for sequences of this column that the model knows. For new ones "
                f'pass groups=X["{column.name}"].',
                RepeatWarning,
            )
            return


def match_columns(
    owner: str, names: list[str], named: bool, table: list[Column], has_names: bool
) -> dict[str, Column]:
    """Find the columns of training in a later table, by name or by place.

    Parameters
    ----------
    owner : str
        Class of the estimator, for messages.
    names : list of str
        Columns of training, in order.
    named : bool
        Whether their container gave them these names, as texts.
    table : list of Column
        Columns of the later table.
    has_names : bool
        Whether its container did.

    Returns
    -------
    dict of str to Column
        Each column of training.

    Raises
    ------
    ValueError
        If one is missing, or there are others.
    """
    found = [column.name for column in table]
    if named and has_names:
        compare_names(owner, names, found)
    if set(found) == set(names):
        return {column.name: column for column in table}
    if len(found) != len(names):
        raise ValueError(
            f"X has {len(found)} features, but {owner} is expecting "
            f"{len(names)} features as input: the columns {names}."
        )
    if named:
        warn(
            "X does not have valid feature names, but "
            f"{owner} was fitted with feature names: columns are taken in the "
            f"order {names}.",
            SklyraWarning,
        )
    elif found != [f"x{number}" for number in range(len(found))]:
        warn(
            f"X has the columns {found}, but {owner} was fitted to {names}: they are "
            "taken in this order, not by name.",
            SklyraWarning,
        )
    return {
        name: column._replace(name=name)
        for name, column in zip(names, table, strict=True)
    }
