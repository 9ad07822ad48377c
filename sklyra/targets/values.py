"""Measured values as targets of regression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from sklyra._state import check_version
from sklyra._typing import Array, Rows
from sklyra.nn import VALUE_LOSSES, RowLoss
from sklyra.targets.numbers import check_values, standardization
from sklyra.targets.stacking import value_weights
from sklyra.targets.tables import require_columns
from sklyra.targets.target import Scale

_VERSION = 1
# What is learned from y of training.
_LEARNED = ("flat", "mean", "scale", "exponent", "varies")


class ValueTarget:
    """One or more values of each sequence, standardized.

    Parameters
    ----------
    loss : str, default="squared_error"
        What networks minimize: a key of `VALUE_LOSSES`.
    """

    kind = "one or more values for each sequence"
    losses = tuple(VALUE_LOSSES)  # what `loss` may be

    def __init__(self, loss: str = "squared_error") -> None:
        self._loss = loss

    @staticmethod
    def reads(y: Any) -> bool:
        """Return True (see `Target.reads`)."""
        return True

    @property
    def n_outputs(self) -> int:
        """Number of values.

        Returns
        -------
        int
            One for each column of y.
        """
        return len(self._mean)

    @property
    def loss(self) -> type[RowLoss]:
        """Loss of networks.

        Returns
        -------
        type of RowLoss
            Its class.
        """
        return VALUE_LOSSES[self._loss]

    @property
    def centered(self) -> bool:
        """Whether outputs are differences from a mean.

        Returns
        -------
        bool
            True.
        """
        return True

    def read(self, y: Any, used: Rows, learn: bool) -> npt.NDArray[np.float32]:
        """Check y and standardize it (see `Target.read`)."""
        given, y = y, check_values(y, used)
        flat, y = y.ndim == 1, y.reshape(len(y), -1)
        if learn:
            require_columns(given, y[used])
            self._flat = flat
            self._mean, self._scale, self._exponent = standardization(y[used])
            self._varies = np.zeros(y.shape[1], bool)
        elif y.shape[1] != self.n_outputs:
            raise ValueError(
                f"y has {y.shape[1]} outputs, but this LyraRegressor was fitted with "
                f"{self.n_outputs}."
            )
        other = ~np.isnan(y) & (y != self._mean)
        self._varies = self._varies | other[used].any(axis=0)
        # of size 1, where nothing overflows
        y, mean, scale = (
            np.ldexp(x, -self._exponent) for x in (y, self._mean, self._scale)
        )
        return np.asarray((y - mean) / scale, dtype=np.float32)

    def resume(self, earlier: Self) -> None:
        """Take over scale and number of outputs (see `Target.resume`)."""
        for name in _LEARNED:
            setattr(self, f"_{name}", getattr(earlier, f"_{name}"))

    def class_weights(self, y: Any) -> float:
        """Weigh all alike, for there are no classes."""
        return 1.0

    def strata(self, encoded: npt.NDArray[Any]) -> None:
        """Return None, for there are no classes."""

    def levels(self, encoded: npt.NDArray[Any]) -> Array:
        """Return the standardized values (see `Target.levels`)."""
        return encoded.astype(np.float64)

    def effects(self, levels: Array) -> Array:
        """Multiply by the standard deviation (see `Target.effects`)."""
        effects: Array = np.where(self._varies, levels * self._scale, 0)
        return effects[:, 0] if self._flat else effects

    def prior_weights(self, scales: Sequence[Scale]) -> Array:
        """Weigh all parts alike (see `Target.prior_weights`)."""
        return np.full((len(scales), self.n_outputs), 1 / len(scales))

    def stack(
        self,
        parts: Array,
        encoded: npt.NDArray[Any],
        weight: Array,
        scales: Sequence[Scale],
    ) -> Array:
        """Find non-negative least squares (see `Target.stack`)."""
        if len(parts) == 1:
            return self.prior_weights(scales)
        return value_weights(parts, self.levels(encoded), weight)

    def decode(self, output: Array, scale: Scale = "output") -> Array:
        """Convert to the units of y (see `Target.decode`)."""
        out = output * self._scale + self._mean
        out = np.where(self._varies, out, self._mean)
        return out[..., 0] if self._flat else out

    def answer(self, output: Array) -> Array:
        """Return values in the units of y (see `Target.answer`)."""
        return self.decode(output)

    def margins(self, output: Array) -> Array:
        """Return values in the units of y (see `Target.margins`)."""
        return self.decode(output)

    def score(self, output: Array, encoded: npt.NDArray[Any], weight: Array) -> float:
        """Compute R2, the mean of all outputs that vary (see `Target.score`)."""
        scores = []
        for prediction, values in zip(output.T, encoded.T, strict=True):
            rows = np.isfinite(values)
            if rows.sum() < 2:
                continue
            target, w = values[rows], weight[rows]
            off = np.average((prediction[rows] - target) ** 2, weights=w)
            mean = np.average(target, weights=w)
            spread = np.average((target - mean) ** 2, weights=w)
            if spread > 0:  # outputs that do not vary have no score
                scores.append(1 - off / spread)
        return float(np.mean(scores)) if scores else np.nan

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values and arrays.

        Returns
        -------
        dict
            What was learned, and the version of this layout.
        """
        learned = {name: getattr(self, f"_{name}") for name in _LEARNED}
        return {"version": _VERSION, "loss": self._loss, **learned}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Convert from plain values and arrays.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        ValueTarget
            The same.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        target = cls(state["loss"])
        for name in _LEARNED:
            setattr(target, f"_{name}", state[name])
        return target

    def __getstate__(self) -> dict[str, Any]:
        return self.to_state()

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(vars(self.from_state(state)))
