"""What keeps large work possible and small work quick. Times are in docs/benchmarks."""

from __future__ import annotations

import copy
import itertools
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.pipeline import make_pipeline
from skorch.callbacks import Callback

from sklyra import (
    LyraClassifier,
    LyraRegressor,
    SequenceOneHotEncoder,
    predict_stream,
)
from sklyra.exceptions import LengthWarning, MemoryWarning, UnknownCharacterError

RNG = np.random.default_rng(0)
SMALL: dict[str, Any] = {
    "n_members": 1,
    "gaussian_process": False,
    "perceptron": False,
    "alphabet": "protein",
    "d_model": 8,
    "pgc_hidden": (4, 8),
    "d_state": 8,
    "max_epochs": 2,
    "early_stopping": False,
    "random_state": 0,
}


def proteins(lengths: list[int]) -> list[str]:
    return ["".join(RNG.choice(list("ACDEFGHIKLMNPQRSTVWY"), n)) for n in lengths]


X = proteins([30] * 60)
Y = RNG.normal(size=60)
MODEL = LyraRegressor(**SMALL).fit(X, Y)


def run_alone(code: str) -> str:
    """Run code in a process of its own, and give back what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


FIT = f"""
from sklyra import LyraRegressor
def fit():
    return LyraRegressor(**{SMALL}).fit({X}, {Y.tolist()}).predict({X}).sum()
"""


def test_fitting_imports_neither_the_compiler_nor_optuna() -> None:
    """They would take seconds in each process, longer than small fits."""
    slow = "['torch._dynamo', 'torch._inductor', 'sympy', 'optuna']"
    code = f"{FIT}\nimport sys\nfit()\nprint([m for m in {slow} if m in sys.modules])"
    assert run_alone(code).strip() == "[]"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not fork")
def test_a_forked_process_can_fit() -> None:
    """OpenMP's threads stay behind in the parent: waiting for them takes forever."""
    code = f"""{FIT}
import torch
from multiprocessing import get_context
torch.set_num_threads(2)
first = fit()
with get_context("fork").Pool(1) as pool:
    second = pool.apply_async(fit).get(timeout=60)
print(abs(first - second) < 1e-4)
"""
    assert run_alone(code).strip() == "True"


def test_stream_gives_what_predict_gives() -> None:
    parts = list(predict_stream(MODEL, (X[i : i + 7] for i in range(0, 60, 7))))
    assert [len(part) for part in parts] == [7] * 8 + [4]
    np.testing.assert_allclose(np.concatenate(parts), MODEL.predict(X), atol=1e-6)


def test_stream_asks_for_a_chunk_when_it_is_wanted() -> None:
    asked = []

    def endless() -> Iterator[list[str]]:
        for i in itertools.count():
            asked.append(i)
            yield X[:3]

    stream = predict_stream(MODEL, endless())
    assert asked == []
    next(stream), next(stream)
    assert asked == [0, 1]


@pytest.mark.parametrize("method", ["predict", "embed"])
def test_empty_chunks_are_empty_and_the_stream_goes_on(method):
    whole = getattr(MODEL, method)(X[:9])
    empty = [[], X[:0], np.array([], dtype=object), pd.Series([], dtype=object)]
    chunks = [empty[0], X[:4], *empty[1:], X[4:9], empty[3]]
    parts = list(predict_stream(MODEL, chunks, method=method))
    assert [len(part) for part in parts] == [0, 4, 0, 0, 0, 5, 0]
    assert {part.shape[1:] for part in parts} == {whole.shape[1:]}
    np.testing.assert_allclose(np.concatenate(parts), whole, rtol=1e-5)
    assert [part.shape for part in predict_stream(MODEL, [[], []])] == [(0,), (0,)]


def test_stream_takes_pipelines_and_other_methods() -> None:
    pipeline = make_pipeline(
        SequenceOneHotEncoder("protein"), LyraRegressor(**SMALL)
    ).fit(X, Y)
    parts = predict_stream(pipeline, [X[:30], np.array(X[30:])])
    np.testing.assert_allclose(np.concatenate(list(parts)), MODEL.predict(X), rtol=1e-4)
    labels = LyraClassifier(**SMALL).fit(X, Y > 0)
    (part,) = predict_stream(labels, [X], method="predict_proba")
    np.testing.assert_array_equal(part, labels.predict_proba(X))
    with pytest.raises(AttributeError, match="no_such"):
        predict_stream(MODEL, [X], method="no_such")


