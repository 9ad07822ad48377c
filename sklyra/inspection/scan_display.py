"""A drawing of a scan of mutations."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from sklyra._constraints import check_output
from sklyra._typing import Array
from sklyra.inspection.mutation_scan import MutationScan, mutation_scan

# Positions in a row of a new figure, at most.
_IN_A_ROW = 80
# Inches of a cell, and around all of them.
_CELL, _BORDER = 0.16, 1.1
# Blue, white and red: told apart by color-blind readers too.
COLORS = "RdBu_r"
_LEAST = np.finfo(np.float64).tiny


class MutationScanDisplay:
    """Draw the effects of single mutations as a heatmap.

    Red raises what is predicted and blue lowers it. A dot marks the parent's letter.
    Rows such as "+A", below the others, are insertions behind a position.
    Cells fade to gray where the model is unsure: to 0.7 of their color where the
    standard deviation is as large as effects are on the whole, to 0.3 where it is three
    times that. The strongest color is for the 99.5th percentile of effects.

    Made by `from_estimator` or `MutationScan.plot`.

    Parameters
    ----------
    scan : MutationScan
        What `mutation_scan` returns.
    output : int, default=0
        Which of several outputs.

    Attributes
    ----------
    axes_ : list of matplotlib Axes
        Where it was drawn, a row of positions each.
    figure_ : matplotlib Figure
        The figure around them.
    """

    def __init__(self, scan: MutationScan, *, output: int = 0) -> None:
        check_output(scan.effect.reshape(*scan.effect.shape[:2], -1), output)
        self.scan, self.output = scan, output

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        parent: str,
        *,
        output: int = 0,
        ax: Any = None,
        **options: Any,
    ) -> Self:
        """Scan a parent, and draw what is found.

        Parameters
        ----------
        estimator : LyraRegressor or LyraClassifier
            A fitted model.
        parent : str
            The sequence that is mutated.
        output : int, default=0
            Which of several outputs.
        ax : matplotlib Axes or None, default=None
            As in `plot`.
        **options : dict
            As for `mutation_scan`: ``positions``, ``letters``, ``insertions`` and
            ``start``.

        Returns
        -------
        MutationScanDisplay
            The drawing.
        """
        return cls(mutation_scan(estimator, parent, **options), output=output).plot(
            ax=ax
        )

    def plot(self, *, ax: Any = None) -> Self:
        """Draw again.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw, in one row; None for a new figure, of several rows for more
            than 80 positions.

        Returns
        -------
        MutationScanDisplay
            Itself.
        """
        scan = self.scan
        effect, std = (
            np.concatenate([self._of_output(values) for values in pair])
            for pair in (
                (scan.effect, scan.insertion_effect),
                (scan.std, scan.insertion_std),
            )
        )
        n_letters, n_positions = effect.shape
        rows = [np.arange(n_positions)]
        if ax is None:
            from matplotlib import pyplot as plt

            n_rows = -(-n_positions // _IN_A_ROW)
            rows = np.array_split(np.arange(n_positions), n_rows)
            width = _CELL * max(len(row) for row in rows) + 2 * _BORDER
            height = n_rows * (_CELL * n_letters + _BORDER)
            figure, axes = plt.subplots(
                n_rows,
                1,
                figsize=(max(width, 4.8), height),
                squeeze=False,
                layout="constrained",
            )
            self.axes_ = list(axes[:, 0])
        else:
            self.axes_, figure = [ax], ax.figure
        self.figure_ = figure
        most = max(float(np.quantile(np.abs(effect), 0.995)), _LEAST)
        typical = max(float(np.sqrt((effect**2).mean())), _LEAST)
        sure = 1 / np.sqrt(1 + (np.nan_to_num(std) / typical) ** 2)
        for ax, columns in zip(self.axes_, rows, strict=True):
            self._draw(ax, effect, sure, columns, most)
        image = self.axes_[0].images[-1]
        bar = figure.colorbar(
            image,
            ax=self.axes_,
            label="effect",
            shrink=min(1, 1.5 / len(rows)),
            aspect=15,
        )
        bar.outline.set_visible(False)
        return self

    def _of_output(self, values: Array) -> Array:
        return values if values.ndim == 2 else values[:, :, self.output]

    def _draw(
        self, ax: Any, effect: Array, sure: Array, columns: Any, most: float
    ) -> None:
        """Draw some of the positions."""
        n_letters = len(effect)
        ax.set_facecolor("0.85")
        ax.imshow(
            effect[:, columns],
            cmap=COLORS,
            vmin=-most,
            vmax=most,
            alpha=sure[:, columns],
            aspect="equal",
            interpolation="nearest",
        )
        parent = [self.scan.parent[p - self.scan.start] for p in self.scan.positions]
        for place, column in enumerate(columns):
            if parent[column] in self.scan.letters:
                row = self.scan.letters.index(parent[column])
                ax.plot(place, row, ".", color="black", markersize=3)
        inserted = [f"+{letter}" for letter in self.scan.insertions]
        ax.set_yticks(range(n_letters), [*self.scan.letters, *inserted], fontsize=7)
        if inserted:
            ax.axhline(len(self.scan.letters) - 0.5, color="white", linewidth=2)
        ax.tick_params(length=0)
        numbers = self.scan.positions[columns]
        if len(columns) <= 30:
            names = [f"{parent[c]}{n}" for c, n in zip(columns, numbers, strict=True)]
            ax.set_xticks(range(len(columns)), names, fontsize=7, rotation=90)
        else:
            shown = [k for k, number in enumerate(numbers) if number % 10 == 0]
            ax.set_xticks(shown, numbers[shown], fontsize=7)
        for side in ax.spines.values():
            side.set_visible(False)
        ax.set_xlabel("position")
        ax.set_ylabel("letter")
