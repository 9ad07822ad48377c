"""The network of positions, against loops and at any padding."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sklyra.nn import PositionNet, WideGatedConv

few = settings(max_examples=25, deadline=None)
SMALL: dict[str, Any] = {
    "d_model": 6,
    "kernel_size": 3,
    "dilations": (1, 2),
    "d_state": 4,
    "head_hidden": 5,
}


def net_of(n_outputs: int = 2, **options: Any) -> PositionNet:
    """A network of four letters, in double precision, without dropout."""
    letters = torch.eye(4)
    net = PositionNet(4, n_outputs, letters, **{**SMALL, **options})
    return net.double().eval()


@pytest.mark.parametrize("dilation", [1, 3])
def test_gated_convolution_is_its_equation(dilation):
    layer = WideGatedConv(4, kernel_size=5, dilation=dilation).double()
    u = torch.randn(1, 9, 4, dtype=torch.float64)
    normed = layer.norm(u)[0]
    weight, bias = layer.window.weight, layer.window.bias
    expected = []
    for t in range(9):
        total = bias.clone()
        for k in range(5):
            there = t + dilation * (k - 2)
            if 0 <= there < 9:
                total = total + weight[:, :, k] @ normed[there]
        v, gate = total[:4], total[4:]
        expected.append(u[0, t] + layer.mix(v * torch.sigmoid(gate)))
    torch.testing.assert_close(layer(u)[0], torch.stack(expected))


def test_a_window_has_a_middle():
    with pytest.raises(ValueError, match="kernel_size=4 is even"):
        WideGatedConv(4, kernel_size=4)


@given(
    lengths=st.lists(st.integers(1, 14), min_size=1, max_size=5),
    extra=st.integers(0, 9),
)
@few
def test_outputs_depend_on_no_padding_and_no_other_sequence(lengths, extra):
    net = net_of()
    rng = np.random.default_rng(len(lengths) + extra)
    sequences = [torch.from_numpy(rng.integers(0, 4, n)) for n in lengths]
    longest = max(lengths) + extra
    values = torch.full((len(lengths), longest), 4)  # a row of zeros behind the letters
    mask = torch.zeros(values.shape, dtype=torch.bool)
    for row, codes in enumerate(sequences):
        values[row, : len(codes)] = codes
        mask[row, : len(codes)] = True
    together = net(values, mask)
    alone = torch.cat([net(codes[None]) for codes in sequences])
    torch.testing.assert_close(together, alone, rtol=1e-9, atol=1e-9)


def test_letters_are_their_channels():
    net = net_of()
    values = torch.randint(0, 4, (3, 7))
    numbers = PositionNet(4, 2, **SMALL).double().eval()
    state = {k: v for k, v in net.state_dict().items() if k != "letters"}
    numbers.load_state_dict(state)
    channels = torch.eye(4, dtype=torch.float64)[values]
    torch.testing.assert_close(net(values), numbers(channels))


def test_padding_gets_no_gradient():
    net = PositionNet(3, 1, **SMALL).double()
    x = torch.randn(2, 8, 3, dtype=torch.float64, requires_grad=True)
    mask = torch.arange(8) < torch.tensor([[8], [5]])
    net(x, mask).sum().backward()
    assert (x.grad[1, 5:] == 0).all()
    assert (x.grad[0] != 0).any(dim=1).all()


def test_both_directions_are_seen_through_the_state_space_layer():
    net = net_of(dilations=(), n_s4d_layers=1)
    values = torch.zeros(1, 200, dtype=torch.int64)
    base = net(values)
    for place in (0, 199):
        other = values.clone()
        other[0, place] = 1
        changed = (net(other) - base).abs().sum(dim=1)
        assert (changed > 1e-12).all()


def test_without_state_space_layers_it_sees_its_window_only():
    net = net_of(n_s4d_layers=0, dilations=(1, 3))
    values = torch.zeros(1, 40, dtype=torch.int64)
    other = values.clone()
    other[0, 20] = 2
    changed = (net(other) - net(values)).abs().sum(dim=1) > 0
    assert changed.nonzero().ravel().tolist() == list(range(16, 25))


@pytest.mark.parametrize("hidden", [None, 3])
def test_representation_is_what_the_head_sees(hidden):
    net = net_of(head_hidden=hidden)
    values = torch.randint(0, 4, (2, 6))
    seen = net.represent(values)
    assert seen.shape == (12, 6)
    torch.testing.assert_close(net.head(seen), net(values))
