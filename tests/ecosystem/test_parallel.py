"""Parallel fits, and clones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import joblib
import numpy as np
import pytest
import torch
from joblib.externals.loky import get_reusable_executor
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score, cross_validate
from skorch.callbacks import Callback, EpochScoring

from sklyra import DNA, SequenceOneHotEncoder, SubstitutionMatrixEncoder
from tests.ecosystem.cases import LABELS, X_NEW, X, Y, classifier, regressor


@pytest.fixture
def workers() -> Iterator[None]:
    """Leave no worker behind."""
    yield
    get_reusable_executor().shutdown(wait=True)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["loky", "threading"])
@pytest.mark.usefixtures("workers")
def test_parallel_fits_give_what_serial_ones_do(backend: str) -> None:
    """Bit-equal: with one thread each, a fold does the same arithmetic anywhere.

    Workers of loky get arrays beyond `max_nbytes` as memory that they cannot write to.
    """
    table = SequenceOneHotEncoder("dna", flatten=True).fit_transform(X)
    model = regressor(max_epochs=2)
    grid = {"lr": [0.002, 0.02]}
    search = GridSearchCV(classifier(max_epochs=2), grid, cv=2, error_score="raise")

    def run() -> list[np.ndarray]:
        fitted = clone(search).fit(X, LABELS)
        return [
            cross_val_score(model, X, Y, cv=3, error_score="raise"),
            cross_val_score(model, table, Y, cv=2, error_score="raise"),
            fitted.cv_results_["split0_test_score"],
            fitted.cv_results_["split1_test_score"],
            fitted.predict_proba(X_NEW),
        ]

    serial = run()
    with joblib.parallel_config(backend, n_jobs=2, max_nbytes=100):
        parallel = run()
    for found, expected in zip(parallel, serial, strict=True):
        np.testing.assert_array_equal(found, expected)


class CountThreads(Callback):
    """Note in the history how many threads a fit may use."""

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        net.history.record("threads", torch.get_num_threads())


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["loky", "threading", "multiprocessing"])
@pytest.mark.usefixtures("workers")
def test_parallel_fits_share_the_cores(backend: str) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        model = regressor(n_threads=None, max_epochs=1, callbacks=[CountThreads()])
        with joblib.parallel_config(backend):
            found = cross_validate(model, X, Y, cv=2, n_jobs=2, return_estimator=True)
        assert torch.get_num_threads() == 2
        counts = [fold.history_[0]["threads"] for fold in found["estimator"]]
        assert counts == [1, 1]
        assert model.fit(X, Y).history_[0]["threads"] == 2
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"encoding": SubstitutionMatrixEncoder("NUC.4.4")},
        {"alphabet": DNA},
        {"callbacks": [EpochScoring("r2", lower_is_better=False)]},
        {"random_state": np.random.RandomState(3)},
    ],
    ids=["plain", "encoder", "alphabet", "callback", "generator"],
)
def test_a_clone_is_unfitted_and_becomes_the_same_model(
    changes: dict[str, Any],
) -> None:
    model = regressor(max_epochs=2, **changes)
    before = clone(model)
    found = model.fit(X, Y).predict(X_NEW)
    copy = clone(model)
    for unfitted in (before, copy):
        assert vars(unfitted).keys() == model.get_params(deep=False).keys()
        with pytest.raises(NotFittedError):
            unfitted.predict(X_NEW)
    np.testing.assert_array_equal(before.fit(X, Y).predict(X_NEW), found)
