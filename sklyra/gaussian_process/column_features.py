"""Features of tables: of several chains, and of covariates beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sklyra._state import check_version
from sklyra._typing import Array, Rows
from sklyra.features import PAIR_ALPHABETS, TABLE_ENDS
from sklyra.gaussian_process.feature_map import FeatureMap
from sklyra.gaussian_process.features import Features
from sklyra.gaussian_process.letters import Products
from sklyra.sequences import Inputs

_VERSION = 1


@dataclass(frozen=True)
class ColumnFeatures:
    """Hold the numbers by which samples are compared.

    Parameters
    ----------
    chains : tuple of Features
        Letters and k-mers of each chain.
    covariates : ndarray of shape (n_samples, n_covariates), float64
        Numbers beside the chains.
    """

    chains: tuple[Features, ...]
    covariates: Array

    def __len__(self) -> int:
        return len(self.covariates)

    def take(self, rows: Rows) -> ColumnFeatures:
        """Select rows.

        Parameters
        ----------
        rows : ndarray of shape (n_rows,), int
            Which, in which order.

        Returns
        -------
        ColumnFeatures
            A copy of these rows.
        """
        chains = tuple(chain.take(rows) for chain in self.chains)
        return ColumnFeatures(chains, self.covariates[rows])

    def compare(
        self, other: ColumnFeatures
    ) -> tuple[list[Callable[[Tensor], Products]], list[Tensor], Tensor, Tensor]:
        """Prepare all by which a kernel compares all rows with all rows of `other`.

        Parameters
        ----------
        other : ColumnFeatures
            From the same map.

        Returns
        -------
        tuple
            The arguments of `ColumnKernel`.
        """
        both = list(zip(self.chains, other.chains, strict=True))
        return (
            [one.letter_products(two) for one, two in both],
            # chains of pairs have no k-mers
            [
                torch.from_numpy(one.kmer_similarity(two))
                for one, two in both
                if one.counts.shape[1]
            ],
            torch.from_numpy(self.covariates),
            torch.from_numpy(other.covariates),
        )

    def compare_itself(
        self, relevance: tuple[Tensor, ...]
    ) -> tuple[list[Tensor], list[Tensor]]:
        """Compute the products and the k-mer similarity of each row with itself.

        Parameters
        ----------
        relevance : tuple of Tensor of shape (n_positions,), float64
            The weight of each position of each chain.

        Returns
        -------
        letters : list of Tensor of shape (n_samples,), float64
            Products of letters of each chain.
        kmers : list of Tensor of shape (n_samples,), float64
            Cosines of each chain with k-mers.
        """
        each = [
            chain.compare_itself(weights)
            for chain, weights in zip(self.chains, relevance, strict=True)
        ]
        kmers = [
            own
            for (_, own), chain in zip(each, self.chains, strict=True)
            if chain.counts.shape[1]
        ]
        return [letters for letters, _ in each], kmers


class ColumnFeatureMap:
    """Learn from training data which positions and k-mers each chain has.

    Parameters
    ----------
    inputs : Inputs
        Training data.

    Attributes
    ----------
    maps : list of FeatureMap
        The map of each chain.
    """

    def __init__(self, inputs: Inputs) -> None:
        self.maps = [FeatureMap(chain, TABLE_ENDS) for chain in inputs.chains]
        for chain in self.maps:
            if chain.alphabet in PAIR_ALPHABETS:
                chain.forget_kmers()

    def __call__(self, inputs: Inputs) -> ColumnFeatures:
        """Compute the features of samples.

        Parameters
        ----------
        inputs : Inputs
            Samples with the chains of training.

        Returns
        -------
        ColumnFeatures
            One row for each.
        """
        chains = zip(self.maps, inputs.chains, strict=True)
        covariates = np.empty((len(inputs), 0))
        if inputs.covariates is not None:
            covariates = inputs.covariates.astype(np.float64)
        return ColumnFeatures(tuple(of(chain) for of, chain in chains), covariates)

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values.

        Returns
        -------
        dict
            Plain values and arrays, from which `from_state` makes the same map.
        """
        return {"version": _VERSION, "maps": [chain.to_state() for chain in self.maps]}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> ColumnFeatureMap:
        """Convert from plain values.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        ColumnFeatureMap
            The same map.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        new = cls.__new__(cls)
        new.maps = [FeatureMap.from_state(chain) for chain in state["maps"]]
        return new
