"""Leakage of test sequences into the training set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from sklyra._constraints import BOOL, check_arguments
from sklyra._typing import Array
from sklyra.alphabets import Alphabet
from sklyra.model_selection._reading import read_letters, without_gaps
from sklyra.model_selection._similarity import as_texts
from sklyra.sequences.parameters import READING


@dataclass(frozen=True, eq=False)
class LeakageReport:
    """Hold the results of `leakage_report`.

    Parameters
    ----------
    nearest : ndarray of shape (n_test,), int64
        Row of the training sequence that is most similar to each test sequence.
    identity : ndarray of shape (n_test,), float64
        Identity of the two: 1 - edit distance / length of the longer, in [0, 1]. Gaps
        do not count.
    """

    nearest: npt.NDArray[np.int64]
    identity: Array

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
        """Draw a histogram of the identity to the nearest training sequence.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        matplotlib Axes
            The histogram.
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


def leakage_report(
    train: Any,
    test: Any,
    *,
    alphabet: str | Alphabet = "auto",
    unknown: str = "error",
    reverse_complement: bool = False,
) -> LeakageReport:
    """Report how close test sequences are to training sequences.

    A model that memorizes scores well on sequences that it has seen, or nearly.

    Parameters
    ----------
    train : array-like of shape (n_train,) of str
        Training sequences.
    test : array-like of shape (n_test,) of str
        Test sequences.
    alphabet : {"auto", "dna", "rna", "protein"} or Alphabet, default="auto"
        What the characters mean. "auto" decides from the training sequences.
    unknown : {"error", "mask"}, default="error"
        Refuse a character outside the alphabet, or read it as any letter.
    reverse_complement : bool, default=False
        Whether a DNA sequence and its reverse complement mean the same: then either
        strand of a training sequence counts.

    Returns
    -------
    LeakageReport
        The nearest training sequence of each, and the identity of the two.

    Notes
    -----
    Every pair is compared: 1,000 test against 100,000 training sequences of 100
    letters take about a minute.

    Examples
    --------
    >>> from sklyra.model_selection import leakage_report
    >>> report = leakage_report(["MKTAYI", "WWLVPG"], ["MKTAFI", "WWLVPG"])
    >>> report.n_duplicates, report.nearest.tolist()
    (1, [0, 1])
    """
    check_arguments(
        {**READING, "reverse_complement": [BOOL]},
        alphabet=alphabet,
        unknown=unknown,
        reverse_complement=reverse_complement,
    )
    known = read_letters(train, alphabet, unknown, reverse_complement)
    assert known.alphabet is not None
    tested = read_letters(test, known.alphabet, unknown)
    assert tested.alphabet is not None
    if tested.alphabet.characters != known.alphabet.characters:
        # a gap or stop that training has not
        known = read_letters(
            train, tested.alphabet, unknown, reverse_complement, fitted=True
        )
    choices = as_texts(without_gaps(known))
    n_known = len(choices) // (1 + reverse_complement)
    queries = as_texts(without_gaps(tested))
    # It gives up on a choice as soon as it is worse than the best so far.
    identity = Levenshtein.normalized_similarity
    found = [process.extractOne(x, choices, scorer=identity) for x in queries]
    return LeakageReport(
        np.array([row for _, _, row in found]) % n_known,
        np.array([value for _, value, _ in found]),
    )
