"""The drawing of predictions along sequences."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from sklearn.exceptions import NotFittedError

from sklyra import LyraPositionClassifier, PositionDisplay
from tests.positions.cases import HIDDEN, TABLES, VALUES, X

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def test_states_are_bars_as_high_as_they_are_probable(classifier):
    display = PositionDisplay.from_estimator(classifier, X[:2], HIDDEN[:2])
    assert display.axes_.shape == (2,)
    ax, proba = display.axes_[0], classifier.predict_proba(X[:1])[0]
    heights = {
        round(b.get_x() + 0.5): b.get_height() for b in ax.patches if b.get_height() > 0
    }
    assert [heights[k + 1] for k in range(len(X[0]))] == pytest.approx(
        proba.max(axis=1)
    )
    below = {round(b.get_x() + 0.5) for b in ax.patches if b.get_height() < 0}
    assert below == {k + 1 for k, state in enumerate(HIDDEN[0]) if state != "-"}
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["C", "E", "H"]


def test_values_are_lines_with_dots(regressor):
    display = PositionDisplay.from_estimator(
        regressor, X[:1], VALUES[:1], labels=["a protein"]
    )
    line, dots = display.axes_[0].lines
    np.testing.assert_allclose(line.get_ydata(), regressor.predict(X[:1])[0])
    np.testing.assert_allclose(dots.get_ydata(), VALUES[0])
    assert display.axes_[0].get_title(loc="left") == "a protein"


def test_labels_are_lines_over_what_was_measured(multilabel):
    display = PositionDisplay.from_estimator(multilabel, X[:1], TABLES[:1])
    proba = multilabel.predict_proba(X[:1])[0]
    for k, line in enumerate(display.axes_[0].lines):
        np.testing.assert_allclose(line.get_ydata(), proba[:, k])
    assert len(display.axes_[0].patches) == int(TABLES[0].sum())


def test_it_draws_where_it_is_told(classifier):
    _, axes = plt.subplots(2)
    display = PositionDisplay.from_estimator(classifier, X[:2], axes=axes)
    assert display.axes_[1] is axes[1]
    assert display.figure_ is axes[0].figure


def test_a_column_of_a_table_is_sequences_and_names_are_as_many(classifier):
    frame = pd.DataFrame({"sequence": X[:3]})
    display = PositionDisplay.from_estimator(classifier, frame, HIDDEN[:3])
    assert [track.letters for track in display.tracks] == list(X[:3])
    with pytest.raises(ValueError, match="labels has 2 names, but X 3 sequences"):
        PositionDisplay.from_estimator(classifier, X[:3], labels=["a", "b"])


def test_the_model_must_be_fitted():
    with pytest.raises(NotFittedError):
        PositionDisplay.from_estimator(LyraPositionClassifier(), X[:1])
