"""What the estimators promise, for every kind of input."""

from __future__ import annotations

import pickle
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
from sklearn.exceptions import NotFittedError

from sklyra import (
    PROTEIN,
    PUBLISHED,
    Alphabet,
    LyraClassifier,
    LyraRegressor,
    SequenceOneHotEncoder,
    SubstitutionMatrixEncoder,
)
from sklyra.exceptions import AlphabetWarning, LengthWarning, UnknownCharacterError
from sklyra.nn import POOLINGS

SMALL: dict[str, Any] = {
    "n_members": 1,
    "gaussian_process": False,
    "perceptron": False,
    "d_model": 16,
    "pgc_hidden": (8, 16),
    "d_state": 8,
    "head_hidden": 16,
    "batch_size": 16,
    "max_epochs": 3,
    "random_state": 0,
}
LETTERS = PROTEIN.letters


def proteins(n: int, low: int, high: int, seed: int = 0) -> list[str]:
    rng = np.random.default_rng(seed)
    lengths = rng.integers(low, high + 1, n)
    return ["".join(rng.choice(list(LETTERS), length)) for length in lengths]


X = proteins(60, 5, 30)
X_EQUAL = proteins(60, 12, 12)
Y = np.array([float(x.count("A")) for x in X]) + 5
LABELS = np.array(["few", "some", "many"])[np.digitize(Y, [5.5, 6.5])]
REGRESSOR = LyraRegressor(**SMALL).fit(X, Y)  # for reading only
CLASSIFIER = LyraClassifier(**SMALL).fit(X, LABELS)
EQUAL = LyraRegressor(**SMALL).fit(X_EQUAL, Y)

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
def test_every_form_of_sequences_predicts_the_same(form: str) -> None:
    expected = REGRESSOR.predict(X)
    np.testing.assert_array_equal(REGRESSOR.predict(FORMS[form](X)), expected)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_sequences_fits_the_same(form: str) -> None:
    model = LyraRegressor(**{**SMALL, "max_epochs": 1})
    expected = model.fit(X, Y).predict(X)
    np.testing.assert_array_equal(model.fit(FORMS[form](X), Y).predict(X), expected)


@pytest.mark.parametrize("form", [*FORMS, *ALIGNED])
def test_every_form_of_aligned_sequences_predicts_the_same(form: str) -> None:
    expected = EQUAL.predict(X_EQUAL)
    given_form = {**FORMS, **ALIGNED}[form](X_EQUAL)
    np.testing.assert_array_equal(EQUAL.predict(given_form), expected)


@pytest.mark.parametrize("X_", [X, X_EQUAL], ids=["ragged", "equal"])
def test_one_hot_in_front_is_the_estimator_alone(X_: list[str]) -> None:
    alone = LyraRegressor(alphabet="protein", **SMALL).fit(X_, Y)
    encoded = SequenceOneHotEncoder("protein").fit(X_)
    behind = LyraRegressor(alphabet="protein", **SMALL).fit(encoded.transform(X_), Y)
    np.testing.assert_array_equal(
        behind.predict(encoded.transform(X_)), alone.predict(X_)
    )
    # the same numbers without being told what they are: another path, same network
    blind = LyraRegressor(**SMALL).fit(encoded.transform(X_), Y)
    assert blind.alphabet_ is None
    np.testing.assert_allclose(
        blind.predict(encoded.transform(X_)), alone.predict(X_), rtol=1e-4
    )


def test_channels_may_be_an_array_or_a_list_of_arrays() -> None:
    encoder = SubstitutionMatrixEncoder().fit(X_EQUAL)
    cube = encoder.transform(X_EQUAL)
    model = LyraRegressor(**SMALL).fit(cube, Y)
    np.testing.assert_array_equal(model.predict(list(cube)), model.predict(cube))
    assert model.n_parameters_ == EQUAL.n_parameters_


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_prediction_depends_on_the_sequence_alone(data: st.DataObject) -> None:
    text = st.text(LETTERS + "XB", min_size=1, max_size=40)
    rows = data.draw(st.lists(text, min_size=1, max_size=12))
    order = data.draw(st.permutations(range(len(rows))))
    alone = np.concatenate([REGRESSOR.predict([row]) for row in rows])
    together = REGRESSOR.predict(rows)
    np.testing.assert_allclose(together, alone, atol=1e-5)
    shuffled = REGRESSOR.predict([rows[i] for i in order])
    np.testing.assert_allclose(shuffled, alone[list(order)], atol=1e-5)
    with pytest.warns(LengthWarning):
        crowded = REGRESSOR.predict([*rows, "ACDEFGHIKL" * 120, *X])
    np.testing.assert_allclose(crowded[: len(rows)], alone, atol=1e-5)
    probability = CLASSIFIER.predict_proba(rows)
    crowd = CLASSIFIER.predict_proba([*rows, *X, *X])[: len(rows)]
    np.testing.assert_allclose(crowd, probability, atol=1e-5)


