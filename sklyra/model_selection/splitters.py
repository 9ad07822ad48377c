"""Splits that are harder than random ones: by similarity, mutations and positions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sklearn.model_selection import BaseCrossValidator, GroupKFold
from sklearn.utils import check_random_state

from sklyra._constraints import (
    BOOL,
    NONE,
    RANDOM_STATE,
    Int,
    Table,
    check_arguments,
    check_attributes,
)
from sklyra._typing import Mask
from sklyra._warnings import warn
from sklyra.alphabets import Alphabet
from sklyra.exceptions import SklyraWarning
from sklyra.model_selection._reading import read_letters
from sklyra.model_selection.clusters import CLUSTERING, cluster_sequences
from sklyra.sequences import EncodedSequences, find_consensus, is_text, read_parent
from sklyra.sequences.parameters import READING


class _Sequence:
    """Allow whatever can be read as a sequence: text, bytes or a record."""

    def has_type(self, value: Any) -> bool:
        return is_text([value])

    def allows(self, value: Any) -> bool:
        return True

    def __str__(self) -> str:
        return "a sequence"


_N_SPLITS: Table = {"n_splits": [Int(2)]}
_SHUFFLING: Table = {"shuffle": [BOOL], "random_state": RANDOM_STATE}
_LIMITS: Table = {"max_mutations": [Int(0)]}
_VARIANTS: Table = {"parent": [NONE, _Sequence()], **READING}


class _Folds(BaseCrossValidator):
    """Split into `n_splits` folds."""

    n_splits: int

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return the number of folds.

        Parameters
        ----------
        X, y, groups : object, default=None
            Ignored.

        Returns
        -------
        int
            Number of folds.
        """
        check_attributes(self, _N_SPLITS)
        return self.n_splits


