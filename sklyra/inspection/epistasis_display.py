"""A drawing of interactions between mutations."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from sklyra._constraints import check_output
from sklyra._typing import Array
from sklyra.inspection.epistasis import PairwiseEpistasis, epistasis, find_pairs
from sklyra.inspection.scan_display import COLORS

# Names that fit beside a map.
_NAMED = 40


class EpistasisDisplay:
    """Draw the interactions of pairs of mutations as a map, its upper triangle.

    Where there is one mutation at each position, each square is a pair of mutations;
    where there are more, a pair of positions, with the strongest interaction of their
    letters. Red: together they do more than the sum of both; blue: less.

    Made by `from_estimator` or `PairwiseEpistasis.plot`.

    Parameters
    ----------
    pairs : PairwiseEpistasis
        What `epistasis` returns.
    output : int, default=0
        Which of several outputs.

    Attributes
    ----------
    map_ : ndarray of shape (n_positions, n_positions), float64
        What is drawn: NaN below the diagonal.
    ax_ : matplotlib Axes
        Where it was drawn.
    figure_ : matplotlib Figure
        The figure around it.
    """

    def __init__(self, pairs: PairwiseEpistasis, *, output: int = 0) -> None:
        check_output(pairs.single.reshape(len(pairs.single), -1), output)
        self.pairs, self.output = pairs, output

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        parent: str,
        mutations: Any,
        *,
        output: int = 0,
        ax: Any = None,
        **options: Any,
    ) -> Self:
        """Find the interactions of mutations, and draw them.

        Parameters
        ----------
        estimator : LyraRegressor or LyraClassifier
            A fitted model.
        parent : str
            The sequence that is mutated.
        mutations : iterable of str, Mutation or int
            As for `epistasis`.
        output : int, default=0
            Which of several outputs.
        ax : matplotlib Axes or None, default=None
            Where to draw; None for a new figure.
        **options : dict
            As for `epistasis`: ``letters`` and ``start``.

        Returns
        -------
        EpistasisDisplay
            The drawing.
        """
        pairs = epistasis(estimator, parent, mutations, **options)
        return cls(pairs, output=output).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> Self:
        """Draw again.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        EpistasisDisplay
            Itself.
        """
        self.map_, names = self._reduce()
        if ax is None:
            from matplotlib import pyplot as plt

            size = float(np.clip(0.2 * len(names) + 2.4, 4.2, 11))
            _, ax = plt.subplots(figsize=(1.25 * size, size), layout="constrained")
        most = max(float(np.nanmax(np.abs(self.map_))), np.finfo(np.float64).tiny)
        image = ax.imshow(
            self.map_, cmap=COLORS, vmin=-most, vmax=most, interpolation="nearest"
        )
        step = -(-len(names) // _NAMED)
        shown = range(0, len(names), step)
        ax.set_xticks(shown, names[::step], rotation=90, fontsize=8)
        ax.set_yticks(shown, names[::step], fontsize=8)
        ax.tick_params(length=0)
        ax.xaxis.tick_top()
        ax.yaxis.tick_right()
        for side in ax.spines.values():
            side.set_visible(False)
        bar = ax.figure.colorbar(image, ax=ax, label="interaction", aspect=30)
        bar.outline.set_visible(False)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _reduce(self) -> tuple[Array, list[str]]:
        """Reduce letters to the strongest of each pair of positions."""
        mutations = self.pairs.mutations
        values = self.pairs.interaction
        values = values if values.ndim == 2 else values[:, :, self.output]
        positions = sorted({mutation.position for mutation in mutations})
        place = np.array([positions.index(mutation.position) for mutation in mutations])
        first, second = find_pairs(mutations)
        order = np.argsort(np.abs(values[first, second]), kind="stable")
        out = np.full((len(positions), len(positions)), np.nan)
        # the strongest is written last
        out[place[first[order]], place[second[order]]] = values[first, second][order]
        if len(positions) == len(mutations):
            return out, [str(mutation) for mutation in mutations]
        parents = {mutation.position: mutation.parent for mutation in mutations}
        return out, [f"{parents[position]}{position}" for position in positions]
