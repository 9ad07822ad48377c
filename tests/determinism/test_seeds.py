"""Seeds: the same one gives the same model, in a new process too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.determinism.cases import (
    GENES,
    SITES,
    Fit,
    X,
    Y,
    classifier,
    draw_everywhere,
    every_fit,
    fit_regressor,
    regressor,
)
from tests.settings import TWO_MEMBERS


@pytest.mark.slow
@every_fit
def test_one_seed_gives_one_model(fit: Fit) -> None:
    first = fit()
    assert np.ptp(first, axis=0).min() > 0
    draw_everywhere()
    np.testing.assert_array_equal(fit(), first)


@pytest.mark.slow
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
        input=json.dumps(TWO_MEMBERS),
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
