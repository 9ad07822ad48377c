"""A drawing of how often intervals and sets hold."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import is_classifier
from sklearn.utils.validation import check_is_fitted

from sklyra._typing import Array
from sklyra.estimators.interval_display import as_measured
from sklyra.sequences import check_option
from sklyra.sequences.missing import is_missing

_LEVELS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
_BINS = 5
_KINDS = ("confidence", "novelty")


class CoverageDisplay:
    """Draw how often intervals of a regressor, or sets of a classifier, hold.

    Made by `from_estimator`.

    Parameters
    ----------
    at : ndarray of shape (n_points,), float64
        Confidences, or median novelties of equal parts of the sequences.
    wanted, found : ndarray of shape (n_points,), float64
        Coverage that was asked for, and the share that was inside.
    n_samples : ndarray of shape (n_points,), int
        Number of measurements behind each.
    by : {"confidence", "novelty"}
        What `at` is.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it was drawn.
    figure_ : matplotlib Figure
        The figure around it.
    line_ : matplotlib Line2D
        Coverage that was found.
    wanted_line_ : matplotlib Line2D
        Coverage that was asked for.
    """

    def __init__(
        self,
        at: Array,
        wanted: Array,
        found: Array,
        n_samples: npt.NDArray[np.int64],
        by: str,
    ) -> None:
        self.at, self.wanted, self.found = at, wanted, found
        self.n_samples, self.by = n_samples, by

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        by: str = "confidence",
        confidence: float = 0.9,
        ax: Any = None,
    ) -> Self:
        """Draw coverage of measured sequences that the model has not seen.

        Parameters
        ----------
        estimator : LyraRegressor or LyraClassifier
            A fitted model.
        X : array-like of shape (n_samples,) of str, or (n_samples, n_positions[, n_channels])
            Sequences that it was not fitted to.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            What was measured of them.
        by : {"confidence", "novelty"}, default="confidence"
            Against what: the coverage that was asked for, or `novelty`, of fifths of
            the sequences.
        confidence : float, default=0.9
            Wanted coverage, if drawn against novelty; in (0, 1).
        ax : matplotlib Axes or None, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        CoverageDisplay
            The drawing.
        """  # noqa: E501 - numpydoc wants a parameter's type on one line
        check_option("by", by, _KINDS)
        check_is_fitted(estimator)
        if by == "confidence":
            inside, levels = [], []
            for level in _LEVELS:
                try:
                    inside.append(_inside(estimator, X, y, level))
                except ValueError:
                    if not inside:
                        raise
                    break  # few held-out rows support no higher confidence
                levels.append(level)
            at = wanted = np.array(levels)
            groups = [row[row >= 0] for row in inside]
        else:
            row = _inside(estimator, X, y, confidence)
            novelty = np.asarray(estimator.novelty(X))
            parts = np.array_split(np.argsort(novelty, kind="stable"), _BINS)
            parts = [part for part in parts if len(part)]
            at = np.array([np.median(novelty[part]) for part in parts])
            wanted = np.full(len(parts), confidence)
            groups = [row[part][row[part] >= 0] for part in parts]
        found = np.array([group.mean() if len(group) else np.nan for group in groups])
        counts = np.array([len(group) for group in groups])
        return cls(at, wanted, found, counts, by).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> Self:
        """Draw again.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        CoverageDisplay
            Itself.
        """
        if ax is None:
            from matplotlib import pyplot as plt

            _, ax = plt.subplots()
        (self.wanted_line_,) = ax.plot(
            self.at, self.wanted, "--", color="0.6", label="asked for"
        )
        counts = np.maximum(self.n_samples, 1)
        error = np.sqrt(self.wanted * (1 - self.wanted) / counts)
        low, high = self.wanted - 2 * error, self.wanted + 2 * error
        ax.fill_between(
            self.at, low, high, color="0.9", label="two standard errors", zorder=0
        )
        (self.line_,) = ax.plot(self.at, self.found, "o-", label="found")
        if self.by == "novelty":
            ax.axvline(1, color="0.8", linewidth=1, zorder=0)
        label = {"confidence": "coverage asked for", "novelty": "novelty"}[self.by]
        ax.set(xlabel=label, ylabel="coverage found", ylim=(0, 1.02))
        ax.legend(loc="lower right")
        self.ax_, self.figure_ = ax, ax.figure
        return self


def _inside(estimator: Any, X: Any, y: Any, confidence: float) -> npt.NDArray[Any]:
    """Check what is inside: 1 or 0, -1 where nothing was measured.

    Of several outputs there is a column each.
    """
    if not is_classifier(estimator):
        low, high = np.moveaxis(estimator.predict_interval(X, confidence), 1, 0)
        true = as_measured(np.asarray(y, float), low.shape)
        inside = (low <= true) & (true <= high)
        return np.where(np.isnan(true), -1, inside)
    sets = estimator.predict_set(X, confidence)
    if sets.ndim == 3:
        table = as_measured(np.asarray(y, float), sets.shape[:2])
        if not np.isin(table[~np.isnan(table)], (0, 1)).all():
            raise ValueError("y of several labels must hold 0 and 1, and NaN.")
        column = np.nan_to_num(table).astype(int)[:, :, None]
        inside = np.take_along_axis(sets, column, axis=2)[:, :, 0]
        return np.where(np.isnan(table), -1, inside)
    at = {label: k for k, label in enumerate(estimator.classes_.tolist())}
    labels = as_measured(np.asarray(y), sets.shape[:1]).tolist()
    # no set holds a class that training did not have
    column = np.array([at.get(label, -1) for label in labels])
    inside = sets[np.arange(len(sets)), column] & (column >= 0)
    return np.where([is_missing(label) for label in labels], -1, inside)
