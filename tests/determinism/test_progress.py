"""The progress bar, and nothing else, is shown."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pytest
from skorch.callbacks import Callback
from tqdm.auto import tqdm

from sklyra import LyraRegressor
from tests.determinism.cases import Fit, X, Y, every_fit, fit_regressor, regressor
from tests.settings import TWO_MEMBERS


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


def test_a_bar_is_closed_when_fit_fails(capfd: pytest.CaptureFixture[str]) -> None:
    class Interrupt(Callback):
        def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        LyraRegressor(**TWO_MEMBERS, verbose=1, callbacks=[Interrupt()]).fit(X, Y)
    assert "training" in capfd.readouterr().err
    assert not tqdm._instances
