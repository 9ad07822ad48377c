"""Data sets with a target at every position."""

from __future__ import annotations

import numpy as np
import pytest

from sklyra.batching import PositionDataset, TrainingBatches
from sklyra.sequences import Inputs, both_strands, check_sequences

X = ["ACGT", "GG", "TTTAC", "A"]


def dataset(X: list[str] = X) -> PositionDataset:
    sequences = check_sequences(X, alphabet="dna")
    target = np.arange(len(sequences.values), dtype=np.int64)
    return PositionDataset(Inputs((sequences,)), target, target.astype(np.float32) + 1)


def test_taking_sequences_takes_their_positions():
    part = dataset().take(np.array([2, 0]))
    assert part.sequences.decode() == ["TTTAC", "ACGT"]
    assert part.target.tolist() == [6, 7, 8, 9, 10, 0, 1, 2, 3]
    assert part.weight.tolist() == [7, 8, 9, 10, 11, 1, 2, 3, 4]
    assert len(part) == 2


def test_what_is_known_of_sequences_is_spread_over_positions():
    assert dataset().spread(np.array([5, 6, 7, 8])).tolist() == [5] * 4 + [6] * 2 + [
        7
    ] * 5 + [8]


def test_the_other_strand_has_targets_backwards():
    data = dataset()
    both = data.with_other_strands(Inputs((both_strands(data.sequences),)))
    assert both.sequences.decode()[4:] == ["ACGT", "CC", "GTAAA", "T"]
    assert both.target[12:].tolist() == [3, 2, 1, 0, 5, 4, 10, 9, 8, 7, 6, 11]


def test_batches_hold_the_targets_of_their_sequences(rng):
    batches = list(TrainingBatches(dataset(), 3, rng))
    assert sorted(np.concatenate([t.numpy() for _, t in batches])) == list(range(12))
    for batch, target in batches:
        mask = batch.get("mask")
        n_positions = batch["values"].numel() if mask is None else int(mask.sum())
        assert len(target) == len(batch["weight"]) == n_positions
        assert (batch["weight"] == target + 1).all()


@pytest.mark.parametrize("length", [2048, 2049, 10_000])
def test_long_sequences_are_cut_to_train(length):
    data = dataset(["ACGT" * (length // 4) + "A" * (length % 4), "AC"])
    cut = data.to_train()
    pieces = -(-length // 2048)
    assert cut.sequences.lengths.max() <= 2048
    assert len(cut) == pieces + 1
    assert cut.sequences.lengths[-1] == 2
    assert cut.sequences.values is data.sequences.values
    assert cut.target is data.target