def test_stream_says_which_chunk_is_wrong() -> None:
    with pytest.raises(TypeError, match="chunks is one sequence"):
        predict_stream(MODEL, "ACDE")
    with pytest.raises(TypeError, match="Chunk 0 is one sequence"):
        next(predict_stream(MODEL, ["ACDE", "ACDF"]))
    stream = predict_stream(MODEL, [X[:2], ["ACD1"]])
    assert len(next(stream)) == 2
    with pytest.raises(UnknownCharacterError, match="'1' at position 3") as caught:
        next(stream)
    assert caught.value.__notes__ == ["This happened in chunk 1 of the stream."]


@pytest.mark.parametrize(("n_threads", "at_once"), [(1, 1), (2, 2), (20, 8)])
def test_pieces_run_side_by_side(
    monkeypatch: pytest.MonkeyPatch, n_threads: int, at_once: int
) -> None:
    model = copy.deepcopy(MODEL).set_params(n_threads=n_threads)
    net, before = model.nets_[0], torch.get_num_threads()
    seen: set[tuple[int, int]] = set()
    forward = net.module_.forward

    def spy(*args: Any, **kwargs: Any) -> torch.Tensor:
        seen.add((threading.get_ident(), torch.get_num_threads()))
        time.sleep(0.01)  # so that all threads of the pool are needed
        return forward(*args, **kwargs)

    monkeypatch.setattr(net.module_, "forward", spy)
    monkeypatch.setattr(net, "piece_size_", 64)
    got = model.predict(X)
    np.testing.assert_allclose(got, MODEL.predict(X), rtol=1e-5)
    assert len(seen) == at_once
    assert {count for _, count in seen} == {max(1, n_threads // at_once)}
    assert torch.get_num_threads() == before


def test_threads_that_others_begin_have_as_many_as_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = copy.deepcopy(MODEL).set_params(n_threads=2)
    seen: list[int] = []
    forward = model.nets_[0].module_.forward

    def spy(*args: Any, **kwargs: Any) -> torch.Tensor:
        other = threading.Thread(target=lambda: seen.append(torch.get_num_threads()))
        other.start()
        other.join()
        return forward(*args, **kwargs)

    monkeypatch.setattr(model.nets_[0].module_, "forward", spy)
    monkeypatch.setattr(model.nets_[0], "piece_size_", 64)
    model.predict(X)
    assert set(seen) == {2}


def test_long_sequences_run_one_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    model = copy.deepcopy(MODEL).set_params(n_threads=2)
    seen: set[int] = set()
    forward = model.nets_[0].module_.forward

    def spy(*args: Any, **kwargs: Any) -> torch.Tensor:
        seen.add(threading.get_ident())
        return forward(*args, **kwargs)

    monkeypatch.setattr(model.nets_[0].module_, "forward", spy)
    monkeypatch.setattr(model.nets_[0], "piece_size_", 16)  # X has 30
    model.predict(X)
    assert seen == {threading.get_ident()}


class Crowded:
    """Let the network run out of memory with more than some positions at a time."""

    def __init__(self, net: torch.nn.Module, limit: int, error: Exception) -> None:
        self.forward, self.limit, self.error = net.forward, limit, error
        self.seen: list[tuple[int, ...]] = []

    def __call__(self, values: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
        self.seen.append(tuple(values.shape))
        if values.numel() > self.limit:
            raise self.error
        return self.forward(values, *args, **kwargs)


ERRORS = [
    torch.OutOfMemoryError("CUDA out of memory."),
    MemoryError(),
    RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to ..."),
    RuntimeError("DefaultCPUAllocator: not enough memory: you tried to ..."),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: type(e).__name__)
def test_prediction_goes_on_with_fewer_sequences(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = MODEL.predict(X)
    crowded = Crowded(MODEL.nets_[0].module_, 8 * 30, error)
    monkeypatch.setattr(MODEL.nets_[0].module_, "forward", crowded)
    with pytest.warns(MemoryWarning) as caught:
        got = MODEL.predict(X)
    np.testing.assert_allclose(got, expected, rtol=1e-5)
    messages = [str(w.message) for w in caught]
    assert len(messages) == 3  # 60 to 30, 15, 7: once for each level
    assert messages[0] == (
        "Memory ran out with 60 sequences of up to 30 positions at a time. Going on "
        "with 30."
    )
    rows = [shape[0] for shape in crowded.seen]
    assert rows[:4] == [60, 30, 15, 7]
    assert max(rows[3:]) == 7
    assert sum(rows[3:]) == 60


def test_training_goes_on_with_fewer_sequences(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = {**SMALL, "batch_size": 20, "dropout": 0}
    expected = LyraRegressor(**settings).fit(X, Y)
    crowded = []

    class Scarce(Callback):
        def on_train_begin(self, net: Any, **kwargs: Any) -> None:
            crowded.append(Crowded(net.module_, 5 * 30, MemoryError()))
            net.module_.forward = crowded[0]

        def on_train_end(self, net: Any, **kwargs: Any) -> None:
            del net.module_.forward

    with pytest.warns(MemoryWarning) as caught:
        got = LyraRegressor(**settings, callbacks=[Scarce()]).fit(X, Y)
    assert len(caught) == 2  # 20 to 10, 5
    assert {rows for rows, _ in crowded[0].seen[2:]} == {5}
    np.testing.assert_allclose(got.predict(X), expected.predict(X), rtol=1e-4)


def test_one_sequence_too_long_for_memory_is_an_error_that_helps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crowded = Crowded(MODEL.nets_[0].module_, 100, MemoryError())
    monkeypatch.setattr(MODEL.nets_[0].module_, "forward", crowded)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LengthWarning)
        with pytest.raises(MemoryError, match=r"200 positions.*GiB.*lower d_model"):
            MODEL.predict(proteins([200]))
    monkeypatch.undo()
    assert np.isfinite(MODEL.predict(X)).all()


def test_other_errors_are_not_taken_for_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    crowded = Crowded(MODEL.nets_[0].module_, 0, RuntimeError("something else"))
    monkeypatch.setattr(MODEL.nets_[0].module_, "forward", crowded)
    with pytest.raises(RuntimeError, match="something else"):
        MODEL.predict(X)
    assert len(crowded.seen) == 1


@pytest.mark.filterwarnings("ignore::sklyra.exceptions.LengthWarning")
def test_very_unequal_lengths_and_one_letter() -> None:
    rows = proteins([1, 5000, 1, 2, 700, 3])
    model = LyraRegressor(**SMALL).fit(rows, range(6))
    alone = [model.predict([row])[0] for row in rows]
    np.testing.assert_allclose(model.predict(rows), alone, atol=1e-5)


def test_prediction_works_in_pieces_whatever_the_loss_was() -> None:
    ranked = LyraRegressor(**SMALL, loss="ranking").fit(X, Y)
    assert ranked.nets_[0].piece_size_ == MODEL.nets_[0].piece_size_


@pytest.mark.parametrize("loss", ["huber", "ranking"])
def test_bfloat16_learns_with_every_loss(loss: str) -> None:
    model = LyraRegressor(**SMALL, loss=loss, precision="bfloat16").fit(X, Y)
    assert np.isfinite(model.predict(X)).all()


def test_bfloat16_learns_what_float32_learns() -> None:
    exact = LyraRegressor(**{**SMALL, "dropout": 0}).fit(X, Y)
    narrow = LyraRegressor(**{**SMALL, "dropout": 0}, precision="bfloat16").fit(X, Y)
    assert narrow.nets_[0].module_.embed.weight.dtype == torch.float32
    np.testing.assert_allclose(narrow.predict(X * 2), exact.predict(X * 2), atol=0.05)
    assert not np.array_equal(narrow.predict(X * 2), exact.predict(X * 2))
    # the weights that it learned are those that it predicted with while it learned
    at_the_end = narrow.history_[-1]["train_loss"]
    narrow.set_params(precision="float32")
    loss = np.mean((narrow.predict(X) - Y) ** 2) / Y.var()
    assert abs(loss - at_the_end) < 0.1
    with pytest.raises(ValueError, match="precision='half'"):
        LyraRegressor(**SMALL, precision="half").fit(X, Y)
