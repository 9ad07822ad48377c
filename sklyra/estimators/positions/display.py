"""A drawing of what a model says of the positions of sequences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from sklyra._typing import Array
from sklyra.sequences import PositionForm, is_text, list_sequences
from sklyra.sequences.tables import read_table
from sklyra.targets import ClassTarget, ValueTarget

# Letters are written up to this length.
_READABLE = 90


class Track(NamedTuple):
    """What is known of one sequence.

    Attributes
    ----------
    name : str
        What it is called.
    letters : str
        Its letters; "" if it has numbers.
    predicted : ndarray of shape (n_positions, n_outputs), float64
        Probabilities or values.
    true : ndarray of shape (n_positions, n_outputs), float64, or None
        What was measured, as 0 and 1 or values; NaN where it was not.
    """

    name: str
    letters: str
    predicted: Array
    true: Array | None


class PositionDisplay:
    """Draw predictions along sequences, with how sure they are.

    Made by `from_estimator`. A sequence is a row of axes. Of several states each
    position is a bar in the color of the most probable one, as high as its probability;
    below it stand the states that were measured. Two states, labels and values are
    lines, measured ones shaded or dotted.

    Parameters
    ----------
    tracks : list of Track
        What is drawn, one for each sequence.
    kind : {"states", "labels", "values"}
        What is predicted.
    names : list of str
        Names of outputs.

    Attributes
    ----------
    axes_ : ndarray of shape (n_sequences,) of matplotlib Axes
        Where they were drawn.
    figure_ : matplotlib Figure
        The figure around them.
    """

    def __init__(self, tracks: list[Track], kind: str, names: list[str]) -> None:
        self.tracks = tracks
        self.kind = kind
        self.names = names

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any = None,
        *,
        labels: Sequence[str] | None = None,
        axes: Any = None,
    ) -> Self:
        """Draw what a model predicts.

        Parameters
        ----------
        estimator : LyraPositionClassifier, LyraPositionRegressor or Pipeline
            A fitted model, or a pipeline that ends in one.
        X : array-like of shape (n_samples,)
            A few sequences, as for `predict`.
        y : array-like of shape (n_samples,) or None, default=None
            What was measured of them, as for `fit`.
        labels : sequence of str or None, default=None
            Names of the sequences; None numbers them.
        axes : array-like of shape (n_samples,) of matplotlib Axes, or None, \
default=None
            Where to draw each sequence; None for a new figure.

        Returns
        -------
        PositionDisplay
            The drawing.
        """
        model = estimator[-1] if isinstance(estimator, Pipeline) else estimator
        check_is_fitted(model)
        target = model._target
        kind, names = _describe(target)
        method = "predict" if kind == "values" else "predict_proba"
        predicted = [
            np.asarray(p, float).reshape(len(p), -1)
            for p in getattr(estimator, method)(X)
        ]
        true: list[Any] = [None] * len(predicted)
        if y is not None:
            lengths = np.array([len(p) for p in predicted], np.int64)
            true = _measured(model._read_labels(y, lengths), target)
        called = [f"sequence {row}" for row in range(len(predicted))]
        if labels is not None:
            called = list(labels)
        if len(called) != len(predicted):
            raise ValueError(
                f"labels has {len(called)} names, but X {len(predicted)} sequences."
            )
        rows = zip(called, _texts(X, len(predicted)), predicted, true, strict=True)
        tracks = [Track(*row) for row in rows]
        return cls(tracks, kind, names).plot(axes=axes)

    def plot(self, *, axes: Any = None) -> Self:
        """Draw again.

        Parameters
        ----------
        axes : array-like of shape (n_samples,) of matplotlib Axes, or None, \