class ClusterKFold(_Folds):
    """Keep similar sequences on one side of the split.

    The similarity of any test sequence to any training sequence is below `threshold`.
    Clusters are those of `cluster_sequences`, and folds are as even as their sizes
    allow.

    Parameters
    ----------
    n_splits : int, default=5
        Number of folds, 2 or more.
    similarity : {"identity", "hamming", "kmer"}, default="identity"
        How similarity is measured, as for `cluster_sequences`.
    threshold : float, default=0.8
        Least similarity of two sequences that are kept together, in (0, 1].
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
    shuffle : bool, default=False
        Whether clusters are assigned to folds at random instead of largest first.
    random_state : int, RandomState instance or None, default=None
        Seed of the shuffling.

    Examples
    --------
    >>> from sklyra.model_selection import ClusterKFold
    >>> X = ["MKTAYI", "WWLVPG", "MKTAFI", "WWLVPA"]
    >>> [test.tolist() for _, test in ClusterKFold(2).split(X)]
    [[1, 3], [0, 2]]
    """

    def __init__(
        self,
        n_splits: int = 5,
        *,
        similarity: str = "identity",
        threshold: float = 0.8,
        k: int | None = None,
        alphabet: str | Alphabet = "auto",
        unknown: str = "error",
        reverse_complement: bool = False,
        shuffle: bool = False,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.n_splits = n_splits
        self.similarity = similarity
        self.threshold = threshold
        self.k = k
        self.alphabet = alphabet
        self.unknown = unknown
        self.reverse_complement = reverse_complement
        self.shuffle = shuffle
        self.random_state = random_state

    def _iter_test_masks(self, X: Any, y: Any, groups: Any) -> Iterator[Mask]:
        check_attributes(self, {**_N_SPLITS, **CLUSTERING, **_SHUFFLING})
        clusters = cluster_sequences(
            X,
            similarity=self.similarity,
            threshold=self.threshold,
            k=self.k,
            alphabet=self.alphabet,
            unknown=self.unknown,
            reverse_complement=self.reverse_complement,
        )
        size = np.bincount(clusters)
        largest = size.max() / len(clusters)
        if len(size) < self.n_splits:
            raise ValueError(
                f"There are {len(size)} clusters at threshold={self.threshold} (the "
                f"largest holds {largest:.0%} of the sequences), which do not fill "
                f"n_splits={self.n_splits} folds. Raise threshold, or lower n_splits."
            )
        if largest > 0.5:
            warn(
                f"One cluster holds {largest:.0%} of the sequences: the fold that "
                "tests it has little to train on. Raise threshold for more even folds.",
                SklyraWarning,
            )
        seed = self.random_state if self.shuffle else None
        shuffle = bool(self.shuffle)  # numpy's are refused there
        folds = GroupKFold(self.n_splits, shuffle=shuffle, random_state=seed)
        for _, test in folds.split(clusters, groups=clusters):
            mask = np.zeros(len(clusters), bool)
            mask[test] = True
            yield mask


class MutationSplit(BaseCrossValidator):
    """Train on few mutations, test on more.

    The question of protein engineering: single and double mutants are measured, what
    do those with more do?

    Parameters
    ----------
    max_mutations : int or sequence of int, default=2
        Greatest number of mutations of training sequences; a split for each number.
    parent : str or None, default=None
        The sequence that mutations are counted from; None for the most common letter
        at each position.
    alphabet : {"auto", "dna", "rna", "protein"} or Alphabet, default="auto"
        What the characters mean. "auto" decides from the sequences.
    unknown : {"error", "mask"}, default="error"
        Refuse a character outside the alphabet, or read it as any letter.

    Examples
    --------
    >>> from sklyra.model_selection import MutationSplit
    >>> X = ["AAAA", "AAAG", "AGAA", "GGAA", "GGGA"]
    >>> [(a.tolist(), b.tolist()) for a, b in MutationSplit(1, parent="AAAA").split(X)]
    [([0, 1, 2], [3, 4])]
    """

    def __init__(
        self,
        max_mutations: int | Sequence[int] = 2,
        *,
        parent: str | None = None,
        alphabet: str | Alphabet = "auto",
        unknown: str = "error",
    ) -> None:
        self.max_mutations = max_mutations
        self.parent = parent
        self.alphabet = alphabet
        self.unknown = unknown

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return the number of splits.

        Parameters
        ----------
        X, y, groups : object, default=None
            Ignored.

        Returns
        -------
        int
            Number of splits.
        """
        return len(self._limits())

    def _iter_test_masks(self, X: Any, y: Any, groups: Any) -> Iterator[Mask]:
        limits = self._limits()
        check_attributes(self, _VARIANTS)
        sequences = read_letters(X, self.alphabet, self.unknown)
        count = find_mutated(sequences, self.parent).sum(axis=1)
        for limit in limits:
            few = count <= limit
            if few.all() or not few.any():
                raise ValueError(
                    f"max_mutations={limit} leaves nothing to "
                    f"{'test on' if few.all() else 'train on'}: sequences have "
                    f"{count.min()} to {count.max()} mutations."
                )
            yield ~few

    def _limits(self) -> list[int]:
        given: Any = self.max_mutations
        limits = [given] if np.ndim(given) == 0 else np.ravel(given).tolist()
        for limit in limits:
            check_arguments(_LIMITS, max_mutations=limit)
        if not limits:
            raise ValueError(f"max_mutations={given!r} is empty: give at least one.")
        return limits


class PositionKFold(_Folds):
    """Test on mutations at positions where training sequences have none.

    Positions that vary are divided into folds. Variants with a mutation at one of a
    fold's positions are tested, and those with none are trained on. A variant of
    several mutations can be tested in several folds.

    Parameters
    ----------
    n_splits : int, default=5
        Number of folds, 2 or more.
    parent : str or None, default=None
        The sequence that mutations are counted from; None for the most common letter
        at each position.
    alphabet : {"auto", "dna", "rna", "protein"} or Alphabet, default="auto"
        What the characters mean. "auto" decides from the sequences.
    unknown : {"error", "mask"}, default="error"
        Refuse a character outside the alphabet, or read it as any letter.
    shuffle : bool, default=True
        Whether positions are divided at random; otherwise into stretches of neighbors.
    random_state : int, RandomState instance or None, default=0
        Seed of the shuffling. With None every split is another one.

    Examples
    --------
    >>> from sklyra.model_selection import PositionKFold
    >>> X = ["AAAA", "AAAG", "AGAA", "GGAA"]
    >>> folds = PositionKFold(3, parent="AAAA", shuffle=False)
    >>> [(a.tolist(), b.tolist()) for a, b in folds.split(X)]
    [([0, 1, 2], [3]), ([0, 1], [2, 3]), ([0, 2, 3], [1])]
    """

    def __init__(
        self,
        n_splits: int = 5,
        *,
        parent: str | None = None,
        alphabet: str | Alphabet = "auto",
        unknown: str = "error",
        shuffle: bool = True,
        random_state: int | np.random.RandomState | None = 0,
    ) -> None:
        self.n_splits = n_splits
        self.parent = parent
        self.alphabet = alphabet
        self.unknown = unknown
        self.shuffle = shuffle
        self.random_state = random_state

    def _iter_test_masks(self, X: Any, y: Any, groups: Any) -> Iterator[Mask]:
        check_attributes(self, {**_N_SPLITS, **_VARIANTS, **_SHUFFLING})
        sequences = read_letters(X, self.alphabet, self.unknown)
        changes = find_mutated(sequences, self.parent)
        # a mutation of all sequences distinguishes none of them
        changes &= ~changes.all(axis=0)
        positions = np.flatnonzero(changes.any(axis=0))
        if len(positions) < self.n_splits:
            raise ValueError(
                f"{len(positions)} positions vary, which do not fill n_splits="
                f"{self.n_splits} folds. Lower n_splits."
            )
        if self.shuffle:
            check_random_state(self.random_state).shuffle(positions)
        for fold in np.array_split(positions, self.n_splits):
            tested = np.asarray(changes[:, fold].any(axis=1))
            if tested.all():
                where = ", ".join(str(p + 1) for p in np.sort(fold))
                raise ValueError(
                    f"Every sequence has a mutation at one of the positions {where}, "
                    "so that nothing is left to train on. Raise n_splits, or give the "
                    "parent."
                )
            yield tested


def find_mutated(sequences: EncodedSequences, parent: str | None) -> Mask:
    """Find where sequences differ from their parent.

    Parameters
    ----------
    sequences : EncodedSequences
        Sequences of one length.
    parent : str or None
        The parent; None for the most common letter at each position.

    Returns
    -------
    ndarray of shape (n_samples, n_positions), bool
        True at mutations.
    """
    assert sequences.alphabet is not None
    odd = np.flatnonzero(sequences.lengths != sequences.lengths[0])
    if len(odd):
        raise ValueError(
            f"X[{odd[0]}] has {sequences.lengths[odd[0]]} letters and X[0] has "
            f"{sequences.lengths[0]}: mutations are counted position by position, in "
            "sequences of one length. Align them, or use ClusterKFold."
        )
    codes, _ = sequences.padded()
    if parent is None:
        return np.asarray(codes != find_consensus(codes))
    return np.asarray(codes != read_parent(parent, sequences.alphabet, codes.shape[1]))
