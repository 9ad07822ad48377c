"""Clusters of similar sequences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from sklyra._constraints import BOOL, NONE, Float, Int, OneOf, Table, check_arguments
from sklyra._typing import Rows
from sklyra.alphabets import Alphabet
from sklyra.model_selection._reading import read_letters, without_gaps
from sklyra.model_selection._similarity import (
    Identity,
    SamePositions,
    SharedKmers,
    Similarity,
    as_texts,
)
from sklyra.sequences import EncodedSequences
from sklyra.sequences.parameters import READING

CLUSTERING: Table = {
    "similarity": [OneOf("identity", "hamming", "kmer")],
    "threshold": [Float(0, 1, closed="right")],
    "k": [Int(1, 12), NONE],
    **READING,
    "reverse_complement": [BOOL],
}

# Rows of a table of pairs, so that it takes some hundred MiB.
_BLOCK = 2000
# A family is large if it is this share of all sequences.
_LARGE = 1 / 1000
# After so many sequences without a large family there are no more.
_TRIES = 20


def cluster_sequences(
    X: Any,
    *,
    similarity: str = "identity",
    threshold: float = 0.8,
    k: int | None = None,
    alphabet: str | Alphabet = "auto",
    unknown: str = "error",
    reverse_complement: bool = False,
) -> npt.NDArray[np.int64]:
    """Put similar sequences into one cluster.

    Two sequences with a similarity of at least `threshold` are in one cluster, always,
    and so are sequences that a chain of such pairs connects (single linkage). So no two
    sequences of different clusters are more similar. The labels go wherever
    scikit-learn takes `groups`, and into ``LyraRegressor.fit``.

    Parameters
    ----------
    X : array-like of shape (n_samples,) of str
        Sequences.
    similarity : {"identity", "hamming", "kmer"}, default="identity"
        How similarity is measured. "identity" is 1 - edit distance / length of the
        longer sequence. "hamming" is the share of positions with the same letter, for
        sequences of one length; positions where both have a gap do not count. "kmer" is
        the number of k-mers that are in both sequences, divided by the number that are
        in either. Gaps are taken out first, but for "hamming".
    threshold : float, default=0.8
        Least similarity of two sequences that are put together, in (0, 1].
    k : int or None, default=None
        Length of k-mers for "kmer"; None for 3 in proteins and 6 in DNA and RNA.
    alphabet : {"auto", "dna", "rna", "protein"} or Alphabet, default="auto"
        What the characters mean. "auto" decides from the sequences.
    unknown : {"error", "mask"}, default="error"
        Refuse a character outside the alphabet, or read it as any letter.
    reverse_complement : bool, default=False
        Whether a DNA sequence and its reverse complement mean the same: the similarity
        of two sequences is then that of their most similar strands. For models with
        ``reverse_complement=True``.

    Returns
    -------
    ndarray of shape (n_samples,), int64
        Number of the cluster of each sequence, from 0, in the order in which they
        occur.

    Raises
    ------
    ValueError
        If an argument is out of range, or sequences cannot be compared in this way.
    TypeError
        If an argument has the wrong type, or X holds numbers.

    Notes
    -----
    With "identity" and thresholds below about 0.7, or 0.85 for DNA and RNA, shared
    k-mers save no comparisons: 20,000 sequences take a minute, and the time grows with
    the square of their number.

    Examples
    --------
    >>> from sklyra.model_selection import cluster_sequences
    >>> cluster_sequences(["MKTAYI", "WWLVPG", "MKTAFI"], threshold=0.8)
    array([0, 1, 0])
    """
    check_arguments(
        CLUSTERING,
        similarity=similarity,
        threshold=threshold,
        k=k,
        alphabet=alphabet,
        unknown=unknown,
        reverse_complement=reverse_complement,
    )
    sequences = read_letters(X, alphabet, unknown, reverse_complement)
    alphabet_ = sequences.alphabet
    assert alphabet_ is not None
    if similarity != "hamming":
        sequences = without_gaps(sequences)
    k = k or (3 if alphabet_.name == "protein" else 6)
    if similarity == "kmer":
        _require_kmers(sequences, k)
    _, first, inverse = np.unique(
        np.array(as_texts(sequences), object), return_index=True, return_inverse=True
    )
    different = sequences.take(first)
    measure: Similarity
    if similarity == "identity":
        measure = Identity(different, threshold)
    elif similarity == "hamming":
        measure = SamePositions(different, threshold)
    else:
        measure = SharedKmers(different, threshold, k)
    labels = _link_clusters(measure, different)
    if reverse_complement:
        labels = _merge(labels, *np.split(inverse, 2))
        inverse, _ = np.split(inverse, 2)
    labels = labels[inverse]
    _, seen, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return seen.argsort().argsort()[inverse]


def _require_kmers(sequences: EncodedSequences, size: int) -> None:
    """Refuse sequences without any k-mer."""
    shortest = int(sequences.lengths.argmin())
    if sequences.lengths[shortest] < size:
        raise ValueError(
            f"X[{shortest}] has {sequences.lengths[shortest]} letters and no "
            f"{size}-mer: it has nothing to compare. Lower k={size}, drop it, or "
            "choose similarity='identity'."
        )


def _link_clusters(measure: Similarity, sequences: EncodedSequences) -> Rows:
    """Label the connected components of close sequences."""
    n = len(sequences)
    labels = np.arange(n)
    families = []
    for family in _large_families(measure, n):
        labels[family] = family[0]
        families.append(family)
    # Pairs within a family are linked. What is left are pairs between families and the
    # rest, and within the rest.
    rest = np.setdiff1d(np.arange(n), np.concatenate([*families, []]))
    # similar lengths side by side: fewer pairs can be close
    rest = rest[np.argsort(sequences.lengths[rest], kind="stable")]
    compared = [rest]
    for start in range(0, len(rest), _BLOCK):
        block = rest[start : start + _BLOCK]
        labels = _merge(labels, *measure.pairs(block, rest[: start + len(block)]))
    for family in families:
        others = np.concatenate(compared)
        for start in range(0, len(others), _BLOCK):
            block = others[start : start + _BLOCK]
            labels = _merge(labels, *measure.pairs(block, family))
        compared.append(family)
    return labels


def _large_families(measure: Similarity, n: int) -> Iterator[Rows]:
    """Find most of each set of sequences with many close ones, as variants are.

    They share nearly all of their k-mers with one another, so that counting these would
    take longer than comparing all with a few of them.
    """
    rng = np.random.default_rng(0)
    rest, tries = np.arange(n), 0
    while len(rest) > _BLOCK and tries < _TRIES:
        near = measure.near(int(rng.choice(rest)), rest)
        tries += 1
        if near.sum() <= _LARGE * n:
            continue
        family, rest, tries = rest[near], rest[~near], 0
        while len(rest) and tries < _TRIES:
            near = measure.near(int(rng.choice(family)), rest)
            tries = 0 if near.sum() > _LARGE * n else tries + 1
            family, rest = np.concatenate([family, rest[near]]), rest[~near]
        yield family
        tries = 0


def _merge(labels: Rows, first: Rows, second: Rows) -> Rows:
    """Join the components of close pairs."""
    one, other = labels[first], labels[second]
    differ = one != other
    links = (np.ones(differ.sum(), bool), (one[differ], other[differ]))
    graph = sparse.coo_matrix(links, shape=(len(labels), len(labels)))
    _, component = connected_components(graph, directed=False)
    merged: Rows = component[labels]
    return merged
