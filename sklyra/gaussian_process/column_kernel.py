"""Kernel over tables: sums and products of what columns say of two samples."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from sklyra.gaussian_process.letters import Products
from sklyra.gaussian_process.term_sum import sum_terms

# With more factors than this not all of their products are terms.
_MOST_FACTORS = 4


class Terms(NamedTuple):
    """Products of factors that are terms of the kernel.

    The factors are the chains, in order, and the covariates, if there are some.

    Attributes
    ----------
    letters : list of tuple of int
        Factors of each term of aligned positions and covariates.
    kmers : list of tuple of (tuple of int, bool)
        For each term of k-mers the chains with k-mers, counted by themselves, and
        whether it is multiplied by the factor of the covariates.
    """

    letters: list[tuple[int, ...]]
    kmers: list[tuple[tuple[int, ...], bool]]

    @classmethod
    def of(cls, n_chains: int, n_kmer_chains: int, covariates: bool) -> Terms:
        """List the terms.

        Parameters
        ----------
        n_chains : int
            Number of chains.
        n_kmer_chains : int
            Number of those with k-mers.
        covariates : bool
            Whether there are covariates.

        Returns
        -------
        Terms
            Every product of up to four factors; of more, each factor alone, all of
            them, and all chains.
        """
        n = n_chains + covariates
        sizes = range(1, n + 1) if n <= _MOST_FACTORS else (1, n)
        letters = [s for k in sizes for s in itertools.combinations(range(n), k)]
        if n > _MOST_FACTORS and covariates:
            letters.append(tuple(range(n_chains)))
        every = tuple(range(n_kmer_chains))
        kmers: list[tuple[tuple[int, ...], bool]] = []
        kmers += [((chain,), False) for chain in every]
        if n_kmer_chains > 1:
            kmers.append((every, False))
        if covariates and n_kmer_chains:
            kmers.append((every, True))
        return cls(letters, kmers)


class ColumnKernel(NamedTuple):
    r"""Compare samples of several columns, with a variance for each term.

    Each chain has a factor :math:`e_c = \exp(-\sum_l w_l [x_l \ne x'_l])` over its
    aligned positions, the covariates have one, :math:`e_z = \exp(-\frac12 \sum_j w_j
    (z_j - z'_j)^2)`, and each chain with k-mers :math:`m_c = \exp(-s_c\,(1 - \cos))`.

    - A factor alone says what its column means by itself;
    - the product of two what this one means together with that one: a peptide with an
      allele, a guide with its target, a sequence at a dose [1]_;
    - :math:`\sum_l w_l [x_l = x'_l]` over the positions of all chains says what effects
      of single letters add up to;
    - the factors :math:`m_c` do the same for k-mers: each alone, all together, and all
      with the covariates.

    Parameters
    ----------
    relevance : tuple of Tensor of shape (n_positions,), float64
        The weight of each position of each chain.
    covariates : Tensor of shape (n_covariates,), float64
        The weight of each covariate.
    additive : Tensor of shape (), float64
        The variance of effects of single letters.
    letters : Tensor of shape (n_terms,), float64
        The variance of each term of `Terms.letters`.
    kmers : Tensor of shape (n_terms,), float64
        The variance of each term of `Terms.kmers`.
    sharpness : Tensor of shape (n_kmer_chains,), float64
        How fast the factor of k-mers of each chain falls.
    noise : Tensor of shape (), float64
        The variance of measurements around the truth.

    References
    ----------
    .. [1] Ben-Hur, A. & Noble, W. S. (2005). Kernel methods for predicting
       protein-protein interactions. Bioinformatics 21, i38-i46.
    """

    relevance: tuple[Tensor, ...]
    covariates: Tensor
    additive: Tensor
    letters: Tensor
    kmers: Tensor
    sharpness: Tensor
    noise: Tensor

    @property
    def terms(self) -> Terms:
        """List the products of factors that are terms.

        Returns
        -------
        Terms
            In the order of the variances.
        """
        counts = len(self.relevance), len(self.sharpness), len(self.covariates) > 0
        return Terms.of(*counts)

    def components(
        self,
        letters: list[Callable[[Tensor], Products]],
        kmers: list[Tensor],
        one: Tensor,
        two: Tensor,
    ) -> list[Tensor]:
        """Compute all terms for all pairs of two sets of samples.

        Parameters
        ----------
        letters : list of callable
            For each chain, takes the relevance and returns the products of letters.
        kmers : list of Tensor of shape (n, m), float64
            For each chain with k-mers, the cosine of their counts.
        one, two : Tensor of shape (n or m, n_covariates), float64
            Covariates of either set.

        Returns
        -------
        list of Tensor of shape (n, m), float64
            Each times its variance: effects that add up, terms of letters, of k-mers.
        """
        similar, exponents = self._exponents(letters, kmers, one, two)
        factors = [exponent.clamp(max=0).exp() for exponent in exponents]
        return [
            self._additive_scale() * similar,
            *(
                variance * math.prod(factors[n] for n in numbers)
                for variance, numbers in zip(
                    torch.cat([self.letters, self.kmers]), self._factors(), strict=True
                )
            ),
        ]

    def _exponents(
        self,
        letters: list[Callable[[Tensor], Products]],
        kmers: list[Tensor],
        one: Tensor,
        two: Tensor,
    ) -> tuple[Tensor, list[Tensor]]:
        """Compute products of letters, and logarithms of all factors.

        Factors are those of the chains, the covariates, and chains with k-mers.
        """
        similar = torch.zeros((), dtype=torch.float64)
        exponents = []
        for products, weights in zip(letters, self.relevance, strict=True):
            between, left, right = products(weights)
            similar = similar + between
            exponents.append(between - (left.unsqueeze(1) / 2 + right / 2))
        if len(self.covariates):
            root = self.covariates.sqrt()
            one, two = one * root, two * root
            squares = [numbers.square().sum(dim=1) / 2 for numbers in (one, two)]
            exponents.append(one @ two.T - (squares[0].unsqueeze(1) + squares[1]))
        for cosine, sharpness in zip(kmers, self.sharpness, strict=True):
            exponents.append(sharpness * (cosine - 1))
        return similar, exponents

    def _factors(self) -> list[tuple[int, ...]]:
        """List the factors of each term, as `_exponents` has them."""
        n_chains, with_covariates = len(self.relevance), len(self.covariates) > 0
        first = n_chains + with_covariates
        kmers = [
            (*(first + chain for chain in chains), *[n_chains] * more)
            for chains, more in self.terms.kmers
        ]
        return [*self.terms.letters, *kmers]

    def __call__(
        self,
        letters: list[Callable[[Tensor], Products]],
        kmers: list[Tensor],
        one: Tensor,
        two: Tensor,
    ) -> Tensor:
        """Compute the kernel of all pairs of two sets of samples.

        Parameters
        ----------
        letters, kmers, one, two : object
            As for `components`.

        Returns
        -------
        Tensor of shape (n, m), float64
            The sum of the terms.
        """
        similar, exponents = self._exponents(letters, kmers, one, two)
        variances = torch.cat([self.letters, self.kmers])
        terms = sum_terms(variances, exponents, self._factors())
        return self._additive_scale() * similar + terms

    def diagonal(self, letters: list[Tensor], kmers: list[Tensor]) -> Tensor:
        """Compute the kernel of each sample with itself.

        Parameters
        ----------
        letters, kmers : list of Tensor of shape (n,), float64
            Products of letters and cosines of k-mer counts of each with itself.

        Returns
        -------
        Tensor of shape (n,), float64
            Prior variances.
        """
        total = self._additive_scale() * sum(letters) + self.letters.sum()
        cosines = zip(kmers, self.sharpness, strict=True)
        words = [torch.exp(s * (cosine - 1)) for cosine, s in cosines]
        for variance, (chains, _) in zip(self.kmers, self.terms.kmers, strict=True):
            total = total + variance * math.prod(words[n] for n in chains)
        return total

    def _additive_scale(self) -> Tensor:
        """Compute the first term for a product of letters of 1."""
        total = sum(weights.sum() for weights in self.relevance)
        scale: Tensor = self.additive / (total + torch.finfo(torch.float32).tiny)
        return scale

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values.

        Returns
        -------
        dict
            Arrays, those of the relevance in a list.
        """
        # copies, so that the state does not change with the kernel
        state: dict[str, Any] = {
            name: getattr(self, name).numpy().copy() for name in self._fields[1:]
        }
        state["relevance"] = [weights.numpy().copy() for weights in self.relevance]
        return state

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> ColumnKernel:
        """Convert from plain values.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        ColumnKernel
            The same kernel.
        """

        def tensor(values: Any) -> Tensor:
            return torch.tensor(values, dtype=torch.float64)

        relevance = tuple(tensor(weights) for weights in state["relevance"])
        rest = {name: tensor(state[name]) for name in cls._fields[1:]}
        return cls(relevance, **rest)
