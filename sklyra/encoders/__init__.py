"""Encoders: transformers of scikit-learn that turn sequences into numbers.

A position encoder is a table with a row of numbers for each letter of an alphabet: a
subclass of `PositionEncoder` with the table, in a file of its own, and a row in
`ENCODINGS`. `KmerVectorizer` counts k-mers instead.
"""

from sklyra.encoders.base import PositionEncoder
from sklyra.encoders.kmers import KmerVectorizer
from sklyra.encoders.one_hot import SequenceOneHotEncoder
from sklyra.encoders.physicochemical import PhysicochemicalEncoder
from sklyra.encoders.substitution import SubstitutionMatrixEncoder

# What `encoding=` of an estimator may be called.
ENCODINGS = {
    "one-hot": SequenceOneHotEncoder,
    "substitution": SubstitutionMatrixEncoder,
    "physicochemical": PhysicochemicalEncoder,
}

__all__ = [
    "ENCODINGS",
    "KmerVectorizer",
    "PhysicochemicalEncoder",
    "PositionEncoder",
    "SequenceOneHotEncoder",
    "SubstitutionMatrixEncoder",
]
