"""Feature map: from sequences to the features that training sequences have in common.

Of proteins it has k-mers of residues, and k-mers of kinds of residues.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from sklyra._state import check_version, require
from sklyra.alphabets import PROTEIN, Alphabet
from sklyra.features import AlignedPositions, count_kmers
from sklyra.features.similarity import KINDS, letter_vectors
from sklyra.gaussian_process.features import Features, log_counts
from sklyra.sequences import EncodedSequences

# K-mers are as long as fits this many of them: 6 letters of DNA, 3 of a protein.
_KMERS = 10_000
# Of two letters; more letters make shorter ones, of proteins with one more of kinds.
_LONGEST = int(math.log2(_KMERS))
_VERSION = 1


class FeatureMap:
    """Learn from training sequences which positions and k-mers there are.

    K-mers that no more than one of them has are left out.

    Parameters
    ----------
    sequences : EncodedSequences
        Training sequences, as codes.
    ends : int or None, default=None
        Positions from either end that are compared, where lengths differ; None is the
        default of `AlignedPositions`.

    Attributes
    ----------
    alphabet : Alphabet
        That of the sequences.
    aligned : AlignedPositions
        Positions that are compared.
    longest : int
        Letters of the longest k-mers.
    """

    def __init__(self, sequences: EncodedSequences, ends: int | None = None) -> None:
        assert sequences.alphabet is not None
        self.alphabet: Alphabet = sequences.alphabet
        self.aligned = AlignedPositions(sequences, ends)
        self._table = letter_vectors(self.aligned.alphabet)
        n_letters = max(2, len(self.alphabet.letters))
        size = max(1, int(math.log(_KMERS, n_letters)))
        self._vocabularies = [_Vocabulary.learn(sequences, size)]
        if set(PROTEIN.letters) <= set(self.alphabet.letters):
            size += 1
            self._vocabularies.append(_Vocabulary.learn(_kinds_of(sequences), size))
        self.longest = size

    def __call__(self, sequences: EncodedSequences) -> Features:
        """Compute the features of sequences.

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
            counts.data = log_counts(counts.data)
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
            Number of times that each k-mer occurs: k-mers of letters and, of proteins,
            those of kinds.
        """
        texts = [sequences, _kinds_of(sequences)][: len(self._vocabularies)]
        return [v(text) for v, text in zip(self._vocabularies, texts, strict=True)]

    @property
    def has_kmers(self) -> bool:
        """Whether any k-mers are counted.

        Returns
        -------
        bool
            False if there are none.
        """
        return any(len(vocabulary.kmers) for vocabulary in self._vocabularies)

    def forget_kmers(self) -> None:
        """Count no k-mers: those of some letters have no meaning."""
        for vocabulary in self._vocabularies:
            vocabulary.kmers = vocabulary.kmers[:0]

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values.

        Returns
        -------
        dict
            Plain values and arrays, from which `from_state` makes the same map.
        """
        return {
            "version": _VERSION,
            "alphabet": self.alphabet.to_state(),
            "aligned": self.aligned.to_state(),
            # kept, since another machine may compute other digits
            "table": self._table,
            "vocabularies": [
                {"longest": v.longest, "kmers": v.kmers} for v in self._vocabularies
            ],
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> FeatureMap:
        """Convert from plain values.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        FeatureMap
            The same map.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        new = cls.__new__(cls)
        new.alphabet = Alphabet.from_state(state["alphabet"])
        new.aligned = AlignedPositions.from_state(state["aligned"])
        new._table = state["table"]
        new._vocabularies = [
            _Vocabulary(v["longest"], v["kmers"]) for v in state["vocabularies"]
        ]
        longest = [vocabulary.longest for vocabulary in new._vocabularies]
        require(min(longest) >= 1 and max(longest) <= _LONGEST, cls.__name__)
        new.longest = new._vocabularies[-1].longest
        return new

    def __getstate__(self) -> dict[str, Any]:
        return self.to_state()

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(vars(self.from_state(state)))


class _Vocabulary:
    """Count the k-mers that training sequences have in common."""

    def __init__(self, longest: int, kmers: npt.NDArray[np.int64]) -> None:
        self.longest, self.kmers = longest, kmers

    @classmethod
    def learn(cls, sequences: EncodedSequences, longest: int) -> _Vocabulary:
        present = count_kmers(sequences, range(1, longest + 1)) > 0
        kmers = np.flatnonzero(np.asarray(present.sum(axis=0)).ravel() > 1)
        return cls(longest, kmers)

    def __call__(self, sequences: EncodedSequences) -> sparse.csr_matrix:
        counts = count_kmers(sequences, range(1, self.longest + 1))
        return counts[:, self.kmers].astype(np.float64)


def _kinds_of(sequences: EncodedSequences) -> EncodedSequences:
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