def test_regressor_returns_the_units_of_y() -> None:
    base = LyraRegressor(**SMALL).fit(X, Y).predict(X)
    moved = LyraRegressor(**SMALL).fit(X, 1000 * Y - 3).predict(X)
    assert base.dtype == np.float64
    assert base.shape == (60,)
    np.testing.assert_allclose(moved, 1000 * base - 3, rtol=1e-4)


def test_several_outputs_come_back_as_columns() -> None:
    both = np.column_stack([Y, -10 * Y])
    out = LyraRegressor(**{**SMALL, "max_epochs": 30, "lr": 0.01}).fit(X, both)
    assert out.predict(X).shape == (60, 2)
    assert out.score(X, both) > 0.5
    assert LyraRegressor(**SMALL).fit(X, Y[:, None]).predict(X).shape == (60, 1)


@pytest.mark.parametrize(
    "labels",
    [
        LABELS,
        LABELS == "few",
        np.where(LABELS == "few", 7, -3),
        pd.Series(LABELS).astype("category"),
        list(LABELS),
        np.where(LABELS == "few", 0.0, 1.0),
    ],
    ids=["str", "bool", "int", "category", "list", "float"],
)
def test_labels_may_be_of_any_type(labels: Any) -> None:
    model = LyraClassifier(**SMALL).fit(X, labels)
    expected = np.unique(np.asarray(labels))
    np.testing.assert_array_equal(model.classes_, expected)
    probability = model.predict_proba(X)
    assert probability.shape == (60, len(expected))
    np.testing.assert_allclose(probability.sum(axis=1), 1)
    np.testing.assert_array_equal(
        model.predict(X), expected[probability.argmax(axis=1)]
    )
    score = model.decision_function(X)
    if len(expected) == 2:
        log_odds = np.log(probability[:, 1] / probability[:, 0])
        np.testing.assert_allclose(score, log_odds, atol=1e-6)
    else:
        np.testing.assert_array_equal(score.argmax(axis=1), probability.argmax(axis=1))


def test_class_weight_moves_predictions_to_the_rare_class() -> None:
    rare = np.array([x.startswith("A") for x in X])
    assert 0 < rare.sum() < 10
    options = {**SMALL, "max_epochs": 10}
    plain = LyraClassifier(**options).fit(X, rare).predict_proba(X)[:, 1]
    balanced = LyraClassifier(**options, class_weight="balanced")
    assert balanced.fit(X, rare).predict_proba(X)[:, 1].mean() > plain.mean() + 0.1
    by_hand = LyraClassifier(**options, class_weight={True: 1.0, False: 1.0})
    np.testing.assert_array_equal(by_hand.fit(X, rare).predict_proba(X)[:, 1], plain)


def test_sample_weight_decides_what_is_learnt() -> None:
    X_, y = X + X, np.concatenate([np.zeros(60), np.ones(60)])
    options = {**SMALL, "max_epochs": 20, "early_stopping": False}
    for first, second in ((1, 9), (9, 1)):
        weight = np.repeat([first, second], 60)
        model = LyraRegressor(**options).fit(X_, y, sample_weight=weight)
        expected = second / (first + second)
        assert model.predict(X).mean() == pytest.approx(expected, abs=0.12)


def test_zero_weight_is_the_absence_of_a_row() -> None:
    weight = np.ones(60)
    weight[::3] = 0
    kept = [x for x, w in zip(X, weight, strict=True) if w]
    a = LyraRegressor(**SMALL).fit(X, Y, sample_weight=weight)
    b = LyraRegressor(**SMALL).fit(kept, Y[weight > 0])
    np.testing.assert_array_equal(a.predict(X), b.predict(X))


def test_history_has_a_row_for_each_epoch() -> None:
    frame = pd.DataFrame(REGRESSOR.history_)
    columns = ["network", "member", "epoch", "train_loss", "valid_loss", "lr"]
    columns.append("seconds")
    assert sorted(frame.columns) == sorted(columns)
    assert list(frame["epoch"]) == [1, 2, 3]
    assert REGRESSOR.n_iter_ == 3


