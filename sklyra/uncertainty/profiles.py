"""Profiles of k-mers: how far a sequence is from the nearest of training."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from sklyra._typing import Array
from sklyra.features import count_kmers
from sklyra.sequences import EncodedSequences, Inputs

# K-mers are as long as there are so many of them.
_PROFILE = 420
# Nearest profiles that count.
_NEAREST = 10
# Distances that are divided have so much of the usual one added, and this at least.
_SHARE, _LEAST_DISTANCE = 0.05, 1e-3
# Distances that differ by less are equal.
_ROUNDING = 1e-5
# Profiles that are compared with those of training at a time.
_AT_ONCE = 1024


class ProfileView:
    """How far the k-mer profile of a sequence is from the nearest of training.

    One less the mean cosine of log counts with the ten that are nearest; and the same
    over what it is of those ten themselves, as their local outlier factor [1]_: in a
    dense family little is far.

    Parameters
    ----------
    chain : EncodedSequences
        Training sequences.
    which : int
        Number of the chain.

    References
    ----------
    .. [1] Breunig, M. M. et al. (2000). LOF: Identifying Density-Based Local Outliers.
       ACM SIGMOD Record 29, 93-104.
    """

    def __init__(self, chain: EncodedSequences, which: int) -> None:
        assert chain.alphabet is not None
        self._which = which
        n_letters = max(2, len(chain.alphabet.letters))
        self._sizes = range(1, max(1, int(math.log(_PROFILE, n_letters))) + 1)
        self._known = self._profiles(chain)
        self._own, _ = self._nearest(self._known)
        # equal sequences are at no distance, which nothing can be divided by
        self._usual = max(_SHARE * float(self._own.mean()), _LEAST_DISTANCE)

    def __call__(self, inputs: Inputs) -> Array:
        """Compare profiles (see `View`)."""
        profiles = self._profiles(inputs.chains[self._which])
        distance, theirs = self._nearest(profiles, self._own)
        relative = (distance + self._usual) / (theirs + self._usual)
        return np.stack([distance, relative], axis=1)

    def _nearest(
        self, profiles: npt.NDArray[np.float32], own: Array | None = None
    ) -> tuple[Array, Array]:
        """Compute mean distances from the nearest of training, and means of theirs.

        Without `own` profiles are those of training, each compared with the others.
        """
        others = len(self._known) - (own is None)
        n_near = max(1, min(_NEAREST, others))
        distance, theirs = np.empty(len(profiles)), np.empty(len(profiles))
        for start in range(0, len(profiles), _AT_ONCE):
            rows = slice(start, start + _AT_ONCE)
            cosine = profiles[rows] @ self._known.T
            if own is None and others:
                np.fill_diagonal(cosine[:, start:], -1)
            near = -np.partition(-cosine, n_near - 1, axis=1)[:, :n_near]
            away = 1 - near.mean(axis=1, dtype=np.float64)
            distance[rows] = np.where(away > _ROUNDING, away, 0)
            if own is not None:
                # all that are as near as the last: which one came first is chance
                as_near = cosine >= near.min(axis=1, keepdims=True) - _ROUNDING
                theirs[rows] = as_near @ own / as_near.sum(axis=1)
        return distance, theirs

    def to_state(self) -> dict[str, Any]:
        """Refuse: it would hold a profile of every sample."""
        raise TypeError("Profiles are learned again from samples.")

    def _profiles(self, chain: EncodedSequences) -> npt.NDArray[np.float32]:
        counts: sparse.csr_matrix = count_kmers(chain, self._sizes)
        counts.data = 1 + np.log(counts.data)
        profiles = counts.toarray()
        size = np.linalg.norm(profiles, axis=1, keepdims=True)
        return np.asarray(profiles / np.where(size > 0, size, 1), np.float32)
