"""Protocols of what a Gaussian process is made of, for sequences and for tables."""

from __future__ import annotations

from typing import Any, Protocol, Self

from torch import Tensor

from sklyra._typing import Rows


class AnyFeatures(Protocol):
    """What samples are compared by: `Features` or `ColumnFeatures`."""

    def __len__(self) -> int:
        """Count the samples."""

    def take(self, rows: Rows) -> Self:
        """Select rows.

        Parameters
        ----------
        rows : ndarray of shape (n_rows,), int
            Which, in which order.

        Returns
        -------
        AnyFeatures
            A copy of these rows.
        """

    def compare(self, other: Any) -> tuple[Any, ...]:
        """Prepare all by which a kernel compares all rows with all rows of `other`.

        Parameters
        ----------
        other : AnyFeatures
            From the same map.

        Returns
        -------
        tuple
            The arguments of the kernel.
        """

    def compare_itself(self, relevance: Any) -> tuple[Any, ...]:
        """Prepare all by which a kernel compares each row with itself.

        Parameters
        ----------
        relevance : object
            That of the kernel.

        Returns
        -------
        tuple
            The arguments of `AnyKernel.diagonal`.
        """


class AnyFeatureMap(Protocol):
    """What computes features: `FeatureMap` or `ColumnFeatureMap`."""

    def __call__(self, samples: Any, /) -> AnyFeatures:
        """Compute the features of samples.

        Parameters
        ----------
        samples : EncodedSequences or Inputs
            What the map was learned from, or others like it.

        Returns
        -------
        AnyFeatures
            One row for each.
        """

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values.

        Returns
        -------
        dict
            Plain values and arrays.
        """


class AnyKernel(Protocol):
    """What compares samples: `Kernel` or `ColumnKernel`.

    Attributes
    ----------
    relevance : object
        Weights of positions.
    noise : Tensor of shape (), float64
        The variance of measurements around the truth.
    """

    @property
    def relevance(self) -> Any:
        """Return the weights of positions."""

    @property
    def noise(self) -> Tensor:
        """Return the variance of measurements around the truth."""

    def __call__(self, *compared: Any) -> Tensor:
        """Compute the kernel of all pairs of two sets of samples.

        Parameters
        ----------
        *compared : object
            What `AnyFeatures.compare` returned.

        Returns
        -------
        Tensor of shape (n, m), float64
            The sum of the terms.
        """

    def diagonal(self, *compared: Any) -> Tensor:
        """Compute the kernel of each sample with itself.

        Parameters
        ----------
        *compared : object
            What `AnyFeatures.compare_itself` returned.

        Returns
        -------
        Tensor of shape (n,), float64
            Prior variances.
        """

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values.

        Returns
        -------
        dict
            Plain values and arrays.
        """
