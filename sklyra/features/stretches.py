"""Complementary stretches of two chains that may pair anywhere."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sklyra.features.layout import lay_out, read_backwards
from sklyra.sequences import EncodedSequences


def longest_stretches(
    one: EncodedSequences, two: EncodedSequences, n_positions: int
) -> npt.NDArray[np.float64]:
    """Measure the complementary stretches that begin at each position of a chain.

    The second chain is read backwards, as strands pair. Once G pairs with C and A with
    T or U alone, once G with T or U too.

    Parameters
    ----------
    one, two : EncodedSequences
        DNA or RNA.
    n_positions : int
        Positions of the first chain to begin at.

    Returns
    -------
    ndarray of shape (n_samples, 2 * n_positions + 2), float64
        Length of the longest stretch from each position on, and of all, for either
        rule of pairing.
    """
    assert one.alphabet is not None
    nothing = len(one.alphabet.characters)
    tables = np.zeros((2, nothing + 1, nothing + 1), bool)
    for a, b in ((0, 3), (3, 0), (1, 2), (2, 1)):  # A C G T
        tables[:, a, b] = True
    tables[1, [2, 3], [3, 2]] = True
    first = lay_out(one, 0, n_positions, nothing)
    other = read_backwards(two)
    second = lay_out(other, 0, int(other.lengths.max()), nothing)
    columns = []
    for table in tables:
        runs = np.zeros((len(one), second.shape[1] + 1), np.int16)
        longest = np.zeros((len(one), n_positions))
        for position in range(n_positions - 1, -1, -1):
            pairs = table[first[:, position, None], second]
            runs[:, :-1] = np.where(pairs, runs[:, 1:] + 1, 0)
            longest[:, position] = runs.max(axis=1)
        columns += [longest, longest.max(axis=1, keepdims=True)]
    return np.hstack(columns)
