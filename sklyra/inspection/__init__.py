"""Inspection: what a fitted model says of letters and of mutations."""

from sklyra.inspection.attribution import Attribution, attribution
from sklyra.inspection.attribution_display import AttributionDisplay
from sklyra.inspection.epistasis import PairwiseEpistasis, epistasis
from sklyra.inspection.epistasis_display import EpistasisDisplay
from sklyra.inspection.motif_display import MotifDisplay
from sklyra.inspection.motifs import Motifs, motifs
from sklyra.inspection.mutation_count_display import MutationCountDisplay
from sklyra.inspection.mutation_scan import MutationScan, mutation_scan
from sklyra.inspection.orders import (
    HigherOrderEpistasis,
    OrderShares,
    higher_order_epistasis,
    order_shares,
)
from sklyra.inspection.scan_display import MutationScanDisplay

__all__ = [
    "Attribution",
    "AttributionDisplay",
    "EpistasisDisplay",
    "HigherOrderEpistasis",
    "MotifDisplay",
    "Motifs",
    "MutationCountDisplay",
    "MutationScan",
    "MutationScanDisplay",
    "OrderShares",
    "PairwiseEpistasis",
    "attribution",
    "epistasis",
    "higher_order_epistasis",
    "motifs",
    "mutation_scan",
    "order_shares",
]
