"""Models of tables: several columns of sequences, numbers and categories."""

from __future__ import annotations

import warnings

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, KFold, cross_val_predict

from sklyra import LyraClassifier, LyraRegressor, LyraSearchCV, predict_stream
from sklyra.ensemble import boosted_trees
from sklyra.exceptions import RepeatWarning
from tests.settings import ENSEMBLE, SINGLE


def draw_table(n, seed=0):
    """Guides in targets with mismatches, at doses, in two kinds of cells."""
    rng = np.random.default_rng(seed)
    targets = rng.choice(list("ACGT"), (n, 14))
    guides = targets[:, 3:11].copy()
    for row, guide in enumerate(guides):
        for at in rng.choice(8, rng.integers(4), replace=False):
            guide[at] = rng.choice([c for c in "ACGT" if c != targets[row, 3 + at]])
    table = pd.DataFrame(
        {
            "guide": ["".join(row) for row in guides],
            "target": ["".join(row) for row in targets],
            "dose": rng.normal(size=n),
            "cell": pd.Categorical(rng.choice(["HEK", "K562"], n)),
        }
    )
    mismatches = (guides != targets[:, 3:11]).sum(axis=1)
    y = table["dose"] - mismatches + 2 * (table["cell"] == "HEK")
    return table, y.to_numpy(float)


TABLE, Y = draw_table(80)
NEW, NEW_Y = draw_table(40, seed=1)


@pytest.fixture(scope="module", autouse=True)
def few_trees():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(boosted_trees._OPTIONS, "max_iter", 25)
        yield


@pytest.fixture(scope="module")
def model():
    return LyraRegressor(**ENSEMBLE).fit(TABLE, Y)


def test_all_parts_read_tables(model):
    parts = model.predict_parts(NEW)
    assert list(parts) == [
        "lyra",
        "perceptron",
        "gaussian_process",
        "boosted_trees",
        "extra_trees",
    ]
    assert {name: values.shape for name, values in parts.items()} == {
        "lyra": (2, 40),
        "perceptron": (2, 40),
        "gaussian_process": (1, 40),
        "boosted_trees": (2, 40),
        "extra_trees": (2, 40),
    }
    assert model.score(NEW, NEW_Y) > 0.8
    assert len(model.oof_prediction_) == 80
    assert model.embed(NEW).shape[0] == 40


def test_rows_and_columns_may_come_in_any_order(model):
    expected = model.predict(NEW)
    order = np.random.default_rng(0).permutation(40)
    shuffled = NEW.iloc[order][["dose", "target", "cell", "guide"]]
    np.testing.assert_allclose(model.predict(shuffled), expected[order], atol=1e-5)
    alone = [model.predict(NEW.iloc[[row]])[0] for row in range(5)]
    np.testing.assert_allclose(alone, expected[:5], atol=1e-5)
    polars = pl.from_pandas(NEW)
    np.testing.assert_allclose(model.predict(polars), expected, atol=1e-5)


def test_a_saved_model_of_a_table_predicts_the_same(model, tmp_path):
    joblib.dump(model, tmp_path / "model.joblib")
    again = joblib.load(tmp_path / "model.joblib")
    np.testing.assert_array_equal(again.predict(NEW), model.predict(NEW))
    assert again.variance_shares_ == model.variance_shares_


def test_tables_are_predicted_chunk_by_chunk(model, tmp_path):
    NEW.to_csv(tmp_path / "new.csv", index=False)
    chunks = pd.read_csv(tmp_path / "new.csv", chunksize=15)
    parts = list(predict_stream(model, chunks))
    assert [len(part) for part in parts] == [15, 15, 10]
    np.testing.assert_allclose(np.concatenate(parts), model.predict(NEW), atol=1e-5)
    for table in (NEW, dict(NEW)):
        with pytest.raises(TypeError, match="chunks is one table: pass several"):
            predict_stream(model, table)


def test_partitions_of_a_distributed_table_are_predicted(model):
    frame = pytest.importorskip("dask.dataframe")
    spread = frame.from_pandas(NEW, npartitions=3)
    found = spread.map_partitions(
        lambda part: pd.Series(model.predict(part), index=part.index),
        meta=(None, "f8"),
    ).compute(scheduler="threads")
    np.testing.assert_allclose(found, model.predict(NEW), atol=1e-5)


def test_terms_of_the_kernel_are_named_by_columns(model):
    names = model.variance_shares_
    numbers = "covariates and mismatches"
    assert {"additive", "guide", "target", "guide facing target", numbers} <= set(names)
    assert sum(names.values()) == pytest.approx(1)
    assert len(model.additive_effects_["position"]) == 0


