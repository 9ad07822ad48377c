"""Features of sequences: letters at aligned positions, and k-mer counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse
from torch import Tensor

from sklyra.gaussian_process.letters import (
    Products,
    products,
    products_of_variants,
)
from sklyra.sequences import find_consensus

# Sequences that are compared at a time.
AT_ONCE = 1024
# Measured: a k-mer that more than this fraction of sequences have is compared faster in
# a product of dense matrices, others in one of sparse matrices.
_COMMON = 0.08
# Measured: where sequences have another letter than most at more than this fraction of
# positions, products of all letters are faster than those of what differs.
_MUTATED = 0.1


@dataclass(frozen=True)
class Features:
    """Hold the numbers by which sequences are compared.

    Parameters
    ----------
    codes : ndarray of shape (n_samples, n_positions), uint8
        The character at each position: a row of `table`.
    table : ndarray of shape (n_characters + 1, n_channels), float64
        A vector of length 1 or less for each character, from `letter_vectors`. Zeros in
        the last row, for no character.
    counts : sparse matrix of shape (n_samples, n_kmers), float64
        Rows of length 1: 1 plus the logarithm of the number of times that each k-mer
        occurs.
    """

    codes: npt.NDArray[np.uint8]
    table: npt.NDArray[np.float64]
    counts: sparse.csr_matrix

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: npt.NDArray[np.intp]) -> Features:
        """Select rows.

        Parameters
        ----------
        rows : ndarray of shape (n_rows,), int
            Which, in which order.

        Returns
        -------
        Features
            A copy of these rows.
        """
        return Features(self.codes[rows], self.table, self.counts[rows])

    @cached_property
    def letters(self) -> npt.NDArray[np.float64]:
        """Look up the vectors of all letters, once.

        Returns
        -------
        ndarray of shape (n_samples, n_positions, n_channels), float64
            The vector of the character at each position.
        """
        return self.table[self.codes]

    def letter_products(self, other: Features) -> Callable[[Tensor], Products]:
        """Prepare the products of letters of all rows with all rows of `other`.

        Parameters
        ----------
        other : Features
            From the same map.

        Returns
        -------
        callable
            Takes the relevance of positions, returns the products.
        """
        parent = find_consensus(other.codes)
        if np.sum(other.codes != parent) >= _MUTATED * other.codes.size:
            one, two = (torch.from_numpy(x.letters) for x in (self, other))
            return partial(products, one, two)
        return lambda relevance: products_of_variants(
            self.codes, other.codes, self.table, parent, relevance.numpy()
        )

    def kmer_similarity(self, other: Features) -> npt.NDArray[np.float64]:
        """Compute the similarity of k-mer counts of all rows with all rows of `other`.

        Parameters
        ----------
        other : Features
            From the same map.

        Returns
        -------
        ndarray of shape (n_samples, n_other), float64
            The cosine of their counts, 0 to 1.
        """
        return kmer_products(self.counts, other.counts)

    def compare(self, other: Features) -> tuple[Callable[[Tensor], Products], Tensor]:
        """Prepare all by which a kernel compares all rows with all rows of `other`.

        Parameters
        ----------
        other : Features
            From the same map.

        Returns
        -------
        tuple
            The arguments of `Kernel`.
        """
        return self.letter_products(other), torch.from_numpy(
            self.kmer_similarity(other)
        )

    def compare_itself(self, relevance: Tensor) -> tuple[Tensor, Tensor]:
        """Compute the products and the k-mer similarity of each row with itself.

        Parameters
        ----------
        relevance : Tensor of shape (n_positions,), float64
            The weight of each position.

        Returns
        -------
        letters : Tensor of shape (n_samples,), float64
            Products of letters.
        kmers : Tensor of shape (n_samples,), float64
            Cosines: 1, less where a row has no k-mer of training.
        """
        squares = (self.table**2).sum(axis=1)
        kmers = np.asarray(self.counts.multiply(self.counts).sum(axis=1)).ravel()
        letters = torch.from_numpy(squares[self.codes]) @ relevance
        return letters, torch.from_numpy(kmers)


def row_blocks(n: int, at_once: int | None = None) -> Iterator[npt.NDArray[np.intp]]:
    """Divide rows into blocks that are compared at a time.

    Parameters
    ----------
    n : int
        Number of rows, from 0.
    at_once : int or None, default=None
        Rows of a block, at least 1. None is 1,024.

    Yields
    ------
    ndarray of int
        Rows of a block.
    """
    at_once = AT_ONCE if at_once is None else at_once
    for start in range(0, n, at_once):
        yield np.arange(start, min(start + at_once, n))


def kmer_products(
    one: sparse.csr_matrix, two: sparse.csr_matrix
) -> npt.NDArray[np.float64]:
    """Multiply all rows of one matrix with all rows of another.

    Parameters
    ----------
    one, two : sparse matrix of shape (n, n_kmers) and (m, n_kmers), float64
        A number for each k-mer.

    Returns
    -------
    ndarray of shape (n, m), float64
        The sums of products.
    """
    n_having = np.bincount(two.indices, minlength=two.shape[1])
    common = np.flatnonzero(n_having > _COMMON * two.shape[0])
    rare = np.flatnonzero(n_having <= _COMMON * two.shape[0])
    dense = [torch.from_numpy(kmers[:, common].toarray()) for kmers in (one, two)]
    found: npt.NDArray[np.float64] = (dense[0] @ dense[1].T).numpy()
    found += (one[:, rare] @ two[:, rare].T).toarray()
    return found


def log_counts(counts: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Weigh k-mers by the logarithm of their counts.

    Parameters
    ----------
    counts : ndarray of any shape, float64
        Numbers of times that k-mers occur, from 0.

    Returns
    -------
    ndarray of the same shape, float64
        1 plus the logarithm, or 0.
    """
    return np.where(counts > 0, 1 + np.log(np.maximum(counts, 1)), 0)
