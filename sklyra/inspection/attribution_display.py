"""A drawing of contributions: a logo of a sequence."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from sklyra._constraints import check_output
from sklyra.inspection.attribution import Attribution, attribution
from sklyra.inspection.letters import draw_letter, letter_color

# Positions in a row of a new figure, at most.
_IN_A_ROW = 80
_WIDTH, _HEIGHT, _BORDER = 0.16, 1.5, 1.2


class AttributionDisplay:
    """Draw contributions of positions as a logo.

    A letter is as high as its position contributes: above the line it raises what is
    predicted, below it lowers it. Letters are pale where the contribution is within two
    standard errors of 0.

    Made by `from_estimator` or `Attribution.plot`.

    Parameters
    ----------
    attribution : Attribution
        What `attribution` returns.
    sequence : int, default=0
        Which sequence.
    output : int, default=0
        Which of several outputs.

    Attributes
    ----------
    axes_ : list of matplotlib Axes
        Where it was drawn, a row of positions each.
    figure_ : matplotlib Figure
        The figure around them.
    """

    def __init__(
        self, attribution: Attribution, *, sequence: int = 0, output: int = 0
    ) -> None:
        n = len(attribution.sequences)
        if not 0 <= sequence < n:
            raise ValueError(
                f"sequence={sequence} does not exist: there are {n}, numbered from 0."
            )
        contribution = attribution.contribution[sequence]
        check_output(contribution.reshape(len(contribution), 1, -1), output)
        self.attribution, self.sequence, self.output = attribution, sequence, output

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        output: int = 0,
        ax: Any = None,
        **options: Any,
    ) -> Self:
        """Explain one sequence, and draw what is found.

        Parameters
        ----------
        estimator : LyraRegressor or LyraClassifier
            A fitted model.
        X : str
            The sequence.
        output : int, default=0
            Which of several outputs.
        ax : matplotlib Axes or None, default=None
            As in `plot`.
        **options : dict
            As for `attribution`: ``baseline``, ``n_permutations``, ``random_state``.

        Returns
        -------
        AttributionDisplay
            The drawing.
        """
        return cls(attribution(estimator, X, **options), output=output).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> Self:
        """Draw again.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw, in one row; None for a new figure, of several rows for more
            than 80 positions.

        Returns
        -------
        AttributionDisplay
            Itself.
        """
        letters = self.attribution.sequences[self.sequence]
        n = len(letters)
        height = self.attribution.contribution[self.sequence].reshape(n, -1)
        std = self.attribution.std[self.sequence].reshape(n, -1)
        height, std = height[:, self.output], std[:, self.output]
        rows = [np.arange(n)]
        if ax is None:
            from matplotlib import pyplot as plt

            rows = np.array_split(np.arange(n), -(-n // _IN_A_ROW))
            width = _WIDTH * max(map(len, rows)) + _BORDER
            figure, axes = plt.subplots(
                len(rows),
                1,
                figsize=(max(width, 4.0), _HEIGHT * len(rows) + 0.5),
                squeeze=False,
                sharey=True,
                layout="constrained",
            )
            self.axes_ = list(axes[:, 0])
        else:
            self.axes_, figure = [ax], ax.figure
        self.figure_ = figure
        low, high = min(height.min(), 0.0), max(height.max(), 0.0)
        room = 0.05 * (high - low) or 1.0
        for row, axis in zip(rows, self.axes_, strict=True):
            for place in row.tolist():
                sure = not abs(height[place]) < 2 * std[place]
                color = letter_color(letters[place], letters)
                alpha = 1.0 if sure else 0.35
                draw_letter(
                    axis, letters[place], place + 1, height[place], color, alpha=alpha
                )
            axis.axhline(0, color="black", linewidth=0.6)
            axis.xaxis.get_major_locator().set_params(integer=True)
            axis.set_xlim(row[0] + 0.4, row[-1] + 1.6)
            axis.set_ylim(low - room, high + room)
            axis.spines[["top", "right"]].set_visible(False)
        self.axes_[-1].set_xlabel("position")
        self.axes_[len(self.axes_) // 2].set_ylabel("contribution")
        return self