@pytest.mark.slow
def test_classes_are_learned_from_tables():
    labels = np.where(np.median(Y) < Y, "active", "inactive")
    model = LyraClassifier(**ENSEMBLE).fit(TABLE, labels)
    assert model.score(NEW, np.where(np.median(Y) < NEW_Y, "active", "inactive")) > 0.75
    assert model.predict_proba(NEW).shape == (40, 2)


@pytest.mark.slow
def test_tables_are_cross_validated_and_searched():
    model = LyraRegressor(**SINGLE)
    assert cross_val_predict(model, TABLE, Y, cv=2).shape == (80,)
    model.set_params(gaussian_process=False)
    grid = GridSearchCV(model, {"pooling": ["mean", "max"]}, cv=2).fit(TABLE, Y)
    assert grid.predict(NEW).shape == (40,)
    search = LyraSearchCV(model, n_trials=1, cv=2, random_state=0).fit(TABLE, Y)
    assert search.predict(NEW).shape == (40,)


@pytest.mark.slow
def test_training_on_tables_goes_on():
    model = LyraRegressor(**SINGLE, warm_start=True).fit(TABLE, Y)
    before = model.predict(NEW)
    model.fit(TABLE, Y)
    assert not np.array_equal(model.predict(NEW), before)
    part = clone(model).partial_fit(TABLE, Y).partial_fit(NEW, NEW_Y)
    assert part.predict(NEW).shape == (40,)


def test_one_sequence_and_a_number_is_a_table():
    rng = np.random.default_rng(0)
    proteins = [
        "".join(row) for row in rng.choice(list("ACDEFGHIKLMNPQRSTVWY"), (60, 9))
    ]
    score = rng.normal(size=60)
    table = pd.DataFrame({"protein": proteins, "language_model": score})
    model = LyraRegressor(**ENSEMBLE).fit(table[:40], score[:40])
    assert model.score(table[40:], score[40:]) > 0.9


def test_samples_of_equal_sequences_are_held_out_together():
    twice = pd.concat([TABLE[:30], TABLE[:30].assign(dose=lambda t: t["dose"] + 1)])
    y = np.concatenate([Y[:30], Y[:30] + 1])
    model = LyraRegressor(**ENSEMBLE, gaussian_process=False).fit(twice, y)
    known = np.isfinite(model.oof_prediction_)
    np.testing.assert_array_equal(known[:30], known[30:])


def test_a_receptor_with_several_peptides_is_one_receptor():
    table = pd.DataFrame(
        {
            "receptor": list(TABLE["target"][:40]) * 2,
            "peptide": ["ACGTACGT"] * 40 + ["CCGTACCA"] * 40,
        }
    )
    y = np.concatenate([Y[:40], -Y[:40]])
    options = {**ENSEMBLE, "gaussian_process": False}
    with pytest.warns(RepeatWarning):
        model = LyraRegressor(**options).fit(table, y)
    known = np.isfinite(model.oof_prediction_)
    np.testing.assert_array_equal(known[:40], known[40:])


def test_one_strand_of_tables_is_read():
    model = LyraRegressor(**ENSEMBLE, reverse_complement=True)
    with pytest.raises(ValueError, match="reverse_complement=True is for one column"):
        model.fit(TABLE, Y)


def test_a_column_that_recurs_is_warned_of():
    table = TABLE[["guide", "target"]].assign(target=list(TABLE["target"][:8]) * 10)
    model = LyraRegressor(**SINGLE, gaussian_process=False)
    message = (
        r'X\["target"\] has 8 different sequences in 80 rows.*groups=X\["target"\]'
    )
    with pytest.warns(RepeatWarning, match=message):
        model.fit(table, Y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.fit(table, Y, groups=table["target"])


def test_dicts_of_columns_are_held_out_by_groups():
    columns = {name: TABLE[name].tolist() for name in TABLE}
    model = LyraRegressor(**ENSEMBLE, gaussian_process=False)
    groups = np.arange(80) // 4
    model.fit(columns, Y, groups=groups)
    known = np.isfinite(model.oof_prediction_)
    assert all(len(set(known[groups == group])) == 1 for group in range(20))
    by_splitter = clone(model).set_params(cv=KFold(2)).fit(columns, Y)
    assert np.isfinite(by_splitter.oof_prediction_).all()


@given(st.data())
@settings(max_examples=20)
def test_a_row_is_predicted_by_itself_alone(model, data):
    rows = data.draw(st.lists(st.integers(0, 39), min_size=1, max_size=12))
    columns = data.draw(st.permutations(list(NEW)))
    found = model.predict(NEW.iloc[rows][columns])
    np.testing.assert_allclose(found, model.predict(NEW)[rows], atol=1e-5)
