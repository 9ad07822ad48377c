"""The drawing of how training went."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from sklyra import LyraClassifier, LyraRegressor, SequenceOneHotEncoder, TrainingDisplay
from sklyra.datasets import load_cr6261
from tests.settings import SHOWN

mpl.use("Agg")

X, Y = load_cr6261(return_X_y=True)
X, Y = X[::16], Y[::16]


@pytest.fixture(autouse=True)
def closed() -> Any:
    yield
    from matplotlib import pyplot as plt

    plt.close("all")


def test_every_network_has_its_losses() -> None:
    model = LyraRegressor(**SHOWN).fit(X, Y)
    shown = TrainingDisplay.from_estimator(model)
    assert len(shown.lines_) == 2 * 2 * 2
    solid = [line for line in shown.lines_ if line.get_linestyle() == "-"]
    for line, (network, member) in zip(
        solid,
        [("lyra", 0), ("lyra", 1), ("perceptron", 0), ("perceptron", 1)],
        strict=True,
    ):
        rows = [
            row
            for row in model.history_
            if (row["network"], row["member"]) == (network, member)
        ]
        np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3])
        np.testing.assert_array_equal(
            line.get_ydata(), [row["valid_loss"] for row in rows]
        )
    names = [text.get_text() for text in shown.ax_.get_legend().get_texts()]
    assert names == [
        "lyra, train",
        "lyra, valid",
        "perceptron, train",
        "perceptron, valid",
    ]


def test_what_was_not_measured_is_not_drawn() -> None:
    from matplotlib import pyplot as plt

    _, ax = plt.subplots()
    options = SHOWN | {"early_stopping": False, "perceptron": False}
    pipe = make_pipeline(SequenceOneHotEncoder(), LyraClassifier(**options))
    shown = TrainingDisplay.from_estimator(pipe.fit(X, Y > 8), ax=ax)
    assert shown.ax_ is ax
    assert shown.figure_ is ax.figure
    assert [line.get_linestyle() for line in shown.lines_] == ["--", "--"]


def test_there_must_be_something_to_draw() -> None:
    with pytest.raises(NotFittedError):
        TrainingDisplay.from_estimator(LyraRegressor())
