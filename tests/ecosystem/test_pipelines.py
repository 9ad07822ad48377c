"""Pipelines, tables of columns, and frames as output."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from sklearn.base import BaseEstimator, clone
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklyra import (
    KmerVectorizer,
    PhysicochemicalEncoder,
    SequenceOneHotEncoder,
    SubstitutionMatrixEncoder,
)
from tests.ecosystem.cases import (
    X_NEW,
    Y_NEW,
    X,
    Y,
    classifier,
    hydrophobic_task,
    regressor,
    without_primer,
)


def test_sequences_and_numbers_may_be_columns_of_one_table() -> None:
    dose = np.random.default_rng(2).normal(size=len(X))
    table = pd.DataFrame({"sequence": X, "dose": dose})
    columns = ColumnTransformer(
        [
            ("letters", SequenceOneHotEncoder(flatten=True), "sequence"),
            ("numbers", "passthrough", ["dose"]),
        ]
    )
    model = make_pipeline(columns, Ridge(alpha=1e-3)).fit(table[:100], (Y + dose)[:100])
    assert columns.transform(table).shape == (150, 6 * 4 + 1)
    names = columns.get_feature_names_out()
    assert names[0] == "letters__p1_A"
    assert names[-1] == "numbers__dose"
    assert model.score(table[100:], (Y + dose)[100:]) > 0.999
    # a count of A is 1 for A and 0 for others, centred by an intercept
    effects = pd.Series(model[-1].coef_, names)
    np.testing.assert_allclose(
        effects.filter(like="_A") - effects.filter(like="_C").to_numpy(), 1, atol=0.01
    )


@pytest.mark.parametrize("columns", ["sequence", ["sequence"]])
@pytest.mark.parametrize("together", [True, False])
def test_an_encoder_in_a_table_is_told_to_flatten(columns: Any, together: bool) -> None:
    table = pd.DataFrame({"sequence": X[:9]})
    encoder = SequenceOneHotEncoder()
    maker = ColumnTransformer([("letters", encoder, columns)])
    if not together:
        maker = FeatureUnion([("a", encoder), ("b", encoder)])
        table = table["sequence"]
    with pytest.raises(ValueError, match=r"needs one table: pass flatten=True"):
        maker.fit_transform(table)
    assert encoder.fit_transform(table).shape == (9, 6, 4)  # nobody makes a table here


def test_counts_of_words_may_be_dense_and_a_frame() -> None:
    sparse_counts = KmerVectorizer(2).fit_transform(X)
    encoder = KmerVectorizer(2, sparse_output=False)
    counts = encoder.fit_transform(X)
    assert isinstance(counts, np.ndarray)
    np.testing.assert_array_equal(counts, sparse_counts.toarray())
    for kind in ("pandas", "polars"):
        frame = encoder.set_output(transform=kind).fit_transform(X)
        np.testing.assert_array_equal(frame.to_numpy(), counts)
        assert list(frame.columns) == list(encoder.get_feature_names_out())
    with pytest.raises(TypeError, match="sparse_output"):
        KmerVectorizer(2, sparse_output="no").fit(X)


def test_a_one_hot_encoder_in_front_changes_nothing() -> None:
    P, y = hydrophobic_task()
    alone = regressor(alphabet="protein").fit(P, y)
    pipeline = make_pipeline(SequenceOneHotEncoder("protein"), clone(alone)).fit(P, y)
    # the estimator looks letters up in single precision, the pipeline multiplies
    np.testing.assert_allclose(pipeline.predict(P), alone.predict(P), atol=1e-6)
    assert alone.score(P, y) > 0.7


def test_a_one_hot_encoder_in_front_changes_nothing_at_other_lengths() -> None:
    ragged = [sequence[: 3 + i % 4] for i, sequence in enumerate(X)]
    labels = np.where([sequence.count("A") > 1 for sequence in ragged], "many", "few")
    pipeline = make_pipeline(SequenceOneHotEncoder("dna"), classifier(alphabet="dna"))
    found = pipeline.fit(ragged, labels).predict_proba(ragged)
    alone = classifier(alphabet="dna").fit(ragged, labels)
    np.testing.assert_allclose(found, alone.predict_proba(ragged), atol=1e-6)
    assert alone.score(ragged, labels) > 0.8


@pytest.mark.parametrize(
    ("encoder", "encoding"),
    [
        (SubstitutionMatrixEncoder(alphabet="protein"), "substitution"),
        (PhysicochemicalEncoder(), "physicochemical"),
    ],
)
def test_an_encoder_in_front_is_as_good_as_inside(
    encoder: BaseEstimator, encoding: str
) -> None:
    P, y = hydrophobic_task()
    found = make_pipeline(encoder, regressor()).fit(P, y).predict(P)
    assert found.shape == (150,)
    assert r2_score(y, found) > 0.6
    inside = regressor(encoding=encoding, alphabet="protein").fit(P, y)
    # one multiplies before training and one within: rounding grows over the steps
    np.testing.assert_allclose(found, inside.predict(P), atol=0.01 * y.std())


def test_counts_of_words_go_to_a_linear_model() -> None:
    model = make_pipeline(KmerVectorizer(1), Ridge(alpha=1e-3)).fit(X, Y)
    assert model.score(X_NEW, Y_NEW) > 0.999


def test_a_function_may_edit_sequences_first(values: np.ndarray) -> None:
    longer = [f"GG{sequence}" for sequence in X]
    pipeline = make_pipeline(FunctionTransformer(without_primer), regressor())
    found = pipeline.fit(longer, Y).predict([f"TT{sequence}" for sequence in X_NEW])
    np.testing.assert_array_equal(found, values)
    assert r2_score(Y_NEW, values) > 0.8


def cut_primer(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.apply(lambda column: column.str[2:])


@pytest.mark.parametrize(
    "pipeline",
    [
        make_pipeline(SequenceOneHotEncoder(flatten=True), Ridge()),
        make_pipeline(FunctionTransformer(cut_primer), regressor(max_epochs=1)),
        make_pipeline(
            SequenceOneHotEncoder("dna"), regressor(alphabet="dna", max_epochs=1)
        ),
    ],
    ids=["flat encoder", "function", "encoder"],
)
def test_output_set_to_pandas_changes_no_prediction(pipeline: BaseEstimator) -> None:
    table, new = pd.DataFrame({"sequence": X}), pd.DataFrame({"sequence": X_NEW})
    expected = clone(pipeline).fit(table, Y).predict(new)
    with sklearn.config_context(transform_output="pandas"):
        found = clone(pipeline).fit(table, Y).predict(new)
    np.testing.assert_array_equal(found, expected)


def test_flat_encoders_give_a_frame_where_asked() -> None:
    with sklearn.config_context(transform_output="pandas"):
        frame = SequenceOneHotEncoder(flatten=True).fit_transform(pd.Series(X))
    assert frame.shape == (150, 24)
    assert frame.columns[:5].tolist() == ["p1_A", "p1_C", "p1_G", "p1_T", "p2_A"]
    np.testing.assert_array_equal(frame.filter(like="_A").sum(axis=1), Y)


@pytest.mark.parametrize("module", [pd, pl])
def test_frames_have_a_name(module: Any) -> None:
    frame = module.DataFrame({"sequence": X.tolist()})
    model = regressor(max_epochs=1).fit(frame, Y)
    assert model.feature_names_in_.tolist() == ["sequence"]
    assert model.n_features_in_ == 1
    np.testing.assert_array_equal(model.predict(frame), model.predict(X))
    other = module.DataFrame({"plasmid": X.tolist()})
    with pytest.raises(ValueError, match=r"(?s)feature names.*plasmid"):
        model.predict(other)
    assert not hasattr(model.fit(X, Y), "feature_names_in_")
    model.predict(other)