def test_best_epoch_is_kept() -> None:
    """Validated on the opposite of what is learnt, late epochs are worse."""
    options = {**SMALL, "lr": 0.01, "max_epochs": 20}
    opposite = 2 * Y.mean() - Y
    model = LyraRegressor(**options).fit(X, Y, X_val=X, y_val=opposite)
    losses = [row["valid_loss"] for row in model.history_]
    assert losses[-1] > 1.2 * min(losses)
    error = np.mean((model.predict(X) - opposite) ** 2) / Y.var()
    assert error == pytest.approx(min(losses), rel=1e-3)


def test_training_stops_when_validation_no_longer_improves() -> None:
    options = {**SMALL, "lr": 0.01, "max_epochs": 50, "n_iter_no_change": 2}
    model = LyraRegressor(**options).fit(X, Y, X_val=X, y_val=2 * Y.mean() - Y)
    losses = [row["valid_loss"] for row in model.history_]
    assert len(losses) == int(np.argmin(losses)) + 3 < 50


def test_groups_are_held_out_whole() -> None:
    """Group-wise targets cannot be validated by members of the same group."""
    groups = np.arange(60) % 6
    y = np.random.default_rng(0).normal(size=6)[groups]
    seen: dict[str, set[int]] = {}

    from skorch.callbacks import Callback

    class Spy(Callback):
        def on_epoch_begin(
            self, net: Any, dataset_train: Any, dataset_valid: Any
        ) -> None:
            for name, data in (("train", dataset_train), ("valid", dataset_valid)):
                rows = data.sequences.decode()
                seen[name] = {int(groups[X.index(row)]) for row in rows}

    LyraRegressor(**SMALL, callbacks=[Spy()]).fit(X, y, groups=groups)
    assert seen["valid"]
    assert not seen["train"] & seen["valid"]
    assert seen["train"] | seen["valid"] == set(range(6))


def test_partial_fit_trains_one_epoch_a_call() -> None:
    model = LyraRegressor(**{**SMALL, "lr": 0.01})
    first = model.partial_fit(X, Y).score(X, Y)
    for _ in range(30):
        model.partial_fit(X, Y)
    assert model.n_iter_ == 31
    assert model.score(X, Y) > max(first, 0.3)
    classifier = LyraClassifier(**SMALL)
    classifier.partial_fit(X[:5], LABELS[:5], classes=["few", "many", "some"])
    classifier.partial_fit(X, LABELS)
    assert list(classifier.classes_) == ["few", "many", "some"]
    assert not any(name.startswith("_given") for name in vars(classifier))


def test_warm_start_goes_on_from_the_last_fit() -> None:
    model = LyraRegressor(**SMALL, warm_start=True).fit(X, Y)
    before = model.predict(X)
    model.set_params(lr=1e-9).fit(X, Y)
    np.testing.assert_allclose(model.predict(X), before, atol=1e-3)
    assert model.n_iter_ == 6
    assert not np.allclose(
        model.set_params(warm_start=False).fit(X, Y).predict(X), before
    )


def test_embedding_is_what_the_head_sees() -> None:
    features = REGRESSOR.embed(X)
    assert features.shape == (60, 32)
    assert features.dtype == np.float32
    import torch

    head = REGRESSOR.nets_[0].module_.head.eval()
    out = head(torch.from_numpy(features)).detach().numpy()[:, 0]
    np.testing.assert_allclose(
        out * Y.std() + Y.mean(), REGRESSOR.predict(X), atol=0.05
    )


@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("encoding", ["one-hot", "substitution", "physicochemical"])
def test_options_of_the_network_train(pooling: str, encoding: str) -> None:
    options = {**SMALL, "pooling": pooling, "encoding": encoding, "n_s4d_layers": 2}
    options |= {"max_epochs": 25, "lr": 0.01, "early_stopping": False}
    assert LyraRegressor(**options).fit(X, Y).score(X, Y) > 0.5


def test_encoding_may_be_an_encoder() -> None:
    model = LyraRegressor(**SMALL, encoding=SubstitutionMatrixEncoder("PAM30"))
    other = LyraRegressor(**SMALL, encoding="substitution")
    assert not np.allclose(model.fit(X, Y).predict(X), other.fit(X, Y).predict(X))


def test_published_settings_fit() -> None:
    model = LyraRegressor(**{**PUBLISHED, "max_epochs": 1}, random_state=0).fit(X, Y)
    assert model.n_parameters_ == 47_169
    assert np.isfinite(model.predict(X)).all()


