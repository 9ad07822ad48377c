"""The same seed gives the same model, and nothing around it is touched."""

from __future__ import annotations

import json
import logging
import os
import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback
from tqdm.auto import tqdm

from sklyra import LyraClassifier, LyraRegressor
from sklyra.datasets import load_splice_junctions, make_epistasis

SMALL: dict[str, Any] = {
    "n_members": 2,
    "d_model": 16,
    "pgc_hidden": (8, 16),
    "d_state": 8,
    "head_hidden": 16,
    "max_epochs": 3,
    "batch_size": 32,
    "n_threads": 1,
    "random_state": 0,
}


def regressor(**changes: Any) -> LyraRegressor:
    return LyraRegressor(**(SMALL | changes))


def classifier(**changes: Any) -> LyraClassifier:
    return LyraClassifier(**(SMALL | changes))


X, Y, *_ = make_epistasis(100, length=12, random_state=0)
RAGGED = [sequence[: 4 + i % 9] for i, sequence in enumerate(X)]
GENES, SITES = load_splice_junctions(return_X_y=True)
GENES, SITES = GENES[::32], SITES[::32]
TABLE = np.random.default_rng(0).normal(size=(100, 10))


def fit_regressor(**changes: Any) -> np.ndarray:
    return regressor(**changes).fit(X, Y).predict(X)


def fit_classifier(**changes: Any) -> np.ndarray:
    return classifier(**changes).fit(GENES, SITES).predict_proba(GENES)


def fit_other_lengths(**changes: Any) -> np.ndarray:
    return regressor(pooling="attention", **changes).fit(RAGGED, Y).predict(RAGGED)


def fit_table(**changes: Any) -> np.ndarray:
    return regressor(**changes).fit(TABLE, Y).predict(TABLE)


def fit_in_parts(**changes: Any) -> np.ndarray:
    model = regressor(**changes)
    for part in (slice(0, 40), slice(40, 70), slice(70, 100)):
        model.partial_fit(X[part], Y[part])
    return model.predict(X)


def fit_twice_warm(**changes: Any) -> np.ndarray:
    model = regressor(warm_start=True, **changes)
    return model.fit(X, Y).fit(X, Y).predict(X)


def fit_groups(**changes: Any) -> np.ndarray:
    return regressor(**changes).fit(X, Y, groups=np.arange(100) % 10).predict(X)


FITS = [
    fit_regressor,
    fit_classifier,
    fit_other_lengths,
    fit_table,
    fit_in_parts,
    fit_twice_warm,
    fit_groups,
]
every_fit = pytest.mark.parametrize("fit", FITS, ids=lambda fit: fit.__name__)
Fit = Callable[..., np.ndarray]


def draw_everywhere() -> None:
    """Move on every global generator of random numbers."""
    torch.rand(7)
    np.random.rand(7)  # noqa: NPY002 - the global generator is meant
    random.random()


# The same seed


@pytest.mark.slow
@every_fit
def test_one_seed_gives_one_model(fit: Fit) -> None:
    first = fit()
    assert np.ptp(first, axis=0).min() > 0
    draw_everywhere()
    np.testing.assert_array_equal(fit(), first)


@every_fit
def test_another_seed_gives_another_model(fit: Fit) -> None:
    assert (fit(random_state=1) != fit(random_state=0)).all()


@pytest.mark.slow
def test_a_seed_decides_everything_that_is_drawn() -> None:
    """Initial weights, held-out rows, order of batches and dropout, one at a time."""
    still = {"early_stopping": False, "dropout": 0.0, "batch_size": 100, "lr": 1e-12}
    weights = [fit_regressor(**still, random_state=seed) for seed in (0, 1)]
    assert (weights[0] != weights[1]).all()
    settings: list[dict[str, Any]] = [
        still,
        still | {"lr": 0.01},
        still | {"lr": 0.01, "batch_size": 32},
        still | {"lr": 0.01, "dropout": 0.5},
        still | {"lr": 0.01, "early_stopping": True},
    ]
    found = [tuple(fit_regressor(**options)) for options in settings]
    assert len(set(found)) == len(settings)
    assert [tuple(fit_regressor(**options)) for options in settings] == found


