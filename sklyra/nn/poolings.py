"""Poolings by name. A new one is a file in this folder, and a row here."""

from __future__ import annotations

from sklyra.nn.pooling import (
    AttentionPooling,
    MaxPooling,
    MeanMaxPooling,
    MeanPooling,
    Pooling,
)

# What `pooling=` may be called.
POOLINGS: dict[str, type[Pooling]] = {
    "mean": MeanPooling,
    "max": MaxPooling,
    "mean_max": MeanMaxPooling,
    "attention": AttentionPooling,
}
