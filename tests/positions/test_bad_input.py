"""Bad labels of positions: refused, with the row and what to do."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sklyra import LyraClassifier, LyraPositionClassifier, LyraPositionRegressor
from sklyra.exceptions import SklyraWarning
from tests.positions.cases import HIDDEN, TABLES, VALUES, X
from tests.settings import POSITIONS

S = ["ACDE", "GHI", "KLMNP"]
STATES: list[tuple[str, Any, str]] = [
    ("length", ["HHHH", "HH", "CCCCC"], r"y[1] has 2 labels, but X[1] has 3 positions"),
    ("list length", [[1] * 4, [0] * 3, [1] * 6], "y[2] has 6 labels, but X[2] has 5"),
    ("number of rows", ["HHHH", "CCC"], "inconsistent numbers of samples: [3, 2]"),
    ("one string", "HHHH", "y is a single string"),
    ("one label a sequence", [0, 1, 0], "y[0] is 0, one value, but X[0] has 4 po"),
    ("nothing", ["----", "...", "     "], "nothing was measured at any position"),
    ("one class", ["HHHH", "H-H", "-HHHH"], "y has one class only, 'H'"),
    ("numbers", [[0.5] * 4, [1] * 3, [2] * 5], "y[0] at position 0 is 0.5: y holds"),
    ("mixed", ["HHHH", [0, 1, 0], "CCCCC"], "y[1] is a list, but y[0] is a string"),
    ("columns", [np.ones((n, n)) for n in (4, 3, 5)], "y[1] has 3 columns, but y[0]"),
    ("columns and none", [np.ones((4, 2)), [1, 0, 1], [1] * 5], "y[1] has no columns"),
    ("shape", [np.ones((4, 2, 2))] * 3, "y[0] has shape (4, 2, 2): pass (L,)"),
    ("not 0 or 1", [np.full((len(s), 2), 3.0) for s in S], "y[0] at position 0 is 3.0"),
    ("none", None, "requires y to be passed"),
]  # fmt: skip
NUMBERS: list[tuple[str, Any, str]] = [
    ("states", ["HHHH", "HHH", "CCCCC"], "y[0] is a string, but LyraPositionRegressor"),
    ("text", [[1] * 4, [1, "a", 2], [3] * 5], "y[1] holds something that is no number"),
    ("infinity", [[1] * 4, [1, 2, np.inf], [3] * 5], "y[1] at position 2"),
    ("length", [[1] * 4, [1, 2], [3] * 5], "y[1] has 2 labels, but X[1] has 3"),
    ("nothing", [[np.nan] * len(s) for s in S], "nothing was measured at any position"),
    ("one number a sequence", [0.1, 0.2, 0.3], "LyraRegressor"),
]


@pytest.mark.parametrize(
    ("y", "message"), [c[1:] for c in STATES], ids=[c[0] for c in STATES]
)
def test_labels_that_are_refused(y, message):
    with pytest.raises((ValueError, TypeError), match=re.escape(message)):
        LyraPositionClassifier(**POSITIONS).fit(S, y)


@pytest.mark.parametrize(
    ("y", "message"), [c[1:] for c in NUMBERS], ids=[c[0] for c in NUMBERS]
)
def test_numbers_that_are_refused(y, message):
    with pytest.raises((ValueError, TypeError), match=re.escape(message)):
        LyraPositionRegressor(**POSITIONS).fit(S, y)


def test_a_masked_array_is_refused():
    y = [np.ma.masked_invalid([1.0, np.nan, 2, 3]), [1, 2, 3], [1] * 5]
    with pytest.raises(ValueError, match=r"y\[0\]\[1\] is missing: it is masked"):
        LyraPositionRegressor(**POSITIONS).fit(S, y)


def test_a_sequence_without_any_label_is_left_out_with_one_warning():
    y = ["-" * len(X[0]), *HIDDEN[1:3], "-" * len(X[3]), *HIDDEN[4:]]
    options = {**POSITIONS, "max_epochs": 1}
    with pytest.warns(
        SklyraWarning, match=r"any position of X\[0\] \(2 such"
    ) as caught:
        model = LyraPositionClassifier(**options).fit(X, y)
    assert len(caught) == 1
    assert model.oof_prediction_[0] is None
    assert model.oof_prediction_[1].shape == (len(X[1]), 3)


def test_states_that_were_not_in_training_are_wrong_but_no_error(classifier):
    text = classifier.predict(X[:2])
    assert classifier.score(X[:2], text) == 1
    new = ["Z" + text[0][1:], text[1]]
    share = 1 - 1 / (len(text[0]) + len(text[1]))
    assert classifier.score(X[:2], new) == pytest.approx(share)


def test_validation_labels_must_be_known():
    model = LyraPositionClassifier(**POSITIONS)
    with pytest.raises(ValueError, match=r"y\[1\] at position 2 is 'Z', which is none"):
        model.fit(X, HIDDEN, X_val=["ACD", "ACD"], y_val=["HEC", "HEZ"])


def test_score_wants_the_columns_of_training(multilabel, regressor):
    with pytest.raises(ValueError, match="3 columns for each position, but the model"):
        multilabel.score(X[:1], [np.ones((len(X[0]), 3))])
    with pytest.raises(ValueError, match="2 columns for each position, but the model"):
        regressor.score(X[:1], TABLES[:1])


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ([1.0] * 3, r"sample_weight.shape == \(3,\), expected \(40,\)"),
        ([np.ones(len(x) + (x == X[1])) for x in X], r"sample_weight\[1\] has shape"),
        ([0.0] * 40, "at least one non-zero"),
        ([-1.0] + [1.0] * 39, "must not be negative"),
        (
            [np.isnan(v) * 1.0 + 0 for v in VALUES[:39]] + [np.ones(3)],
            r"sample_weight\[39\]",
        ),
    ],
)
def test_weights_that_are_refused(weight, message):
    with pytest.raises(ValueError, match=message):
        LyraPositionRegressor(**POSITIONS).fit(X, VALUES, sample_weight=weight)


def test_weight_must_be_where_something_was_measured():
    y = [np.where(np.arange(len(x)) == 0, 1.0, np.nan) for x in X]
    weight = [1.0 * (np.arange(len(x)) > 0) for x in X]
    with pytest.raises(ValueError, match="0 wherever something was measured"):
        LyraPositionRegressor(**POSITIONS).fit(X, y, sample_weight=weight)


def test_tables_of_several_columns_are_refused():
    frame = pd.DataFrame({"guide": S, "target": S})
    with pytest.raises(ValueError, match="Pass one column of sequences"):
        LyraPositionClassifier(**POSITIONS).fit(frame, ["HHHH", "CCC", "HHHHH"])


def test_the_classifier_of_sequences_is_not_that_of_positions():
    """A label for each position is no label of a sequence."""
    with pytest.raises(ValueError, match="lists of several lengths"):
        LyraClassifier().fit(S, [[1] * len(s) for s in S])
