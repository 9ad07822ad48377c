"""The estimators, and the published settings of the network."""

from sklyra.estimators.classifier import LyraClassifier
from sklyra.estimators.published import PUBLISHED
from sklyra.estimators.regressor import LyraRegressor

__all__ = ["PUBLISHED", "LyraClassifier", "LyraRegressor"]
