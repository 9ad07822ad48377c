"""The gated convolution against a loop over positions."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from sklyra.nn import ProjectedGatedConv, RMSNorm


def norm(scale: Tensor, x: Tensor) -> Tensor:
    return scale * x / (x.square().mean() + 1e-16).sqrt()


def loop(layer: ProjectedGatedConv, u: Tensor) -> Tensor:
    """One sequence (L, D), one position and one channel at a time."""
    hidden = layer.depthwise.in_channels
    projected = [
        norm(layer.norm_in.scale, layer.project_in.weight @ row + layer.project_in.bias)
        for row in u
    ]
    rows = []
    for t in range(len(u)):
        gated = []
        for channel in range(hidden):
            total = layer.depthwise.bias[channel]
            for k, neighbor in enumerate((t - 1, t, t + 1)):
                if 0 <= neighbor < len(u):
                    weight = layer.depthwise.weight[channel, 0, k]
                    total = total + weight * projected[neighbor][channel]
            gated.append(total * projected[t][hidden + channel])
        out = layer.project_out.weight @ torch.stack(gated) + layer.project_out.bias
        rows.append(norm(layer.norm_out.scale, out))
    return torch.stack(rows)


@given(length=st.integers(1, 12), hidden=st.integers(1, 6))
@settings(max_examples=20, deadline=None)
def test_layer_is_its_equation(length: int, hidden: int) -> None:
    layer = ProjectedGatedConv(d_model=5, hidden=hidden).double()
    torch.nn.init.normal_(layer.norm_in.scale)
    torch.nn.init.normal_(layer.norm_out.scale)
    u = torch.randn(length, 5, dtype=torch.float64)
    torch.testing.assert_close(layer(u[None])[0], loop(layer, u))


def test_padding_changes_nothing() -> None:
    layer = ProjectedGatedConv(d_model=5, hidden=4).double()
    u = torch.randn(3, 9, 5, dtype=torch.float64)
    lengths = [9, 4, 1]
    mask = torch.arange(9) < torch.tensor(lengths)[:, None]
    out = layer(u, mask)
    assert (out[~mask] == 0).all()
    for row, length in enumerate(lengths):
        torch.testing.assert_close(
            out[row, :length], layer(u[row : row + 1, :length])[0]
        )


def test_norm_of_zeros_is_zero_with_a_finite_gradient() -> None:
    x = torch.zeros(2, 3, requires_grad=True)
    out = RMSNorm(3)(x)
    out.sum().backward()
    assert (out == 0).all()
    assert torch.isfinite(x.grad).all()
