"""What surrounds a position: letters of a window, means of wider ones, the ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sklyra._typing import Array
from sklyra.features.pairing import can_pair, stems
from sklyra.sequences import EncodedSequences

# Letters this far on either side.
REACH = 7
# Means over letters this far on either side.
_MEANS = (7, 20, 50)
# How far from an end its nearness has fallen to a third.
_NEAR = (10.0, 50.0)


def n_surroundings(n_channels: int) -> int:
    """Count the features of a position.

    Parameters
    ----------
    n_channels : int
        Length of the vector of a position.

    Returns
    -------
    int
        How many `surroundings` has.
    """
    n_vectors = 2 * REACH + 1 + len(_MEANS) + 1
    return n_vectors * n_channels + 2 * len(_NEAR) + 2


def position_channels(
    sequences: EncodedSequences, vectors: npt.NDArray[Any]
) -> npt.NDArray[Any]:
    """Look up what stands at each position: its letter, and of RNA its stems.

    Parameters
    ----------
    sequences : EncodedSequences
        Sequences of letters.
    vectors : ndarray of shape (n_characters, n_vector), float
        A vector for each character.

    Returns
    -------
    ndarray of shape (n_positions_total, n_channels), float
        The vector of each letter; of RNA what `stems` has behind it.
    """
    letters: npt.NDArray[Any] = vectors[sequences.values]
    if not can_pair(sequences.alphabet):
        return letters
    return np.concatenate([letters, stems(sequences).astype(vectors.dtype)], axis=1)


def surroundings(
    sequences: EncodedSequences, channels: Array, some: slice = slice(None)
) -> npt.NDArray[np.float32]:
    """Describe what surrounds positions of sequences.

    Parameters
    ----------
    sequences : EncodedSequences
        Sequences of letters.
    channels : ndarray of shape (n_positions_total, n_channels), float64
        What stands at each position.
    some : slice, default=slice(None)
        Which positions of all sequences together.

    Returns
    -------
    ndarray of shape (n_positions, n_surroundings), float32
        The channels of 15 positions in a window, zeros beyond the ends; their means
        over 7, 20 and 50 positions on either side, and over the whole sequence; how
        near either end is; the logarithm of the length; and 1. Means are scaled so that
        they spread as one letter does.
    """
    starts = np.repeat(sequences.offsets[:-1], sequences.lengths)[some]
    stops = np.repeat(sequences.offsets[1:], sequences.lengths)[some]
    place = np.arange(len(sequences.values))[some]
    out = np.zeros((len(place), n_surroundings(channels.shape[1])), np.float32)
    width = channels.shape[1]
    columns = iter(out[:, at : at + width] for at in range(0, out.shape[1], width))
    for step in range(-REACH, REACH + 1):
        there = place + step
        inside = (there >= starts) & (there < stops)
        next(columns)[inside] = channels[there[inside]]
    total = np.concatenate([np.zeros((1, width)), channels.cumsum(axis=0)])
    for reach in _MEANS:
        low = np.maximum(place - reach, starts)
        high = np.minimum(place + reach + 1, stops)
        mean = (total[high] - total[low]) / (high - low)[:, None]
        next(columns)[:] = np.sqrt(2 * reach + 1) * mean
    mean = (total[stops] - total[starts]) / (stops - starts)[:, None]
    next(columns)[:] = 5 * mean
    rest = out[:, -(2 * len(_NEAR) + 2) :]
    for number, scale in enumerate(_NEAR):
        rest[:, 2 * number] = np.exp((starts - place) / scale)
        rest[:, 2 * number + 1] = np.exp((place + 1 - stops) / scale)
    rest[:, -2] = np.log(stops - starts)
    rest[:, -1] = 1
    return out
