"""Encoders of the package, and sequences to encode."""

import inspect
import re

import numpy as np
import pytest
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import TransformerMixin

import sklyra.encoders
from sklyra import (
    DNA,
    PROTEIN,
    RNA,
    KmerVectorizer,
    SequenceOneHotEncoder,
    SubstitutionMatrixEncoder,
)
from sklyra.encoders import PositionEncoder

ENCODERS = [
    item
    for item in vars(sklyra.encoders).values()
    if isinstance(item, type)
    and issubclass(item, TransformerMixin)
    and item is not PositionEncoder
]
every_encoder = pytest.mark.parametrize("Encoder", ENCODERS)
every_position_encoder = pytest.mark.parametrize(
    "Encoder", [encoder for encoder in ENCODERS if issubclass(encoder, PositionEncoder)]
)


# Those that read nucleic acids, and how.
NUCLEIC = {
    KmerVectorizer: {},
    SequenceOneHotEncoder: {},
    SubstitutionMatrixEncoder: {"matrix": "NUC.4.4"},
}


# A value that is no default, for every parameter there is.
OTHER_VALUES = {
    "alphabet": "protein",
    "flatten": True,
    "k": (1, 2),
    "matrix": "PAM250",
    "scales": ("mass", "charge"),
    "unknown": "mask",
    "sparse_output": False,
}


PROTEINS = ["MKVLWAALLVTFLAGCQA", "MKVE", "PRXWDHNSIYQ", "GUAVCKFT"]


def dense(encoded):
    """Bring what any encoder gives to a list of arrays, one for each sequence."""
    if sparse.issparse(encoded):
        encoded = encoded.toarray()
    return [np.asarray(part) for part in encoded]


def assert_same(encoded, expected):
    """Compare two encodings bit for bit."""
    assert type(encoded) is type(expected)
    for part, other in zip(dense(encoded), dense(expected), strict=True):
        np.testing.assert_array_equal(part, other)


def flattened(Encoder, **options):
    """Make an encoder whose output is 2-D."""
    if "flatten" in inspect.signature(Encoder).parameters:
        options["flatten"] = True
    return Encoder(**options)


# Letters joined by dashes, dots or asterisks are refused, whatever they mean.
JOINED = re.compile(r"\w([-.*]\w){2,}")


@st.composite
def texts(draw, alphabets=(DNA, RNA, PROTEIN), max_length=10):
    """Draw an alphabet and sequences of it, with degenerate characters and gaps."""
    alphabet = draw(st.sampled_from(alphabets))
    text = st.text(alphabet.characters, min_size=1, max_size=max_length)
    text = text.filter(lambda t: not JOINED.fullmatch(t))
    return alphabet, draw(st.lists(text, min_size=1, max_size=5))


def shares(character, alphabet):
    """Share of each letter in a character, without the package's tables."""
    meaning = alphabet.degenerate.get(character, character)
    return [(letter in meaning) / len(meaning) for letter in alphabet.letters]


def assert_close(encoded, naive):
    for part, rows in zip(encoded, naive, strict=True):
        np.testing.assert_allclose(part, rows, rtol=1e-5, atol=1e-5)
