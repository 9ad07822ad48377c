"""A drawing of motifs: their logos, and where they act."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from sklyra.inspection.letters import draw_letter, letter_color
from sklyra.inspection.motifs import Motifs, motifs

# Inches of a row and of the whole.
_HEIGHT, _BORDER, _WIDTH = 1.35, 0.6, 7.0
# Letters lower than this much of the highest are left out: they could not be read.
_LEAST = 0.08


class MotifDisplay:
    """Draw motifs as logos, and how much they do at each place.

    On the left each letter is as high as the effect of the motif with it, less the mean
    over all letters there: what raises a prediction is above the line. On the right is
    the effect at places from the beginning of a sequence to its end, with a band of two
    standard errors; the gray band is two standard deviations of random k-mers.

    Made by `from_estimator` or `Motifs.plot`.

    Parameters
    ----------
    motifs : Motifs
        What `motifs` returns.

    Attributes
    ----------
    axes_ : ndarray of shape (n_motifs, 2) of matplotlib Axes
        Where it was drawn, a row for each motif.
    figure_ : matplotlib Figure
        The figure around them.
    """

    def __init__(self, motifs: Motifs) -> None:
        if not motifs.kmers:
            raise ValueError(
                "There are no motifs to draw: no k-mer does more than random ones do."
            )
        self.motifs = motifs

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any, *, axes: Any = None, **options: Any
    ) -> Self:
        """Find motifs, and draw them.

        Parameters
        ----------
        estimator : LyraRegressor or LyraClassifier
            A fitted model.
        X : sequence of str
            Sequences that motifs are looked for in.
        axes : array-like of matplotlib Axes, of shape (n_motifs, 2), or None
            As in `plot`.
        **options : dict
            As for `motifs`.

        Returns
        -------
        MotifDisplay
            The drawing.
        """
        return cls(motifs(estimator, X, **options)).plot(axes=axes)

    def plot(self, *, axes: Any = None) -> Self:
        """Draw again.

        Parameters
        ----------
        axes : array-like of matplotlib Axes, of shape (n_motifs, 2), or None
            Where to draw; None for a new figure.

        Returns
        -------
        MotifDisplay
            Itself.
        """
        n = len(self.motifs.kmers)
        if axes is None:
            from matplotlib import pyplot as plt

            axes = motif_axes(plt.figure(), n)
        self.axes_ = np.asarray(axes, dtype=object)
        if self.axes_.shape != (n, 2):
            raise ValueError(
                f"axes of shape {self.axes_.shape}, but {n} motifs need {(n, 2)}."
            )
        self.figure_ = self.axes_[0, 0].figure
        for row in range(n):
            self._draw_logo(row, self.axes_[row, 0])
            self._draw_places(row, self.axes_[row, 1])
        self.axes_[-1, 0].set_xlabel("position in the motif")
        self.axes_[-1, 1].set_xlabel("place: 0 is the beginning, 1 the end")
        return self

    def _draw_logo(self, row: int, axis: Any) -> None:
        found = self.motifs
        table = found.letter_effect[row]
        height = table - table.mean(axis=1, keepdims=True)
        height[np.abs(height) < _LEAST * np.abs(height).max()] = 0.0
        for position, heights in enumerate(height):
            for raised in (True, False):
                base = 0.0
                # small ones stand next to the line
                for at in np.argsort(np.abs(heights), kind="stable"):
                    if (heights[at] > 0) == raised and heights[at]:
                        letter = found.letters[at]
                        color = letter_color(letter, found.letters)
                        draw_letter(
                            axis, letter, position + 1, heights[at], color, base=base
                        )
                        base += heights[at]
        above = np.where(height > 0, height, 0).sum(axis=1).max()
        below = np.where(height < 0, height, 0).sum(axis=1).min()
        room = 0.05 * (above - below) or 1.0
        axis.axhline(0, color="black", linewidth=0.6)
        longest = max(map(len, found.kmers))
        axis.set(xlim=(0.4, longest + 0.6), ylim=(below - room, above + room))
        axis.set_xticks(range(1, longest + 1))
        axis.set_ylabel("effect")
        axis.set_title(found.kmers[row], loc="left", fontsize=10, family="monospace")
        axis.spines[["top", "right"]].set_visible(False)

    def _draw_places(self, row: int, axis: Any) -> None:
        found = self.motifs
        mean, std = found.place_effect[row], found.place_std[row]
        usual = 2 * found.random_effect
        axis.axhspan(-usual, usual, color="0.9", linewidth=0)
        axis.axhline(0, color="black", linewidth=0.6)
        axis.fill_between(
            found.places,
            mean - 2 * std,
            mean + 2 * std,
            color="#1b6ca8",
            alpha=0.2,
            linewidth=0,
        )
        axis.plot(found.places, mean, color="#1b6ca8", marker="o", markersize=3)
        axis.set_title(
            f"{found.effect[row]:+.2g}, in {found.n_sequences[row]} sequences",
            loc="left",
            fontsize=10,
        )
        axis.spines[["top", "right"]].set_visible(False)


def motif_axes(figure: Any, n_motifs: int) -> Any:
    """Divide a figure into rows for motifs, and size it.

    Parameters
    ----------
    figure : matplotlib Figure
        An empty one.
    n_motifs : int
        How many motifs it will show.

    Returns
    -------
    ndarray of shape (n_motifs, 2) of matplotlib Axes
        For logos, and for effects at places.
    """
    figure.set_size_inches(_WIDTH, _HEIGHT * n_motifs + _BORDER)
    figure.set_layout_engine("constrained")
    return figure.subplots(
        n_motifs, 2, squeeze=False, sharex="col", width_ratios=(1, 1.3)
    )
