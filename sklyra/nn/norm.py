"""Root mean square normalization."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class RMSNorm(nn.Module):
    r"""Scale each position to unit mean square, then each channel by a weight.

    :math:`y = w\,x / \sqrt{\mathrm{mean}(x^2) + \epsilon^2}`, with :math:`\epsilon`
    under the root so that the gradient of a row of zeros is finite.

    Parameters
    ----------
    width : int
        Number of channels.
    eps : float, default=1e-8
        The root mean square below which a row counts as zero.

    References
    ----------
    .. [1] Zhang, B. & Sennrich, R. (2019). Root Mean Square Layer Normalization.
       NeurIPS 32. arXiv:1910.07467.
    """

    def __init__(self, width: int, eps: float = 1e-8) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """Normalize the last axis.

        Parameters
        ----------
        x : Tensor of shape (..., width), float
            Any rows.

        Returns
        -------
        Tensor of the same shape, float
            The normalized rows.
        """
        # torch leaves Function.apply untyped
        full = x.to(self.scale.dtype)  # what autocast may have narrowed
        y: Tensor = _Normalize.apply(full, self.scale, self.eps)  # type: ignore[no-untyped-call]
        return y


class _Normalize(torch.autograd.Function):
    r"""Normalize with its own backward, in few passes over the data.

    With :math:`\hat x = x / \mathrm{rms}` and :math:`p = \bar y \hat x`:
    :math:`\bar w = \sum p` over rows, and
    :math:`\bar x = (w \bar y - \hat x\,(p \cdot w) / n) / \mathrm{rms}`.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, scale: Tensor, eps: float) -> Tensor:
        """Rows of x (..., n), scale (n,) -> (..., n)."""
        inverse = x.square().mean(dim=-1, keepdim=True).add_(eps**2).rsqrt_()
        ctx.save_for_backward(x, scale, inverse)
        return (x * inverse).mul_(scale)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None]:
        """Gradients of x and of the scale."""
        x, scale, inverse = ctx.saved_tensors
        x_hat = x * inverse
        product = grad * x_hat
        to_scale = product.flatten(0, -2).sum(dim=0)
        along = (product @ scale).div_(len(scale)).unsqueeze(-1)  # (..., 1)
        to_x = torch.mul(grad, scale, out=product).sub_(x_hat.mul_(along))
        return to_x.mul_(inverse), to_scale, None
