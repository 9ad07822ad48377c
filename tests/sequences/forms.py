"""Forms that X may have, and random sequences."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from Bio.Seq import MutableSeq, Seq
from Bio.SeqRecord import SeqRecord
from hypothesis import strategies as st

from sklyra import DNA, PROTEIN, RNA, Alphabet

METHYLATED = Alphabet("methylated", "ACGTm", silent="-", aliases={".": "-"})
EVERY = [DNA, RNA, PROTEIN, METHYLATED]

# Every form that one list of str may have.
FORMS = {
    "list": list,
    "tuple": tuple,
    "list of numpy str": lambda s: [np.str_(text) for text in s],
    "object array": lambda s: np.array(s, dtype=object),
    "fixed-width array": np.array,
    "StringDType array": lambda s: np.array(s, dtype=np.dtypes.StringDType()),
    "object Series": lambda s: pd.Series(s, dtype=object),
    "str Series": lambda s: pd.Series(s, dtype="str"),
    "string Series": lambda s: pd.Series(s, dtype="string"),
    "categorical Series": lambda s: pd.Series(s, dtype="category"),
    "Index": pd.Index,
    "polars Series": pl.Series,
    "pyarrow Array": pa.array,
    "pyarrow ChunkedArray": lambda s: pa.chunked_array([s[:1], s[1:]], pa.string()),
    "list of Seq": lambda s: [Seq(text) for text in s],
    "tuple of MutableSeq": lambda s: tuple(MutableSeq(text) for text in s),
    "list of SeqRecord": lambda s: [SeqRecord(Seq(text), id="x") for text in s],
    "list of bytes": lambda s: [text.encode() for text in s],
    "array of bytes": lambda s: np.array([text.encode() for text in s]),
    "object column": lambda s: np.array(s, dtype=object)[:, None],
    "list of columns": lambda s: [[text] for text in s],
    "column DataFrame": lambda s: pd.DataFrame({"sequence": s}),
    "column polars DataFrame": lambda s: pl.DataFrame({"sequence": s}),
    "list of lists of characters": lambda s: [list(text) for text in s],
    "list of arrays of characters": lambda s: [np.array(list(text)) for text in s],
}


# Forms that aligned sequences (all of one length) may have besides.
ALIGNED_FORMS = FORMS | {
    "array of Seq": lambda s: np.array([Seq(text) for text in s]),
    "array of SeqRecord": lambda s: np.array([SeqRecord(Seq(text)) for text in s]),
    "array of characters": lambda s: np.array([list(text) for text in s]),
    "object characters": lambda s: np.array([list(text) for text in s], dtype=object),
    "character DataFrame": lambda s: pd.DataFrame([list(text) for text in s]),
}


# Letters joined by dashes, dots or asterisks are refused, whatever they mean.
JOINED = re.compile(r"\w([-.*]\w){2,}")


@st.composite
def texts(draw, alphabets=EVERY, max_length=12):
    """Draw an alphabet and sequences of it."""
    alphabet = draw(st.sampled_from(alphabets))
    text = st.text(alphabet.characters, min_size=1, max_size=max_length)
    text = text.filter(lambda t: not JOINED.fullmatch(t))
    return alphabet, draw(st.lists(text, min_size=1, max_size=6))


RESIDUES = PROTEIN.letters


def draw(letters, length, n, seed=0):
    rng = np.random.default_rng(seed)
    return ["".join(rng.choice(list(letters), length)) for _ in range(n)]
