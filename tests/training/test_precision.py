"""bfloat16."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from sklyra import LyraRegressor
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
