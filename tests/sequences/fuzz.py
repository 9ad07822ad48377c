"""Random things in place of sequences: each is read, or refused with an advice.

    python tests/sequences/fuzz.py 1000000

A few thousand are part of the tests (`test_fuzz.py`).
"""

from __future__ import annotations

import random
import re
import sys
import warnings
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from Bio.Seq import MutableSeq, Seq
from Bio.SeqRecord import SeqRecord

from sklyra import Alphabet
from sklyra.sequences import EncodedSequences, check_sequences

LETTERS = [
    "ACGT", "ACGU", "ACGTN", "ACGTRYSWKMBDHVN-", "ACDEFGHIKLMNPQRSTVWY", "acgt",
    "ACDEFGHIKLMNPQRSTVWYXBZ-*.", "ACGTacgt-.", "dTAGC", "MKVmkv-", "ABCDEFGHIJKLMNOP",
    "0123456789", "A C\tG\n", "éŁЖß\u200b\ufeff\xa0\0", "()[]{}.<>|", "#/N%A&_:;,",
]  # fmt: skip
WORDS = [
    "nan", "None", "NA", "#N/A", "", " ", "WT", "wildtype", "A23G", "p.Ala2Thr", "_wt",
    "Ala-Gly-Val", "AlaGlyVal", "Ac-DEVD-CHO", "K.PEPTIDE.R", "GUCAdTdT", ">id\nMKV",
    "PEPT(ac)IDEK", "3.14", "true", "ATG-GCC-AAA", "....", "-", "*", "X", "N",
]  # fmt: skip
ODD = [
    None, float("nan"), pd.NA, pd.NaT, 3, 2.5, True, b"ACGT", b"\xff\xfe", {"a": 1},
    ["A", "C"], ("ACGT",), np.array(["A"]), np.ma.masked, object(), Seq("ACGT"),
    Seq(None, length=3), SeqRecord(None), MutableSeq("AC"), 1j, np.str_("ACGT"),
    bytearray(b"AC"), "\ud800", SeqRecord(Seq("MKV"), id="x"), set("AC"), range(3),
]  # fmt: skip
CONTAINERS = [
    list, tuple, lambda x: np.array(x, dtype=object), np.array, iter, set,
    lambda x: pd.Series(x, dtype=object), pd.Series, pd.Index, pl.Series, pa.array,
    lambda x: [[item] for item in x], lambda x: dict(enumerate(x)), pd.DataFrame,
    lambda x: [list(item) for item in x], lambda x: np.array([list(t) for t in x]),
    lambda x: pd.DataFrame({"a": x, "b": x}), lambda x: pd.DataFrame({"a": x}),
    lambda x: x[0], lambda x: np.ma.array(x, mask=[False] * (len(x) - 1) + [True]),
    lambda x: np.array(x, dtype=object)[None], lambda x: [x], lambda x: (t for t in x),
    lambda x: np.array(x, dtype=np.dtypes.StringDType()),
]  # fmt: skip
OWN = Alphabet("two", "AC", silent="-")


def numbers(rng: random.Random) -> Any:
    """Arrays of any shape, some of them broken."""
    shape = [rng.choice([0, 1, 2, 3, 4, 5, 20]) for _ in range(rng.randint(0, 4))]
    values = np.random.default_rng(rng.getrandbits(32)).normal(size=shape)
    if values.size and rng.random() < 0.3:
        values.flat[rng.randrange(values.size)] = rng.choice([np.nan, np.inf, 1e300])
    kind = rng.randrange(5)
    if kind == 0:
        return values.tolist()
    if kind == 1:
        return [values, values[:1]] if values.ndim else [values]
    if kind == 2:
        return values > 0
    return values.astype(rng.choice([float, np.float32, int, complex, object]))


def thing(rng: random.Random) -> Any:
    """Draw something that may be a collection of sequences."""
    if rng.random() < 0.15:
        return numbers(rng)
    letters = rng.choice(LETTERS)
    length = rng.choice([1, 3, 9, 30])
    n = rng.choice([1, 1, 2, 3, 8, 40])
    vary = rng.random() < 0.5
    items: list[Any] = [
        "".join(rng.choices(letters, k=rng.randint(1, length) if vary else length))
        for _ in range(n)
    ]
    for _ in range(rng.choice([0, 0, 1, 2])):
        odd = rng.choice([*WORDS, *ODD]) if rng.random() < 0.7 else ""
        items[rng.randrange(n)] = odd or "".join(rng.choices(rng.choice(LETTERS), k=9))
    return rng.choice(CONTAINERS)(items) if rng.random() < 0.95 else rng.choice(ODD)


# Errors that are about no row in particular.
_WHOLE = (
    r"one single sequence|0 sample|no rows in order|mixes alphabets|may be nucleic|"
    r"Numeric X has shape|A list of arrays|columns of text|needs an alphabet|"
    r"could not convert|must be real|inhomogeneous|setting an array|argument must be|"
    r"Expected 2D|sequences|float\(\)"
)


def check(rng: random.Random) -> str:
    """Try one thing, and say what came of it."""
    try:
        X = thing(rng)
    except Exception:  # numpy, pandas and others refuse some collections themselves
        return "no collection"
    alphabet = rng.choice(["auto"] * 4 + ["dna", "rna", "protein", OWN])
    unknown = rng.choice(["error", "mask"])
    try:
        read = check_sequences(X, alphabet=alphabet, unknown=unknown)
    except (ValueError, TypeError) as error:
        message = str(error)
        row = re.search(r"\bX\[\d+\]|\brow \d+", message)
        assert row or re.search(_WHOLE, message), (X, message)
        return type(error).__name__ + (" with a row" if row else "")
    assert isinstance(read, EncodedSequences)
    assert (read.lengths > 0).all()
    if read.alphabet is None:
        assert np.isfinite(read.values).all()
        return "numbers"
    assert (read.values < len(read.alphabet.characters)).all()
    again = check_sequences(read.decode(), alphabet=read.alphabet, fitted=True)
    np.testing.assert_array_equal(again.values, read.values)
    return read.alphabet.name


def main(n: int, seed: int = 0) -> Counter[str]:
    """Try many things, and count what came of them."""
    rng = random.Random(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Counter(check(rng) for _ in range(n))


if __name__ == "__main__":
    for outcome, count in main(int(sys.argv[1]), *map(int, sys.argv[2:])).most_common():
        print(f"{count:10,d}  {outcome}")  # noqa: T201
