"""Forms of X: containers, encodings, alphabets and lengths."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from Bio.Seq import Seq
from Bio.SeqRecord import SeqRecord
from hypothesis import given, settings
from hypothesis import strategies as st

from sklyra import (
    Alphabet,
    LyraClassifier,
    LyraRegressor,
    SequenceOneHotEncoder,
    SubstitutionMatrixEncoder,
)
from sklyra.exceptions import AlphabetWarning, LengthWarning
from sklyra.sequences.notation import NAMES
from tests.estimators.cases import LETTERS, X_EQUAL, X, Y
from tests.settings import NETWORK

FORMS: dict[str, Callable[[list[str]], Any]] = {
    "tuple": tuple,
    "object array": lambda x: np.array(x, dtype=object),
    "str array": np.array,
    "StringDType": lambda x: np.array(x, dtype=np.dtypes.StringDType()),
    "bytes array": lambda x: np.array([s.encode() for s in x]),
    "pandas": pd.Series,
    "pandas object": lambda x: pd.Series(x, dtype=object, index=range(7, 7 + len(x))),
    "pandas arrow": lambda x: pd.Series(x, dtype=pd.ArrowDtype(pa.string())),
    "polars": pl.Series,
    "pyarrow": pa.array,
    "pyarrow chunked": lambda x: pa.chunked_array([x[:5], x[5:]]),
    "Seq": lambda x: [Seq(s) for s in x],
    "SeqRecord": lambda x: [SeqRecord(Seq(s)) for s in x],
    "bytes": lambda x: [s.encode() for s in x],
    "lower case": lambda x: [s.lower() for s in x],
    "column": lambda x: np.array(x, dtype=object)[:, None],
    "pandas frame": lambda x: pd.DataFrame({"sequence": x}),
    "polars frame": lambda x: pl.DataFrame({"sequence": x}),
}
ALIGNED: dict[str, Callable[[list[str]], Any]] = {
    "characters": lambda x: np.array([list(s) for s in x]),
    "lists of characters": lambda x: [list(s) for s in x],
    "array of Seq": lambda x: np.array([Seq(s) for s in x]),
    "frame of characters": lambda x: pd.DataFrame([list(s) for s in x]),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_sequences_predicts_the_same(
    regressor: LyraRegressor, form: str
) -> None:
    expected = regressor.predict(X)
    np.testing.assert_array_equal(regressor.predict(FORMS[form](X)), expected)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_sequences_fits_the_same(form: str) -> None:
    model = LyraRegressor(**{**NETWORK, "max_epochs": 1})
    expected = model.fit(X, Y).predict(X)
    np.testing.assert_array_equal(model.fit(FORMS[form](X), Y).predict(X), expected)


@pytest.mark.parametrize("form", [*FORMS, *ALIGNED])
def test_every_form_of_aligned_sequences_predicts_the_same(
    equal_lengths: LyraRegressor, form: str
) -> None:
    expected = equal_lengths.predict(X_EQUAL)
    given_form = {**FORMS, **ALIGNED}[form](X_EQUAL)
    np.testing.assert_array_equal(equal_lengths.predict(given_form), expected)


@pytest.mark.parametrize("X_", [X, X_EQUAL], ids=["ragged", "equal"])
def test_one_hot_in_front_is_the_estimator_alone(X_: list[str]) -> None:
    alone = LyraRegressor(alphabet="protein", **NETWORK).fit(X_, Y)
    encoded = SequenceOneHotEncoder("protein").fit(X_)
    behind = LyraRegressor(alphabet="protein", **NETWORK).fit(encoded.transform(X_), Y)
    np.testing.assert_array_equal(
        behind.predict(encoded.transform(X_)), alone.predict(X_)
    )
    # the same numbers without being told what they are: another path, same network
    blind = LyraRegressor(**NETWORK).fit(encoded.transform(X_), Y)
    assert blind.alphabet_ is None
    np.testing.assert_allclose(
        blind.predict(encoded.transform(X_)), alone.predict(X_), rtol=1e-4
    )


def test_channels_may_be_an_array_or_a_list_of_arrays(
    equal_lengths: LyraRegressor,
) -> None:
    encoder = SubstitutionMatrixEncoder().fit(X_EQUAL)
    cube = encoder.transform(X_EQUAL)
    model = LyraRegressor(**NETWORK).fit(cube, Y)
    np.testing.assert_array_equal(model.predict(list(cube)), model.predict(cube))
    assert model.n_parameters_ == equal_lengths.n_parameters_


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_prediction_depends_on_the_sequence_alone(
    classifier: LyraClassifier, regressor: LyraRegressor, data: st.DataObject
) -> None:
    text = st.text(LETTERS + "XB", min_size=1, max_size=40)
    # not what stands for a missing value, or is a name such as WT
    text = text.filter(lambda row: row.lower() not in {"na", "nan", *NAMES})
    rows = data.draw(st.lists(text, min_size=1, max_size=12))
    order = data.draw(st.permutations(range(len(rows))))
    alone = np.concatenate([regressor.predict([row]) for row in rows])
    together = regressor.predict(rows)
    np.testing.assert_allclose(together, alone, atol=1e-5)
    shuffled = regressor.predict([rows[i] for i in order])
    np.testing.assert_allclose(shuffled, alone[list(order)], atol=1e-5)
    with pytest.warns(LengthWarning):
        crowded = regressor.predict([*rows, "ACDEFGHIKL" * 120, *X])
    np.testing.assert_allclose(crowded[: len(rows)], alone, atol=1e-5)
    probability = classifier.predict_proba(rows)
    crowd = classifier.predict_proba([*rows, *X, *X])[: len(rows)]
    np.testing.assert_allclose(crowd, probability, atol=1e-5)


def test_alphabet_is_found_and_kept() -> None:
    dna = ["ACGTACGTAC", "ACGGTTNACA"] * 15
    assert LyraRegressor(**NETWORK).fit(dna, Y[:30]).alphabet_.name == "dna"
    rna = [s.replace("T", "U") for s in dna]
    model = LyraRegressor(**NETWORK).fit(rna, Y[:30])
    assert model.alphabet_.name == "rna"
    np.testing.assert_array_equal(model.predict(dna), model.predict(rna))
    own = Alphabet("two", "AB", degenerate={"N": "AB"}, wildcard="N")
    letters = LyraRegressor(**NETWORK, alphabet=own).fit(["AB", "BA"] * 15, Y[:30])
    assert letters.alphabet_ == own


def test_stop_codons_in_training_get_a_channel(regressor: LyraRegressor) -> None:
    cut = [x[:3] + "*" + x[4:] for x in X[:20]] + X[20:]
    model = LyraRegressor(**NETWORK).fit(cut, Y)
    assert model.alphabet_.letters == LETTERS + "*"
    with pytest.warns(AlphabetWarning, match=r"X\[1\] has '\*' at position 2 "):
        regressor.predict(["ACDEF", "AC*EF"])


def test_long_sequences_predict_with_a_warning(regressor: LyraRegressor) -> None:
    with pytest.warns(
        LengthWarning, match=r"X\[1\] has 70 positions.* had 30"
    ) as found:
        out = regressor.predict(["ACD", "ACDEFGHIKL" * 7, "ACDEFGHIKL" * 7])
    assert len(found) == 1
    assert np.isfinite(out).all()
    regressor.predict(["ACDEFGHIKL" * 6])  # twice the longest: no warning
