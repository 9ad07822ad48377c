"""Data sets of sequences, and batches in which little is padded."""

from sklyra.batching.batches import (
    SequenceDataset,
    TrainingBatches,
    beside,
    chunks,
    inputs,
)
from sklyra.batching.positions import PositionDataset
from sklyra.batching.windows import Windows, find_windows

__all__ = [
    "PositionDataset",
    "SequenceDataset",
    "TrainingBatches",
    "Windows",
    "beside",
    "chunks",
    "find_windows",
    "inputs",
]