@pytest.mark.slow
def test_a_generator_is_drawn_from_and_gives_what_its_state_says() -> None:
    rng = np.random.RandomState(0)
    first = fit_regressor(random_state=rng)
    second = fit_regressor(random_state=rng)
    assert (first != second).all()
    rng = np.random.RandomState(0)
    np.testing.assert_array_equal(fit_regressor(random_state=rng), first)
    np.testing.assert_array_equal(fit_regressor(random_state=rng), second)


@pytest.fixture
def numpy_seed() -> Iterator[None]:
    """Put the global generator of numpy back."""
    state = np.random.get_state()  # noqa: NPY002 - the global generator is meant
    yield
    np.random.set_state(state)  # noqa: NPY002


@pytest.mark.usefixtures("numpy_seed")
def test_no_seed_means_the_global_generator_of_numpy() -> None:
    found = []
    for seed in (0, 1, 0):
        np.random.seed(seed)  # noqa: NPY002 - as scikit-learn's users do
        found.append(fit_regressor(random_state=None))
    np.testing.assert_array_equal(found[0], found[2])
    assert (found[0] != found[1]).all()


@pytest.mark.slow
def test_fitting_again_is_fitting_anew() -> None:
    model = regressor().fit(GENES, np.arange(len(GENES)))
    np.testing.assert_array_equal(model.fit(X, Y).predict(X), fit_regressor())


def test_predicting_twice_gives_the_same() -> None:
    model = classifier().fit(GENES, SITES)
    first = model.predict_proba(GENES)
    draw_everywhere()
    np.testing.assert_array_equal(model.predict_proba(GENES), first)
    np.testing.assert_array_equal(model.embed(GENES), model.embed(GENES))


# Settings of torch


@pytest.fixture
def torch_settings() -> Iterator[None]:
    """Put settings of torch that tests change back."""
    dtype, threads = torch.get_default_dtype(), torch.get_num_threads()
    yield
    torch.set_default_dtype(dtype)
    torch.set_num_threads(threads)


@pytest.mark.slow
@every_fit
@pytest.mark.usefixtures("torch_settings")
def test_double_precision_as_torchs_default_changes_nothing(fit: Fit) -> None:
    expected = fit()
    torch.set_default_dtype(torch.float64)
    np.testing.assert_array_equal(fit(), expected)


@pytest.mark.usefixtures("torch_settings")
def test_a_model_predicts_the_same_under_another_default() -> None:
    model = regressor().fit(RAGGED, Y)
    expected, embedded = model.predict(RAGGED), model.embed(RAGGED[:5])
    torch.set_default_dtype(torch.float64)
    np.testing.assert_array_equal(model.predict(RAGGED), expected)
    np.testing.assert_array_equal(model.embed(RAGGED[:5]), embedded)


def test_gradients_switched_off_outside_change_nothing() -> None:
    expected = fit_regressor()
    with torch.no_grad():
        np.testing.assert_array_equal(fit_regressor(), expected)
        assert not torch.is_grad_enabled()


