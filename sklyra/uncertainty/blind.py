"""Positions at which training samples do not differ."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt

from sklyra._typing import Array
from sklyra.features import AlignedPositions
from sklyra.sequences import Inputs


class Blind:
    """Count what training samples say nothing of.

    Letters at positions that had another letter in all training samples, and values
    beside the sequences that none of them had.

    No model can know what a change there does.

    Parameters
    ----------
    aligned : list of (AlignedPositions or None)
        Those positions of each chain, None for channels.
    letters : list of ndarray of shape (n_positions,), uint8
        The letter of all training samples at each.
    """

    def __init__(
        self,
        aligned: list[AlignedPositions | None],
        letters: list[npt.NDArray[np.uint8]],
    ) -> None:
        self.aligned, self.letters = aligned, letters

    @classmethod
    def learn(cls, inputs: Inputs) -> Self:
        """Find positions with one letter.

        Parameters
        ----------
        inputs : Inputs
            All training samples.

        Returns
        -------
        Blind
            What was found.
        """
        aligned: list[AlignedPositions | None] = []
        letters = []
        for chain in inputs.chains:
            if chain.alphabet is None:
                aligned.append(None)
                letters.append(np.empty(0, np.uint8))
                continue
            own = AlignedPositions(chain, keep_constant=True)
            varying = AlignedPositions(chain).positions
            own.positions = np.setdiff1d(own.positions, varying)
            aligned.append(own)
            letters.append(own(chain.take(np.arange(1))).values)
        return cls(aligned, letters)

    def __call__(self, inputs: Inputs) -> Array:
        """Count them.

        Parameters
        ----------
        inputs : Inputs
            Any samples.

        Returns
        -------
        ndarray of shape (n_samples,), float64
            Numbers of letters, of all chains together.
        """
        total = np.zeros(len(inputs))
        if inputs.guessed is not None:
            total += inputs.guessed
        for own, letters, chain in zip(
            self.aligned, self.letters, inputs.chains, strict=True
        ):
            if own is not None and len(own):
                codes = own(chain).values.reshape(len(chain), -1)
                total += (codes != letters).sum(axis=1)
        return total

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values.

        Returns
        -------
        dict
            Plain values and arrays.
        """
        aligned = [None if own is None else own.to_state() for own in self.aligned]
        return {"aligned": aligned, "letters": self.letters}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Convert from plain values.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        Blind
            The same.
        """
        aligned = [
            None if own is None else AlignedPositions.from_state(own)
            for own in state["aligned"]
        ]
        return cls(aligned, list(state["letters"]))
