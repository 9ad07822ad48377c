"""The perceptron against its equations."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sklyra._training.pieces import back_propagate
from sklyra.nn import Perceptron


def made(length, n_outputs=1, dropout=0.0):
    torch.manual_seed(length)
    letters = torch.cat([torch.eye(4), torch.zeros(1, 4)])
    net = Perceptron(
        letters, torch.rand(length, 4), n_outputs, hidden=6, dropout=dropout
    ).double()
    torch.nn.init.normal_(net.bias)
    return net


def gelu(x):
    return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))


def plain(net, codes):
    """One sequence at a time, one position after the other."""
    out = []
    for row in codes:
        total = net.bias
        for s, code in enumerate(row):
            total = total + (net.letters[code] - net.center[s]) @ net.weight[s]
        hidden = gelu(net.head.hidden.weight @ gelu(total) + net.head.hidden.bias)
        out.append(net.head.output.weight @ hidden + net.head.output.bias)
    return torch.stack(out)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 12), st.integers(1, 9), st.integers(1, 3), st.integers(1, 40))
def test_outputs_and_gradients_are_those_of_the_equation(
    length, n_rows, n_outputs, n_positions
):
    net = made(length, n_outputs)
    codes = torch.from_numpy(
        np.random.default_rng(n_rows).integers(5, size=(n_rows, length))
    )
    batch = {"values": codes}

    def loss_of(output, rows):
        return output.square().sum()

    loss, output = back_propagate(net.prepare, net, loss_of, batch, n_positions)
    found = [p.grad.clone() for p in net.parameters()]
    net.zero_grad()
    expected = plain(net, codes)
    expected.square().sum().backward()
    torch.testing.assert_close(output, expected.detach())
    torch.testing.assert_close(loss, expected.detach().square().sum())
    for one, p in zip(found, net.parameters(), strict=True):
        torch.testing.assert_close(one, p.grad)


def test_only_training_drops():
    net = made(5, dropout=0.5)
    codes = torch.zeros(64, 5, dtype=torch.int64)
    assert len(net.eval()(codes).unique()) == 1
    assert len(net.train()(codes).unique()) > 10


@pytest.mark.parametrize("n_outputs", [1, 3])
def test_shapes(n_outputs):
    net = made(4, n_outputs)
    assert net(torch.zeros(2, 4, dtype=torch.int64)).shape == (2, n_outputs)
    assert net.represent(torch.zeros(2, 4, dtype=torch.int64)).shape == (2, 6)
    assert net.n_blocks == 0
