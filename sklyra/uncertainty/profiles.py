"""Profiles of k-mers: how far a sequence is from the nearest of training."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from sklyra._typing import Array, Rows
from sklyra.features import count_kmers
from sklyra.sequences import EncodedSequences, Inputs

# K-mers are as long as there are so many of them.
_PROFILE = 420
# Nearest profiles that count.
_NEAREST = 10
# Share of the usual distance that is added to those that are divided.
_LEAST_DISTANCE = 0.05
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
        self._own = self._nearest(self._known, itself=True)[0]
        # equal sequences are at no distance, which nothing can be divided by
        self._usual = _LEAST_DISTANCE * float(self._own.mean()) or 1.0

    def __call__(self, inputs: Inputs) -> Array:
        """Compare profiles (see `View`)."""
        profiles = self._profiles(inputs.chains[self._which])
        distance, near = self._nearest(profiles)
        theirs = self._own[near].mean(axis=1)
        relative = (distance + self._usual) / (theirs + self._usual)
        return np.stack([distance, relative], axis=1)

    def _nearest(
        self, profiles: npt.NDArray[np.float32], itself: bool = False
    ) -> tuple[Array, Rows]:
        """Find the nearest of training, and the mean distance from these."""
        n_near = max(1, min(_NEAREST, len(self._known) - itself))
        distance = np.empty(len(profiles))
        near = np.empty((len(profiles), n_near), np.intp)
        for start in range(0, len(profiles), _AT_ONCE):
            rows = slice(start, start + _AT_ONCE)
            cosine = profiles[rows] @ self._known.T
            if itself and len(self._known) > 1:
                np.fill_diagonal(cosine[:, start:], -1)
            near[rows] = np.argpartition(-cosine, n_near - 1, axis=1)[:, :n_near]
            close = np.take_along_axis(cosine, near[rows], axis=1)
            distance[rows] = 1 - close.mean(axis=1, dtype=np.float64)
        return distance, near

    def to_state(self) -> dict[str, Any]:
        """Refuse: it would hold a profile of every sample."""
        raise TypeError("Profiles are learned again from samples.")

    def _profiles(self, chain: EncodedSequences) -> npt.NDArray[np.float32]:
        counts: sparse.csr_matrix = count_kmers(chain, self._sizes)
        counts.data = 1 + np.log(counts.data)
        profiles = counts.toarray()
        size = np.linalg.norm(profiles, axis=1, keepdims=True)
        return np.asarray(profiles / np.where(size > 0, size, 1), np.float32)
