"""What the Gaussian process compares: letters at positions, and k-mers.

Of proteins it also compares how alike residues are, and k-mers of the same kinds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse
from torch import Tensor

from sklyra.alphabets import PROTEIN, Alphabet
from sklyra.features import AlignedPositions, count_kmers
from sklyra.features.similarity import KINDS, letter_vectors
from sklyra.gaussian_process.letters import (
    Products,
    products,
    products_of_variants,
)
from sklyra.sequences import EncodedSequences, find_consensus

# Sequences that are compared at a time.
AT_ONCE = 1024
# K-mers are as long as fits this many of them: 6 letters of DNA, 3 of a protein.
_KMERS = 10_000
# Measured: a k-mer that more than this share of sequences have is compared faster in a
# product of dense matrices, others in one of sparse matrices.
_COMMON = 0.08
# Measured: where sequences have another letter than most at more than this share of
# positions, products of all letters are faster than those of what differs.
_MUTATED = 0.1


@dataclass(frozen=True)
class Features:
    """Describe sequences in numbers.

    Parameters
    ----------
    codes : ndarray of shape (n_samples, n_positions), uint8
        The character at each position: a row of `table`.
    table : ndarray of shape (n_characters + 1, n_channels), float64
        A vector of length 1 or less for each character, from `letter_vectors`. Zeros in
        the last row, for no character.
    counts : sparse matrix of shape (n_samples, n_kmers), float64
        Rows of length 1: 1 plus the logarithm of how often each k-mer occurs.
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
        """Write out the letters, once.

        Returns
        -------
        ndarray of shape (n_samples, n_positions, n_channels), float64
            The vector of the character at each position.
        """
        return self.table[self.codes]

    def letter_similarity(self, others: Features) -> Callable[[Tensor], Products]:
        """Prepare to compare all with all of others by their letters.

        Parameters
        ----------
        others : Features
            From the same map.

        Returns
        -------
        callable
            Takes the relevance of positions, gives the products.
        """
        parent = find_consensus(others.codes)
        if np.sum(others.codes != parent) >= _MUTATED * others.codes.size:
            one, two = (torch.from_numpy(x.letters) for x in (self, others))
            return partial(products, one, two)
        return lambda relevance: products_of_variants(
            self.codes, others.codes, self.table, parent, relevance.numpy()
        )

    def kmer_similarity(self, others: Features) -> npt.NDArray[np.float64]:
        """Compare all with all of others by their k-mers.

        Parameters
        ----------
        others : Features
            From the same map.

        Returns
        -------
        ndarray of shape (n_samples, n_others), float64
            The cosine of their counts, 0 to 1.
        """
        return products_of_kmers(self.counts, others.counts)

    def compared(self, others: Features) -> tuple[Callable[[Tensor], Products], Tensor]:
        """Prepare all that a kernel compares all with all of others by.

        Parameters
        ----------
        others : Features
            From the same map.

        Returns
        -------
        tuple
            The arguments of `Kernel`.
        """
        return self.letter_similarity(others), torch.from_numpy(
            self.kmer_similarity(others)
        )


def parts(n: int) -> Iterator[npt.NDArray[np.intp]]:
    """Divide rows into parts that are compared at a time.

    Parameters
    ----------
    n : int
        How many there are.

    Yields
    ------
    ndarray of int
        Some of them.
    """
    for start in range(0, n, AT_ONCE):
        yield np.arange(start, min(start + AT_ONCE, n))


def products_of_kmers(
    one: sparse.csr_matrix, two: sparse.csr_matrix
) -> npt.NDArray[np.float64]:
    """Multiply all rows with all of others.

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


def weights(counts: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Weigh k-mers by how often they occur.

    Parameters
    ----------
    counts : ndarray of any shape, float64
        How often, from 0.

    Returns
    -------
    ndarray of the same shape, float64
        1 plus the logarithm, or 0.
    """
    return np.where(counts > 0, 1 + np.log(np.maximum(counts, 1)), 0)


class FeatureMap:
    """Learn from training sequences which positions and k-mers there are.

    K-mers that no more than one of them has are left out.

    Parameters
    ----------
    sequences : EncodedSequences
        Training sequences, as codes.

    Attributes
    ----------
    positions : AlignedPositions
        Positions that are compared.
    longest : int
        Letters of the longest k-mers.
    """

    def __init__(self, sequences: EncodedSequences) -> None:
        assert sequences.alphabet is not None
        self.alphabet: Alphabet = sequences.alphabet
        self.aligned = AlignedPositions(sequences)
        self._table = letter_vectors(self.aligned.alphabet)
        n_letters = max(2, len(self.alphabet.letters))
        size = max(1, int(math.log(_KMERS, n_letters)))
        self._vocabularies = [_Vocabulary(sequences, size)]
        if set(PROTEIN.letters) <= set(self.alphabet.letters):
            size += 1
            self._vocabularies.append(_Vocabulary(_in_kinds(sequences), size))
        self.longest = size

    def __call__(self, sequences: EncodedSequences) -> Features:
        """Describe sequences.

        Parameters
        ----------
        sequences : EncodedSequences
            Any sequences of the same alphabet.

        Returns
        -------
        Features
            One row for each.
        """
        kmers = []
        for counts in self.count(sequences):
            counts.data = weights(counts.data)
            norm = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
            kmers.append(sparse.diags_array(1 / np.where(norm > 0, norm, 1)) @ counts)
        counts = (np.sqrt(1 / len(kmers)) * sparse.hstack(kmers)).tocsr()
        codes = self.aligned(sequences).values.reshape(len(sequences), -1)
        return Features(codes, self._table, counts)

    def count(self, sequences: EncodedSequences) -> list[sparse.csr_matrix]:
        """Count k-mers.

        Parameters
        ----------
        sequences : EncodedSequences
            Any sequences of the same alphabet.

        Returns
        -------
        list of sparse matrix of shape (n_samples, n_kmers), float64
            How often each k-mer occurs: k-mers of letters and, of proteins, those of
            kinds.
        """
        texts = [sequences, _in_kinds(sequences)][: len(self._vocabularies)]
        return [v(text) for v, text in zip(self._vocabularies, texts, strict=True)]


class _Vocabulary:
    """Know the k-mers that training sequences have in common."""

    def __init__(self, sequences: EncodedSequences, longest: int) -> None:
        self.sizes = range(1, longest + 1)
        present = count_kmers(sequences, self.sizes) > 0
        self.kmers = np.flatnonzero(np.asarray(present.sum(axis=0)).ravel() > 1)

    def __call__(self, sequences: EncodedSequences) -> sparse.csr_matrix:
        return count_kmers(sequences, self.sizes)[:, self.kmers].astype(np.float64)


def _in_kinds(sequences: EncodedSequences) -> EncodedSequences:
    """Replace each residue by its kind, anything else by none."""
    assert sequences.alphabet is not None
    names = "abcdef"
    kinds = Alphabet("kinds of residues", names, silent="-")
    kind_of = {c: n for kind, n in zip(KINDS, names, strict=True) for c in kind}
    table = np.array(
        [
            kinds.characters.index(kind_of.get(c, "-"))
            for c in sequences.alphabet.characters
        ],
        dtype=np.uint8,
    )
    return EncodedSequences(table[sequences.values], sequences.offsets, kinds)
