"""A drawing of predictions with their intervals against what was measured."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import is_regressor
from sklearn.utils.validation import check_is_fitted

from sklyra._constraints import check_output
from sklyra._typing import Array

_INSIDE, _OUTSIDE = "#1b6ca8", "#d95f02"
# Bars that can still be told apart.
_SHOWN = 200


class IntervalDisplay:
    """Draw predictions with their intervals against what was measured.

    Where the interval holds what was measured, bars cross the diagonal and are blue;
    where it does not, they are orange. Of more than 200 samples 200 are drawn, evenly
    spaced along what was measured; the share that is inside is of all.

    Made by `from_estimator` or `from_predictions`.

    Parameters
    ----------
    measured, predicted : ndarray of shape (n_samples,), float64
        What was measured and predicted.
    interval : ndarray of shape (n_samples, 2), float64
        Lower and upper bounds.
    confidence : float
        The coverage that the intervals were made for.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it was drawn.
    figure_ : matplotlib Figure
        The figure around it.
    coverage_ : float
        Share of samples inside their interval.
    """

    def __init__(
        self, measured: Array, predicted: Array, interval: Array, confidence: float
    ) -> None:
        self.measured, self.predicted = measured, predicted
        self.interval, self.confidence = interval, confidence

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        confidence: float = 0.9,
        output: int = 0,
        ax: Any = None,
    ) -> Self:
        """Predict samples that the model has not seen, and draw them.

        Parameters
        ----------
        estimator : LyraRegressor
            A fitted model.
        X : array-like of shape (n_samples,) of str, or (n_samples, n_positions[, n_channels])
            Sequences that it was not fitted to.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            What was measured of them; NaN where nothing was.
        confidence : float, default=0.9
            Wanted coverage, in (0, 1).
        output : int, default=0
            Which of several outputs.
        ax : matplotlib Axes or None, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        IntervalDisplay
            The drawing.

        Raises
        ------
        TypeError
            If the model is no regressor: classes have sets, not intervals.
        """  # noqa: E501 - numpydoc wants a parameter's type on one line
        check_is_fitted(estimator)
        if not is_regressor(estimator):
            raise TypeError(
                f"estimator is a {type(estimator).__name__}, but intervals are those "
                "of a regressor. For classes draw CoverageDisplay."
            )
        predicted = np.asarray(estimator.predict(X))
        predicted = predicted.reshape(len(predicted), -1)
        measured = as_measured(np.asarray(y, dtype=np.float64), predicted.shape)
        check_output(measured, output)
        interval = np.asarray(estimator.predict_interval(X, confidence))
        interval = interval.reshape(len(measured), 2, -1)[:, :, output]
        return cls.from_predictions(
            measured[:, output],
            predicted[:, output],
            interval,
            confidence=confidence,
            ax=ax,
        )

    @classmethod
    def from_predictions(
        cls,
        measured: Any,
        predicted: Any,
        interval: Any,
        *,
        confidence: float = 0.9,
        ax: Any = None,
    ) -> Self:
        """Draw predictions that were made before.

        Parameters
        ----------
        measured, predicted : array-like of shape (n_samples,)
            What was measured and predicted; rows with NaN are left out.
        interval : array-like of shape (n_samples, 2)
            Lower and upper bounds, as `predict_interval` returns them.
        confidence : float, default=0.9
            The coverage that they were made for.
        ax : matplotlib Axes or None, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        IntervalDisplay
            The drawing.
        """
        table = np.column_stack([measured, predicted, interval]).astype(np.float64)
        table = table[np.isfinite(table).all(axis=1)]
        if not len(table):
            raise ValueError("Nothing was measured: there is nothing to draw.")
        found = cls(table[:, 0], table[:, 1], table[:, 2:], confidence)
        return found.plot(ax=ax)

    def plot(self, *, ax: Any = None) -> Self:
        """Draw again.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        IntervalDisplay
            Itself.
        """
        if ax is None:
            from matplotlib import pyplot as plt

            _, ax = plt.subplots(layout="constrained")
        low, high = self.interval.T
        inside = (low <= self.measured) & (self.measured <= high)
        self.coverage_ = float(inside.mean())
        order = np.argsort(self.measured, kind="stable")
        chosen = np.linspace(0, len(order) - 1, min(_SHOWN, len(order)))
        shown = order[np.rint(chosen).astype(int)]
        middle = float(np.median(self.measured))
        ax.axline((middle, middle), slope=1, color="0.7", linewidth=1, zorder=0)
        for kept, color, label in (
            (inside, _INSIDE, "inside"),
            (~inside, _OUTSIDE, "outside"),
        ):
            rows = shown[kept[shown]]
            if not len(rows):
                continue
            x, y = self.measured[rows], self.predicted[rows]
            ax.vlines(x, low[rows], high[rows], color=color, linewidth=0.8, alpha=0.5)
            ax.plot(x, y, "o", color=color, markersize=3, label=label)
        ax.set(xlabel="measured", ylabel="predicted")
        ax.set_title(
            f"{self.coverage_:.0%} inside intervals of {self.confidence:.0%}",
            fontsize=10,
        )
        ax.legend(loc="lower right")  # of a diagonal, an empty corner
        self.ax_, self.figure_ = ax, ax.figure
        return self


def as_measured(y: npt.NDArray[Any], shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """Bring what was measured to the shape of predictions.

    Parameters
    ----------
    y : ndarray of shape (n_samples[, n_outputs])
        What was measured.
    shape : tuple of int
        That of the predictions; one column is as good as none.

    Returns
    -------
    ndarray of shape `shape`
        The same values.

    Raises
    ------
    ValueError
        If there are more or fewer.
    """
    if y.shape[:1] != shape[:1] or y.size != np.prod(shape):
        raise ValueError(
            f"y has shape {y.shape}, but what is predicted of X {shape}: pass what was "
            "measured of each."
        )
    return y.reshape(shape)
