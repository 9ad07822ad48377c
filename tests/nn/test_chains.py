"""Pooling of chains, and networks that read covariates."""

from __future__ import annotations

import itertools

import pytest
import torch

from sklyra.nn import LyraNet, Perceptron
from sklyra.nn.chains import pool_chains
from sklyra.nn.poolings import POOLINGS
from tests.settings import NET

ENDS = torch.tensor([[2, 5, 9], [4, 6, 8]])


@pytest.mark.parametrize("name", POOLINGS)
def test_each_chain_is_pooled_by_itself_and_each_two_are_multiplied(name):
    torch.manual_seed(0)
    pooling = POOLINGS[name](3).double()
    x = torch.randn(2, 10, 3, dtype=torch.float64)
    found = pool_chains(pooling, x, ENDS)
    for row, ends in enumerate(ENDS.tolist()):
        starts = [0, ends[0] + 1, ends[1] + 1]
        parts = [
            pooling(x[row : row + 1, a:b])[0] for a, b in zip(starts, ends, strict=True)
        ]
        products = [a * b for a, b in itertools.combinations(parts, 2)]
        torch.testing.assert_close(found[row], torch.cat([*parts, *products]))


def test_the_head_sees_chains_and_covariates():
    torch.manual_seed(0)
    net = LyraNet(4, **NET, n_chains=3, n_covariates=2).double().eval()
    x = torch.randn(2, 10, 4, dtype=torch.float64)
    mask = torch.arange(10) < ENDS[:, -1:]
    covariates = torch.randn(2, 2, dtype=torch.float64)
    found = net(x, mask, covariates=covariates, ends=ENDS)
    pooled = pool_chains(net.pooling, net.positions(x, mask), ENDS)
    torch.testing.assert_close(found, net.head(torch.cat([pooled, covariates], dim=1)))
    represented = net.represent(x, mask, covariates=covariates, ends=ENDS)
    torch.testing.assert_close(represented[:, -2:], covariates)


def test_perceptrons_add_covariates_to_the_first_layer():
    torch.manual_seed(0)
    letters, center = torch.eye(4), torch.rand(5, 4)
    net = Perceptron(letters, center, n_covariates=3, dropout=0.0)
    codes, covariates = torch.randint(4, (6, 5)), torch.randn(6, 3)
    total = net.bias + covariates @ net.beside
    for position in range(5):
        difference = letters[codes[:, position]] - center[position]
        total = total + difference @ net.weight[position]
    expected = net.head(torch.nn.functional.gelu(total))
    torch.testing.assert_close(net(codes, covariates=covariates), expected)


@pytest.mark.parametrize("head_hidden", [None, 8])
def test_scales_are_those_of_the_first_weights_of_covariates(head_hidden):
    scales = torch.tensor([0.5, 0.0])
    options = {**NET, "n_covariates": 2, "head_hidden": head_hidden}
    first = {None: lambda net: net.head, 8: lambda net: net.head.hidden}[head_hidden]
    torch.manual_seed(0)
    plain = LyraNet(4, **options)
    torch.manual_seed(0)
    net = LyraNet(4, **options, covariate_scales=scales)
    weight, before = first(net).weight, first(plain).weight
    torch.testing.assert_close(weight[:, -2:], before[:, -2:] * scales)
    torch.testing.assert_close(weight[:, :-2], before[:, :-2])
    letters, center = torch.eye(4), torch.zeros(5, 4)
    torch.manual_seed(0)
    plain = Perceptron(letters, center, n_covariates=2)
    torch.manual_seed(0)
    net = Perceptron(letters, center, n_covariates=2, covariate_scales=scales)
    torch.testing.assert_close(net.beside, plain.beside * scales.unsqueeze(1))
