"""Bad input: refused, with what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

from sklyra import LyraClassifier, LyraRegressor
from sklyra.exceptions import UnknownCharacterError
from tests.estimators.cases import LABELS, X, Y
from tests.settings import NETWORK

BAD_INPUT: list[tuple[str, Callable[[Any], Any], type[Exception], str]] = [
    (
        "unknown letter",
        lambda _: LyraRegressor().fit(["ACD", "AC%"], [0, 1]),
        UnknownCharacterError,
        r"X\[1\] has character '%' at position 2 .*allows 'ACDEF.*unknown=\"mask\"",
    ),
    (
        "unknown letter at predict",
        lambda fitted: fitted.predict(["ACD", "A?C"]),
        ValueError,
        r"X\[1\] has character '\?' at position 1",
    ),
    (
        "protein to a DNA model",
        lambda _: (
            LyraRegressor(**NETWORK).fit(["ACGTT"] * 30, Y[:30]).predict(["ACDEF"])
        ),
        ValueError,
        r"X\[0\] has character 'E' at position 3.*'dna' allows.*alphabet='protein'",
    ),
    (
        "empty sequence",
        lambda _: LyraRegressor().fit(["ACD", ""], [0, 1]),
        ValueError,
        r"X\[1\] is an empty sequence",
    ),
    (
        "None",
        lambda _: LyraRegressor().fit(["ACD", None], [0, 1]),
        ValueError,
        r"X\[1\] is missing \(None\)",
    ),
    (
        "NaN",
        lambda fitted: fitted.predict(pd.Series(["ACD", np.nan])),
        ValueError,
        r"X\[1\] is missing \(nan\)",
    ),
    (
        "mixed DNA and protein",
        lambda _: LyraRegressor().fit(["ACGTTGCA" * 4, "MKLVWY"], [0, 1]),
        ValueError,
        r"X mixes alphabets: X\[0\]",
    ),
    (
        "mixed DNA and RNA",
        lambda _: LyraRegressor().fit(["ACGT", "ACGU"], [0, 1]),
        ValueError,
        r"X mixes alphabets.*alphabet=\"dna\"",
    ),
    (
        "one sequence",
        lambda fitted: fitted.predict("ACDEF"),
        TypeError,
        r"one single sequence.*\[sequence\]",
    ),
    (
        "no rows",
        lambda _: LyraRegressor().fit([], []),
        ValueError,
        r"0 sample",
    ),
    ("no rows at predict", lambda fitted: fitted.predict([]), ValueError, r"0 sample"),
    (
        "number among strings",
        lambda fitted: fitted.predict(["ACD", 3]),
        TypeError,
        r"X\[1\] is 3 of type int",
    ),
    (
        "generator",
        lambda fitted: fitted.predict(x for x in X),
        TypeError,
        r"type generator, which has no rows in order. Pass a list.*list\(X\)",
    ),
    (
        "frame of several columns",
        lambda fitted: fitted.predict(pd.DataFrame({"sequence": X, "y": Y})),
        ValueError,
        r"X has 2 columns .* Pass one column of sequences",
    ),
    (
        "y too short",
        lambda _: LyraRegressor().fit(X, Y[:-1]),
        ValueError,
        r"inconsistent numbers of samples: \[60, 59\]",
    ),
    (
        "NaN in y",
        lambda _: LyraRegressor().fit(X[:3], [0, np.nan, 1]),
        ValueError,
        r"y\[1\] is nan. Drop rows",
    ),
    (
        "infinity in y",
        lambda _: LyraRegressor().fit(X[:3], [0, 1, np.inf]),
        ValueError,
        r"y\[2\] is inf",
    ),
    (
        "missing label",
        lambda _: LyraClassifier().fit(X[:3], ["a", None, "b"]),
        ValueError,
        r"y\[1\] has no label",
    ),
    (
        "one class",
        lambda _: LyraClassifier().fit(X[:3], ["a", "a", "a"]),
        ValueError,
        r"one class only, 'a'",
    ),
    (
        "new class",
        lambda _: (
            LyraClassifier(**NETWORK).fit(X, LABELS).partial_fit(X[:2], ["few", "x"])
        ),
        ValueError,
        r"y\[1\] is 'x', which is none of the classes",
    ),
    (
        "numbers to a model of text",
        lambda fitted: fitted.predict(np.zeros((2, 30))),
        ValueError,
        r"fitted on sequences of the alphabet 'protein'",
    ),
    (
        "text to a model of numbers",
        lambda _: LyraRegressor(**NETWORK).fit(np.eye(30), Y[:30]).predict(["ACD"]),
        ValueError,
        r"was fitted on numbers",
    ),
    (
        "other number of features",
        lambda _: LyraRegressor(**NETWORK).fit(np.eye(30), Y[:30]).predict(np.eye(29)),
        ValueError,
        r"X has 29 features, but LyraRegressor is expecting 30",
    ),
    (
        "other number of channels",
        lambda _: (
            LyraRegressor(**NETWORK)
            .fit(np.zeros((30, 4, 3)), Y[:30])
            .predict(np.zeros((2, 4, 2)))
        ),
        ValueError,
        r"X has 2 channels at each position.*fitted with 3",
    ),
    (
        "unfitted",
        lambda _: LyraRegressor().predict(X),
        NotFittedError,
        r"not fitted yet",
    ),
    (
        "X_val without y_val",
        lambda _: LyraRegressor().fit(X, Y, X_val=X),
        ValueError,
        r"X_val and y_val together",
    ),
    (
        "letters of X_val",
        lambda _: LyraRegressor(**NETWORK).fit(
            X, Y, X_val=["ACD", "A1C"], y_val=[0, 1]
        ),
        ValueError,
        r"X\[1\] has character '1' at position 1(.|\n)*X and y are X_val and y_val",
    ),
    (
        "y_val too short",
        lambda _: LyraRegressor(**NETWORK).fit(X, Y, X_val=X[:2], y_val=[0]),
        ValueError,
        r"inconsistent numbers of samples: \[2, 1\](.|\n)*X_val and y_val here",
    ),
    (
        "groups of another length",
        lambda _: LyraRegressor(**NETWORK).fit(X, Y, groups=np.zeros(59)),
        ValueError,
        r"inconsistent numbers of samples",
    ),
    (
        "a missing group",
        lambda _: LyraRegressor(**NETWORK).fit(X, Y, groups=[*range(59), np.nan]),
        ValueError,
        r"groups\[59\] is missing \(nan\)",
    ),
    (
        "no group",
        lambda _: LyraRegressor(**NETWORK).fit(X, Y, groups=["a", None] * 30),
        ValueError,
        r"groups\[1\] is missing \(None\)",
    ),
    (
        "a table of groups",
        lambda _: LyraRegressor(**NETWORK).fit(X, Y, groups=np.zeros((60, 2))),
        ValueError,
        r"groups must be 1-D, but has shape \(60, 2\)",
    ),
    (
        "negative weight",
        lambda _: LyraRegressor().fit(X[:2], Y[:2], sample_weight=[1, -1]),
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
    regressor: LyraRegressor,
    call: Callable[[Any], Any],
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        call(regressor)
