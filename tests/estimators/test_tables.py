"""Tables with columns of sequences, numbers and categories, read for a model."""

from __future__ import annotations

import pickle
import warnings
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
from skops import io as skops_io

from sklyra import DNA, PROTEIN, TRUSTED_TYPES, Alphabet, LyraClassifier, LyraRegressor
from sklyra.datasets import make_pairs
from sklyra.estimators.reading import InputReader
from sklyra.estimators.tables import ColumnReader, learn_inputs
from sklyra.exceptions import (
    AlphabetWarning,
    CovariateWarning,
    LengthWarning,
    SklyraWarning,
    UnknownCharacterError,
)
from sklyra.sequences import Inputs
from tests.estimators.cases import proteins
from tests.persistence.test_states import plain
from tests.settings import LEAST, SINGLE

N = 40
_RNG = np.random.default_rng(0)
GUIDES = ["".join(_RNG.choice(list("ACGT"), 20)) for _ in range(N)]
TARGETS = proteins(N, 8, 14)
CELLS = ["HEK293", "A549"] * (N // 2)
DOSES = _RNG.normal(size=N).tolist()
DATA = {"guide": GUIDES, "target": TARGETS, "cell": CELLS, "dose": DOSES}
NAMES = list(DATA)
TABLE = pd.DataFrame(DATA)
ROWS = [list(row) for row in zip(*DATA.values(), strict=True)]

NAMED: dict[str, Any] = {
    "pandas": TABLE,
    "pandas with categories": TABLE.astype({"cell": "category"}),
    "pandas of arrow": TABLE.convert_dtypes(dtype_backend="pyarrow"),
    "polars": pl.DataFrame(DATA),
    "polars with Enum": pl.DataFrame(
        DATA, schema_overrides={"cell": pl.Enum(["A549", "HEK293"])}
    ),
    "pyarrow": pa.table(DATA),
    "pyarrow with a dictionary": pa.table(
        {**DATA, "cell": pa.array(CELLS).dictionary_encode()}
    ),
    "dict": DATA,
    "array of named fields": np.array(
        list(map(tuple, ROWS)),
        [("guide", "U20"), ("target", "U14"), ("cell", "U6"), ("dose", float)],
    ),
}
UNNAMED: dict[str, Any] = {"array": np.array(ROWS, dtype=object), "rows": ROWS}


def learn(X: Any, **parameters: Any) -> tuple[ColumnReader, Inputs, LyraRegressor]:
    model = LyraRegressor(**parameters)
    reader, inputs = ColumnReader.learn(model, X)
    return reader, inputs, model


def assert_same(found: Inputs, expected: Inputs) -> None:
    assert len(found.chains) == len(expected.chains)
    for one, other in zip(found.chains, expected.chains, strict=True):
        np.testing.assert_array_equal(one.values, other.values)
        np.testing.assert_array_equal(one.offsets, other.offsets)
        assert one.alphabet == other.alphabet
    if expected.covariates is None:
        assert found.covariates is None
    else:
        np.testing.assert_array_equal(found.covariates, expected.covariates)


@pytest.fixture(scope="module")
def fitted() -> tuple[ColumnReader, LyraRegressor]:
    reader, _, model = learn(TABLE)
    return reader, model


@pytest.mark.parametrize("form", NAMED)
def test_every_container_reads_the_same(
    form: str, fitted: tuple[ColumnReader, LyraRegressor]
) -> None:
    reader, model = fitted
    again, inputs, other = learn(NAMED[form])
    expected = reader.read(model, TABLE)
    assert [chain.decode() for chain in expected.chains] == [GUIDES, TARGETS]
    assert expected.covariates.shape == (N, 3)
    assert again.covariate_names == ["cell=A549", "cell=HEK293", "dose"]
    assert_same(inputs, expected)
    assert_same(again.read(other, NAMED[form]), expected)
    assert_same(reader.read(model, NAMED[form]), expected)
    assert other.feature_names_in_.tolist() == NAMES
    assert other.n_features_in_ == 4


@pytest.mark.parametrize("form", UNNAMED)
def test_columns_without_names_are_found_by_their_place(form: str) -> None:
    reader, inputs, model = learn(UNNAMED[form])
    assert_same(inputs, learn(TABLE)[1])
    assert reader.names == ["x0", "x1", "x2", "x3"]
    assert model.n_features_in_ == 4
    assert not hasattr(model, "feature_names_in_")
    assert_same(reader.read(model, ROWS[:3]), inputs.take(np.arange(3)))
    with pytest.warns(SklyraWarning, match="taken in this order, not by name"):
        assert_same(reader.read(model, TABLE), inputs)
    for key in (2, "x2"):
        chosen = learn(UNNAMED[form], columns={key: "category"})[0]
        assert chosen.describe()[2]["kind"] == "category"
    with pytest.raises(
        ValueError, match=r"X has 3 features, but LyraRegressor is expec"
    ):
        reader.read(model, [row[:3] for row in ROWS])


def test_a_model_of_names_warns_of_none(
    fitted: tuple[ColumnReader, LyraRegressor],
) -> None:
    reader, model = fitted
    message = r"does not have valid feature names.*order \['guide', 'target', 'cell'"
    with pytest.warns(SklyraWarning, match=message):
        inputs = reader.read(model, ROWS)
    assert_same(inputs, reader.read(model, TABLE))


def test_columns_are_described() -> None:
    own = Alphabet("own", "ACGT")
    reader, _, _ = learn(TABLE, columns={"guide": own})
    found = reader.describe()
    assert all(row.pop("used") for row in found)
    assert found == [
        {"name": "guide", "kind": "sequence", "alphabet": own, "levels": None},
        {"name": "target", "kind": "protein", "alphabet": PROTEIN, "levels": None},
        {
            "name": "cell",
            "kind": "category",
            "alphabet": None,
            "levels": ["A549", "HEK293"],
        },
        {"name": "dose", "kind": "number", "alphabet": None, "levels": None},
    ]
    assert reader.alphabets == {"guide": own, "target": PROTEIN}
    assert reader.alphabet is None
    assert reader.n_channels == 24
    assert reader.max_length == 20
    single = learn(TABLE[["dose", "guide"]])[0]
    assert single.alphabet == DNA
    assert single.n_channels == 4


@pytest.mark.parametrize("X", [GUIDES, TABLE[["guide"]], np.eye(3), TABLE[["dose"]]])
def test_what_is_no_table_is_read_as_ever(X: Any) -> None:
    reader, inputs = learn_inputs(LyraRegressor(), X)
    assert isinstance(reader, InputReader)
    assert_same(inputs, InputReader.learn(LyraRegressor(), X)[1])


@pytest.mark.parametrize("estimator", [LyraRegressor, LyraClassifier])
def test_a_table_of_one_column_can_be_fitted(estimator: type[Any]) -> None:
    labels = np.array(CELLS)
    y = labels if estimator is LyraClassifier else np.array(DOSES)
    X = TABLE[["guide"]]
    model = estimator(**LEAST, columns={"guide": "protein"}, random_state=0)
    model.fit(X, y)
    assert model.alphabet_ == {"guide": PROTEIN}
    assert model.columns_[0]["kind"] == "protein"
    alone = estimator(**LEAST, alphabet="protein", random_state=0).fit(X, y)
    np.testing.assert_array_equal(model.predict(X), alone.predict(X))
    assert alone.alphabet_ == PROTEIN
    for other in (alone, estimator()):
        assert not hasattr(other, "columns_")
    saved = skops_io.dumps(model)
    assert set(skops_io.get_untrusted_types(data=saved)) <= set(TRUSTED_TYPES)
    loaded = skops_io.loads(saved, trusted=TRUSTED_TYPES)
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    assert loaded.columns_ == model.columns_
    with pytest.warns(LengthWarning, match=r'X\["guide"\]\[1\] has 50 positions'):
        model.predict(pd.DataFrame({"guide": ["ACGT", "ACDEF" * 10]}))
    model.set_params(columns=None).fit(GUIDES, y)
    assert not hasattr(model, "columns_")


@given(st.permutations(range(N)), st.permutations(NAMES))
@settings(max_examples=15, deadline=None)
def test_the_order_of_rows_and_columns_does_not_matter(
    rows: list[int], names: list[str]
) -> None:
    reader, inputs, model = learn(TABLE)
    shuffled = TABLE.iloc[rows][names]
    assert_same(reader.read(model, shuffled), inputs.take(np.array(rows)))
    again, _, other = learn(shuffled)
    key = {row["name"]: row for row in reader.describe()}
    assert {row["name"]: row for row in again.describe()} == key
    place = [name for name in names if name in ("guide", "target")]
    by_name = dict(zip(place, again.read(other, TABLE).chains, strict=True))
    for name, chain in zip(("guide", "target"), inputs.chains, strict=True):
        np.testing.assert_array_equal(by_name[name].values, chain.values)


def test_states_are_plain_and_complete() -> None:
    table = TABLE.assign(day=[1.0, None] * (N // 2))
    with pytest.warns(CovariateWarning, match=r'X\["day"\] is missing in 20 of 40'):
        reader, inputs, model = learn(table, columns={"target": "protein"})
    state = reader.to_state()
    assert plain(state)
    for again in (ColumnReader.from_state(state), pickle.loads(pickle.dumps(reader))):
        assert again.to_state() == state
        assert_same(again.read(model, table), inputs)
        assert again.describe() == reader.describe()
    with pytest.raises(ValueError, match="version 2"):
        ColumnReader.from_state({**state, "version": 2})


def test_an_alphabet_is_for_columns_that_are_written_in_it() -> None:
    assert learn(TABLE, alphabet="dna")[0].alphabets["target"] == PROTEIN
    both = learn(TABLE[["guide", "target"]], alphabet=PROTEIN)[0].alphabets
    assert both == {"guide": PROTEIN, "target": PROTEIN}
    lower = TABLE[["guide", "target"]].assign(guide=[g.lower() for g in GUIDES])
    assert learn(lower, alphabet="protein")[0].alphabets == both
    records = {"guide": GUIDES, "target": [SeqRecord(Seq(t)) for t in TARGETS]}
    assert learn(records, alphabet="dna")[0].alphabets["target"] == PROTEIN
    named = learn(TABLE, alphabet="protein", columns={"guide": "dna"})[0].alphabets
    assert named == {"guide": DNA, "target": PROTEIN}
    # of one column it is the alphabet, whatever that holds
    with pytest.raises(UnknownCharacterError, match="'dna' allows"):
        learn(TABLE[["target", "dose"]], alphabet="dna")
    masked = TABLE.assign(guide=[GUIDES[0][:-1] + "E", *GUIDES[1:]])
    chains = learn(masked, unknown="mask")[1].chains
    assert chains[0].decode()[0] == GUIDES[0][:-1] + "N"


def test_kinds_can_be_given() -> None:
    table = pd.DataFrame(
        {
            "guide": GUIDES,
            "peptide": ["HEK", "WT"] * (N // 2),
            "plate": [1, 2] * (N // 2),
            "dose": ["0.5", "1"] * (N // 2),
        }
    )
    kinds = {"peptide": "protein", "plate": "category", "dose": "number"}
    reader, inputs, model = learn(table, columns=kinds)
    assert [row["kind"] for row in reader.describe()] == ["dna", *kinds.values()]
    assert reader.covariate_names == ["plate=1", "plate=2", "dose"]
    assert_same(reader.read(model, table), inputs)


FIT: list[tuple[Any, dict[str, Any], type[Exception], str]] = [
    (
        TABLE[["cell", "dose"]],
        {},
        ValueError,
        r"No column .* sequences: 'cell' \(category\), 'dose' \(number\).*"
        r'columns=\{"cell": "sequence"\}',
    ),
    (
        TABLE[["dose"]],
        {"columns": {"dose": "number"}},
        ValueError,
        r"No column of X was found",
    ),
    (
        TABLE.assign(cell=["HEK", "HELA"] * (N // 2)),
        {},
        ValueError,
        r'X\["cell"\] may be sequences or a category.*columns=\{"cell": "category"\}',
    ),
    (
        TABLE.assign(target=[*TARGETS[:17], None, *TARGETS[18:]]),
        {},
        ValueError,
        r'^X\["target"\]\[17\] is missing \(None\)\. Drop rows without a sequence\.$',
    ),
    (
        TABLE.assign(target=[*TARGETS[:17], "", *TARGETS[18:]]),
        {},
        ValueError,
        r'^X\["target"\]\[17\] is an empty sequence',
    ),
    (
        TABLE.assign(guide=[*GUIDES[:17], GUIDES[17][:-1] + "!", *GUIDES[18:]]),
        {},
        UnknownCharacterError,
        r"""^X\["guide"\]\[17\] has character '!' at position 19 .*If the column """
        r'holds no sequences, leave it out, or pass columns=\{"guide": "category"\}\.$',
    ),
    (
        TABLE.assign(guide=[*GUIDES[:17], GUIDES[17][:-1] + "!", *GUIDES[18:]]),
        {"columns": {"guide": "dna"}},
        UnknownCharacterError,
        r"""^X\["guide"\]\[17\] has character '!'.*correct the sequence\.$""",
    ),
    (
        TABLE.assign(guide=[GUIDES[0].replace("T", "U"), *GUIDES[1:]]),
        {},
        ValueError,
        r'^X\["guide"\] mixes alphabets: .* pass columns=\{"guide": "dna"\}',
    ),
    (
        TABLE.assign(dose=[*DOSES[:17], "high", *DOSES[18:]]),
        {},
        ValueError,
        r"""X\["dose"\]\[17\] is 'high' of type str, but 39 of 40 values""",
    ),
    (
        TABLE.assign(dose=[*DOSES[:17], np.inf, *DOSES[18:]]),
        {},
        ValueError,
        r'X\["dose"\]\[17\] is inf',
    ),
    (
        TABLE.assign(name=[f"id_{i}" for i in range(N)]),
        {},
        ValueError,
        r'X\["name"\] has 40 different values in 40 rows.*identifiers',
    ),
    (
        TABLE.assign(name=pd.Categorical([f"id_{i}" for i in range(N)])),
        {},
        ValueError,
        r'X\["name"\] has 40 different values in 40 rows.*identifiers',
    ),
    (
        TABLE,
        {"columns": {"dose": "dna"}},
        TypeError,
        r'X\["dose"\]\[0\] is .* of type float, not a sequence',
    ),
    (
        TABLE,
        {"columns": {"gide": "dna"}},
        ValueError,
        r"names 'gide', but X has no such column \(is it 'guide'\?\)\. It has \['gu",
    ),
    (
        GUIDES,
        {"columns": {"guide": "dna"}},
        ValueError,
        r"columns=\{'guide': 'dna'\} names columns of a table, but X is of type list",
    ),
    ([], {"columns": {"guide": "dna"}}, ValueError, r"Found array with 0 sample\(s\)"),
    (
        TABLE.iloc[:0],
        {"columns": {"guide": "dna"}},
        ValueError,
        r"Found array with 0 sample\(s\)",
    ),
    (
        TABLE.set_axis(["a", "a", "b", "c"], axis=1),
        {},
        ValueError,
        r"several columns named 'a'",
    ),
]


@pytest.mark.parametrize(("X", "parameters", "error", "message"), FIT)
def test_bad_tables_are_refused_with_advice(
    X: Any, parameters: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        learn_inputs(LyraRegressor(**parameters), X)


LATER: list[tuple[Any, type[Exception], str]] = [
    (
        TABLE.drop(columns="guide"),
        ValueError,
        r"^The feature names should match those that were passed during fit\.\n"
        r"X has no column 'guide'\.\n$",
    ),
    (
        TABLE.rename(columns={"guide": "guides"}),
        ValueError,
        r"X has no column 'guide' \(is it 'guides'\?\)\.\n.*not fitted with the "
        r"columns \['guides'\]\. Pass X\[\['guide', 'target', 'cell', 'dose'\]\]",
    ),
    (TABLE.assign(y=1), ValueError, r"not fitted with the columns \['y'\]"),
    (GUIDES, ValueError, r"fitted on a table with the columns \['guide', .*type list"),
    (TABLE["guide"], ValueError, r"fitted on a table with the columns .*type Series"),
    (TABLE.iloc[:0], ValueError, r"fitted on a table .*or an empty one"),
    (
        TABLE.assign(dose="high"),
        ValueError,
        r"""X\["dose"\]\[0\] is 'high' of type st""",
    ),
    (TABLE.assign(guide=1), TypeError, r'X\["guide"\]\[0\] is 1 of type int, not a se'),
    (TABLE.assign(guide=None), ValueError, r'X\["guide"\]\[0\] is missing'),
    (
        TABLE.assign(guide="ACGE"),
        UnknownCharacterError,
        r"""X\["guide"\]\[0\] has character 'E'.*'dna' allows""",
    ),
]


@pytest.mark.parametrize(("X", "error", "message"), LATER)
def test_later_tables_must_be_as_that_of_training(
    X: Any,
    error: type[Exception],
    message: str,
    fitted: tuple[ColumnReader, LyraRegressor],
) -> None:
    reader, model = fitted
    with pytest.raises(error, match=message):
        reader.read(model, X)


def test_what_is_new_later_warns(fitted: tuple[ColumnReader, LyraRegressor]) -> None:
    reader, model = fitted
    new = TABLE.assign(dose=np.nan, cell=["K562", *CELLS[1:]], guide="ACGT-ACGTT")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        inputs = reader.read(model, new)
    assert [w.category for w in caught] == [
        AlphabetWarning,
        CovariateWarning,
        CovariateWarning,
    ]
    starts = (
        "X[\"guide\"][0] has '-'",
        "X[\"cell\"][0] is 'K562'",
        'X["dose"] is miss',
    )
    for warning, start in zip(caught, starts, strict=True):
        assert str(warning.message).startswith(start)
        assert warning.filename == __file__
    np.testing.assert_array_equal(inputs.covariates[0], [0, 0, 0])
    long = TABLE.assign(target="ACDEF" * 20)
    with pytest.warns(LengthWarning, match=r'X\["target"\]\[0\] has 100 positions'):
        reader.check_lengths(reader.read(model, long), 1000)


def test_names_of_an_earlier_fit_are_forgotten() -> None:
    model = LyraRegressor()
    learn_inputs(model, TABLE)
    learn_inputs(model, np.array(ROWS, dtype=object))
    assert not hasattr(model, "feature_names_in_")
    learn_inputs(model, TABLE)
    learn_inputs(model, GUIDES)
    assert not hasattr(model, "n_features_in_")


def numbered(n: int = 40) -> tuple[pd.DataFrame, np.ndarray]:
    """A table whose columns have numbers for names."""
    table, y, _ = make_pairs(n, random_state=0)
    return pd.DataFrame(table).set_axis(range(4), axis=1), y


def test_columns_with_numbers_for_names_are_found_by_them() -> None:
    X, y = numbered()
    model = LyraRegressor(**SINGLE).fit(X, y)
    expected = model.predict(X)
    np.testing.assert_array_equal(model.predict(X[[3, 1, 0, 2]]), expected)
    np.testing.assert_array_equal(model.predict(X.to_numpy(object)), expected)
    others = X.set_axis(range(5, 9), axis=1)
    with pytest.warns(SklyraWarning, match=r"\['5', .* not by name"):
        np.testing.assert_array_equal(model.predict(others), expected)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda X: pl.from_pandas(X).lazy(), TypeError, r"LazyFrame.*X\.collect"),
        (lambda X: X.to_dict("records"), TypeError, r"list of dicts.*DataFrame\(X\)"),
        (lambda X: {**X, "dose": 1.0}, ValueError, r"X\['dose'\] is a float"),
        (lambda X: {**X, "dose": np.ones((40, 2))}, ValueError, "'dose'. is a ndarray"),
    ],
)
def test_what_is_nearly_a_table_gets_advice(change, error, message) -> None:
    X, y = numbered()
    X = X.set_axis(["guide", "target", "dose", "cell"], axis=1)
    with pytest.raises(error, match=message):
        LyraRegressor(**SINGLE).fit(change(X), y)


def test_names_that_training_had_not_warn() -> None:
    X, y = numbered()
    model = LyraRegressor(**SINGLE).fit(X.to_numpy(object), y)
    expected = model.predict(X.to_numpy(object))
    named = X.set_axis(["guide", "target", "dose", "cell"], axis=1)
    with pytest.warns(SklyraWarning, match="fitted to .'x0', .* not by name"):
        np.testing.assert_array_equal(model.predict(named), expected)
    called = X.set_axis(["x0", "x1", "x2", "x3"], axis=1)[["x3", "x0", "x2", "x1"]]
    np.testing.assert_array_equal(model.predict(called), expected)


def test_nothing_is_learned_from_rows_without_weight() -> None:
    table, y, _ = make_pairs(60, random_state=0)
    X = pd.DataFrame(table)
    weight = np.repeat([0.0, 1.0], [20, 40])
    model = LyraRegressor(**SINGLE).fit(X, y, sample_weight=weight)
    other = X.copy()
    other.loc[:9, "dose"] = 1e6
    other.loc[10:12, "dose"] = np.inf
    other.loc[13:19, "cell"] = "of no weight"
    other.loc[0, "guide"] = "?"
    again = LyraRegressor(**SINGLE).fit(other, y, sample_weight=weight)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert "of no weight" not in again.columns_[-1]["levels"]
    assert len(again.oof_prediction_) == 60
