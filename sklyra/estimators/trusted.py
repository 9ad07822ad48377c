"""Classes that skops must trust to load a model."""

from __future__ import annotations

# All that `skops.io.load(file, trusted=TRUSTED_TYPES)` needs to read a fitted model, if
# that has no callbacks or encoders of the user's own.
TRUSTED_TYPES = [
    "sklyra.alphabets.Alphabet",
    "sklyra.encoders.kmers.KmerVectorizer",
    "sklyra.encoders.one_hot.SequenceOneHotEncoder",
    "sklyra.encoders.physicochemical.PhysicochemicalEncoder",
    "sklyra.encoders.substitution.SubstitutionMatrixEncoder",
    "sklyra.ensemble.ensemble.Ensemble",
    "sklyra.ensemble.positions.PositionEnsemble",
    "sklyra.estimators.classifier.LyraClassifier",
    "sklyra.estimators.positions.classifier.LyraPositionClassifier",
    "sklyra.estimators.positions.regressor.LyraPositionRegressor",
    "sklyra.estimators.reading.InputReader",
    "sklyra.estimators.regressor.LyraRegressor",
    "sklyra.estimators.tables.ColumnReader",
]
