"""Reader of tables: columns of sequences, numbers and categories."""

from __future__ import annotations

from typing import Any, Self

from sklyra._state import check_version
from sklyra.alphabets import ALPHABETS, Alphabet
from sklyra.estimators.chosen import list_chosen, number_pairings
from sklyra.estimators.columns import (
    SequenceColumn,
    find_kinds,
    learn_sequences,
    match_columns,
    note_names,
    read_sequences,
    refuse_no_table,
    warn_of_repeats,
)
from sklyra.estimators.reading import InputReader, warn_of_length
from sklyra.estimators.weightless import leave_weightless_out, take_rows
from sklyra.features import Covariates, FacingPositions
from sklyra.sequences import Inputs
from sklyra.sequences.naming import about_column
from sklyra.sequences.tables import Column, has_names, read_table

_VERSION = 1


class ColumnReader:
    """What the columns of a table of training were, with which later ones must agree.

    Parameters
    ----------
    names : list of str
        Names of all columns, in the order of training.
    has_names : bool
        Whether the table had names; otherwise columns are found by their place.
    sequences : list of SequenceColumn
        The columns of sequences, in this order.
    covariates : Covariates
        The other columns, in this order.
    facing : FacingPositions
        Columns of sequences whose letters face each other.
    """

    def __init__(
        self,
        names: list[str],
        has_names: bool,
        sequences: list[SequenceColumn],
        covariates: Covariates,
        facing: FacingPositions,
    ) -> None:
        self.names = names
        self.has_names = has_names
        self.sequences = sequences
        self.covariates = covariates
        self.facing = facing

    @property
    def alphabets(self) -> dict[str, Alphabet]:
        """Alphabet of each column of sequences.

        Returns
        -------
        dict of str to Alphabet
            By name, in the order of `Inputs.chains`.
        """
        return {column.name: column.alphabet for column in self.sequences}

    @property
    def alphabet(self) -> Alphabet | None:
        """Alphabet of the only column of sequences.

        Returns
        -------
        Alphabet or None
            None if there are several columns.
        """
        return self.sequences[0].alphabet if len(self.sequences) == 1 else None

    @property
    def n_channels(self) -> int:
        """Number of letters.

        Returns
        -------
        int
            Of all alphabets together.
        """
        return sum(len(column.alphabet.letters) for column in self.sequences)

    @property
    def max_length(self) -> int:
        """Length of the longest sequence.

        Returns
        -------
        int
            Of all columns.
        """
        return max(column.max_length for column in self.sequences)

    @property
    def covariate_names(self) -> list[str]:
        """Name of each covariate.

        Returns
        -------
        list of str
            A name for each column of `Inputs.covariates`.
        """
        return self.covariates.names

    def describe(self) -> list[dict[str, Any]]:
        """Describe the columns, for `columns_`.

        Returns
        -------
        list of dict
            Of each column ``name``, ``kind``, ``alphabet`` (None without), ``levels``
            (None but for categories) and ``used``.
        """
        found: dict[str, tuple[str, Alphabet | None, list[str] | None]] = {}
        for column in self.sequences:
            name = column.alphabet.name
            kind = name if name in ALPHABETS else "sequence"
            found[column.name] = (kind, column.alphabet, None)
        for covariate in self.covariates.columns:
            levels = getattr(covariate, "levels", None)
            kind = "number" if levels is None else "category"
            found[covariate.name] = (kind, None, levels)
        used = {column.name for column in self.sequences}
        used.update(one.name for one in self.covariates.used if one.names)
        fields = ("name", "kind", "alphabet", "levels", "used")
        return [
            dict(zip(fields, (name, *found[name], name in used), strict=True))
            for name in self.names
        ]

    @classmethod
    def learn(
        cls,
        estimator: Any,
        X: Any,
        table: list[Column] | None = None,
        sample_weight: Any = None,
    ) -> tuple[Self, Inputs]:
        """Read a table of training.

        Parameters
        ----------
        estimator : estimator
            Its parameters say how to read; names and number of columns are noted
            there, as scikit-learn does.
        X : table
            As for `sklyra.sequences.tables.read_table`.
        table : list of Column or None, default=None
            What that function returned; None if it is still to be called.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Rows of weight 0 are read as copies of another row: nothing is learned from
            them, whatever they hold.

        Returns
        -------
        reader : ColumnReader
            What later tables must agree with.
        inputs : Inputs
            What X holds.
        """
        table = table or read_table(X, forced=True)
        if table is None:
            refuse_no_table(estimator, X)
        table, used = leave_weightless_out(table, sample_weight)
        names = [column.name for column in table]
        said = list_chosen(estimator, names)
        chosen = said.kinds
        kinds = find_kinds(estimator, table, chosen)
        covariate_kinds = ("number", "category")
        texts = [c for c in table if kinds[c.name] not in covariate_kinds]
        others = [c for c in table if kinds[c.name] in covariate_kinds]
        read = [
            learn_sequences(
                estimator,
                column,
                kinds[column.name],
                is_chosen=column.name in chosen,
                is_only=len(texts) == 1,
            )
            for column in texts
        ]
        known = [take_rows(column, used) for column in others]
        covariates = Covariates.learn(
            [(one, str(kinds[one.name]), one.name in chosen) for one in known]
        )
        note_names(estimator, X, table)
        columns = [column for column, _ in read]
        chains = tuple(chain for _, chain in read)
        chain_names = tuple(column.name for column in columns)
        numbers, _ = covariates.transform(others)
        inputs = Inputs(chains, numbers, names=chain_names)
        weighty = inputs if len(used) == len(inputs) else inputs.take(used)
        facing = FacingPositions(weighty, number_pairings(said, chain_names))
        reader = cls(names, has_names(X), columns, covariates, facing)
        return reader, facing(inputs)

    def read(self, estimator: Any, X: Any) -> Inputs:
        """Read a table as that of training was.

        Parameters
        ----------
        estimator : estimator
            As for `learn`.
        X : table
            With the same columns, in any order if they have names.

        Returns
        -------
        Inputs
            What X holds.
        """
        table = self._find_columns(estimator, X)
        chains = [
            read_sequences(
                table[column.name],
                column.alphabet,
                estimator.unknown,
                named=column.named,
                fitted=True,
            )
            for column in self.sequences
        ]
        others = [table[covariate.name] for covariate in self.covariates.columns]
        names = tuple(column.name for column in self.sequences)
        numbers, guessed = self.covariates.transform(others)
        read = Inputs(tuple(chains), numbers, names=names, guessed=guessed)
        return self.facing(read)

    def check_lengths(self, inputs: Inputs, max_length: int) -> None:
        """Warn of sequences that are far longer than those of training.

        Parameters
        ----------
        inputs : Inputs
            What was read.
        max_length : int
            Ignored: each column has its own.
        """
        # chains of facing letters come last, and are none of the user's
        chains = inputs.chains[: len(self.sequences)]
        for column, chain in zip(self.sequences, chains, strict=True):
            with about_column(column.name):
                warn_of_length(chain, column.max_length)

    def check_repeats(self, inputs: Inputs, groups: Any, cv: Any) -> None:
        """Warn of columns whose few sequences recur in rows that are held out.

        Parameters
        ----------
        inputs : Inputs
            What was read.
        groups, cv : object
            What else may say how rows are held out; None if it does not.
        """
        if groups is None and cv is None:
            warn_of_repeats(self.sequences, inputs)

    def _find_columns(self, estimator: Any, X: Any) -> dict[str, Column]:
        """Find the columns of training in a table, by name or by place."""
        owner = type(estimator).__name__
        table = read_table(X, forced=True)
        if table is None:
            raise ValueError(
                f"This {owner} was fitted on a table with the columns {self.names}, "
                f"but X is no table (or an empty one, of type {type(X).__name__}). "
                "Pass one with these columns."
            )
        return match_columns(owner, self.names, self.has_names, table, has_names(X))

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values.

        Returns
        -------
        dict
            What was learned, and the version of this layout.
        """
        return {
            "version": _VERSION,
            "names": self.names,
            "has_names": self.has_names,
            "sequences": [column.to_state() for column in self.sequences],
            "covariates": self.covariates.to_state(),
            "facing": self.facing.to_state(),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Convert from plain values.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        ColumnReader
            The same.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        sequences = [SequenceColumn.from_state(row) for row in state["sequences"]]
        covariates = Covariates.from_state(state["covariates"])
        longest = [column.max_length for column in sequences]
        facing = FacingPositions.from_state(state["facing"], longest)
        names = list(state["names"])
        return cls(names, state["has_names"], sequences, covariates, facing)

    def __getstate__(self) -> dict[str, Any]:
        return self.to_state()

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(vars(self.from_state(state)))


# Whichever X needs: both have the same interface.
Reader = InputReader | ColumnReader


def learn_inputs(
    estimator: Any, X: Any, sample_weight: Any = None
) -> tuple[Reader, Inputs]:
    """Read X of training, whatever it is.

    Parameters
    ----------
    estimator : estimator
        Its parameters say how to read.
    X : array-like or table
        As for `fit`.
    sample_weight : array-like of shape (n_samples,) or None, default=None
        As for `fit`.

    Returns
    -------
    reader : InputReader or ColumnReader
        The latter if X is a table with columns of several kinds, or `columns` is given.
    inputs : Inputs
        What X holds.
    """
    table = read_table(X, forced=bool(estimator.columns))
    if table is not None or estimator.columns:
        return ColumnReader.learn(estimator, X, table, sample_weight)
    return InputReader.learn(estimator, X)


def describe_columns(estimator: Any) -> list[dict[str, Any]]:
    """Describe the columns that an estimator was fitted on.

    Parameters
    ----------
    estimator : estimator
        The estimator.

    Returns
    -------
    list of dict
        As `ColumnReader.describe` returns it.

    Raises
    ------
    AttributeError
        If it was not fitted on a table.
    """
    reader = vars(estimator).get("_reader")
    if not isinstance(reader, ColumnReader):
        raise AttributeError(
            f"This {type(estimator).__name__} was not fitted on a table of columns."
        )
    return reader.describe()
