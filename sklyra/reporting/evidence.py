"""Evidence: what a report is made from."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from sklearn.base import is_classifier

from sklyra._typing import Array


class Evidence(NamedTuple):
    """A model, and measurements to judge it by.

    Parameters
    ----------
    model : LyraRegressor or LyraClassifier
        A fitted model of one column of sequences or of a table.
    description : dict
        What the model says of itself.
    data : tuple of (X, y) or None
        What it was fitted to.
    test : tuple of (X, y) or None
        What it has not seen.
    parent : str or None
        The sequence that is scanned and mutated; None for the best that it knows.
    n_proposals : int
        How many sequences to propose.
    proposal : pandas.DataFrame or None
        What is proposed already.
    """

    model: Any
    description: dict[str, Any]
    data: tuple[Any, Any] | None
    test: tuple[Any, Any] | None
    parent: str | None
    n_proposals: int
    proposal: Any = None

    @property
    def is_classifier(self) -> bool:
        """Whether the model predicts classes.

        Returns
        -------
        bool
            Whether it does.
        """
        return bool(is_classifier(self.model))

    @property
    def is_plain(self) -> bool:
        """Whether it predicts one value of one column of sequences.

        Returns
        -------
        bool
            Whether it does.
        """
        told = self.description
        n_values = 1 if len(told.get("classes", ())) == 2 else told["n_outputs"]
        return n_values == 1 and not told["columns"] and bool(told["alphabet"])

    def training_sequences(self) -> list[str]:
        """List training sequences: those that the model keeps, or those of `data`.

        Returns
        -------
        list of str
            Some of them; none where there are none.
        """
        if not self.is_plain:
            return []
        doubt = self.model._ensemble.doubt
        if doubt is not None and doubt.novelty.samples is not None:
            kept: list[str] = doubt.novelty.samples.sequences.decode()
            return kept
        if self.data is None:
            return []
        given: list[str] = self.model._read_known(self.data[0]).sequences.decode()
        return given

    def margins(self, X: Any) -> Array:
        """Predict values, or log odds of two classes.

        Parameters
        ----------
        X : list of str
            Sequences.

        Returns
        -------
        ndarray of shape (n_samples,), float64
            Predictions.
        """
        model = self.model
        found = model.decision_function(X) if self.is_classifier else model.predict(X)
        return np.asarray(found, dtype=np.float64)


def draw_some(values: list[Any], most: int) -> list[Any]:
    """Draw some of many values, in their order.

    Parameters
    ----------
    values : list
        Anything.
    most : int
        How many to draw, at most.

    Returns
    -------
    list
        All, or as many at random.
    """
    order = np.random.RandomState(0).permutation(len(values))[:most]
    return [values[at] for at in np.sort(order)]
