"""Chains joined to one sequence, over an alphabet of all their characters."""

from __future__ import annotations

import string
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy.linalg import block_diag

from sklyra._state import check_version
from sklyra.alphabets import Alphabet
from sklyra.features.positions import TABLE_ENDS, AlignedPositions
from sklyra.sequences import EncodedSequences, Inputs

_VERSION = 1
_PRINTABLE = "".join(c for c in string.printable if c not in string.whitespace)


class _Vectors(Protocol):
    def __call__(self, alphabet: Alphabet) -> npt.NDArray[Any]:
        """Vector of each character."""


class JoinedAlphabet:
    """Codes of the characters of several alphabets, chains of one sharing theirs.

    Parameters
    ----------
    alphabets : sequence of Alphabet
        The alphabet of each chain.

    Attributes
    ----------
    different : list of Alphabet
        The different ones.
    alphabet : Alphabet
        One with a character for each of theirs, and a last silent one that stands
        between chains.
    """

    def __init__(self, alphabets: list[Alphabet]) -> None:
        self.different: list[Alphabet] = []
        self._which: list[int] = []
        for alphabet in alphabets:
            if alphabet not in self.different:
                self.different.append(alphabet)
            self._which.append(self.different.index(alphabet))
        sizes = [len(alphabet.characters) for alphabet in self.different]
        n = sum(sizes)
        if n >= len(_PRINTABLE):
            raise ValueError(
                f"The alphabets of all columns have {n} characters together, at most "
                f"{len(_PRINTABLE) - 1} are possible. Use fewer alphabets."
            )
        self._starts = np.cumsum([0, *sizes])
        self.alphabet = Alphabet("joined", _PRINTABLE[:n], silent=_PRINTABLE[n])

    def codes(self, chain: int, values: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """Convert codes of a chain.

        Parameters
        ----------
        chain : int
            Number of the chain.
        values : ndarray of any shape, uint8
            Codes of its alphabet.

        Returns
        -------
        ndarray of the same shape, uint8
            Codes of the joined one.
        """
        start = np.uint8(self._starts[self._which[chain]])
        codes: npt.NDArray[np.uint8] = values + start
        return codes

    def table(self, vectors: _Vectors) -> npt.NDArray[Any]:
        """Collect the vectors of all characters.

        Parameters
        ----------
        vectors : callable
            Returns the vectors of an alphabet, of shape (n_characters, n_channels).

        Returns
        -------
        ndarray of shape (n_characters_of_all, n_channels_of_all)
            Characters of different alphabets share no channel; zeros for the last.
        """
        tables = [vectors(alphabet) for alphabet in self.different]
        joined = block_diag(*tables, np.empty((1, 0)))
        table: npt.NDArray[Any] = joined.astype(tables[0].dtype)
        return table


class JoinedChains:
    """Put the chains of each sample one behind the other.

    Parameters
    ----------
    inputs : Inputs
        Training data.

    Attributes
    ----------
    joined : JoinedAlphabet
        Codes of the joined sequences.
    """

    def __init__(self, inputs: Inputs) -> None:
        self._alphabets = [_alphabet_of(chain) for chain in inputs.chains]
        self.joined = JoinedAlphabet(self._alphabets)

    def __len__(self) -> int:
        return len(self._alphabets)

    def __call__(self, inputs: Inputs) -> Inputs:
        """Join chains, with one silent position between them.

        Parameters
        ----------
        inputs : Inputs
            Samples with the chains of training.

        Returns
        -------
        Inputs
            The same with one chain; covariates stay.
        """
        lengths = np.stack([chain.lengths for chain in inputs.chains], axis=1)
        ends = np.cumsum(lengths + 1, axis=1) - 1
        offsets = np.concatenate([[0], np.cumsum(ends[:, -1])])
        silent = len(self.joined.alphabet.characters) - 1
        values = np.full(offsets[-1], silent, np.uint8)
        for number, chain in enumerate(inputs.chains):
            start = offsets[:-1] + ends[:, number] - lengths[:, number]
            shift = np.repeat(start - chain.offsets[:-1], chain.lengths)
            at = np.arange(len(chain.values)) + shift
            values[at] = self.joined.codes(number, chain.values)
        one = EncodedSequences(values, offsets, self.joined.alphabet)
        return Inputs((one,), inputs.covariates, ends)

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values.

        Returns
        -------
        dict
            The alphabets, and the version of this layout.
        """
        alphabets = [alphabet.to_state() for alphabet in self._alphabets]
        return {"version": _VERSION, "alphabets": alphabets}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> JoinedChains:
        """Convert from plain values.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        JoinedChains
            The same.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        new = cls.__new__(cls)
        new._alphabets = [Alphabet.from_state(a) for a in state["alphabets"]]
        new.joined = JoinedAlphabet(new._alphabets)
        return new


class AlignedChains:
    """Aligned positions of all chains, side by side.

    Parameters
    ----------
    inputs : Inputs
        Training data.

    Attributes
    ----------
    aligned : list of AlignedPositions
        Those of each chain.
    joined : JoinedAlphabet
        Codes of what stands there.
    """

    def __init__(self, inputs: Inputs) -> None:
        self._set([AlignedPositions(c, TABLE_ENDS) for c in inputs.chains])

    def _set(self, aligned: list[AlignedPositions]) -> None:
        self.aligned = aligned
        self.joined = JoinedAlphabet([chain.alphabet for chain in aligned])

    def __len__(self) -> int:
        return sum(map(len, self.aligned))

    def __call__(self, inputs: Inputs) -> Inputs:
        """Look up what stands at aligned positions.

        Parameters
        ----------
        inputs : Inputs
            Samples with the chains of training.

        Returns
        -------
        Inputs
            The same with one chain, all of one length; covariates stay.
        """
        n = len(inputs)
        codes = [
            self.joined.codes(number, aligned(chain).values.reshape(n, -1))
            for number, (aligned, chain) in enumerate(
                zip(self.aligned, inputs.chains, strict=True)
            )
        ]
        offsets = len(self) * np.arange(n + 1)
        values = np.hstack(codes).ravel()
        chain = EncodedSequences(values, offsets, self.joined.alphabet)
        return Inputs((chain,), inputs.covariates)

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values.

        Returns
        -------
        dict
            The aligned positions, and the version of this layout.
        """
        return {
            "version": _VERSION,
            "aligned": [aligned.to_state() for aligned in self.aligned],
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> AlignedChains:
        """Convert from plain values.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        AlignedChains
            The same.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        new = cls.__new__(cls)
        new._set([AlignedPositions.from_state(a) for a in state["aligned"]])
        return new


def _alphabet_of(chain: EncodedSequences) -> Alphabet:
    assert chain.alphabet is not None
    return chain.alphabet
