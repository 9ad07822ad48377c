"""A drawing of how training went."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

_STYLES = {"train_loss": "--", "valid_loss": "-"}


class TrainingDisplay:
    """Draw the losses of a model's networks, epoch by epoch.

    Made by `from_estimator`.

    Parameters
    ----------
    history : list of dict
        The ``history_`` of a fitted model.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it was drawn.
    figure_ : matplotlib Figure
        The figure around it.
    lines_ : list of matplotlib Line2D
        A line for each network and loss: dashed for training, solid for validation.
    """

    def __init__(self, history: list[dict[str, Any]]) -> None:
        self.history = history

    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: Any = None) -> Self:
        """Draw how a model was trained.

        Parameters
        ----------
        estimator : LyraRegressor, LyraClassifier or Pipeline
            A fitted model, or a pipeline that ends in one.
        ax : matplotlib Axes or None, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        TrainingDisplay
            The drawing.
        """
        model = estimator[-1] if isinstance(estimator, Pipeline) else estimator
        check_is_fitted(model, "history_")
        return cls(model.history_).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> Self:
        """Draw again.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        TrainingDisplay
            Itself.
        """
        if ax is None:
            from matplotlib import pyplot as plt

            _, ax = plt.subplots()
        self.lines_ = []
        for kind, color in (("lyra", "C0"), ("perceptron", "C1")):
            rows = [row for row in self.history if row["network"] == kind]
            for loss, style in _STYLES.items():
                for member in dict.fromkeys(row["member"] for row in rows):
                    own = [row for row in rows if row["member"] == member]
                    values = [row.get(loss, np.nan) for row in own]
                    if np.isnan(values).all():
                        continue
                    # one entry in the legend for all members
                    label = f"{kind}, {loss.partition('_')[0]}" if member == 0 else None
                    epochs = [row["epoch"] for row in own]
                    self.lines_ += ax.plot(
                        epochs, values, style, color=color, alpha=0.6, label=label
                    )
        ax.set(xlabel="epoch", ylabel="loss", yscale="log")
        ax.legend()
        self.ax_, self.figure_ = ax, ax.figure
        return self
