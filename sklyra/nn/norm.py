"""Root mean square normalisation."""

from __future__ import annotations

import torch
from torch import Tensor, nn


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

    def forward(self, x: Tensor, dim: int = -1) -> Tensor:
        """Normalise one axis.

        Parameters
        ----------
        x : Tensor, float
            Any rows.
        dim : int, default=-1
            The axis of length `width`.

        Returns
        -------
        Tensor of the same shape, float
            The normalised rows.
        """
        mean_square = x.square().mean(dim=dim, keepdim=True)
        shape = [1] * x.dim()
        shape[dim] = -1
        return x * torch.rsqrt(mean_square + self.eps**2) * self.scale.view(shape)
