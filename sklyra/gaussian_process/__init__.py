"""Gaussian process over sequences, the closed-form part of the models.

Two sequences are similar if they have the same letters at the positions that matter, or
the same k-mers anywhere. `feature_map` makes the `features` that are compared, `kernel`
compares them, `evidence` learns from data how much each of them counts, and `posterior`
predicts. `explanation` is what was found, from `effects` of letters at positions and
`kmer_effects` of letters in k-mers.

Tables of several columns have features, a kernel, evidence and an explanation of their
own: `column_features` and so on. All else is shared.
"""

from sklyra.gaussian_process.certainty import Certainty
from sklyra.gaussian_process.column_evidence import FEW_ROWS
from sklyra.gaussian_process.column_explanation import explain_columns
from sklyra.gaussian_process.covariate_selection import select_covariates
from sklyra.gaussian_process.explanation import Explanation, explain
from sklyra.gaussian_process.features import AT_ONCE
from sklyra.gaussian_process.model import MOST_ROWS, GaussianProcess
from sklyra.gaussian_process.posterior import Posterior

__all__ = [
    "AT_ONCE",
    "FEW_ROWS",
    "MOST_ROWS",
    "Certainty",
    "Explanation",
    "GaussianProcess",
    "Posterior",
    "explain",
    "explain_columns",
    "select_covariates",
]
