"""Classes that skops must trust to load a model."""

from __future__ import annotations

from sklyra.alphabets import Alphabet
from sklyra.encoders import ENCODINGS, KmerVectorizer
from sklyra.ensemble import Ensemble, PositionEnsemble
from sklyra.estimators.classifier import LyraClassifier
from sklyra.estimators.positions import (
    LyraPositionClassifier,
    LyraPositionRegressor,
)
from sklyra.estimators.reading import InputReader
from sklyra.estimators.regressor import LyraRegressor
from sklyra.estimators.tables import ColumnReader

_TYPES: list[type] = [
    Alphabet,
    ColumnReader,
    Ensemble,
    InputReader,
    KmerVectorizer,
    LyraClassifier,
    LyraPositionClassifier,
    LyraPositionRegressor,
    LyraRegressor,
    PositionEnsemble,
    *ENCODINGS.values(),
]
# All that `skops.io.load(file, trusted=TRUSTED_TYPES)` needs to read a fitted model, if
# that has no callbacks or encoders of the user's own.
TRUSTED_TYPES = sorted(f"{kind.__module__}.{kind.__qualname__}" for kind in _TYPES)
