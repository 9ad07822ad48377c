"""Kernel of the Gaussian process: the prior covariance of two sequences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from sklyra.gaussian_process.letters import Products

# Added to the noise, so that the matrix can be factored where sequences are equal.
JITTER = 1e-6


class Kernel(NamedTuple):
    r"""Compare sequences in three ways, each with a variance of its own.

    :math:`k(x, x') = a\,k_A + k_E + c\,k_C` with

    - :math:`k_A = \sum_l w_l [x_l = x'_l] / \sum_l w_l`: effects of single letters
      add up,
    - :math:`k_E = \exp(-\sum_l w_l [x_l \ne x'_l])`: effects of letters depend on
      other letters. It is the product over positions of kernels on letters, a prior
      over epistasis of every order at once [1]_,
    - :math:`k_C = \exp(-s\,(1 - \cos(x, x')))`: what k-mers sequences are made of
      matters, wherever they stand; the cosine is that of k-mer counts.

    Amino acids may be equal in part, as by `letter_vectors`.

    The relevance :math:`w_l` of each position is learned. So is the variance of the
    noise, :math:`r`. All variances are in proportion to that of :math:`k_E`.

    Parameters
    ----------
    relevance : Tensor of shape (n_positions,), float64
        The weight :math:`w` of each position.
    additive : Tensor of shape (), float64
        The variance :math:`a` of effects that add up.
    composition : Tensor of shape (), float64
        The variance :math:`c` of effects of k-mers.
    sharpness : Tensor of shape (), float64
        How fast :math:`k_C` falls, :math:`s`.
    noise : Tensor of shape (), float64
        The variance :math:`r` of measurements around the truth.

    References
    ----------
    .. [1] Zhou, J., Wong, M. S., Chen, W.-C., Krainer, A. R., Kinney, J. B. &
       McCandlish, D. M. (2022). Higher-order epistasis and phenotypic prediction.
       PNAS 119, e2204233119.
    """

    relevance: Tensor
    additive: Tensor
    composition: Tensor
    sharpness: Tensor
    noise: Tensor

    def components(
        self, letters: Callable[[Tensor], Products], kmers: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Compute the three terms for all pairs of two sets of sequences.

        Parameters
        ----------
        letters : callable
            Takes the relevance, returns the products of their letters: `Products`.
        kmers : Tensor of shape (n, m), float64
            The cosine of their k-mer counts.

        Returns
        -------
        additive : Tensor of shape (n, m), float64
            The first term, times its variance.
        epistatic : Tensor of shape (n, m), float64
            The second.
        composition : Tensor of shape (n, m), float64
            The third, times its variance.
        """
        between, one, two = letters(self.relevance)
        # Half the squared distance, less than 0: the weight of mismatches, if all are
        # letters. Written so that few matrices are made on the way.
        distance = between - (one.unsqueeze(1) / 2 + two / 2)
        return (
            self._additive_scale() * between,
            torch.exp(distance.clamp(max=0)),
            self.of_kmers(kmers),
        )

    def of_kmers(self, kmers: Tensor) -> Tensor:
        """Compute the third term, that of k-mers.

        Parameters
        ----------
        kmers : Tensor of shape (n, m), float64
            As for `components`.

        Returns
        -------
        Tensor of shape (n, m), float64
            The third term, times its variance.
        """
        return self.composition * torch.exp(self.sharpness * (kmers - 1))

    def __call__(self, letters: Callable[[Tensor], Products], kmers: Tensor) -> Tensor:
        """Compute the kernel of all pairs of two sets of sequences.

        Parameters
        ----------
        letters, kmers : callable, Tensor
            As for `components`.

        Returns
        -------
        Tensor of shape (n, m), float64
            The sum of the terms.
        """
        additive, epistatic, composition = self.components(letters, kmers)
        return additive + epistatic + composition

    def diagonal(self, letters: Tensor, kmers: Tensor) -> Tensor:
        """Compute the kernel of each sequence with itself.

        Parameters
        ----------
        letters, kmers : Tensor of shape (n,), float64
            Products of letters and cosine of k-mer counts of each with itself.

        Returns
        -------
        Tensor of shape (n,), float64
            Prior variances.
        """
        # the second term is 1 at no distance
        return self._additive_scale() * letters + 1 + self.of_kmers(kmers)

    def _additive_scale(self) -> Tensor:
        """Compute the first term for a product of letters of 1."""
        total = self.relevance.sum() + torch.finfo(torch.float32).tiny
        return self.additive / total

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values.

        Returns
        -------
        dict
            The relevance, an array, and a float for each of the other parameters.
        """
        numbers = {name: getattr(self, name).item() for name in self._fields[1:]}
        # a copy, so that the state does not change with the kernel
        return {"relevance": self.relevance.numpy().copy(), **numbers}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Kernel:
        """Convert from plain values.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        Kernel
            The same kernel.
        """
        # copies, because arrays may be files mapped into memory, to be read only
        return cls(
            **{
                name: torch.tensor(state[name], dtype=torch.float64)
                for name in cls._fields
            }
        )
