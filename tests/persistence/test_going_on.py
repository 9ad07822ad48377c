"""Training that goes on after loading."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.persistence.cases import Model, X, Y, classifier, outputs, regressor, reload


def test_partial_fit_goes_on_as_if_never_saved() -> None:
    model = regressor(lr=0.01, batch_size=8).partial_fit(X, Y).partial_fit(X, Y)
    loaded = reload(model)
    for again in (model, loaded):
        again.partial_fit(X, Y)
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    # it is the third epoch, not a first one
    losses = [row["train_loss"] for row in loaded.history_]
    assert losses == [row["train_loss"] for row in model.history_]
    assert losses[-1] < losses[0]
    first = regressor(lr=0.01, batch_size=8).partial_fit(X, Y)
    assert (first.predict(X) != loaded.predict(X)).all()


@pytest.mark.slow
@pytest.mark.parametrize("make", [regressor, classifier])
def test_warm_fits_go_on_as_if_never_saved(make: Callable[..., Model]) -> None:
    target = Y if make is regressor else np.where(Y > 0, "high", "low")
    model = make(warm_start=True, lr=0.01, max_epochs=6, early_stopping=False)
    model.fit(X, target)
    start = model.history_[0]["train_loss"]
    end = model.history_[-1]["train_loss"]
    loaded = reload(model)
    for again in (model, loaded):
        again.fit(X, target)
    np.testing.assert_array_equal(outputs(loaded, X), outputs(model, X))
    # the first new epoch is nearer to the last old one than to the first
    goes_on = loaded.history_[-6]["train_loss"]
    assert abs(goes_on - end) < abs(goes_on - start)
