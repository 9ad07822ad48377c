"""Estimators with a label or a number for every position."""

from sklyra.estimators.positions.classifier import LyraPositionClassifier
from sklyra.estimators.positions.display import PositionDisplay
from sklyra.estimators.positions.regressor import LyraPositionRegressor

__all__ = ["LyraPositionClassifier", "LyraPositionRegressor", "PositionDisplay"]
