"""K-mers: k letters in a row, counted."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from sklyra.sequences import EncodedSequences

# Positions that are worked on at a time.
_POSITIONS = 2**20


def count_kmers(sequences: EncodedSequences, sizes: range) -> sparse.csr_matrix:
    """Count the k-mers in each sequence.

    K-mers with a character that is no letter count nowhere.

    Parameters
    ----------
    sequences : EncodedSequences
        Sequences of codes.
    sizes : range
        How many letters k-mers have.

    Returns
    -------
    sparse matrix of shape (n_samples, n_kmers), float32
        Number of times that each k-mer is in each sequence, with overlaps. Columns are
        all possible k-mers, shortest first, in the order of the alphabet's letters.
    """
    ends = np.arange(_POSITIONS, len(sequences.values), _POSITIONS)
    cuts = np.unique(np.searchsorted(sequences.offsets, ends))
    blocks = np.split(np.arange(len(sequences)), cuts[cuts < len(sequences)])
    counts = [_count(sequences.take(rows), sizes) for rows in blocks if len(rows)]
    return sparse.vstack(counts, format="csr")


def _count(sequences: EncodedSequences, sizes: range) -> sparse.csr_matrix:
    """Count k-mers in sequences that take little memory together."""
    assert sequences.alphabet is not None
    base = len(sequences.alphabet.letters)
    codes = sequences.values.astype(np.int64)
    rows = np.repeat(np.arange(len(sequences)), sequences.lengths)
    left = np.repeat(sequences.offsets[1:], sequences.lengths) - np.arange(len(codes))
    # positions from here to the next character that is no letter
    breaks = np.where(codes < base, len(codes), np.arange(len(codes)))
    clear = np.minimum.accumulate(breaks[::-1])[::-1] - np.arange(len(codes))
    room = np.minimum(left, clear)
    columns, where, start = [], [], 0
    kmer = np.zeros(len(codes), np.int64)
    shifted = codes
    for size in range(1, max(sizes) + 1):
        kmer[: len(shifted)] = kmer[: len(shifted)] * base + shifted
        shifted = shifted[1:]
        if size in sizes:
            fits = room >= size
            columns.append(kmer[fits] + start)
            where.append(rows[fits])
            start += base**size
    column, row = np.concatenate(columns), np.concatenate(where)
    ones = np.ones(len(column), np.float32)
    counts = sparse.coo_matrix((ones, (row, column)), shape=(len(sequences), start))
    return counts.tocsr()