def surroundings() -> dict[str, Any]:
    """Describe all that training might leave changed."""
    kind, keys, *rest = np.random.get_state()  # noqa: NPY002
    return {
        "torch": torch.get_rng_state().tolist(),
        "numpy": (kind, keys.tolist(), *rest),
        "python": random.getstate(),
        "threads": (torch.get_num_threads(), torch.get_num_interop_threads()),
        "dtype": torch.get_default_dtype(),
        "device": torch.get_default_device(),
        "gradients": torch.is_grad_enabled(),
        "inference": torch.is_inference_mode_enabled(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "precision": torch.get_float32_matmul_precision(),
        "errors": np.geterr(),
        "environment": dict(os.environ),
        "handlers": list(logging.root.handlers),
        "level": logging.root.level,
    }


@pytest.mark.slow
@pytest.mark.parametrize("n_threads", [None, 1, 3])
@pytest.mark.usefixtures("torch_settings")
def test_everything_around_stays_as_it_was(n_threads: int | None) -> None:
    torch.set_num_threads(2)
    # little work: threads that wait for each other waste a busy machine's time
    model = regressor(n_threads=n_threads, max_epochs=1)
    labels = classifier(n_threads=n_threads, max_epochs=1)
    groups = np.unique(RAGGED[:30], return_inverse=True)[1] % 5
    calls: list[Callable[[], Any]] = [
        lambda: model.partial_fit(X[:30], Y[:30]),
        lambda: model.fit(RAGGED[:30], Y[:30], groups=groups),
        lambda: model.fit(X[:30], Y[:30], X_val=X[:5], y_val=Y[:5]),
        lambda: model.predict(X[:30]),
        lambda: model.embed(X[:3]),
        lambda: labels.fit(GENES[:30], SITES[:30]),
        lambda: labels.partial_fit(GENES[:30], SITES[:30]),
        lambda: labels.predict_proba(GENES[:30]),
        lambda: labels.decision_function(GENES[:1]),
    ]
    before = surroundings()
    for call in calls:
        call()
        assert surroundings() == before


# Threads


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


# What is shown


@every_fit
def test_nothing_is_shown_without_being_asked_for(
    fit: Fit, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        fit(verbose=0)
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


def test_a_bar_with_losses_is_shown_on_stderr(
    capfd: pytest.CaptureFixture[str],
) -> None:
    model = regressor(verbose=1, n_iter_no_change=1).fit(X, Y)
    out, err = capfd.readouterr()
    assert out == ""
    assert "training 4 networks" in err
    n_epochs = len(model.history_)  # fewer than planned, where one stopped early
    assert f"100%|██████████| {n_epochs}/{n_epochs}" in err
    assert err.count("\n") == 1
    last = {(row["network"], row["member"]): row for row in model.history_}
    shown = [
        f"train_loss={row['train_loss']:.3g}, valid_loss={row['valid_loss']:.3g}" in err
        for row in last.values()
    ]
    assert any(shown)
    model.predict(X)
    assert capfd.readouterr() == ("", "")


def test_a_bar_changes_no_number(capfd: pytest.CaptureFixture[str]) -> None:
    np.testing.assert_array_equal(fit_regressor(verbose=1), fit_regressor())


# New processes

OPTIONAL = ["matplotlib", "optuna", "optuna_integration", "pandas", "polars", "pyarrow"]

IMPORT = """
import builtins, json, logging, os, sys
import numpy as np
import torch

optional = sys.argv[1:]
before = (torch.get_rng_state().tolist(), torch.get_num_threads(), dict(os.environ))
plain_import, asked = builtins.__import__, []

def spy(name, globals=None, *args):
    asked.append(((globals or {}).get("__name__") or "", name.partition(".")[0]))
    return plain_import(name, globals, *args)

builtins.__import__ = spy
sys.modules.update(dict.fromkeys(optional))  # as if not installed
import sklyra
from sklyra.datasets import make_epistasis

after = (torch.get_rng_state().tolist(), torch.get_num_threads(), dict(os.environ))
X, y, *_ = make_epistasis(100, length=12, random_state=0)
model = sklyra.LyraRegressor(**json.loads(input())).fit(X, y)
print(json.dumps({
    "untouched": after == before,
    "handlers": len(logging.root.handlers),
    "seen": sorted({name for who, name in asked if who.startswith("sklyra")}),
    "bits": model.predict(X).tobytes().hex(),
}))
"""


@pytest.mark.slow
def test_a_new_process_imports_lightly_and_fits_the_same_bits() -> None:
    """One process for both, because importing torch takes seconds."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", IMPORT, *OPTIONAL],
        input=json.dumps(SMALL),
        env=os.environ | {"PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["untouched"]
    assert found["handlers"] == 0
    assert "torch" in found["seen"]
    assert not set(found["seen"]) & set(OPTIONAL)
    assert found["bits"] == fit_regressor().tobytes().hex()


@pytest.mark.parametrize(
    "mode",
    [
        torch.no_grad,
        torch.inference_mode,
        lambda: torch.autocast("cpu", torch.bfloat16),
    ],
    ids=["no_grad", "inference_mode", "autocast"],
)
def test_the_mode_that_torch_is_in_changes_nothing(mode: Any) -> None:
    expected = LyraRegressor(**SMALL).fit(X, Y).predict(X)
    with mode():
        model = LyraRegressor(**SMALL).fit(X, Y)
        inside = model.predict(X)
    np.testing.assert_array_equal(inside, expected)
    np.testing.assert_array_equal(model.predict(X), expected)
    assert model.partial_fit(X, Y).n_iter_ == SMALL["max_epochs"] + 1


def test_a_bar_is_closed_when_fit_fails(capfd: pytest.CaptureFixture[str]) -> None:
    class Interrupt(Callback):
        def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        LyraRegressor(**SMALL, verbose=1, callbacks=[Interrupt()]).fit(X, Y)
    assert "training" in capfd.readouterr().err
    assert not tqdm._instances
