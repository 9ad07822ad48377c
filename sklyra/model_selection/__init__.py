"""Splits that keep similar sequences together, and reports of leakage."""

from sklyra.model_selection.clusters import cluster_sequences
from sklyra.model_selection.leakage import LeakageReport, leakage_report
from sklyra.model_selection.splitters import (
    ClusterKFold,
    MutationSplit,
    PositionKFold,
)

__all__ = [
    "ClusterKFold",
    "LeakageReport",
    "MutationSplit",
    "PositionKFold",
    "cluster_sequences",
    "leakage_report",
]
