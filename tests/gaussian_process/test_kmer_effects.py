"""Effects of substitutions on k-mers, against sequences written out."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from sklyra.gaussian_process import kmer_effects as module
from sklyra.gaussian_process.feature_map import FeatureMap
from sklyra.gaussian_process.kernel import Kernel
from sklyra.gaussian_process.kmer_effects import kmer_effects
from sklyra.sequences import check_sequences


@pytest.mark.parametrize(
    ("alphabet", "letters", "lengths"),
    [
        ("dna", "ACGT", (9, 9)),
        ("dna", "ACGTN", (1, 12)),
        ("protein", "ACDEFGHIKLMNPQRSTVWYX", (6, 6)),
        pytest.param("protein", "AAILC", (3, 110), marks=pytest.mark.slow),
    ],
)
def test_effects_are_those_of_sequences_written_out(
    rng, monkeypatch, alphabet, letters, lengths
):
    """Put each letter where it may stand, count all k-mers again, and average."""
    monkeypatch.setattr(module, "_PAIRS", 30 * 7)
    text = [
        "".join(rng.choice(list(letters), rng.integers(lengths[0], lengths[1] + 1)))
        for _ in range(30)
    ]
    if lengths[0] == 1:
        text[3] = "A"  # of which no k-mer is left
    sequences = check_sequences(text, alphabet=alphabet, unknown="mask")
    feature_map = FeatureMap(sequences)
    training = feature_map(sequences)
    numbers = [torch.tensor(v, dtype=torch.float64) for v in (0.3, 1.7, 2.5, 0.2)]
    kernel = Kernel(torch.ones(len(feature_map.aligned)), *numbers)
    solution = rng.normal(size=(30, 2))
    characters = feature_map.alphabet.characters
    put = [0, characters.index("N" if alphabet == "dna" else "X")]
    nothing = len(characters)
    codes = [
        np.array([*put, nothing], np.uint8) for _ in range(len(feature_map.aligned))
    ]

    def predict(sequences):
        similarity = feature_map(sequences).kmer_similarity(training)
        return kernel.of_kmers(torch.from_numpy(similarity)).numpy() @ solution

    backgrounds = sequences.take(np.array([3, 7, 29]))
    found = kmer_effects(kernel, training, solution, feature_map, backgrounds, codes)
    assert len(found) == len(feature_map.aligned)
    positions = feature_map.aligned.positions.tolist()
    for position, effects in zip(positions, found, strict=True):
        for code, effect in zip(put, effects, strict=False):
            gained = []
            for row in range(3):
                changed = backgrounds.take(np.array([row]))
                before, length = predict(changed), len(changed.values)
                if not -length <= position < length:
                    continue
                changed.values[position] = code
                other = position - length if position >= 0 else position + length
                part = 0.5 if other in positions else 1
                gained.append(part * (predict(changed) - before)[0])
            expected = np.mean(gained, axis=0) if gained else np.zeros(2)
            np.testing.assert_allclose(effect, expected, atol=1e-10)
        assert not effects[2].any()
