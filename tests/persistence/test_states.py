"""States as plain values, and the types that skops may trust."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from skops import io as skops_io

from sklyra import (
    PROTEIN,
    TRUSTED_TYPES,
    LyraRegressor,
    PhysicochemicalEncoder,
    SubstitutionMatrixEncoder,
)
from sklyra.ensemble import Ensemble
from tests.persistence.cases import (
    RAGGED,
    Model,
    X,
    Y,
    classifier,
    outputs,
    regressor,
)


@pytest.mark.parametrize(
    ("make", "changes"),
    [
        (regressor, {"encoding": PhysicochemicalEncoder()}),
        (regressor, {"encoding": SubstitutionMatrixEncoder(), "loss": "huber"}),
        (regressor, {"loss": "ranking", "verbose": 1, "alphabet": PROTEIN}),
        (classifier, {"pooling": "attention"}),
    ],
)
def test_skops_reads_models_by_the_published_list(
    make: Callable[..., Model],
    changes: dict[str, Any],
    capfd: pytest.CaptureFixture[str],
) -> None:
    model = make(max_epochs=1, n_members=1, **changes).fit(RAGGED, (Y > 0).astype(int))
    saved = skops_io.dumps(model)
    assert set(skops_io.get_untrusted_types(data=saved)) <= set(TRUSTED_TYPES)
    loaded = skops_io.loads(saved, trusted=TRUSTED_TYPES)
    np.testing.assert_array_equal(outputs(loaded, RAGGED), outputs(model, RAGGED))


def test_the_published_list_has_names_that_exist() -> None:
    for name in TRUSTED_TYPES:
        module, _, thing = name.rpartition(".")
        assert hasattr(importlib.import_module(module), thing), name


def plain(value: Any) -> bool:
    """Whether a state can be written without knowing any class."""
    if isinstance(value, np.ndarray):
        return value.dtype != object
    if type(value) is dict:
        return all(type(key) is str and plain(part) for key, part in value.items())
    if type(value) is list:
        return all(plain(part) for part in value)
    return value is None or type(value) in (bool, int, float, str)


def test_states_are_plain_values_and_arrays(model: LyraRegressor) -> None:
    labels = np.where(np.median(Y) < Y, "b", "a")
    for each in (model, classifier().fit(X, labels)):
        state = each._ensemble.to_state()
        assert plain(state)
        assert plain(each._reader.to_state())
        again = Ensemble.from_state(state).predict(each._read_known(X), "float32")
        np.testing.assert_array_equal(again, each._predict(each._read_known(X)))
        with pytest.raises(ValueError, match="version 2"):
            Ensemble.from_state({**state, "version": 2})
