"""Classes as targets of classification."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.special import softmax
from sklearn.utils import column_or_1d

from sklyra._state import check_version
from sklyra._typing import Array, Rows
from sklyra.nn import CrossEntropy, RowLoss
from sklyra.targets.labels import check_class_weights, check_labels
from sklyra.targets.stacking import logit_weights, prior_logit_weights
from sklyra.targets.target import Scale

_VERSION = 1


class ClassTarget:
    """One of several classes of each sequence, as its number; outputs are logits.

    Networks learn classes as often as `class_weight` makes them, and so do outputs,
    which decide what is predicted. Probabilities are for classes as often as they are.

    Parameters
    ----------
    class_weight : dict, "balanced" or None, default=None
        Weights of classes.
    classes : ndarray of shape (n_classes,) or None, default=None
        All labels, sorted; None learns them from y.

    Attributes
    ----------
    classes : ndarray of shape (n_classes,)
        All labels, sorted.
    """

    kind = "one class for each sequence"

    def __init__(
        self, class_weight: Any = None, classes: npt.NDArray[Any] | None = None
    ) -> None:
        self._class_weight = class_weight
        self._given = classes is not None
        self.classes = np.empty(0) if classes is None else classes
        self._weights = np.ones(len(self.classes))
        self._weighed = False  # by the first y, that of training

    @classmethod
    def incremental(cls, class_weight: Any, classes: Any) -> Self:
        """Take all labels that may come (see `LabelTarget.incremental`)."""
        return cls(
            class_weight, None if classes is None else np.unique(np.asarray(classes))
        )

    @staticmethod
    def reads(y: Any) -> bool:
        """Return True (see `Target.reads`)."""
        return True

    @property
    def n_outputs(self) -> int:
        """Number of classes.

        Returns
        -------
        int
            One logit for each.
        """
        return len(self.classes)

    @property
    def loss(self) -> type[RowLoss]:
        """Loss of networks.

        Returns
        -------
        type of RowLoss
            Cross entropy.
        """
        return CrossEntropy

    @property
    def centered(self) -> bool:
        """Whether outputs are differences from a mean.

        Returns
        -------
        bool
            False.
        """
        return False

    def read(self, y: Any, used: Rows, learn: bool) -> npt.NDArray[np.int64]:
        """Check y and number its labels (see `Target.read`)."""
        y = check_labels(y)
        if learn:
            if not self._given:
                self.classes = np.unique(y[used])
                self._weights = np.ones(len(self.classes))
            if len(self.classes) < 2:
                raise ValueError(
                    f"y has one class only, {self.classes.tolist()[0]!r}: there is "
                    "nothing to tell apart. Classification needs two classes or more."
                )
        at = np.minimum(np.searchsorted(self.classes, y), len(self.classes) - 1)
        strange = np.intersect1d(np.flatnonzero(self.classes[at] != y), used)
        if len(strange):
            raise ValueError(
                f"y[{strange[0]}] is {y.tolist()[strange[0]]!r}, which is none of the "
                f"classes {self.classes.tolist()!r} that the model was fitted with."
            )
        return np.asarray(at, dtype=np.int64)

    def resume(self, earlier: Self) -> None:
        """Take over the classes (see `Target.resume`)."""
        self.classes = earlier.classes
        self._weights = earlier._weights.copy()

    def class_weights(self, y: Any) -> Array | float:
        """Look up the weight of each label (see `Target.class_weights`)."""
        if self._class_weight is None:
            return 1.0
        labels = column_or_1d(y)
        at = np.minimum(np.searchsorted(self.classes, labels), len(self.classes) - 1)
        if self._weighed:
            return np.asarray(self._weights[at])
        weight = check_class_weights(self._class_weight, y)
        known = self.classes[at] == labels  # rows that are not used may have any
        self._weights[at[known]] = weight[known]
        self._weighed = True
        return weight

    @property
    def _shift(self) -> Array:
        """What weights of classes add to the logits that networks learn."""
        shift: Array = np.log(np.where(self._weights > 0, self._weights, 1.0))
        return shift

    def strata(self, encoded: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """Return the classes (see `Target.strata`)."""
        return encoded

    def levels(self, encoded: npt.NDArray[Any]) -> Array:
        """Write out 1 for the class and 0 for others (see `Target.levels`)."""
        levels: Array = np.eye(self.n_outputs)[encoded]
        levels[encoded < 0] = np.nan
        return levels

    def effects(self, levels: Array) -> Array:
        """Return differences of levels as they are (see `Target.effects`)."""
        return levels

    def prior_weights(self, scales: Sequence[Scale]) -> Array:
        """Add up logits, and levels times a factor (see `Target.prior_weights`)."""
        return prior_logit_weights(scales)

    def stack(
        self,
        parts: Array,
        encoded: npt.NDArray[Any],
        weight: Array,
        scales: Sequence[Scale],
    ) -> Array:
        """Maximize the likelihood of the classes (see `Target.stack`).

        Of the classes as often as they are, whatever `class_weight` is.
        """
        rows = encoded >= 0
        prior = self.prior_weights(scales)
        parts, encoded, weight = parts[:, rows], encoded[rows], weight[rows]
        if self._class_weight is None:
            return logit_weights(parts, encoded, weight, prior)
        weight = weight / self._weights[encoded]
        weight /= max(weight.mean(), np.finfo(np.float64).tiny)
        return logit_weights(parts, encoded, weight, prior, self._shift)

    def decode(self, output: Array, scale: Scale = "output") -> Array:
        """Convert logits to probabilities (see `Target.decode`).

        Levels are about 0 to 1 already, and stay what they are.
        """
        if scale == "level":
            return output
        return np.asarray(softmax(output - self._shift, axis=-1))

    def answer(self, output: Array) -> npt.NDArray[Any]:
        """Return the class of the largest logit (see `Target.answer`)."""
        return np.asarray(self.classes[output.argmax(axis=1)])

    def margins(self, output: Array) -> Array:
        """Return logits; of two classes the log odds of the second."""
        two = self.n_outputs == 2
        return output[:, 1] - output[:, 0] if two else output

    def alternatives(self, probability: Array) -> Array:
        """Return the probabilities as they are (see `LabelTarget.alternatives`)."""
        return probability

    def chosen(self, encoded: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """Return the classes (see `LabelTarget.chosen`)."""
        return encoded.astype(np.int64)

    def score(self, output: Array, encoded: npt.NDArray[Any], weight: Array) -> float:
        """Compute the accuracy (see `Target.score`)."""
        rows = encoded >= 0
        if not rows.any():
            return np.nan
        right = output[rows].argmax(axis=1) == encoded[rows]
        return float(np.average(right, weights=weight[rows]))

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values and arrays.

        Returns
        -------
        dict
            What was learned, and the version of this layout.
        """
        return {
            "version": _VERSION,
            "classes": self.classes,
            "class_weight": self._class_weight,
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
        ClassTarget
            The same.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        target = cls(state["class_weight"], state["classes"])
        # models before had none, and probabilities for classes as they were weighed
        target._weights = state.get("weights", target._weights)
        return target

    def __getstate__(self) -> dict[str, Any]:
        return self.to_state()

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(vars(self.from_state(state)))
