"""Estimators for biological sequences that go wherever scikit-learn goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sklyra.alphabets import DNA, PROTEIN, RNA, Alphabet
from sklyra.encoders import (
    KmerVectorizer,
    PhysicochemicalEncoder,
    SequenceOneHotEncoder,
    SubstitutionMatrixEncoder,
)
from sklyra.estimators import (
    PUBLISHED,
    LyraClassifier,
    LyraRegressor,
    predict_stream,
)

if TYPE_CHECKING:
    from sklyra.search import LyraSearchCV, suggest_params

__version__ = "0.1.0.dev0"

__all__ = [
    "DNA",
    "PROTEIN",
    "PUBLISHED",
    "RNA",
    "Alphabet",
    "KmerVectorizer",
    "LyraClassifier",
    "LyraRegressor",
    "LyraSearchCV",
    "PhysicochemicalEncoder",
    "SequenceOneHotEncoder",
    "SubstitutionMatrixEncoder",
    "predict_stream",
    "suggest_params",
]


def __getattr__(name: str) -> Any:
    # Optuna takes a good part of a second to import, which few processes need.
    if name in ("LyraSearchCV", "suggest_params"):
        from sklyra import search

        return getattr(search, name)
    raise AttributeError(f"module 'sklyra' has no attribute {name!r}")
