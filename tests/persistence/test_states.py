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
from sklyra.targets import ClassTarget
from tests.persistence.cases import (
    RAGGED,
    Model,
    X,
    Y,
    classifier,
    outputs,
    regressor,
    reload,
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


def test_skops_reads_models_of_tables() -> None:
    some = np.where(np.arange(len(X)) % 3 == 0, np.nan, Y)
    low, high = (np.where(np.isnan(some), np.nan, limit < Y) for limit in (-0.5, 0.5))
    for make, y in ((regressor, (Y, some)), (classifier, (Y > 0, low, high))):
        model = make(max_epochs=1, n_members=1).fit(X, np.column_stack(y))
        saved = skops_io.dumps(model)
        loaded = skops_io.loads(saved, trusted=TRUSTED_TYPES)
        np.testing.assert_array_equal(outputs(loaded, X), outputs(model, X))
        again = reload(model)
        np.testing.assert_array_equal(outputs(again, X), outputs(model, X))
        assert again.score(X, np.column_stack(y)) == model.score(X, np.column_stack(y))


def test_classes_of_earlier_models_are_weighed_as_they_were() -> None:
    labels = np.where(np.quantile(Y, 0.8) < Y, "b", "a")
    target = ClassTarget("balanced")
    target.read(labels, np.arange(len(Y)), learn=True)
    target.class_weights(labels)
    state = target.to_state()
    even = np.zeros((1, 2))
    assert ClassTarget.from_state(state).decode(even)[0, 1] == pytest.approx(0.2)
    del state["weights"]
    assert ClassTarget.from_state(state).decode(even)[0, 1] == 0.5


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
    table = np.column_stack([labels == "a", np.quantile(Y, 0.3) > Y])
    weighed = classifier(max_epochs=1, class_weight="balanced")
    for each in (model, classifier().fit(X, labels), weighed.fit(X, table)):
        state = each._ensemble.to_state()
        assert plain(state)
        assert plain(each._reader.to_state())
        again = Ensemble.from_state(state).predict(each._read_known(X), "float32")
        np.testing.assert_array_equal(again, each._predict(each._read_known(X)))
        with pytest.raises(ValueError, match="version 2"):
            Ensemble.from_state({**state, "version": 2})
