"""Predictions of a stream of chunks."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline

from sklyra import LyraClassifier, LyraRegressor, SequenceOneHotEncoder, predict_stream
from sklyra.exceptions import UnknownCharacterError
from tests.settings import PROTEIN_NETWORK
from tests.training.cases import X, Y


@pytest.fixture(scope="module")
def fitted() -> LyraRegressor:
    return LyraRegressor(**PROTEIN_NETWORK).fit(X, Y)


def test_stream_gives_what_predict_gives(fitted: LyraRegressor) -> None:
    parts = list(predict_stream(fitted, (X[i : i + 7] for i in range(0, 60, 7))))
    assert [len(part) for part in parts] == [7] * 8 + [4]
    np.testing.assert_allclose(np.concatenate(parts), fitted.predict(X), atol=1e-6)


def test_stream_asks_for_a_chunk_when_it_is_wanted(fitted: LyraRegressor) -> None:
    asked = []

    def endless() -> Iterator[list[str]]:
        for i in itertools.count():
            asked.append(i)
            yield X[:3]

    stream = predict_stream(fitted, endless())
    assert asked == []
    next(stream), next(stream)
    assert asked == [0, 1]


@pytest.mark.parametrize("method", ["predict", "embed"])
def test_empty_chunks_are_empty_and_the_stream_goes_on(fitted, method):
    whole = getattr(fitted, method)(X[:9])
    empty = [[], X[:0], np.array([], dtype=object), pd.Series([], dtype=object)]
    chunks = [empty[0], X[:4], *empty[1:], X[4:9], empty[3]]
    parts = list(predict_stream(fitted, chunks, method=method))
    assert [len(part) for part in parts] == [0, 4, 0, 0, 0, 5, 0]
    assert {part.shape[1:] for part in parts} == {whole.shape[1:]}
    np.testing.assert_allclose(np.concatenate(parts), whole, rtol=1e-5)
    assert [part.shape for part in predict_stream(fitted, [[], []])] == [(0,), (0,)]


def test_stream_takes_pipelines_and_other_methods(fitted: LyraRegressor) -> None:
    pipeline = make_pipeline(
        SequenceOneHotEncoder("protein"), LyraRegressor(**PROTEIN_NETWORK)
    ).fit(X, Y)
    parts = predict_stream(pipeline, [X[:30], np.array(X[30:])])
    np.testing.assert_allclose(
        np.concatenate(list(parts)), fitted.predict(X), rtol=1e-4
    )
    labels = LyraClassifier(**PROTEIN_NETWORK).fit(X, Y > 0)
    (part,) = predict_stream(labels, [X], method="predict_proba")
    np.testing.assert_array_equal(part, labels.predict_proba(X))
    with pytest.raises(AttributeError, match="no_such"):
        predict_stream(fitted, [X], method="no_such")


def test_stream_says_which_chunk_is_wrong(fitted: LyraRegressor) -> None:
    with pytest.raises(TypeError, match="chunks is one sequence"):
        predict_stream(fitted, "ACDE")
    with pytest.raises(TypeError, match="Chunk 0 is one sequence"):
        next(predict_stream(fitted, ["ACDE", "ACDF"]))
    stream = predict_stream(fitted, [X[:2], ["ACD1"]])
    assert len(next(stream)) == 2
    with pytest.raises(UnknownCharacterError, match="'1' at position 3") as caught:
        next(stream)
    assert caught.value.__notes__ == ["This happened in chunk 1 of the stream."]