def test_alphabet_is_found_and_kept() -> None:
    dna = ["ACGTACGTAC", "ACGGTTNACA"] * 15
    assert LyraRegressor(**SMALL).fit(dna, Y[:30]).alphabet_.name == "dna"
    rna = [s.replace("T", "U") for s in dna]
    model = LyraRegressor(**SMALL).fit(rna, Y[:30])
    assert model.alphabet_.name == "rna"
    np.testing.assert_array_equal(model.predict(dna), model.predict(rna))
    own = Alphabet("two", "AB", degenerate={"N": "AB"}, wildcard="N")
    letters = LyraRegressor(**SMALL, alphabet=own).fit(["AB", "BA"] * 15, Y[:30])
    assert letters.alphabet_ == own


def test_stop_codons_in_training_get_a_channel() -> None:
    cut = [x[:3] + "*" + x[4:] for x in X[:20]] + X[20:]
    model = LyraRegressor(**SMALL).fit(cut, Y)
    assert model.alphabet_.letters == LETTERS + "*"
    with pytest.warns(AlphabetWarning, match=r"X\[1\] has '\*' at position 2 "):
        REGRESSOR.predict(["ACDEF", "AC*EF"])


def test_long_sequences_predict_with_a_warning() -> None:
    with pytest.warns(
        LengthWarning, match=r"X\[1\] has 70 positions.* had 30"
    ) as found:
        out = REGRESSOR.predict(["ACD", "ACDEFGHIKL" * 7, "ACDEFGHIKL" * 7])
    assert len(found) == 1
    assert np.isfinite(out).all()
    REGRESSOR.predict(["ACDEFGHIKL" * 6])  # twice the longest: no warning


def test_parameters_survive_set_and_get() -> None:
    model = LyraRegressor(d_model=32, pgc_hidden=(4,))
    assert model.get_params()["pgc_hidden"] == (4,)
    assert model.set_params(d_model=8).d_model == 8
    assert "d_model=8" in repr(model)


def test_tiny_and_odd_collections_fit() -> None:
    for rows, y in ((["A", "C"], [0.0, 1.0]), (["ACDEF"], [2.0]), (X[:19], Y[:19])):
        model = LyraRegressor(**SMALL).fit(rows, y)
        assert np.isfinite(model.predict(rows)).all()
    constant = LyraRegressor(**SMALL).fit(X, np.full(60, 3.5))
    assert np.isfinite(constant.predict(X)).all()
    two = LyraClassifier(**SMALL).fit(["ACD", "EFG"], ["x", "y"])
    assert set(two.predict(["ACD", "EFG"])) <= {"x", "y"}


