"""Planting: k-mers written into shuffled sequences, and what that changes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sklyra._typing import Array


class Planting:
    """Sequences of shuffled letters, into which k-mers are written.

    A place is a number from 0, where a kmer begins with the sequence, to 1, where it
    ends with it.

    Parameters
    ----------
    predict : callable
        From a list of sequences to ndarray of shape (n_sequences,).
    X : list of str
        Sequences, some of which are shuffled.
    n_backgrounds : int
        How many.
    rng : numpy.random.RandomState
        Source of the shuffling.
    """

    def __init__(
        self,
        predict: Callable[[list[str]], Array],
        X: list[str],
        n_backgrounds: int,
        rng: np.random.RandomState,
    ) -> None:
        chosen = np.resize(rng.permutation(len(X)), n_backgrounds)
        self.backgrounds = ["".join(rng.permutation(list(X[at]))) for at in chosen]
        self._predict = predict
        self._before = predict(self.backgrounds)

    def table(self, kmers: list[str], places: Array) -> Array:
        """Compute the effects of kmers in each sequence and at each place.

        Parameters
        ----------
        kmers : list of str
            Letters, no more than a sequence has.
        places : ndarray of shape (n_places,) or (n_kmers, n_places), float64
            Where they are written, the same for all or each for itself.

        Returns
        -------
        ndarray of shape (n_kmers, n_backgrounds, n_places), float64
            Predictions with the kmer less those without.
        """
        each = np.broadcast_to(places, (len(kmers), np.shape(places)[-1]))
        written = [
            background[:at] + kmer + background[at + len(kmer) :]
            for kmer, own in zip(kmers, each, strict=True)
            for background in self.backgrounds
            for at in starts(own, len(background), len(kmer))
        ]
        shape = len(kmers), len(self.backgrounds), each.shape[1]
        values = self._predict(written).reshape(shape) if kmers else np.zeros(shape)
        return values - self._before[:, None]

    def effects(self, kmers: list[str], places: Array) -> Array:
        """Compute the mean effects of kmers.

        Parameters
        ----------
        kmers : list of str
            As for `table`.
        places : ndarray of shape (n_places,) or (n_kmers, n_places), float64
            As for `table`.

        Returns
        -------
        ndarray of shape (n_kmers,), float64
            Means over sequences and places.
        """
        means: Array = self.table(kmers, places).mean(axis=(1, 2))
        return means


def starts(places: Array, length: int, size: int) -> list[int]:
    """Convert places to positions.

    Parameters
    ----------
    places : ndarray of shape (n_places,), float64
        From 0, the beginning, to 1, the end.
    length, size : int
        Numbers of letters of the sequence and of the kmer.

    Returns
    -------
    list of int
        Where the kmer begins, counted from 0.
    """
    begin: list[int] = np.rint(places * (length - size)).astype(int).tolist()
    return begin


def occurrences(kmer: str, X: list[str], n: int, rng: np.random.RandomState) -> Array:
    """Draw places at which a kmer occurs.

    Parameters
    ----------
    kmer : str
        The kmer, which occurs.
    X : list of str
        Sequences.
    n : int
        How many places to draw.
    rng : numpy.random.RandomState
        Source of the draw.

    Returns
    -------
    ndarray of shape (n,), float64
        The first place in a sequence each.
    """
    found = [
        x.find(kmer) / (len(x) - len(kmer)) if len(x) > len(kmer) else 0.0
        for x in X
        if kmer in x
    ]
    drawn: Array = rng.choice(found, n)
    return drawn
