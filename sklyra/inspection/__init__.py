"""Inspection: what a fitted model says of mutations."""

from sklyra.inspection.mutation_scan import MutationScan, mutation_scan
from sklyra.inspection.scan_display import MutationScanDisplay

__all__ = ["MutationScan", "MutationScanDisplay", "mutation_scan"]
