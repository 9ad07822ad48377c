"""Inputs of a model: sequences and covariates of each sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sklyra._state import check_version
from sklyra.sequences.encoded import EncodedSequences

_VERSION = 1


@dataclass(frozen=True)
class Inputs:
    """What is known of samples before anything is measured.

    Parameters
    ----------
    chains : tuple of EncodedSequences
        One or more columns of sequences, each of `n_samples`.
    covariates : ndarray of shape (n_samples, n_covariates), float32, or None, \
default=None
        Numbers beside the sequences; None if there are none.
    ends : ndarray of shape (n_samples, n_joined), int64, or None, default=None
        Where each of several chains ends in the one that they were joined to; None if
        none were joined.
    names : tuple of str, default=()
        Names of the chains, if they have some.
    numbers : str, default="covariates"
        What the covariates are, all together.
    guessed : ndarray of shape (n_samples,), int64, or None, default=None
        Number of values beside the sequences that nothing was learned about, such as a
        level that no training row had; None if there are none.
    """

    chains: tuple[EncodedSequences, ...]
    covariates: npt.NDArray[np.float32] | None = None
    ends: npt.NDArray[np.int64] | None = None
    names: tuple[str, ...] = ()
    numbers: str = "covariates"
    guessed: npt.NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.chains[0])

    @property
    def is_table(self) -> bool:
        """Whether there is more than one chain.

        Returns
        -------
        bool
            True if there are several chains, or covariates.
        """
        return len(self.chains) > 1 or self.covariates is not None

    @property
    def sequences(self) -> EncodedSequences:
        """The only chain.

        Returns
        -------
        EncodedSequences
            Its sequences.
        """
        (chain,) = self.chains
        return chain

    def take(self, rows: npt.NDArray[np.intp]) -> Inputs:
        """Select rows.

        Parameters
        ----------
        rows : ndarray of shape (n_rows,), int
            Which, in which order.

        Returns
        -------
        Inputs
            A copy of these rows.
        """
        covariates = None if self.covariates is None else self.covariates[rows]
        ends = None if self.ends is None else self.ends[rows]
        chains = tuple(chain.take(rows) for chain in self.chains)
        guessed = None if self.guessed is None else self.guessed[rows]
        return Inputs(chains, covariates, ends, self.names, self.numbers, guessed)

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values and arrays.

        Returns
        -------
        dict
            The states of the chains, the arrays, and the version of this layout.
        """
        return {
            "version": _VERSION,
            "chains": [chain.to_state() for chain in self.chains],
            "covariates": self.covariates,
            "ends": self.ends,
            "names": list(self.names),
            "numbers": self.numbers,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Inputs:
        """Convert from plain values and arrays.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        Inputs
            The same.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        chains = tuple(EncodedSequences.from_state(c) for c in state["chains"])
        names, numbers = tuple(state["names"]), state["numbers"]
        return cls(chains, state["covariates"], state["ends"], names, numbers)


# What can be compared: sequences, or rows of a table.
Samples = EncodedSequences | Inputs
