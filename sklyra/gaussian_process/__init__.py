"""The closed-form part of the models: a Gaussian process over sequences.

Two sequences are alike if they have the same letters at the positions that matter, or
the same k-mers anywhere. `features` says what is compared, `kernel` how, and `process`
finds out from data how much each of it counts, and predicts. `explanation` says what
was found, from `effects` of letters at positions and `exchanges` of letters in k-mers.
"""

from sklyra.gaussian_process.features import AT_ONCE
from sklyra.gaussian_process.process import MOST_ROWS, GaussianProcess

__all__ = ["AT_ONCE", "MOST_ROWS", "GaussianProcess"]
