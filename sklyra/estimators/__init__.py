"""The estimators, and the published settings of the network."""

from sklyra.estimators.classifier import LyraClassifier
from sklyra.estimators.published import PUBLISHED
from sklyra.estimators.regressor import LyraRegressor
from sklyra.estimators.stream import predict_stream

__all__ = ["PUBLISHED", "LyraClassifier", "LyraRegressor", "predict_stream"]
