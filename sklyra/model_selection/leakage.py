"""How much of a test set is in the training set already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from sklyra.model_selection._similarity import as_texts
from sklyra.sequences import check_sequences


@dataclass(frozen=True, eq=False)
class LeakageReport:
    """Hold what `leakage_report` found.

    Parameters
    ----------
    nearest : ndarray of shape (n_test,), int64
        Row of the training sequence that is most like each test sequence.
    identity : ndarray of shape (n_test,), float64
        How alike the two are: 1 - edit distance / length of the longer, in [0, 1].
    """

    nearest: npt.NDArray[np.int64]
    identity: npt.NDArray[np.float64]

    @property
    def n_duplicates(self) -> int:
        """Number of test sequences that are in the training set.

        Returns
        -------
        int
            Their number.
        """
        return int((self.identity == 1).sum())

    def to_frame(self) -> Any:
        """Make a table with a row for each test sequence.

        Returns
        -------
        pandas.DataFrame
            Columns ``nearest``, ``identity`` and ``duplicate``.
        """
        import pandas as pd

        columns = {"nearest": self.nearest, "identity": self.identity}
        return pd.DataFrame({**columns, "duplicate": self.identity == 1})

    def plot(self, ax: Any = None) -> Any:
        """Draw how many test sequences have a training sequence how much like them.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        matplotlib Axes
            The drawing.
        """
        if ax is None:
            from matplotlib import pyplot as plt

            _, ax = plt.subplots()
        ax.hist(self.identity, bins=np.linspace(0, 1, 41))
        ax.set(
            xlabel="identity to the nearest training sequence",
            ylabel="test sequences",
            title=f"{self.n_duplicates} of {len(self.identity)} are duplicates",
        )
        return ax

    def __str__(self) -> str:
        middle = np.median(self.identity)
        return (
            f"{len(self.identity)} test sequences, {self.n_duplicates} of them also in "
            f"training; median identity to the nearest training sequence {middle:.2f}"
        )


def leakage_report(train: Any, test: Any) -> LeakageReport:
    """Say how close test sequences are to training sequences.

    A model that remembers looks good on sequences that it has seen, or nearly.

    Parameters
    ----------
    train : array-like of shape (n_train,) of str
        Training sequences.
    test : array-like of shape (n_test,) of str
        Test sequences.

    Returns
    -------
    LeakageReport
        The nearest training sequence of each, and how alike they are.

    Notes
    -----
    Every pair is looked at: 1,000 test against 100,000 training sequences of 100
    letters take about a minute.

    Examples
    --------
    >>> from sklyra.model_selection import leakage_report
    >>> report = leakage_report(["MKTAYI", "WWLVPG"], ["MKTAFI", "WWLVPG"])
    >>> report.n_duplicates, report.nearest.tolist()
    (1, [0, 1])
    """
    known = check_sequences(train)
    message = "Numbers cannot be compared letter by letter: give text."
    if known.alphabet is None:
        raise TypeError(message)
    asked = check_sequences(test, alphabet=known.alphabet)
    if asked.alphabet is None:
        raise TypeError(message)
    if asked.alphabet.characters != known.alphabet.characters:
        # a gap or stop that training has not
        known = check_sequences(train, alphabet=asked.alphabet, fitted=True)
    choices = as_texts(known)
    # It gives up on a choice as soon as it is worse than the best so far.
    alike = Levenshtein.normalized_similarity
    found = [process.extractOne(x, choices, scorer=alike) for x in as_texts(asked)]
    return LeakageReport(
        np.array([row for _, _, row in found]),
        np.array([identity for _, identity, _ in found]),
    )
