"""Memory that runs out."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback

from sklyra import LyraRegressor
from sklyra.exceptions import LengthWarning, MemoryWarning
from tests.settings import PROTEIN_NETWORK
from tests.training.cases import X, Y, proteins


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
    model: LyraRegressor, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = model.predict(X)
    crowded = Crowded(model.nets_[0].module_, 8 * 30, error)
    monkeypatch.setattr(model.nets_[0].module_, "forward", crowded)
    with pytest.warns(MemoryWarning) as caught:
        got = model.predict(X)
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
    settings = {**PROTEIN_NETWORK, "batch_size": 20, "dropout": 0}
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
    model: LyraRegressor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crowded = Crowded(model.nets_[0].module_, 100, MemoryError())
    monkeypatch.setattr(model.nets_[0].module_, "forward", crowded)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LengthWarning)
        with pytest.raises(MemoryError, match=r"200 positions.*GiB.*lower d_model"):
            model.predict(proteins([200]))
    monkeypatch.undo()
    assert np.isfinite(model.predict(X)).all()


def test_other_errors_are_not_taken_for_memory(
    model: LyraRegressor, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowded = Crowded(model.nets_[0].module_, 0, RuntimeError("something else"))
    monkeypatch.setattr(model.nets_[0].module_, "forward", crowded)
    with pytest.raises(RuntimeError, match="something else"):
        model.predict(X)
    assert len(crowded.seen) == 1
