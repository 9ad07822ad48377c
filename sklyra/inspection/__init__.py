"""Inspection: what a fitted model says of mutations."""

from sklyra.inspection.epistasis import PairwiseEpistasis, epistasis
from sklyra.inspection.epistasis_display import EpistasisDisplay
from sklyra.inspection.mutation_scan import MutationScan, mutation_scan
from sklyra.inspection.scan_display import MutationScanDisplay

__all__ = [
    "EpistasisDisplay",
    "MutationScan",
    "MutationScanDisplay",
    "PairwiseEpistasis",
    "epistasis",
    "mutation_scan",
]
