"""Pieces of what is predicted, side by side."""

from __future__ import annotations

import copy
import threading
import time
from typing import Any

import numpy as np
import pytest
import torch

from sklyra import LyraRegressor
from tests.settings import PROTEIN_NETWORK
from tests.training.cases import X, Y, proteins


@pytest.mark.parametrize(("n_threads", "at_once"), [(1, 1), (2, 2), (20, 8)])
def test_pieces_run_side_by_side(
    fitted: LyraRegressor, monkeypatch: pytest.MonkeyPatch, n_threads: int, at_once: int
) -> None:
    model = copy.deepcopy(fitted).set_params(n_threads=n_threads)
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
    np.testing.assert_allclose(got, fitted.predict(X), rtol=1e-5)
    assert len(seen) == at_once
    assert {count for _, count in seen} == {max(1, n_threads // at_once)}
    assert torch.get_num_threads() == before


def test_threads_that_others_begin_have_as_many_as_ever(
    fitted: LyraRegressor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = copy.deepcopy(fitted).set_params(n_threads=2)
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


def test_long_sequences_run_one_after_another(
    fitted: LyraRegressor, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = copy.deepcopy(fitted).set_params(n_threads=2)
    seen: set[int] = set()
    forward = model.nets_[0].module_.forward

    def spy(*args: Any, **kwargs: Any) -> torch.Tensor:
        seen.add(threading.get_ident())
        return forward(*args, **kwargs)

    monkeypatch.setattr(model.nets_[0].module_, "forward", spy)
    monkeypatch.setattr(model.nets_[0], "piece_size_", 16)  # X has 30
    model.predict(X)
    assert seen == {threading.get_ident()}


@pytest.mark.filterwarnings("ignore::sklyra.exceptions.LengthWarning")
def test_very_unequal_lengths_and_one_letter() -> None:
    rows = proteins([1, 5000, 1, 2, 700, 3])
    model = LyraRegressor(**PROTEIN_NETWORK).fit(rows, range(6))
    alone = [model.predict([row])[0] for row in rows]
    np.testing.assert_allclose(model.predict(rows), alone, atol=1e-5)


def test_prediction_works_in_pieces_whatever_the_loss_was(
    fitted: LyraRegressor,
) -> None:
    ranked = LyraRegressor(**PROTEIN_NETWORK, loss="ranking").fit(X, Y)
    assert ranked.nets_[0].piece_size_ == fitted.nets_[0].piece_size_
