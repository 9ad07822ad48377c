"""A drawing of values against the number of mutations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from sklyra._constraints import check_output
from sklyra._typing import Array
from sklyra.alphabets import Alphabet
from sklyra.inspection.model import find_model, predict_margins, read_parent
from sklyra.sequences import check_sequences

_COLORS = {"predicted": "#1b6ca8", "measured": "#d95f02"}


class MutationCountDisplay:
    """Draw values of variants against how many mutations they have.

    Points are medians and bars reach from the 10th to the 90th percentile, of what is
    predicted and, where that is known, of what was measured; the line is the parent.
    Where more mutations do as much as the sum of fewer, values fall along a line.

    Made by `from_estimator` or `from_predictions`.

    Parameters
    ----------
    n_mutations : ndarray of shape (n_samples,), int64
        How many mutations each variant has.
    predicted : ndarray of shape (n_samples,), float64
        What is predicted.
    measured : ndarray of shape (n_samples,), float64, or None
        What was measured; NaN where nothing was.
    parent_value : float or None
        What is predicted of the parent.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it was drawn.
    figure_ : matplotlib Figure
        The figure around it.
    counts_ : ndarray of shape (n_counts,), int64
        Numbers of mutations that occur.
    medians_ : dict of str to ndarray of shape (n_counts,), float64
        Medians of ``predicted`` and ``measured``.
    """

    def __init__(
        self,
        n_mutations: npt.NDArray[np.int64],
        predicted: Array,
        measured: Array | None,
        parent_value: float | None,
    ) -> None:
        self.n_mutations, self.predicted = n_mutations, predicted
        self.measured, self.parent_value = measured, parent_value

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Sequence[str],
        y: Any = None,
        *,
        parent: str,
        output: int = 0,
        ax: Any = None,
    ) -> Self:
        """Predict variants of a parent, and draw them.

        Parameters
        ----------
        estimator : LyraRegressor or LyraClassifier
            A fitted model.
        X : sequence of str
            Variants, as long as the parent.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), or None
            What was measured of them, of a regressor; NaN where nothing was.
        parent : str
            The sequence that mutations are counted from.
        output : int, default=0
            Which of several outputs.
        ax : matplotlib Axes or None, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        MutationCountDisplay
            The drawing.

        Raises
        ------
        ValueError
            If a variant has another length than the parent.
        """
        model = find_model(estimator)
        parent = read_parent(model, parent)
        alphabet = model.alphabet_
        assert isinstance(alphabet, Alphabet)
        variants = check_sequences(X, alphabet=alphabet, fitted=True)
        if (variants.lengths != len(parent)).any():
            row = int(np.flatnonzero(variants.lengths != len(parent))[0])
            raise ValueError(
                f"The parent has {len(parent)} letters, but sequence {row} has "
                f"{variants.lengths[row]}: mutations are counted where lengths are "
                "equal. Align them, or leave those sequences out."
            )
        codes = variants.values.reshape(len(variants), -1)
        own = check_sequences([parent], alphabet=alphabet, fitted=True).values
        values = predict_margins(model, [*variants.decode(), parent])
        values = values.reshape(len(values), -1)
        check_output(values, output)
        measured = None
        if y is not None:
            measured = np.asarray(y, np.float64).reshape(len(y), -1)[:, output]
        return cls.from_predictions(
            (codes != own).sum(axis=1),
            values[:-1, output],
            measured,
            parent_value=float(values[-1, output]),
            ax=ax,
        )

    @classmethod
    def from_predictions(
        cls,
        n_mutations: Any,
        predicted: Any,
        measured: Any = None,
        *,
        parent_value: float | None = None,
        ax: Any = None,
    ) -> Self:
        """Draw predictions that were made before.

        Parameters
        ----------
        n_mutations : array-like of shape (n_samples,), int
            How many mutations each variant has.
        predicted : array-like of shape (n_samples,)
            What is predicted.
        measured : array-like of shape (n_samples,) or None, default=None
            What was measured; NaN where nothing was.
        parent_value : float or None, default=None
            What is predicted of the parent; None draws no line.
        ax : matplotlib Axes or None, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        MutationCountDisplay
            The drawing.
        """
        found = cls(
            np.asarray(n_mutations, np.int64),
            np.asarray(predicted, np.float64),
            None if measured is None else np.asarray(measured, np.float64),
            parent_value,
        )
        return found.plot(ax=ax)

    def plot(self, *, ax: Any = None) -> Self:
        """Draw again.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        MutationCountDisplay
            Itself.
        """
        if ax is None:
            from matplotlib import pyplot as plt

            _, ax = plt.subplots(layout="constrained")
        self.counts_ = np.unique(self.n_mutations)
        drawn = {"predicted": self.predicted}
        if self.measured is not None:
            drawn["measured"] = self.measured
        self.medians_: dict[str, Array] = {}
        for shift, (name, values) in zip((-0.12, 0.12), drawn.items(), strict=False):
            known = np.isfinite(values)
            low, median, high = np.array(
                [
                    np.percentile(own, [10, 50, 90]) if len(own) else [np.nan] * 3
                    for count in self.counts_
                    for own in [values[known & (self.n_mutations == count)]]
                ]
            ).T
            self.medians_[name] = median
            at = self.counts_ + (shift if len(drawn) > 1 else 0.0)
            ax.vlines(at, low, high, color=_COLORS[name], linewidth=2, alpha=0.5)
            ax.plot(at, median, "o-", color=_COLORS[name], markersize=5, label=name)
        if self.parent_value is not None:
            ax.axhline(
                self.parent_value,
                color="0.5",
                linestyle="--",
                linewidth=1,
                label="parent, predicted",
                zorder=0,
            )
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.set(xlabel="number of mutations", ylabel="value")
        ax.legend(loc="best", frameon=False)
        self.ax_, self.figure_ = ax, ax.figure
        return self
