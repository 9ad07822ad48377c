"""Threads: how many, and fits in several at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback

from tests.determinism.cases import (
    GENES,
    SITES,
    X,
    Y,
    classifier,
    fit_regressor,
    regressor,
    surroundings,
)


class Spy(Callback):
    """Note the number of threads, and fail where asked to."""

    def __init__(self, fail: bool = False) -> None:
        self.fail = fail

    def on_batch_end(self, net: Any, **kwargs: Any) -> None:
        net.history.record("threads", torch.get_num_threads())
        if self.fail:
            raise RuntimeError("a callback failed")


@pytest.mark.parametrize(("n_threads", "seen"), [(None, 2), (1, 1), (3, 3)])
@pytest.mark.usefixtures("torch_settings")
def test_training_has_the_threads_it_asks_for(n_threads: int | None, seen: int) -> None:
    torch.set_num_threads(2)
    model = regressor(n_threads=n_threads, callbacks=[Spy()]).fit(X[:30], Y[:30])
    found = {row["threads"] for row in model.history_ if row["network"] == "lyra"}
    assert found == {seen}
    assert torch.get_num_threads() == 2


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.usefixtures("torch_settings")
def test_the_number_of_threads_comes_back_after_an_error(method: str) -> None:
    torch.set_num_threads(2)
    model = regressor(n_threads=1, callbacks=[Spy(fail=True)])
    before = surroundings()
    with pytest.raises(RuntimeError, match="a callback failed"):
        getattr(model, method)(X, Y)
    assert surroundings() == before


@pytest.mark.usefixtures("torch_settings")
def test_the_number_of_threads_comes_back_after_a_failed_prediction(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    torch.set_num_threads(2)
    model = regressor(n_threads=1).fit(X, Y)

    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError(f"with {torch.get_num_threads()} thread")

    monkeypatch.setattr(model.nets_[0].module_, "forward", fail)
    with pytest.raises(RuntimeError, match="with 1 thread"):
        model.predict(np.tile(X, 10))
    assert torch.get_num_threads() == 2


def at_once(calls: list[Callable[[], np.ndarray]]) -> list[np.ndarray]:
    """Call functions in threads that start together."""
    found: dict[int, np.ndarray] = {}
    start = threading.Barrier(len(calls))

    def work(i: int) -> None:
        start.wait()
        found[i] = calls[i]()

    workers = [threading.Thread(target=work, args=(i,)) for i in range(len(calls))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return [found[i] for i in range(len(calls))]


@pytest.mark.slow
@pytest.mark.parametrize("n_threads", [None, 1])
def test_fits_at_once_give_what_they_give_alone(n_threads: int | None) -> None:
    def call(seed: int) -> np.ndarray:
        return fit_regressor(n_threads=n_threads, random_state=seed)

    alone = [call(seed) for seed in (0, 1)]
    before = surroundings()
    together = at_once([lambda: call(0), lambda: call(1), lambda: call(0)])
    assert surroundings() == before
    for seed, found in zip((0, 1, 0), together, strict=True):
        np.testing.assert_array_equal(found, alone[seed])


def test_a_model_predicts_in_many_threads_at_once() -> None:
    model = classifier().fit(GENES, SITES)
    expected = model.predict_proba(GENES)
    for found in at_once([lambda: model.predict_proba(GENES)] * 4):
        np.testing.assert_array_equal(found, expected)
