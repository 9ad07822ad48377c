"""Projected gated convolution: products of neighbouring positions."""

from __future__ import annotations

from typing import cast

import torch.nn.functional as F
from torch import Tensor, nn

from sklyra.nn.masking import masked
from sklyra.nn.norm import RMSNorm


class ProjectedGatedConv(nn.Module):
    r"""Mix each position with its neighbours, gated by the position itself.

    :math:`[v, g] = \mathrm{norm}(W_1 u)`, :math:`c_t = \sum_{k=-1}^{1} h_k v_{t+k}`,
    :math:`y = \mathrm{norm}(W_2 (g \odot c))` [1]_. The product makes each output a
    polynomial of second degree in the input: local epistasis.

    Parameters
    ----------
    d_model : int
        Number of channels ``D``.
    hidden : int
        Number of channels that are convolved.

    References
    ----------
    .. [1] Ramesh, K., Siddiqui, S. M., Gu, A., Mitzenmacher, M. & Sabeti, P. C. (2025).
       Lyra: An Efficient and Expressive Subquadratic Architecture for Modeling
       Biological Sequences. arXiv:2503.16351.

    Examples
    --------
    >>> import torch
    >>> from sklyra.nn import ProjectedGatedConv
    >>> ProjectedGatedConv(d_model=8, hidden=16)(torch.zeros(2, 5, 8)).shape
    torch.Size([2, 5, 8])
    """

    def __init__(self, d_model: int, hidden: int) -> None:
        super().__init__()
        self.project_in = nn.Linear(d_model, 2 * hidden)
        self.norm_in = RMSNorm(2 * hidden)
        self.depthwise = nn.Conv1d(hidden, hidden, 3, padding=1, groups=hidden)
        self.project_out = nn.Linear(hidden, d_model)
        self.norm_out = RMSNorm(d_model)

    def forward(self, u: Tensor, mask: Tensor | None = None) -> Tensor:
        """Apply the layer.

        Parameters
        ----------
        u : Tensor of shape (B, L, D), float
            Channels of each position.
        mask : Tensor of shape (B, L), bool, or None, default=None
            True where there is a residue; padded positions neither send nor receive.
            None means that there is no padding.

        Returns
        -------
        Tensor of shape (B, L, D), float
            Mixed channels; zero where `mask` is False.
        """
        x, gate = self.norm_in(self.project_in(u)).chunk(2, dim=-1)  # (B, L, H) each
        x = masked(x, mask).transpose(1, 2)  # (B, H, L)
        x = self.depthwise(x).transpose(1, 2)  # (B, L, H)
        return masked(self.norm_out(self.project_out(gate * x)), mask)  # (B, L, D)

    def on_triples(self, table: Tensor, triples: Tensor) -> Tensor:
        """Apply the layer once to each different triple of neighbours.

        An output depends on a position and its two neighbours only. Where the same
        three stand in many places, as in variants of one parent or in DNA, it need be
        computed once.

        Parameters
        ----------
        table : Tensor of shape (M, D), float
            Channels of each different position.
        triples : Tensor of shape (U, 3), int
            Rows of `table` that stand left, in the middle and right; M where there is
            nothing, beyond an end of the sequence.

        Returns
        -------
        Tensor of shape (U, D), float
            What `forward` gives in the middle of each triple.
        """
        x, gate = self.norm_in(self.project_in(table)).chunk(2, dim=-1)  # (M, H) each
        neighbours = F.embedding(triples, F.pad(x, (0, 0, 0, 1)))  # (U, 3, H)
        weight = self.depthwise.weight[:, 0].T  # (3, H)
        x = (neighbours * weight).sum(dim=1) + cast(Tensor, self.depthwise.bias)
        gate = F.embedding(triples[:, 1], gate)  # (U, H)
        y: Tensor = self.norm_out(self.project_out(gate * x))
        return y
