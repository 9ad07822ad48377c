"""The sum of products of factors against the sum of terms, and its gradients."""

from __future__ import annotations

import math

import pytest
import torch

from sklyra.gaussian_process import term_sum
from sklyra.gaussian_process.term_sum import sum_terms

TERMS = [(0,), (2,), (0, 1), (0, 1, 2), (1, 1)]


def naive(variances, exponents, terms):
    factors = [exponent.clamp(max=0).exp() for exponent in exponents]
    products = [math.prod(factors[i] for i in term) for term in terms]
    return sum(v * product for v, product in zip(variances, products, strict=True))


@pytest.fixture
def arguments():
    generator = torch.Generator().manual_seed(0)

    def draw(*shape):
        drawn = torch.rand(shape, generator=generator, dtype=torch.float64)
        return drawn.requires_grad_()

    return draw(len(TERMS)), [(-draw(7, 5)).detach().requires_grad_() for _ in "abc"]


@pytest.mark.parametrize("numbers", [1, 10, 1000], ids=lambda n: f"blocks of {n}")
def test_sums_and_gradients_are_those_of_the_terms(arguments, monkeypatch, numbers):
    monkeypatch.setattr(term_sum, "_NUMBERS", numbers)
    variances, exponents = arguments
    found, expected = (f(variances, exponents, TERMS) for f in (sum_terms, naive))
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=0)
    weights = torch.arange(35, dtype=torch.float64).reshape(7, 5) - 10
    each = [
        torch.autograd.grad((values * weights).sum(), [variances, *exponents])
        for values in (found, expected)
    ]
    for own, other in zip(*each, strict=True):
        torch.testing.assert_close(own, other, rtol=1e-10, atol=1e-12)


def test_logarithms_that_rounding_took_above_zero_count_as_zero():
    above = [torch.full((2, 2), 1e-9, dtype=torch.float64)]
    ones = torch.ones(1, dtype=torch.float64)
    assert (sum_terms(ones, above, [(0,)]) == 1).all()


def test_no_rows_have_no_sums():
    none = [torch.empty(0, 3, dtype=torch.float64)]
    assert sum_terms(torch.ones(1, dtype=torch.float64), none, [(0,)]).shape == (0, 3)
