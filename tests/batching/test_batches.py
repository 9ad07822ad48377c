"""Batches of sequences of similar length."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sklyra._training.device import send
from sklyra.batching import SequenceDataset, TrainingBatches, chunks
from sklyra.sequences import EncodedSequences, Inputs


def dataset(lengths: list[int]) -> SequenceDataset:
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    values = np.repeat(np.arange(len(lengths)), lengths).astype(np.uint8)
    rows = np.arange(len(lengths), dtype=np.int64)
    sequences = EncodedSequences(values, offsets, None)
    return SequenceDataset(Inputs((sequences,)), rows, rows.astype(np.float32))


@given(
    lengths=st.lists(st.integers(1, 50), min_size=1, max_size=200),
    batch_size=st.integers(1, 20),
    shuffle=st.booleans(),
)
@settings(max_examples=50, deadline=None)
def test_batches_hold_every_sequence_once(
    lengths: list[int], batch_size: int, shuffle: bool
) -> None:
    rng = np.random.default_rng(0) if shuffle else None
    batches = TrainingBatches(dataset(lengths), batch_size, rng)
    seen = []
    for batch, target in batches:
        values = batch["values"]
        mask = batch.get("mask", torch.ones(values.shape, dtype=torch.bool))
        for row, (i, weight) in enumerate(
            zip(target.tolist(), batch["weight"].tolist(), strict=True)
        ):
            assert weight == i
            assert values[row][mask[row]].tolist() == [i] * lengths[i]
        seen += target.tolist()
    assert sorted(seen) == list(range(len(lengths)))
    assert len(list(batches)) == len(batches)


def test_batches_arrive_whole(device: str) -> None:
    values = torch.arange(6).view(2, 3)
    rows = [torch.tensor([[0, 1, 2]]), torch.tensor([[2, 1, 0]])]
    inputs, target = send(({"values": values, "triples": rows}, values[:, 0]), device)
    found = [inputs["values"], *inputs["triples"], target]
    for part, expected in zip(found, [values, *rows, values[:, 0]], strict=True):
        assert part.device.type == device
        assert part.cpu().equal(expected)


def test_batches_hold_sequences_of_similar_length() -> None:
    lengths = np.random.default_rng(0).integers(10, 1000, 2000).tolist()
    data = dataset([min(n, 255) for n in lengths])
    padded = real = 0
    for batch, _ in TrainingBatches(data, 32, np.random.default_rng(0)):
        padded += batch["values"].numel()
        real += int(batch["mask"].sum()) if "mask" in batch else batch["values"].numel()
    assert padded < 1.1 * real


@given(
    lengths=st.lists(st.integers(1, 60), min_size=1, max_size=80),
    budget=st.integers(1, 200),
)
@settings(max_examples=50, deadline=None)
def test_chunks_are_bounded_and_complete(lengths: list[int], budget: int) -> None:
    sequences = dataset(lengths).sequences
    parts = list(chunks(sequences, budget))
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(lengths)))
    for rows in parts:
        assert len(rows) == 1 or len(rows) * max(lengths[i] for i in rows) <= budget
