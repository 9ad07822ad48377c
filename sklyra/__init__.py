"""Estimators for biological sequences that go wherever scikit-learn goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sklyra._version import __version__ as __version__
from sklyra.alphabets import DNA, PROTEIN, RNA, Alphabet
from sklyra.encoders import (
    KmerVectorizer,
    PhysicochemicalEncoder,
    SequenceOneHotEncoder,
    SubstitutionMatrixEncoder,
)
from sklyra.estimators import (
    PUBLISHED,
    TRUSTED_TYPES,
    CoverageDisplay,
    LyraClassifier,
    LyraPositionClassifier,
    LyraPositionRegressor,
    LyraRegressor,
    PositionDisplay,
    TrainingDisplay,
    predict_stream,
)
from sklyra.persistence import file_info, load

if TYPE_CHECKING:
    from sklyra.search import LyraSearchCV, suggest_params

__all__ = [
    "DNA",
    "PROTEIN",
    "PUBLISHED",
    "RNA",
    "TRUSTED_TYPES",
    "Alphabet",
    "CoverageDisplay",
    "KmerVectorizer",
    "LyraClassifier",
    "LyraPositionClassifier",
    "LyraPositionRegressor",
    "LyraRegressor",
    "LyraSearchCV",
    "PhysicochemicalEncoder",
    "PositionDisplay",
    "SequenceOneHotEncoder",
    "SubstitutionMatrixEncoder",
    "TrainingDisplay",
    "file_info",
    "load",
    "predict_stream",
    "suggest_params",
]


def __getattr__(name: str) -> Any:
    # Optuna takes a good part of a second to import, which few processes need.
    if name in ("LyraSearchCV", "suggest_params"):
        from sklyra import search

        return getattr(search, name)
    raise AttributeError(f"module 'sklyra' has no attribute {name!r}")
