"""What y may be, and predictions in the same form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sklyra import LyraPositionClassifier, LyraPositionRegressor
from tests.positions.cases import HIDDEN, STATES, TABLES, VALUES, X, states_of
from tests.settings import POSITIONS

QUICK = {**POSITIONS, "n_members": 1, "max_epochs": 1}


def joined(entries: Any) -> list[str]:
    return ["".join(map(str, entry)) for entry in entries]


def test_strings_come_back_as_strings(classifier):
    predicted = classifier.predict(X[:5])
    assert predicted.shape == (5,)
    assert [len(p) for p in predicted] == [len(x) for x in X[:5]]
    assert all(type(p) is str and set(p) <= set("HEC") for p in predicted)
    assert classifier.classes_.tolist() == ["C", "E", "H"]


def test_probabilities_are_those_of_what_is_predicted(classifier):
    proba, logits = classifier.predict_proba(X[:5]), classifier.decision_function(X[:5])
    for text, p, logit in zip(classifier.predict(X[:5]), proba, logits, strict=True):
        assert p.shape == logit.shape == (len(text), 3)
        np.testing.assert_allclose(p.sum(axis=1), 1)
        assert "".join(classifier.classes_[p.argmax(axis=1)]) == text
        np.testing.assert_allclose(
            np.exp(logit - logit.max(1, keepdims=True))
            / np.exp(logit - logit.max(1, keepdims=True)).sum(1, keepdims=True),
            p,
        )


@pytest.mark.parametrize(
    "form",
    [
        list,
        tuple,
        pd.Series,
        lambda y: np.array(y, dtype=object),
        lambda y: [list(v) for v in y],
        lambda y: [np.array(list(v)) for v in y],
        lambda y: [[None if c == "-" else c for c in v] for v in y],
        lambda y: [v.replace("-", ".") for v in y],
        lambda y: [v.replace("-", " ") for v in y],
    ],
)
def test_any_form_of_the_same_states_makes_the_same_model(form):
    y = form(HIDDEN)
    labels = isinstance(y[0], (list, np.ndarray))
    if labels and any("-" in set(v) for v in y):
        y = [[None if c == "-" else c for c in v] for v in y]
    model = LyraPositionClassifier(**QUICK).fit(X, y)
    reference = LyraPositionClassifier(**QUICK).fit(X, HIDDEN)
    assert joined(model.predict(X)) == joined(reference.predict(X))
    assert isinstance(model.predict(X)[0], np.ndarray if labels else str)


def test_labels_of_any_type_come_back():
    names = {"H": "helix", "E": "strand", "C": "coil"}
    y = [[names[c] for c in v] for v in STATES]
    words = LyraPositionClassifier(**QUICK).fit(X, y)
    assert words.classes_.tolist() == ["coil", "helix", "strand"]
    assert set(words.predict(X[:1])[0]) <= set(words.classes_)
    numbers = LyraPositionClassifier(**QUICK).fit(
        X, [np.array([c == "H" for c in v]) * 2 for v in STATES]
    )
    assert numbers.classes_.tolist() == [0, 2]
    assert numbers.predict(X[:1])[0].dtype.kind == "i"
    assert numbers.decision_function(X[:1])[0].shape == (len(X[0]),)


def test_other_marks_of_missing_states():
    y = [v.replace("-", "?") for v in HIDDEN]
    model = LyraPositionClassifier(**QUICK, missing="?").fit(X, y)
    assert model.classes_.tolist() == ["C", "E", "H"]
    dashes = LyraPositionClassifier(**QUICK, missing="?").fit(X, HIDDEN)
    assert dashes.classes_.tolist() == ["-", "C", "E", "H"]


def test_numbers_come_back_as_arrays(regressor):
    predicted = regressor.predict(X[:3])
    assert [p.shape for p in predicted] == [(len(x),) for x in X[:3]]
    assert regressor.score(X, VALUES) > 0.5


def test_several_numbers_come_back_as_columns():
    model = LyraPositionRegressor(**QUICK).fit(X, TABLES)
    assert [p.shape for p in model.predict(X[:3])] == [(len(x), 2) for x in X[:3]]
    one = LyraPositionRegressor(**QUICK).fit(X, [v[:, :1] for v in TABLES])
    assert one.predict(X[:1])[0].shape == (len(X[0]), 1)


def test_several_labels_are_0_and_1(multilabel):
    for x, labels, p in zip(
        X, multilabel.predict(X), multilabel.predict_proba(X), strict=True
    ):
        assert labels.shape == p.shape == (len(x), 2)
        np.testing.assert_array_equal(labels, p > 0.5)
    assert [c.tolist() for c in multilabel.classes_] == [[0, 1], [0, 1]]
    assert multilabel.score(X, TABLES) > 0.6


def test_arrays_of_rows_come_back_as_one_where_lengths_are_equal(rng):
    X = ["".join(rng.choice(list("ACDEFGHIKL"), 12)) for _ in range(24)]
    y = np.array([list(states_of(x)) for x in X])
    model = LyraPositionClassifier(**QUICK).fit(X, y)
    assert model.predict(X).shape == (24, 12)
    assert model.predict_proba(X).shape == (24, 12, len(model.classes_))
    assert model.predict(["ACDEF", "AC"]).shape == (2,)


def test_rows_of_an_array_may_be_padded():
    longest = max(map(len, X))
    padded = np.full((len(X), longest), np.nan)
    for row, values in enumerate(VALUES):
        padded[row, : len(values)] = values
    model = LyraPositionRegressor(**QUICK).fit(X, padded)
    reference = LyraPositionRegressor(**QUICK).fit(X, VALUES)
    for a, b in zip(model.predict(X), reference.predict(X), strict=True):
        np.testing.assert_array_equal(a, b)


def test_models_of_numbers(rng):
    X = [rng.normal(size=(n, 3)) for n in rng.integers(5, 20, 30)]
    y = [x[:, 0] + x[:, 1] for x in X]
    model = LyraPositionRegressor(**{**POSITIONS, "max_epochs": 15}).fit(X, y)
    assert list(model.predict_parts(X[:1])) == ["lyra"]
    assert model.score(X, y) > 0.6


def test_parts_and_representations_of_positions(classifier, regressor):
    parts = classifier.predict_parts(X[:2])
    assert parts["lyra"][1].shape == (2, len(X[1]), 3)
    assert parts["surroundings"][0].shape == (1, len(X[0]), 3)
    assert regressor.predict_parts(X[:2])["lyra"][0].shape == (2, len(X[0]))
    seen = classifier.embed(X[:2])
    assert [e.shape for e in seen] == [(len(x), 16) for x in X[:2]]
    assert seen[0].dtype == np.float32