default=None
            Where to draw each sequence; None for a new figure.

        Returns
        -------
        PositionDisplay
            Itself.
        """
        if axes is None:
            from matplotlib import pyplot as plt

            n_rows = len(self.tracks)
            _, axes = plt.subplots(
                n_rows,
                1,
                figsize=(10, 1.1 + 1.4 * n_rows),
                squeeze=False,
                layout="constrained",
            )
        self.axes_ = np.atleast_1d(np.asarray(axes, dtype=object)).ravel()
        bars = self.kind == "states" and len(self.names) > 2
        for ax, track in zip(self.axes_, self.tracks, strict=True):
            (self._draw_bars if bars else self._draw_lines)(ax, track)
            ax.set_xlim(0.5, len(track.predicted) + 0.5)
            ax.set_title(track.name, loc="left", fontsize="medium")
            ax.xaxis.get_major_locator().set_params(integer=True)
            if 0 < len(track.letters) <= _READABLE:
                _write_letters(ax, track.letters)
        self.axes_[-1].set_xlabel("position")
        handles, names = self.axes_[0].get_legend_handles_labels()
        self.axes_[0].legend(
            handles,
            names,
            loc="lower right",
            bbox_to_anchor=(1, 1),
            ncols=max(1, len(names)),
            frameon=False,
        )
        self.figure_ = self.axes_[0].figure
        return self

    def _draw_bars(self, ax: Any, track: Track) -> None:
        """Draw the most probable of several states, and the measured one below."""
        place = np.arange(1, len(track.predicted) + 1)
        best = track.predicted.argmax(axis=1)
        for state, name in enumerate(self.names):
            rows = best == state
            height = track.predicted[rows, state]
            color = f"C{state % 10}"
            ax.bar(place[rows], height, width=1, color=color, label=name)
            if track.true is not None:
                at = place[track.true[:, state] == 1]
                ax.bar(at, -0.3, width=1, color=color)
        if track.true is not None:
            ax.axhline(0, color="white", linewidth=2)
        ax.set_yticks([0, 0.5, 1])
        ax.set(ylim=(-0.32 if track.true is not None else 0, 1), ylabel="probability")

    def _draw_lines(self, ax: Any, track: Track) -> None:
        """Draw a line for each output, and what was measured."""
        place = np.arange(1, len(track.predicted) + 1)
        shown = range(len(self.names))
        if self.kind == "states":  # of two, the second says all
            shown = range(1, 2)
        for output in shown:
            color = f"C{output % 10}"
            line = track.predicted[:, output]
            ax.plot(place, line, color=color, label=self.names[output])
            if track.true is None:
                continue
            true = track.true[:, output]
            if self.kind == "values":
                ax.plot(place, true, ".", color=color, markersize=4, alpha=0.6)
            else:
                height = (output - shown[0] + 1) / len(shown)
                ax.bar(place[true == 1], height, width=1, color=color, alpha=0.2)
        if self.kind == "values":
            ax.set_ylabel("value")
        else:
            ax.set(ylim=(0, 1), ylabel="probability")


def _describe(target: Any) -> tuple[str, list[str]]:
    """Find what a model predicts, and the names of its outputs."""
    if isinstance(target.inner, ClassTarget):
        return "states", [str(state) for state in target.inner.classes]
    kind = "values" if isinstance(target.inner, ValueTarget) else "labels"
    word = "predicted" if target.n_outputs == 1 else kind[:-1]
    numbered = [f"{word} {k}" for k in range(target.n_outputs)]
    return kind, numbered if target.n_outputs > 1 else [word]


def _measured(labels: Any, target: Any) -> list[npt.NDArray[Any]]:
    """List what was measured of each sequence, as 0 and 1 or values."""
    target.require_same(labels)
    known: npt.NDArray[Any] = labels.flat
    if isinstance(target.inner, ClassTarget):
        known = known[:, None] == target.inner.classes
    known = np.asarray(known, float).reshape(len(labels.flat), -1)
    out = np.full((len(labels.measured), known.shape[1]), np.nan)
    out[labels.measured] = known
    return list(PositionForm().divide(out, labels.offsets))


def _texts(X: Any, n_samples: int) -> list[str]:
    """List letters of sequences; "" for numbers, and for tables."""
    plain = read_table(X) is None and is_text(X)
    return list_sequences(X) if plain else [""] * n_samples


def _write_letters(ax: Any, letters: str) -> None:
    """Write the letters above the axes."""
    top = ax.secondary_xaxis("top")
    top.set_xticks(range(1, len(letters) + 1), list(letters), fontsize=7)
    top.tick_params(length=0, pad=1)
