"""Members that train at the same time."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback

from sklyra import LyraRegressor
from sklyra._training import SequenceNet
from sklyra.exceptions import SklyraWarning
from tests.settings import NETWORKS

RNG = np.random.default_rng(0)
X = ["".join(RNG.choice(list("ACGT"), 12)) for _ in range(60)]
Y = np.array([x.count("A") + 3.0 * (x[2] == "C") for x in X])


@pytest.fixture
def spied(monkeypatch):
    """Who trained in which thread, with how many of torch's."""
    seen: list[tuple[int, int]] = []
    train = SequenceNet.train

    def spy(self, *args):
        seen.append((threading.get_ident(), torch.get_num_threads()))
        time.sleep(0.05)  # so that all threads of the pool are needed
        train(self, *args)

    monkeypatch.setattr(SequenceNet, "train", spy)
    return seen


@pytest.mark.parametrize(("n_threads", "at_once", "each"), [(2, 2, 1), (4, 4, 1)])
def test_threads_are_divided(spied, n_threads, at_once, each):
    before = torch.get_num_threads()
    LyraRegressor(**NETWORKS, n_threads=n_threads).fit(X, Y)
    assert len(spied) == 6
    assert len({ident for ident, _ in spied}) == at_once
    assert {count for _, count in spied} == {each}
    assert torch.get_num_threads() == before


def test_one_network_has_all_threads(spied):
    options = {**NETWORKS, "n_members": 1, "perceptron": False}
    LyraRegressor(**options, n_threads=3).fit(X, Y)
    assert spied == [(threading.get_ident(), 3)]


def test_the_model_is_the_same():
    alone = LyraRegressor(**NETWORKS, n_threads=1).fit(X, Y)
    beside = LyraRegressor(**NETWORKS, n_threads=4).fit(X, Y)
    beside.n_threads = 1  # of prediction, where the last digit depends on them
    np.testing.assert_array_equal(alone.predict(X), beside.predict(X))
    seconds = {"seconds"}
    for one, two in zip(alone.history_, beside.history_, strict=True):
        assert {k: one[k] for k in one.keys() - seconds} == {
            k: two[k] for k in two.keys() - seconds
        }


def test_callbacks_see_one_member_after_the_other(spied):
    class Count(Callback):
        inside = 0

        def on_train_begin(self, net, **kwargs):
            assert self.inside == 0
            self.inside += 1

        def on_train_end(self, net, **kwargs):
            self.inside -= 1

    LyraRegressor(**NETWORKS, n_threads=4, callbacks=[Count()]).fit(X, Y)
    assert {ident for ident, _ in spied} == {threading.get_ident()}


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError("broken")])
def test_when_one_fails_all_stop(monkeypatch, error):
    train, begun, left = SequenceNet.train, threading.Barrier(2), []

    def fail(self, *args):
        if not left:
            left.append(self)
            begun.wait(10)
            raise error
        monkeypatch.setattr(SequenceNet, "train", train)
        begun.wait(10)
        self.batch_size = 1
        data, valid, _, callbacks = args
        train(self, data, valid, 10_000, callbacks)  # until it is stopped

    options = {**NETWORKS, "n_members": 2, "perceptron": False}
    model = LyraRegressor(**options, n_threads=2)
    model.fit(X, Y)
    expected = model.predict(X)
    before, n_python = torch.get_num_threads(), threading.active_count()
    monkeypatch.setattr(SequenceNet, "train", fail)
    with pytest.raises(type(error) if isinstance(error, Exception) else error):
        model.fit(X, -Y)
    assert torch.get_num_threads() == before
    assert threading.active_count() == n_python
    np.testing.assert_array_equal(model.predict(X), expected)
    model.set_params(max_epochs=1).fit(X, Y)  # nothing stays stopped
    assert model.n_iter_ == 1


def test_warnings_reach_the_caller(monkeypatch):
    import warnings

    train = SequenceNet.train

    def warn(self, *args):
        warnings.warn("careful", SklyraWarning, stacklevel=1)
        train(self, *args)

    monkeypatch.setattr(SequenceNet, "train", warn)
    with pytest.warns(SklyraWarning, match="careful"):
        LyraRegressor(**NETWORKS, n_threads=2).fit(X, Y)
