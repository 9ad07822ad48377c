"""Missing values are named with their row, as values and as text."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from sklyra import DNA, LyraClassifier, LyraRegressor
from sklyra.exceptions import AlphabetWarning
from sklyra.sequences import check_sequences, first_missing
from tests.sequences.forms import RESIDUES, draw

WORDS = [
    "nan",
    "None",
    "null",
    "NA",
    "#N/A",
    "NaN",
    "NULL",
    "N/A",
    "<NA>",
    "n/a",
    "NaT",
]


@pytest.mark.parametrize("word", [*WORDS, " nan ", "#REF!", "#VALUE!"])
@pytest.mark.parametrize("others", [["ACGT", "AGGT"], ["MKVLW", "MKELW"]])
def test_missing_values_as_text_are_named_with_their_row(word, others):
    with pytest.raises(ValueError, match=r"X\[1\] is missing"):
        check_sequences([others[0], word, others[1]])


@pytest.mark.parametrize("word", ["", " ", "\t"])
def test_a_blank_is_an_empty_sequence(word):
    with pytest.raises(ValueError, match=r"X\[1\] is an empty sequence.*drop"):
        check_sequences(["MKV", word], alphabet="protein")


@pytest.mark.parametrize("word", ["-", "--"])
def test_a_dash_among_longer_sequences_is_missing(word):
    with pytest.raises(ValueError, match=r"X\[2\] is missing \('-"):
        check_sequences(["ACGT", "AGGT", word])
    gaps = DNA.with_letters("-")
    assert check_sequences(["A" * len(word), word]).alphabet == gaps
    assert check_sequences(["ACGT", word], alphabet="dna").alphabet == gaps


def test_a_peptide_may_spell_a_missing_value_if_the_alphabet_is_named():
    assert check_sequences(["NA", "MKV"], alphabet="protein").decode() == ["NA", "MKV"]
    assert check_sequences(["nan", "mkv"], alphabet="protein").decode()[0] == "NAN"
    with pytest.warns(AlphabetWarning, match=r"X\[1\] is 'nan'.*missing value"):
        check_sequences(["MKV", "nan"], alphabet="protein")
    with pytest.raises(ValueError, match=r"X\[1\] is missing \('#N/A'"):
        check_sequences(["MKV", "#N/A"], alphabet="protein")


def test_a_model_remembers_whether_the_alphabet_was_named():
    quick = LyraRegressor(n_members=1, max_epochs=1)
    X, y = draw(RESIDUES, 6, 12), np.arange(12.0)
    named = quick.set_params(alphabet="protein").fit(X, y)
    assert np.isfinite(named.predict(["NA"])).all()
    found = quick.set_params(alphabet="auto").fit(X, y)
    with pytest.raises(ValueError, match=r"X\[0\] is missing \('NA'"):
        found.predict(["NA"])


MISSING = [None, float("nan"), pd.NA, pd.NaT, np.datetime64("NaT"), *WORDS, ""]


@pytest.mark.parametrize("missing", MISSING, ids=repr)
def test_a_missing_label_or_group_is_named_with_its_row(missing):
    labels = np.array(["a", "b"] * 15, dtype=object)
    labels[4] = missing
    X = draw("ACGT", 8, 30)
    with pytest.raises(ValueError, match=r"y\[4\] has no label"):
        LyraClassifier().fit(X, labels)
    with pytest.raises(ValueError, match=r"groups\[4\] is missing"):
        LyraRegressor().fit(X, np.arange(30.0), groups=labels)


@pytest.mark.parametrize("dtype", ["string", "str", "category"])
def test_a_missing_label_of_a_column_is_named(dtype):
    labels = pd.Series([pd.NA, *["a", "b"] * 7], dtype=dtype)
    with pytest.raises(ValueError, match=r"y\[0\] has no label"):
        LyraClassifier().fit(draw("ACGT", 8, 15), labels)


@pytest.mark.parametrize("odd", ["NA", "1,5", pd.NA, "high"])
@pytest.mark.parametrize("name", ["y", "sample_weight"])
def test_what_is_no_number_is_named_with_its_row(odd, name):
    X, numbers = draw("ACGT", 8, 15), [*range(1, 15), odd]
    y = {"y": numbers, "sample_weight": np.arange(15.0)}[name]
    weight = numbers if name == "sample_weight" else None
    with pytest.raises(ValueError, match=rf"{name}\[14\] is {re.escape(repr(odd))}"):
        LyraRegressor().fit(X, y, sample_weight=weight)


def test_masked_entries_are_missing():
    X, y = np.array(draw("ACGT", 8, 12)), np.arange(12.0)
    mask = np.arange(12) == 3
    model = LyraRegressor()
    for arguments, name in (
        ((np.ma.array(X, mask=mask), y), "X"),
        ((X, np.ma.array(y, mask=mask)), "y"),
        ((X, y, np.ma.array(y, mask=mask)), "sample_weight"),
        ((X, y, None, np.ma.array(y, mask=mask)), "groups"),
    ):
        with pytest.raises(ValueError, match=rf"{name}\[3\] is missing: it is masked"):
            model.fit(*arguments)
    with pytest.raises(ValueError, match=r"y\[3\] is missing: it is masked"):
        LyraClassifier().fit(X, np.ma.array(y, mask=mask))
    numbers = np.ma.array(np.ones((12, 4)), mask=np.zeros((12, 4)))
    numbers[3, 2] = np.ma.masked
    with pytest.raises(ValueError, match=r"X\[3\] is missing: it is masked"):
        check_sequences(numbers)


def test_first_missing_counts():
    assert first_missing(["a", None, "b", "nan"]) == (1, 2)
    assert first_missing([1.0, 2]) == (-1, 0)
