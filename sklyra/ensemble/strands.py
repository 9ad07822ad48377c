"""Both strands of DNA: doubled before models see them, averaged behind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sklyra._typing import Array, Rows
from sklyra.batching import SequenceDataset
from sklyra.features import PAIR_ALPHABETS
from sklyra.sequences import Inputs, both_strands, duplexes, recurs


@dataclass(frozen=True)
class Strands:
    """Whether a sequence is the same, read along either strand.

    Parameters
    ----------
    both : bool
        Whether both strands count. If not, everything stays what it is.
    """

    both: bool

    def of_inputs(self, inputs: Inputs) -> Inputs:
        """Put the reverse complements of all sequences behind them.

        Parameters
        ----------
        inputs : Inputs
            Of `n` samples.

        Returns
        -------
        Inputs
            Of `2 n`; sample ``n + i`` is sample ``i``, read along the other strand.

        Raises
        ------
        ValueError
            If there are several chains, or sequences are not DNA.
        """
        if not self.both:
            return inputs
        _refuse_columns(inputs)
        covariates = inputs.covariates
        if covariates is not None:
            covariates = np.concatenate([covariates] * 2)
        guessed = inputs.guessed
        if guessed is not None:
            guessed = np.concatenate([guessed] * 2)
        chains = tuple(map(both_strands, inputs.chains))
        return Inputs(chains, covariates, guessed=guessed)

    def of_dataset(self, data: SequenceDataset) -> SequenceDataset:
        """Put the other strand of each sequence behind all of them.

        Parameters
        ----------
        data : SequenceDataset
            Of `n` samples.

        Returns
        -------
        SequenceDataset
            Of `2 n`.
        """
        if not self.both:
            return data
        return data.with_other_strands(self.of_inputs(data.inputs))

    def of_folds(
        self, folds: list[tuple[Rows, Rows]], n_samples: int
    ) -> list[tuple[Rows, Rows]]:
        """Put the other strands into the same folds.

        Parameters
        ----------
        folds : list of (train, valid)
            Rows of each member.
        n_samples : int
            Number of samples, each strand counted once.

        Returns
        -------
        list of (train, valid)
            Rows among those of both strands.
        """
        if not self.both:
            return folds
        return [
            (np.concatenate([a, a + n_samples]), np.concatenate([b, b + n_samples]))
            for a, b in folds
        ]

    def average(self, outputs: Array) -> Array:
        """Average over both strands.

        Parameters
        ----------
        outputs : ndarray of shape (..., 2 * n_samples, n_outputs), float64
            Predictions.

        Returns
        -------
        ndarray of shape (..., n_samples, n_outputs), float64
            Means over both strands.
        """
        if not self.both:
            return outputs
        one, other = np.split(outputs, 2, axis=-2)
        mean: Array = (one + other) / 2
        return mean

    def numbers(self, inputs: Inputs) -> Rows:
        """Give samples of equal sequences equal numbers.

        Parameters
        ----------
        inputs : Inputs
            Any samples; of DNA if both strands count. Covariates make no difference:
            one sequence at several doses is one sequence. Nor do chains that recur in
            five rows or more on average, beside others that do not: one receptor with
            several peptides is one receptor.

        Returns
        -------
        ndarray of shape (n_samples,), int
            A number for each, the same for those that are held out together.

        Raises
        ------
        ValueError
            If both strands count, and there are several chains or no DNA.
        """
        if self.both:
            _refuse_columns(inputs)
            return duplexes(inputs.chains[0])
        chains = [c for c in inputs.chains if c.alphabet not in PAIR_ALPHABETS]
        numbers = [chain.copies() for chain in chains]
        if len(numbers) == 1:
            return numbers[0]
        numbers = [copies for copies in numbers if not recurs(copies)] or numbers
        _, rows = np.unique(np.stack(numbers, axis=1), axis=0, return_inverse=True)
        return rows.astype(np.intp)


def _refuse_columns(inputs: Inputs) -> None:
    """Refuse several columns of sequences, of which some may be read one way only."""
    if len(inputs.chains) > 1:
        raise ValueError(
            "reverse_complement=True is for one column of DNA, but X has the columns "
            f"of sequences {list(inputs.names)}. Leave reverse_complement=False."
        )
