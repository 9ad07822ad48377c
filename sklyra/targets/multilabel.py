"""Labels as targets of classification, of which a sequence may have several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from sklyra._state import check_version
from sklyra._typing import Array, Rows
from sklyra.nn import BinaryCrossEntropy, RowLoss
from sklyra.targets.stacking import label_weights, prior_logit_weights
from sklyra.targets.tables import (
    is_table,
    name_column,
    name_entry,
    read_table,
    require_columns,
)
from sklyra.targets.target import Scale

_VERSION = 1
_ADVICE = (
    "A table of labels holds 0 and 1, or NaN where it is not known. For a column of "
    "several classes fit a LyraClassifier of its own."
)


class MultilabelTarget:
    """Labels that each sequence has or has not; outputs are a logit for each.

    An encoded label is positive if it is there and negative if not; its size is the
    weight of the entry, which `class_weight` decides. Levels are 1 and -1.

    Parameters
    ----------
    class_weight : "balanced" or None, default=None
        Weights of 0 and 1 of each label.
    partial : bool, default=False
        Whether more rows will come, so that a label may have one value so far.

    Raises
    ------
    ValueError
        If there is another `class_weight`.
    """

    kind = "a table of labels"

    def __init__(self, class_weight: Any = None, partial: bool = False) -> None:
        if class_weight is not None and not isinstance(class_weight, str):
            raise ValueError(
                f"class_weight={class_weight!r} names classes, but y is a table of "
                "labels, each 0 or 1. Pass class_weight='balanced' or None, or weights "
                "of rows as sample_weight."
            )
        self._class_weight = class_weight
        self._partial = partial
        self._weights = np.ones((2, 0))

    @classmethod
    def incremental(cls, class_weight: Any, classes: Any) -> Self:
        """Allow labels of one value so far; they are always 0 and 1."""
        return cls(class_weight, partial=True)

    @staticmethod
    def reads(y: Any) -> bool:
        """Check for a table (see `Target.reads`)."""
        return is_table(y)

    @property
    def n_outputs(self) -> int:
        """Number of labels.

        Returns
        -------
        int
            One logit for each.
        """
        return self._weights.shape[1]

    @property
    def loss(self) -> type[RowLoss]:
        """Loss of networks.

        Returns
        -------
        type of RowLoss
            Binary cross entropy.
        """
        return BinaryCrossEntropy

    @property
    def centered(self) -> bool:
        """Whether outputs are differences from a mean.

        Returns
        -------
        bool
            False.
        """
        return False

    @property
    def classes(self) -> list[npt.NDArray[np.int64]]:
        """Values of each label, as scikit-learn's classifiers of several outputs do.

        Returns
        -------
        list of ndarray of shape (2,), int64
            0 and 1, for each label.
        """
        return [np.arange(2) for _ in range(self.n_outputs)]

    def read(self, y: Any, used: Rows, learn: bool) -> npt.NDArray[np.float32]:
        """Check y and write it as signed weights (see `Target.read`)."""
        labels = read_table(y, used, _ADVICE)
        strange = np.argwhere((labels != 0) & (labels != 1) & ~np.isnan(labels))
        if len(strange):
            row, column = strange[0]
            raise ValueError(
                f"{name_entry(y, row, column)} is {labels[row, column]:g} "
                f"({len(strange)} such entries in all). {_ADVICE}"
            )
        if learn:
            if not self._partial:
                _require_both(y, labels[used])
            self._weights = self._find_weights(labels[used])
        elif labels.shape[1] != self.n_outputs:
            raise ValueError(
                f"y has {labels.shape[1]} labels, but this LyraClassifier was fitted "
                f"with {self.n_outputs}."
            )
        weights = np.where(labels == 1, self._weights[1], -self._weights[0])
        return np.where(np.isnan(labels), np.nan, weights).astype(np.float32)

    def _find_weights(self, labels: Array) -> Array:
        """Find the weights of 0 and 1 with which both of a label count alike."""
        weights = np.ones((2, labels.shape[1]))
        if self._class_weight is None:
            return weights
        counts = np.array([(labels == value).sum(axis=0) for value in (0, 1)])
        both = counts.min(axis=0) > 0  # or there is nothing to balance yet
        weights[:, both] = counts[:, both].sum(axis=0) / (2 * counts[:, both])
        return weights

    def resume(self, earlier: Self) -> None:
        """Take over number and weights of labels (see `Target.resume`)."""
        if self._class_weight != earlier._class_weight:
            raise ValueError(
                f"class_weight={self._class_weight!r}, but training is to go on with "
                f"labels weighed by {earlier._class_weight!r}. Set it back, or make a "
                "new estimator."
            )
        self._weights = earlier._weights

    def class_weights(self, y: Any) -> float:
        """Weigh rows alike, for it is entries that have weights."""
        return 1.0

    def strata(self, encoded: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """Find the rarest label that each row has (see `Target.strata`).

        Rows without any label are a class of their own.
        """
        present = encoded > 0
        rarest_first = np.argsort(present.sum(axis=0), kind="stable")
        first = present[:, rarest_first].argmax(axis=1)
        found = np.where(present.any(axis=1), rarest_first[first], -1)
        return np.asarray(found, dtype=np.int64)

    def levels(self, encoded: npt.NDArray[Any]) -> Array:
        """Return 1 for a label that is there, -1 for another (see `Target.levels`)."""
        return np.asarray(np.sign(encoded), dtype=np.float64)

    def effects(self, levels: Array) -> Array:
        """Convert to differences of probability (see `Target.effects`)."""
        return levels / 2

    def prior_weights(self, scales: Sequence[Scale]) -> Array:
        """Add up logits, and levels times a factor (see `Target.prior_weights`)."""
        return np.repeat(prior_logit_weights(scales), self.n_outputs, axis=1)

    def stack(
        self,
        parts: Array,
        encoded: npt.NDArray[Any],
        weight: Array,
        scales: Sequence[Scale],
    ) -> Array:
        """Maximize the likelihood of each label (see `Target.stack`).

        Of the labels as often as they are, whatever `class_weight` is.
        """
        prior = self.prior_weights(scales)
        return label_weights(parts, encoded, weight, prior, self._shift)

    @property
    def _shift(self) -> Array:
        """What weights of entries add to the log odds that networks learn."""
        shift: Array = np.log(self._weights[1] / self._weights[0])
        return shift

    def decode(self, output: Array, scale: Scale = "output") -> Array:
        """Convert to probabilities of 1 (see `Target.decode`).

        Levels are made about 0 to 1.
        """
        if scale == "level":
            return (output + 1) / 2
        return np.asarray(expit(output - self._shift))

    def answer(self, output: Array) -> npt.NDArray[np.int64]:
        """Return 0 or 1 for each label (see `Target.answer`)."""
        return (output > 0).astype(np.int64)

    def margins(self, output: Array) -> Array:
        """Return the log odds of 1 for each label (see `Target.margins`)."""
        return output

    def alternatives(self, probability: Array) -> Array:
        """Return the probabilities of 0 and 1 (see `LabelTarget.alternatives`)."""
        return np.stack([1 - probability, probability], axis=-1)

    def chosen(self, encoded: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """Find out which of 0 and 1 it is (see `LabelTarget.chosen`)."""
        known = np.where(np.isnan(encoded), -1, encoded > 0)
        return known.astype(np.int64)

    def score(self, output: Array, encoded: npt.NDArray[Any], weight: Array) -> float:
        """Compute the part of rows of which all labels are right (see `Target.score`).

        Labels that are not known do not count.
        """
        known = ~np.isnan(encoded)
        rows = known.any(axis=1)
        if not rows.any():
            return np.nan
        right = (((output > 0) == (encoded > 0)) | ~known).all(axis=1)
        return float(np.average(right[rows], weights=weight[rows]))

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values and arrays.

        Returns
        -------
        dict
            What was learned, and the version of this layout.
        """
        return {
            "version": _VERSION,
            "class_weight": self._class_weight,
            "partial": self._partial,
            "weights": self._weights,
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
        MultilabelTarget
            The same.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        target = cls(state["class_weight"], state["partial"])
        target._weights = state["weights"]
        return target

    def __getstate__(self) -> dict[str, Any]:
        return self.to_state()

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(vars(self.from_state(state)))


def _require_both(y: Any, labels: Array) -> None:
    """Refuse a label that all rows have, or none."""
    require_columns(y, labels)
    low, high = np.nanmin(labels, axis=0), np.nanmax(labels, axis=0)
    single = np.flatnonzero(low == high)
    if len(single):
        column = single[0]
        raise ValueError(
            f"y has one class only in {name_column(y, column)}, {low[column]:g} "
            f"({len(single)} such columns in all): there is nothing to tell apart. "
            "Drop the column."
        )
