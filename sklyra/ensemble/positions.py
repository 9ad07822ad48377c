"""The ensemble of models with an output at every position."""

from __future__ import annotations

import numpy as np

from sklyra._typing import Array, Rows
from sklyra.batching import SequenceDataset, chunks
from sklyra.ensemble.doubt import Evidence
from sklyra.ensemble.ensemble import Ensemble
from sklyra.ensemble.part import HeldOut, Split
from sklyra.sequences import EncodedSequences, Inputs
from sklyra.targets.target import Scale

# Parts are stacked as they are, and as means over so many positions on either side.
_REACHES = (7, 25)


# Positions whose predictions by all members are in memory at a time.
_POSITIONS = 2**17


class PositionEnsemble(Ensemble):
    """Parts that are stacked position by position, with what they say of neighbors.

    States of neighbors go together: beside the outputs of each part, their running
    means are stacked, as if they were further parts.

    Attributes
    ----------
    stacking_weights : ndarray of shape (n_parts * 3, n_outputs) or (n_parts * 3, 1), \
float64
        Factors with which parts add up to outputs: first of all parts as they are, then
        of their means over 15 positions, then over 51.
    """

    def predict(self, inputs: Inputs, precision: str) -> Array:
        """Predict some sequences at a time: members have outputs for all positions.

        Parameters
        ----------
        inputs : Inputs
            Any samples.
        precision : str
            Precision of networks.

        Returns
        -------
        ndarray of shape (n_positions_total, n_outputs), float64
            Outputs: means over members, times stacking weights, added up.
        """
        sequences = inputs.sequences
        out = np.empty((len(sequences.values), self.target.n_outputs))
        for rows in chunks(sequences, _POSITIONS):
            part = super().predict(inputs.take(rows), precision)
            out[sequences.positions(rows)] = part
        return out

    def _averaged(self, outputs: Array, inputs: Inputs) -> Array:
        """Average over strands, of which the other is read backwards."""
        if not self.strands.both:
            return outputs
        one, other = np.split(outputs, 2, axis=-2)
        mean: Array = (one + other[..., inputs.sequences.mirrored(), :]) / 2
        return mean

    def _smoothed(self, parts: Array, inputs: Inputs) -> Array:
        """List parts, and their means over neighbors."""
        means = [running_mean(parts, inputs.sequences, reach) for reach in _REACHES]
        return np.concatenate([parts, *means])

    def _learn_doubt(self, split: Split, evidence: Evidence) -> None:
        """Learn nothing: rows held out are sequences, and outputs are positions."""

    def _prior(self) -> Array:
        """Stacking weights for when nothing was held out: no means over neighbors."""
        weights = self.target.prior_weights([part.scale for part in self.parts])
        none = np.zeros((len(_REACHES) * len(self.parts), weights.shape[1]))
        return np.concatenate([weights, none])

    @property
    def _scales(self) -> list[Scale]:
        """Scale of each part, and of its means."""
        return [part.scale for part in self.parts] * (1 + len(_REACHES))

    def _stack(
        self,
        held: HeldOut,
        asked: SequenceDataset,
        fold: Rows,
        center: Array | None,
        learned: bool,
    ) -> tuple[Array, float]:
        """Stack, and keep no predictions of parts: there are many positions."""
        result = super()._stack(held, asked, fold, center, learned)
        self.held_out = self.held_out[:, :0]
        return result


def running_mean(values: Array, sequences: EncodedSequences, reach: int) -> Array:
    """Average over neighboring positions of each sequence.

    Parameters
    ----------
    values : ndarray of shape (n_parts, n_positions_total, n_outputs), float64
        Values of each position; NaN at all positions of a sequence stays NaN.
    sequences : EncodedSequences
        Where sequences begin and end.
    reach : int
        How many neighbors on either side.

    Returns
    -------
    ndarray of the same shape, float64
        Means over up to ``2 * reach + 1`` positions, fewer near an end.
    """
    place = np.arange(len(sequences.values))
    low = np.maximum(
        place - reach, np.repeat(sequences.offsets[:-1], sequences.lengths)
    )
    high = np.minimum(
        place + reach + 1, np.repeat(sequences.offsets[1:], sequences.lengths)
    )
    means = np.empty_like(values)
    total = np.zeros((len(place) + 1, values.shape[-1]))
    for one, mean in zip(values, means, strict=True):
        known = np.isfinite(one)
        np.cumsum(np.where(known, one, 0), axis=0, out=total[1:])
        mean[:] = (total[high] - total[low]) / (high - low)[:, None]
        mean[~known] = np.nan
    return means