BAD_INPUT: list[tuple[str, Callable[[], Any], type[Exception], str]] = [
    (
        "unknown letter",
        lambda: LyraRegressor().fit(["ACD", "AC%"], [0, 1]),
        UnknownCharacterError,
        r"X\[1\] has character '%' at position 2 .*allows 'ACDEF.*unknown=\"mask\"",
    ),
    (
        "unknown letter at predict",
        lambda: REGRESSOR.predict(["ACD", "A?C"]),
        ValueError,
        r"X\[1\] has character '\?' at position 1",
    ),
    (
        "protein to a DNA model",
        lambda: LyraRegressor(**SMALL).fit(["ACGTT"] * 30, Y[:30]).predict(["ACDEF"]),
        ValueError,
        r"X\[0\] has character 'E' at position 3.*'dna' allows.*alphabet='protein'",
    ),
    (
        "empty sequence",
        lambda: LyraRegressor().fit(["ACD", ""], [0, 1]),
        ValueError,
        r"X\[1\] is an empty sequence",
    ),
    (
        "None",
        lambda: LyraRegressor().fit(["ACD", None], [0, 1]),
        ValueError,
        r"X\[1\] is missing \(None\)",
    ),
    (
        "NaN",
        lambda: REGRESSOR.predict(pd.Series(["ACD", np.nan])),
        ValueError,
        r"X\[1\] is missing \(nan\)",
    ),
    (
        "mixed DNA and protein",
        lambda: LyraRegressor().fit(["ACGTTGCA" * 4, "MKLVWY"], [0, 1]),
        ValueError,
        r"X mixes alphabets: X\[0\]",
    ),
    (
        "mixed DNA and RNA",
        lambda: LyraRegressor().fit(["ACGT", "ACGU"], [0, 1]),
        ValueError,
        r"X mixes alphabets.*alphabet=\"dna\"",
    ),
    (
        "one sequence",
        lambda: REGRESSOR.predict("ACDEF"),
        TypeError,
        r"one single sequence.*\[sequence\]",
    ),
    (
        "no rows",
        lambda: LyraRegressor().fit([], []),
        ValueError,
        r"0 sample",
    ),
    ("no rows at predict", lambda: REGRESSOR.predict([]), ValueError, r"0 sample"),
    (
        "number among strings",
        lambda: REGRESSOR.predict(["ACD", 3]),
        TypeError,
        r"X\[1\] is 3 of type int",
    ),
    (
        "generator",
        lambda: REGRESSOR.predict(x for x in X),
        TypeError,
        r"type generator, which has no rows in order. Pass a list.*list\(X\)",
    ),
    (
        "frame of several columns",
        lambda: REGRESSOR.predict(pd.DataFrame({"sequence": X, "y": Y})),
        ValueError,
        r"X has 2 columns .* Pass one column of sequences",
    ),
    (
        "y too short",
        lambda: LyraRegressor().fit(X, Y[:-1]),
        ValueError,
        r"inconsistent numbers of samples: \[60, 59\]",
    ),
    (
        "NaN in y",
        lambda: LyraRegressor().fit(X[:3], [0, np.nan, 1]),
        ValueError,
        r"y\[1\] is nan. Drop rows",
    ),
    (
        "infinity in y",
        lambda: LyraRegressor().fit(X[:3], [0, 1, np.inf]),
        ValueError,
        r"y\[2\] is inf",
    ),
    (
        "missing label",
        lambda: LyraClassifier().fit(X[:3], ["a", None, "b"]),
        ValueError,
        r"y\[1\] has no label",
    ),
    (
        "one class",
        lambda: LyraClassifier().fit(X[:3], ["a", "a", "a"]),
        ValueError,
        r"one class only, 'a'",
    ),
    (
        "new class",
        lambda: pickle.loads(pickle.dumps(CLASSIFIER)).partial_fit(X[:2], ["few", "x"]),
        ValueError,
        r"y\[1\] is 'x', which is none of the classes",
    ),
    (
        "numbers to a model of text",
        lambda: REGRESSOR.predict(np.zeros((2, 30))),
        ValueError,
        r"fitted on sequences of the alphabet 'protein'",
    ),
    (
        "text to a model of numbers",
        lambda: LyraRegressor(**SMALL).fit(np.eye(30), Y[:30]).predict(["ACD"]),
        ValueError,
        r"was fitted on numbers",
    ),
    (
        "other number of features",
        lambda: LyraRegressor(**SMALL).fit(np.eye(30), Y[:30]).predict(np.eye(29)),
        ValueError,
        r"X has 29 features, but LyraRegressor is expecting 30",
    ),
    (
        "other number of channels",
        lambda: (
            LyraRegressor(**SMALL)
            .fit(np.zeros((30, 4, 3)), Y[:30])
            .predict(np.zeros((2, 4, 2)))
        ),
        ValueError,
        r"X has 2 channels at each position.*fitted with 3",
    ),
    (
        "unfitted",
        lambda: LyraRegressor().predict(X),
        NotFittedError,
        r"not fitted yet",
    ),
    (
        "X_val without y_val",
        lambda: LyraRegressor().fit(X, Y, X_val=X),
        ValueError,
        r"X_val and y_val together",
    ),
    (
        "letters of X_val",
        lambda: LyraRegressor(**SMALL).fit(X, Y, X_val=["ACD", "A1C"], y_val=[0, 1]),
        ValueError,
        r"X\[1\] has character '1' at position 1(.|\n)*X and y are X_val and y_val",
    ),
    (
        "y_val too short",
        lambda: LyraRegressor(**SMALL).fit(X, Y, X_val=X[:2], y_val=[0]),
        ValueError,
        r"inconsistent numbers of samples: \[2, 1\](.|\n)*X_val and y_val here",
    ),
    (
        "groups of another length",
        lambda: LyraRegressor(**SMALL).fit(X, Y, groups=np.zeros(59)),
        ValueError,
        r"inconsistent numbers of samples",
    ),
    (
        "a missing group",
        lambda: LyraRegressor(**SMALL).fit(X, Y, groups=[*range(59), np.nan]),
        ValueError,
        r"groups\[59\] is missing \(nan\)",
    ),
    (
        "no group",
        lambda: LyraRegressor(**SMALL).fit(X, Y, groups=["a", None] * 30),
        ValueError,
        r"groups\[1\] is missing \(None\)",
    ),
    (
        "a table of groups",
        lambda: LyraRegressor(**SMALL).fit(X, Y, groups=np.zeros((60, 2))),
        ValueError,
        r"groups must be 1-D, but has shape \(60, 2\)",
    ),
    (
        "negative weight",
        lambda: LyraRegressor().fit(X[:2], Y[:2], sample_weight=[1, -1]),
        ValueError,
        r"must not be negative.*sample_weight\[1\] is -1",
    ),
]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [row[1:] for row in BAD_INPUT],
    ids=[row[0] for row in BAD_INPUT],
)
def test_bad_input_is_refused_with_advice(
    call: Callable[[], Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("alphabet", "aa"),
        ("unknown", "ignore"),
        ("encoding", "onehot"),
        ("d_model", 0),
        ("d_model", 2.5),
        ("d_state", 7),
        ("pgc_hidden", (8, 0)),
        ("pgc_hidden", 8),
        ("n_s4d_layers", -1),
        ("pooling", "median"),
        ("head_hidden", 0),
        ("dropout", 1.0),
        ("dropout", "a"),
        ("lr", 0),
        ("weight_decay", -1),
        ("state_weight_decay", -1),
        ("lr_schedule", "step"),
        ("batch_size", "all"),
        ("max_epochs", 0),
        ("max_epochs", True),
        ("max_epochs", None),
        ("validation_fraction", 1.0),
        ("n_iter_no_change", 0),
        ("callbacks", "print"),
        ("device", "tpu9"),
        ("n_threads", 0),
    ],
)
@pytest.mark.parametrize("estimator", [LyraRegressor, LyraClassifier])
def test_bad_option_is_refused_by_name_in_fit(
    estimator: type[Any], name: str, value: Any
) -> None:
    model = estimator(**{**SMALL, name: value})
    with pytest.raises((ValueError, TypeError), match=name):
        model.fit(X, LABELS if estimator is LyraClassifier else Y)


