"""Scores that scikit-learn does not have: ranks, and labels of positions."""

from sklyra.metrics.positions import (
    flatten_positions,
    mcrmse,
    mcrmse_scorer,
    position_auroc,
    position_auroc_scorer,
    position_mcc,
    position_mcc_scorer,
    position_scorer,
    q3_score,
    q3_scorer,
    q8_score,
    q8_scorer,
)
from sklyra.metrics.ranks import spearman_score, spearman_scorer
from sklyra.metrics.segments import sov_score, sov_scorer

__all__ = [
    "flatten_positions",
    "mcrmse",
    "mcrmse_scorer",
    "position_auroc",
    "position_auroc_scorer",
    "position_mcc",
    "position_mcc_scorer",
    "position_scorer",
    "q3_score",
    "q3_scorer",
    "q8_score",
    "q8_scorer",
    "sov_score",
    "sov_scorer",
    "spearman_score",
    "spearman_scorer",
]
