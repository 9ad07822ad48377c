"""Estimators for biological sequences that go wherever scikit-learn goes."""

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
    "PhysicochemicalEncoder",
    "SequenceOneHotEncoder",
    "SubstitutionMatrixEncoder",
    "predict_stream",
]
