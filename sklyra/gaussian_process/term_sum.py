"""Sum of products of factors, and its gradients, a block of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Any

import torch
from torch import Tensor

# Numbers of a block: few enough to stay in the cache of a core.
_NUMBERS = 2**16


def sum_terms(
    variances: Tensor, exponents: list[Tensor], terms: list[tuple[int, ...]]
) -> Tensor:
    r"""Compute :math:`\sum_t v_t \prod_{i \in t} e^{x_i}`, number by number.

    The same as a sum of products of tensors, but each matrix is passed once: of a
    kernel of many terms that is most of the time.

    Parameters
    ----------
    variances : Tensor of shape (n_terms,), float64
        The factor of each term. Gradients reach it.
    exponents : list of Tensor of shape (n, m), float64
        Logarithms of the factors. What is above 0 counts as 0. Gradients reach them.
    terms : list of tuple of int
        Numbers of the factors of each term, one at least.

    Returns
    -------
    Tensor of shape (n, m), float64
        The sums.
    """
    found: Tensor = _TermSum.apply(  # type: ignore[no-untyped-call]
        variances, terms, *exponents
    )
    return found


class _TermSum(torch.autograd.Function):
    """The sum and its gradients, for which the products are computed again."""

    @staticmethod
    def forward(
        ctx: Any, variances: Tensor, terms: list[tuple[int, ...]], *exponents: Tensor
    ) -> Tensor:
        ctx.save_for_backward(variances, *exponents)
        ctx.terms = terms
        out = torch.zeros_like(exponents[0])
        for rows, products in _blocks(exponents, terms):
            for variance, product in zip(variances.tolist(), products, strict=True):
                out[rows].add_(product, alpha=variance)
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        variances, *exponents = ctx.saved_tensors
        of_variances = torch.zeros_like(variances)
        of_exponents = [torch.zeros_like(each) for each in exponents]
        values = variances.tolist()
        for rows, products in _blocks(exponents, ctx.terms):
            for number, (term, product) in enumerate(
                zip(ctx.terms, products, strict=True)
            ):
                change = product * grads[0][rows]
                of_variances[number] += change.sum()
                for factor in term:
                    of_exponents[factor][rows].add_(change, alpha=values[number])
        return of_variances, None, *of_exponents


def _blocks(
    exponents: Sequence[Tensor], terms: list[tuple[int, ...]]
) -> Iterator[tuple[slice, list[Tensor]]]:
    """Compute the product of each term, for some rows at a time."""
    n, m = exponents[0].shape
    step = max(1, _NUMBERS // max(1, m))
    for start in range(0, n, step):
        rows = slice(start, start + step)
        factors = [each[rows].clamp(max=0).exp_() for each in exponents]
        yield rows, [reduce(torch.mul, (factors[i] for i in term)) for term in terms]
