"""Scores that scikit-learn does not have: ranks, intervals, and labels of positions."""

from sklyra.metrics.intervals import (
    coverage_score,
    coverage_scorer,
    interval_score,
    interval_scorer,
    normal_log_loss,
    normal_log_loss_scorer,
)
from sklyra.metrics.positions import (
    flatten_positions,
    mcrmse,
    mcrmse_scorer,
    position_auroc,
    position_auroc_scorer,
    position_mcc,
    position_mcc_scorer,
    position_scorer,
)
from sklyra.metrics.ranks import spearman_score, spearman_scorer
from sklyra.metrics.segments import sov_score, sov_scorer
from sklyra.metrics.structure import q3_score, q3_scorer, q8_score, q8_scorer

__all__ = [
    "coverage_score",
    "coverage_scorer",
    "flatten_positions",
    "interval_score",
    "interval_scorer",
    "mcrmse",
    "mcrmse_scorer",
    "normal_log_loss",
    "normal_log_loss_scorer",
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
