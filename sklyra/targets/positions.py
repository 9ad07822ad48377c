"""Targets of every position of a sequence, as one long column of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from sklyra._state import check_version
from sklyra._typing import Array, Rows
from sklyra.nn import RowLoss
from sklyra.sequences import PositionForm, PositionLabels
from sklyra.sequences.missing import is_missing
from sklyra.targets.classes import ClassTarget
from sklyra.targets.kinds import ROW_TARGETS
from sklyra.targets.multilabel import MultilabelTarget
from sklyra.targets.target import Scale, Target

_VERSION = 1
# Positions that stacking weights are found from, at most: more make no difference.
_STACKED = 2**17


class PositionTarget:
    """What is measured at each position, position by position through all sequences.

    Positions are rows of a target of rows: classes, labels or values.

    Parameters
    ----------
    inner : Target
        That target.
    form : PositionForm
        How y came, and how predictions are to come back.
    """

    kind = "a label for each position"

    def __init__(self, inner: Target, form: PositionForm) -> None:
        self.inner = inner
        self.form = form

    @staticmethod
    def reads(y: Any) -> bool:
        """Return True (see `Target.reads`)."""
        return True

    @property
    def n_outputs(self) -> int:
        """Number of outputs at each position.

        Returns
        -------
        int
            That of the target of rows.
        """
        return self.inner.n_outputs

    @property
    def loss(self) -> type[RowLoss]:
        """Loss of networks.

        Returns
        -------
        type of RowLoss
            That of the target of rows.
        """
        return self.inner.loss

    @property
    def centered(self) -> bool:
        """Whether outputs are differences from a mean.

        Returns
        -------
        bool
            True for values.
        """
        return self.inner.centered

    def read(self, y: Any, used: Rows, learn: bool) -> npt.NDArray[Any]:
        """Encode flat labels (see `Target.read`).

        Parameters
        ----------
        y : PositionLabels
            What was read of y.
        used : ndarray of shape (n_used,), int
            Positions with a weight, of those that were measured.
        learn : bool
            Whether to learn from them.

        Returns
        -------
        ndarray of shape (n_positions_total, ...)
            Encoded target; -1 or NaN where nothing was measured.
        """
        labels: PositionLabels = y
        if isinstance(self.inner, ClassTarget):
            self._check_classes(labels, used, learn)
        elif isinstance(self.inner, MultilabelTarget):
            _check_zero_or_one(labels)
        encoded = self.inner.read(labels.flat, used, learn)
        missing = -1 if np.issubdtype(encoded.dtype, np.integer) else np.nan
        shape = (len(labels.measured), *encoded.shape[1:])
        out = np.full(shape, missing, encoded.dtype)
        out[labels.measured] = encoded
        return out

    def _check_classes(self, labels: PositionLabels, used: Rows, learn: bool) -> None:
        """Refuse numbers that are no classes, and classes that are new."""
        assert isinstance(self.inner, ClassTarget)
        flat = labels.flat
        if flat.dtype.kind == "f" and (flat != np.floor(flat)).any():
            at = int((flat != np.floor(flat)).argmax())
            raise ValueError(
                f"{labels.name(at)} is {flat[at]:g}: y holds continuous numbers "
                "where states are expected. LyraPositionRegressor predicts numbers."
            )
        if learn:
            return
        new = np.flatnonzero(~np.isin(flat[used], self.inner.classes))
        if len(new):
            at = int(used[new[0]])
            raise ValueError(
                f"{labels.name(at)} is {flat.tolist()[at]!r}, which is none of the "
                f"classes {self.inner.classes.tolist()!r} that the model was fitted "
                "with."
            )

    def require_same(self, labels: PositionLabels) -> None:
        """Refuse labels of another kind than those of training.

        Parameters
        ----------
        labels : PositionLabels
            What was read of another y.

        Raises
        ------
        ValueError
            If it has another number of columns.
        """
        if labels.form.width != self.form.width:
            raise ValueError(
                f"y has {_columns(labels.form.width)} for each position, but the model "
                f"was fitted with {_columns(self.form.width)}. Pass y as in fit."
            )

    def resume(self, earlier: Self) -> None:
        """Take over what was learned (see `Target.resume`)."""
        self.inner.resume(earlier.inner)

    def class_weights(self, y: Any) -> Array | float:
        """Look up the weights of positions that were measured."""
        labels: PositionLabels = y
        return self.inner.class_weights(labels.flat)

    def strata(self, encoded: npt.NDArray[Any]) -> None:
        """Return None, for sequences have many classes each."""

    def levels(self, encoded: npt.NDArray[Any]) -> Array:
        """Compute levels of positions (see `Target.levels`)."""
        return self.inner.levels(encoded)

    def effects(self, levels: Array) -> Array:
        """Convert differences between levels (see `Target.effects`)."""
        return self.inner.effects(levels)

    def prior_weights(self, scales: Sequence[Scale]) -> Array:
        """Weigh parts a priori (see `Target.prior_weights`)."""
        return self.inner.prior_weights(scales)

    def stack(
        self,
        parts: Array,
        encoded: npt.NDArray[Any],
        weight: Array,
        scales: Sequence[Scale],
    ) -> Array:
        """Find stacking weights from some positions (see `Target.stack`)."""
        some = slice(None, None, -(-len(encoded) // _STACKED))
        return self.inner.stack(parts[:, some], encoded[some], weight[some], scales)

    def decode(self, output: Array, scale: Scale = "output") -> Array:
        """Convert outputs of positions to predictions (see `Target.decode`)."""
        return self.inner.decode(output, scale)

    def score(self, output: Array, encoded: npt.NDArray[Any], weight: Array) -> float:
        """Score positions that were measured (see `Target.score`)."""
        return self.inner.score(output, encoded, weight)

    def answer(self, output: Array) -> npt.NDArray[Any]:
        """Return what positions have (see `Target.answer`)."""
        return self.inner.answer(output)

    def margins(self, output: Array) -> Array:
        """Convert outputs of positions (see `Target.margins`)."""
        return self.inner.margins(output)

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values and arrays.

        Returns
        -------
        dict
            What was learned, and the version of this layout.
        """
        return {
            "version": _VERSION,
            "inner": [type(self.inner).__name__, self.inner.to_state()],
            "form": self.form.to_state(),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Convert from plain values and arrays.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        PositionTarget
            The same.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        name, learned = state["inner"]
        inner = ROW_TARGETS[name].from_state(learned)
        return cls(inner, PositionForm.from_state(state["form"]))

    def __getstate__(self) -> dict[str, Any]:
        return self.to_state()

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(vars(self.from_state(state)))


def _check_zero_or_one(labels: PositionLabels) -> None:
    """Refuse several labels of a position that are neither 0 nor 1."""
    for at, row in enumerate(labels.flat.tolist()):
        for column, label in enumerate(row):
            if not is_missing(label) and label not in (0, 1):
                raise ValueError(
                    f"{labels.name(at)} is {label!r} in column {column}, but several "
                    "labels of a position are each 0 or 1, NaN where not known. Fit a "
                    "model of its own for a column of several states, or "
                    "LyraPositionRegressor for numbers."
                )


def _columns(width: int) -> str:
    return f"{width} columns" if width else "one label or number"