def test_loss_is_refused_by_name_in_fit() -> None:
    with pytest.raises(ValueError, match=r"loss='rank' .*squared_error"):
        LyraRegressor(**SMALL, loss="rank").fit(X, Y)


@pytest.mark.parametrize("problem", ["letters", "targets", "interrupt"])
def test_failed_fit_leaves_the_estimator_as_it_was(problem: str) -> None:
    from skorch.callbacks import Callback

    class Interrupt(Callback):
        def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
            raise KeyboardInterrupt

    fresh = LyraRegressor(**SMALL)
    fitted = pickle.loads(pickle.dumps(REGRESSOR))
    before = fitted.predict(X)
    for model in (fresh, fitted):
        state = set(vars(model))
        rows, y = X, Y
        if problem == "letters":
            rows = [*X[:-1], "???"]
        elif problem == "targets":
            y = np.append(Y[:-1], np.nan)
        else:
            model.set_params(callbacks=[Interrupt()])
        for call in (model.fit, model.partial_fit):
            with pytest.raises((ValueError, KeyboardInterrupt)):
                call(rows, y)
        assert set(vars(model)) == state
    np.testing.assert_array_equal(fitted.predict(X), before)
    with pytest.raises(NotFittedError):
        fresh.predict(X)


def test_diverging_training_says_so() -> None:
    options = {**SMALL, "lr": 1e30, "lr_schedule": "constant", "max_epochs": 20}
    with pytest.raises(
        RuntimeError, match=r"diverged in epoch.*Lower lr \(now 1e\+30\)"
    ):
        LyraRegressor(**options).fit(X, Y)


def test_labels_in_the_regressor_are_sent_to_the_classifier():
    with pytest.raises(ValueError, match=r"'binder'.*LyraClassifier learns labels"):
        LyraRegressor().fit(["ACGT", "ACGA"], ["binder", "other"])


@pytest.mark.parametrize("form", [list, np.array, pd.Series])
def test_targets_in_front_of_sequences_are_sent_behind_them(form):
    with pytest.raises(ValueError, match=r"targets come second: fit\(X, y\)"):
        LyraRegressor().fit(form([1.0, 2.0, 3.0]), ["ACGT", "AGGT", "TCGA"])


def test_text_is_no_learning_rate():
    with pytest.raises(
        TypeError, match=r"lr='0.1' is not an option: choose a number in \(0, inf\)"
    ):
        LyraRegressor(lr="0.1").fit(["ACGT", "ACGA"], [0.0, 1.0])
