"""Every pooling, found in the dict that names them."""

from __future__ import annotations

import pytest
import torch

from sklyra.nn import POOLINGS, Pooling

LENGTHS = [7, 3, 1]


def reference(name: str, pooling: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
    """Pool one sequence (L, D) without padding."""
    if name == "attention":
        weight = torch.softmax(x @ pooling.query.weight[0] + pooling.query.bias, dim=0)
        return (weight[:, None] * x).sum(dim=0)
    mean, highest = x.sum(dim=0) / len(x), x.max(dim=0).values
    return {"mean": mean, "max": highest, "mean_max": torch.cat([mean, highest])}[name]


@pytest.mark.parametrize("name", POOLINGS)
def test_pooling_ignores_padding(name: str) -> None:
    pooling = POOLINGS[name](4).double()
    x = torch.randn(3, 7, 4, dtype=torch.float64)
    mask = torch.arange(7) < torch.tensor(LENGTHS)[:, None]
    out = pooling(x, mask)
    assert out.shape == (3, pooling.n_features)
    for row, length in enumerate(LENGTHS):
        expected = reference(name, pooling, x[row, :length])
        torch.testing.assert_close(out[row], expected)


@pytest.mark.parametrize("name", POOLINGS)
def test_no_mask_means_no_padding(name: str) -> None:
    pooling = POOLINGS[name](4)
    x = torch.randn(3, 7, 4)
    full = torch.ones(3, 7, dtype=torch.bool)
    torch.testing.assert_close(pooling(x), pooling(x, full))


def test_every_pooling_class_has_a_name() -> None:
    assert set(Pooling.__subclasses__()) == set(POOLINGS.values())
