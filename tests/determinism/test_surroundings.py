"""Settings of torch and numpy, which change nothing and are not changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from sklyra import LyraRegressor
from tests.determinism.cases import (
    GENES,
    RAGGED,
    SITES,
    Fit,
    X,
    Y,
    classifier,
    every_fit,
    fit_regressor,
    regressor,
    surroundings,
)
from tests.settings import TWO_MEMBERS


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
    expected = LyraRegressor(**TWO_MEMBERS).fit(X, Y).predict(X)
    with mode():
        model = LyraRegressor(**TWO_MEMBERS).fit(X, Y)
        inside = model.predict(X)
    np.testing.assert_array_equal(inside, expected)
    np.testing.assert_array_equal(model.predict(X), expected)
    assert model.partial_fit(X, Y).n_iter_ == TWO_MEMBERS["max_epochs"] + 1
