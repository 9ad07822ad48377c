"""Features of surroundings, against a loop over positions."""

from __future__ import annotations

import numpy as np
import pytest

from sklyra.features import (
    letter_vectors,
    n_surroundings,
    position_channels,
    stems,
    surroundings,
)
from sklyra.sequences import check_sequences


def of_position(vectors: np.ndarray, place: int) -> np.ndarray:
    """What surrounds one position of one sequence."""
    length, width = vectors.shape
    window = [
        vectors[there] if 0 <= there < length else np.zeros(width)
        for there in range(place - 7, place + 8)
    ]
    means = [
        np.sqrt(2 * reach + 1)
        * vectors[max(0, place - reach) : place + reach + 1].mean(axis=0)
        for reach in (7, 20, 50)
    ]
    whole = 5 * vectors.mean(axis=0)
    from_end = length - 1 - place
    ends = [np.exp(-d / s) for s in (10, 50) for d in (place, from_end)]
    return np.concatenate([*window, *means, whole, ends, [np.log(length), 1]])


@pytest.mark.parametrize("alphabet", ["rna", "protein"])
def test_they_are_those_of_each_position(rng, alphabet):
    letters = list("ACGU" if alphabet == "rna" else "ACDEFGHIKLMNPQRSTVWYX")
    X = ["".join(rng.choice(letters, n)) for n in (1, 8, 130, 33)]
    sequences = check_sequences(X, alphabet=alphabet)
    vectors = letter_vectors(sequences.alphabet)
    channels = position_channels(sequences, vectors)
    found = surroundings(sequences, channels)
    assert found.shape == (172, n_surroundings(channels.shape[1]))
    some = surroundings(sequences, channels, slice(5, 60))
    np.testing.assert_array_equal(some, found[5:60])
    row = 0
    for start, stop in zip(sequences.offsets[:-1], sequences.offsets[1:], strict=True):
        own = vectors[sequences.values[start:stop]]
        if alphabet == "rna":
            own = np.hstack([own, stems(sequences)[start:stop]])
        for place in range(stop - start):
            np.testing.assert_allclose(
                found[row], of_position(own, place), rtol=1e-5, atol=1e-6
            )
            row += 1
