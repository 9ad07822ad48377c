"""Numbers of fewer and of more bits."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from sklyra import LyraRegressor
from sklyra.nn import LyraNet
from sklyra.nn.module import in_double_precision
from tests.settings import PROTEIN_NETWORK
from tests.training.cases import X, Y


@pytest.mark.parametrize("loss", ["huber", "ranking"])
def test_bfloat16_learns_with_every_loss(loss: str) -> None:
    model = LyraRegressor(**PROTEIN_NETWORK, loss=loss, precision="bfloat16").fit(X, Y)
    assert np.isfinite(model.predict(X)).all()


def test_bfloat16_learns_what_float32_learns() -> None:
    exact = LyraRegressor(**{**PROTEIN_NETWORK, "dropout": 0}).fit(X, Y)
    narrow = LyraRegressor(
        **{**PROTEIN_NETWORK, "dropout": 0}, precision="bfloat16"
    ).fit(X, Y)
    assert narrow.nets_[0].module_.embed.weight.dtype == torch.float32
    np.testing.assert_allclose(narrow.predict(X * 2), exact.predict(X * 2), atol=0.05)
    assert not np.array_equal(narrow.predict(X * 2), exact.predict(X * 2))
    # the weights that it learned are those that it predicted with while it learned
    at_the_end = narrow.history_[-1]["train_loss"]
    narrow.set_params(precision="float32")
    loss = np.mean((narrow.predict(X) - Y) ** 2) / Y.var()
    assert abs(loss - at_the_end) < 0.1
    with pytest.raises(ValueError, match="precision='half'"):
        LyraRegressor(**PROTEIN_NETWORK, precision="half").fit(X, Y)


def test_a_copy_in_double_precision_is_a_deep_one() -> None:
    module = LyraNet(
        20, 1, torch.eye(20), d_model=8, pgc_hidden=(4, 4), d_state=4
    ).eval()
    before = copy.deepcopy(module.state_dict())
    twin = in_double_precision(module)
    values = torch.randint(20, (3, 7))
    expected = copy.deepcopy(module).double()(values)
    torch.testing.assert_close(twin(values), expected, rtol=0, atol=0)
    for value in twin.state_dict().values():
        assert value.dtype == (
            torch.float64 if value.is_floating_point() else torch.long
        )
        if value.is_floating_point():
            value.zero_()
    for name, value in module.state_dict().items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)
    assert module.embed.weight.requires_grad
