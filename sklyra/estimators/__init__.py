"""The estimators, and the published settings of the network."""

from sklyra.estimators.classifier import LyraClassifier
from sklyra.estimators.coverage_display import CoverageDisplay
from sklyra.estimators.display import TrainingDisplay
from sklyra.estimators.interval_display import IntervalDisplay
from sklyra.estimators.positions import (
    LyraPositionClassifier,
    LyraPositionRegressor,
    PositionDisplay,
)
from sklyra.estimators.published import PUBLISHED
from sklyra.estimators.regressor import LyraRegressor
from sklyra.estimators.stream import predict_stream
from sklyra.estimators.trusted import TRUSTED_TYPES

__all__ = [
    "PUBLISHED",
    "TRUSTED_TYPES",
    "CoverageDisplay",
    "IntervalDisplay",
    "LyraClassifier",
    "LyraPositionClassifier",
    "LyraPositionRegressor",
    "LyraRegressor",
    "PositionDisplay",
    "TrainingDisplay",
    "predict_stream",
]
