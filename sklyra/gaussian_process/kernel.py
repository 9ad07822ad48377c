"""How alike two sequences are."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from sklyra.gaussian_process.letters import Products

# Added to the noise, so that equal sequences can be told apart by a solver.
JITTER = 1e-6


class Kernel(NamedTuple):
    r"""Compare sequences in three ways, each with its share of the variance.

    :math:`k(x, x') = a\,k_A + k_E + c\,k_C` with

    - :math:`k_A = \sum_l w_l [x_l = x'_l] / \sum_l w_l`: effects of single letters
      add up,
    - :math:`k_E = \exp(-\sum_l w_l [x_l \ne x'_l])`: effects of letters depend on
      other letters. It is the product over positions of kernels on letters, a prior
      over epistasis of every order at once [1]_,
    - :math:`k_C = \exp(-s\,(1 - \cos(x, x')))`: what k-mers sequences are made of
      matters, wherever they stand; the cosine is that of k-mer counts.

    Amino acids may be half alike, as `letter_vectors` says.

    The relevance :math:`w_l` of each position is learnt. So is the variance of the
    noise, :math:`r`. All are in proportion to the variance of :math:`k_E`.

    Parameters
    ----------
    relevance : Tensor of shape (n_positions,), float64
        The weight :math:`w` of each position.
    additive : Tensor of shape (), float64
        The share :math:`a`.
    composition : Tensor of shape (), float64
        The share :math:`c`.
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
        """Compare all of some sequences with all of others.

        Parameters
        ----------
        letters : callable
            Given the relevance, gives the products of their letters: `Products`.
        kmers : Tensor of shape (n, m), float64
            The cosine of their k-mer counts.

        Returns
        -------
        additive : Tensor of shape (n, m), float64
            The first term, with its share.
        epistatic : Tensor of shape (n, m), float64
            The second.
        composition : Tensor of shape (n, m), float64
            The third, with its share.
        """
        alike, of_one, of_two = letters(self.relevance)
        total = self.relevance.sum() + torch.finfo(torch.float32).tiny
        # Half the squared distance, less than 0: the weight of mismatches, if all are
        # letters. Written so that few matrices are made on the way.
        distance = alike - (of_one.unsqueeze(1) / 2 + of_two / 2)
        return (
            (self.additive / total) * alike,
            torch.exp(distance.clamp(max=0)),
            self.of_kmers(kmers),
        )

    def of_kmers(self, kmers: Tensor) -> Tensor:
        """Compare all of some sequences with all of others by their k-mers alone.

        Parameters
        ----------
        kmers : Tensor of shape (n, m), float64
            As for `components`.

        Returns
        -------
        Tensor of shape (n, m), float64
            The third component.
        """
        return self.composition * torch.exp(self.sharpness * (kmers - 1))

    def __call__(self, letters: Callable[[Tensor], Products], kmers: Tensor) -> Tensor:
        """Compare all of some sequences with all of others.

        Parameters
        ----------
        letters, kmers : callable, Tensor
            As for `components`.

        Returns
        -------
        Tensor of shape (n, m), float64
            The sum of the components.
        """
        additive, epistatic, composition = self.components(letters, kmers)
        return additive + epistatic + composition
