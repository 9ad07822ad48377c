"""Bad input of splits and reports."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from sklyra.exceptions import SklyraWarning, UnknownCharacterError
from sklyra.model_selection import (
    ClusterKFold,
    MutationSplit,
    PositionKFold,
    cluster_sequences,
    leakage_report,
)


def test_numbers_and_nan_are_refused():
    for pair in (["ACGT"], np.zeros((2, 4))), (np.zeros((2, 4)), ["ACGT"]):
        with pytest.raises(TypeError, match="letter by letter"):
            leakage_report(*pair)
    with pytest.raises(ValueError, match=r"threshold=nan .*number in \(0, 1\]"):
        cluster_sequences(["MKT", "AAA"], threshold=np.nan)


SHORT = ["MKTAYI", "WWLVPG", "MKTAFI", "WWLVPA"]
BAD = [
    (lambda: cluster_sequences(SHORT, threshold=0), "threshold=0 is not"),
    (lambda: cluster_sequences(SHORT, threshold=80), "threshold=80 is not"),
    (lambda: cluster_sequences(SHORT, similarity="blast"), "similarity='blast'"),
    (lambda: cluster_sequences(SHORT, similarity="kmer", k=0), "k=0 .*from 1 to 12"),
    (lambda: cluster_sequences(SHORT, similarity="kmer", k=7), r"X\[0\] has 6 letters"),
    (
        lambda: cluster_sequences([*SHORT, "MKT"], similarity="hamming"),
        "3 to 6 letters. Align them",
    ),
    (lambda: cluster_sequences([]), "0 sample"),
    (lambda: list(ClusterKFold(3).split(SHORT)), "2 clusters .*50% .*n_splits=3"),
    (lambda: list(ClusterKFold(1).split(SHORT)), "n_splits=1 .*>= 2"),
    (lambda: list(MutationSplit(9).split(SHORT)), "nothing to test on.*2 to 4"),
    (lambda: list(MutationSplit(-1).split(SHORT)), "max_mutations=-1 .*>= 0"),
    (lambda: list(MutationSplit(1, parent="MKT").split(SHORT)), "parent has 3 letters"),
    (lambda: list(MutationSplit(1).split([*SHORT, "MKT"])), r"X\[4\] has 3 letters"),
    (lambda: list(PositionKFold(9).split(SHORT)), "6 positions vary.*n_splits=9"),
    (
        lambda: list(
            PositionKFold(2, shuffle=False).split(["CACA", "ACAC", "AAAA"][:2])
        ),
        "Every sequence has a mutation at one of the positions 1, 2",
    ),
]


@pytest.mark.parametrize(("call", "message"), BAD)
def test_bad_input_is_refused_with_advice(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_other_bad_input():
    with pytest.raises(UnknownCharacterError, match="'1' at position 2"):
        cluster_sequences(["MK1", "MKT"])
    with pytest.raises(TypeError, match="give text"):
        cluster_sequences(np.zeros((3, 4)))
    with pytest.raises(TypeError, match="give text"):
        next(MutationSplit(1).split(np.zeros((3, 4))))
    with pytest.raises(TypeError, match="give text"):
        leakage_report(np.zeros((3, 4)), np.zeros((3, 4)))
    with pytest.warns(SklyraWarning, match="One cluster holds 75%"):
        list(ClusterKFold(2).split(["MKTAYI", "MKTAFI", "MKTAFL", "WWLVPA"]))


TABLE = {"guide": SHORT, "dose": [0.5, 1.0, 2.0, 4.0]}
USES = {
    "cluster_sequences": lambda X: cluster_sequences(X, threshold=0.8),
    "leakage_report": lambda X: leakage_report(X, X).identity,
    "ClusterKFold": lambda X: list(ClusterKFold(2).split(X)),
    "MutationSplit": lambda X: list(MutationSplit(2).split(X)),
    "PositionKFold": lambda X: list(PositionKFold(6).split(X)),
}


@pytest.mark.parametrize("name", USES)
@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_a_column_of_a_table_is_sequences_and_a_table_is_none(name, make):
    use, table = USES[name], make(TABLE)
    message = r"X has 2 columns \('guide', 'dose'\).*one column.*e\.g\. X\['guide'\]"
    with pytest.raises(ValueError, match=message):
        use(table)
    expected = repr(use(SHORT))
    assert repr(use(table["guide"])) == expected
    if make is not pa.table:  # it selects columns in another way, and splits know none
        assert repr(use(table[["guide"]])) == expected
