"""Projected gated convolution: products of neighbouring positions."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

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
        Number of channels ``H`` that are convolved.

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
        return self.mix(self.expand(u), mask)

    def expand(self, u: Tensor) -> Tensor:
        """Do what the layer does to each position by itself.

        Parameters
        ----------
        u : Tensor of shape (..., D), float
            Channels of any positions.

        Returns
        -------
        Tensor of shape (..., 2 H), float
            What is convolved, then the gates.
        """
        expanded: Tensor = self.norm_in(self.project_in(u))
        return expanded

    def mix(self, expanded: Tensor, mask: Tensor | None = None) -> Tensor:
        """Do the rest of the layer.

        Parameters
        ----------
        expanded : Tensor of shape (B, L, 2 H), float
            What `expand` gives.
        mask : Tensor of shape (B, L), bool, or None, default=None
            True where there is a residue.

        Returns
        -------
        Tensor of shape (B, L, D), float
            Mixed channels; zero where `mask` is False.
        """
        mixed = _gated_conv(masked(expanded, mask), *self._taps())
        return masked(self.norm_out(self.project_out(mixed)), mask)

    def on_triples(self, expanded: Tensor, triples: Tensor) -> Tensor:
        """Do the rest of the layer once for each different triple of neighbours.

        An output depends on a position and its two neighbours only. Where the same
        three stand in many places, as in variants of one parent or in DNA, it need be
        computed once.

        Parameters
        ----------
        expanded : Tensor of shape (M, 2 H), float
            What `expand` gives for each different position.
        triples : Tensor of shape (U, 3), int64
            Rows of `expanded` that stand left, in the middle and right; M where there
            is nothing, beyond an end of the sequence.

        Returns
        -------
        Tensor of shape (U, D), float
            What `forward` gives in the middle of each triple.
        """
        mixed = _gated_triples(expanded, triples, *self._taps())
        return self.norm_out(self.project_out(mixed))  # type: ignore[no-any-return]

    def _taps(self) -> tuple[Tensor, Tensor]:
        """Weights (3, H) of the convolution, and its bias (H,)."""
        assert self.depthwise.bias is not None
        return self.depthwise.weight[:, 0].T, self.depthwise.bias


def _gated_conv(expanded: Tensor, taps: Tensor, bias: Tensor) -> Tensor:
    """Call `_GatedConv`, as torch leaves Function.apply untyped."""
    y: Tensor = _GatedConv.apply(expanded, taps, bias)  # type: ignore[no-untyped-call]
    return y


def _gated_triples(
    expanded: Tensor, triples: Tensor, taps: Tensor, bias: Tensor
) -> Tensor:
    """Call `_GatedTriples`, as torch leaves Function.apply untyped."""
    y: Tensor = _GatedTriples.apply(expanded, triples, taps, bias)  # type: ignore[no-untyped-call]
    return y


class _GatedConv(torch.autograd.Function):
    r"""Convolve and gate :math:`y = g \odot (h * v + b)` in few passes over the data.

    :math:`\bar g = \bar y \odot c`, :math:`\bar c = \bar y \odot g`,
    :math:`\bar v_t = \sum_k h_k \bar c_{t-k}`, :math:`\bar h_k = \sum_t \bar c_t v_{t+k}`.
    """  # noqa: E501 - an equation

    @staticmethod
    def forward(ctx: Any, expanded: Tensor, taps: Tensor, bias: Tensor) -> Tensor:
        """Take expanded (B, L, 2 H), taps (3, H), bias (H,), give (B, L, H)."""
        v, gate = expanded.chunk(2, dim=-1)
        c = torch.addcmul(bias, v, taps[1])
        c[:, 1:].addcmul_(v[:, :-1], taps[0])
        c[:, :-1].addcmul_(v[:, 1:], taps[2])
        ctx.save_for_backward(expanded, taps, c)
        return c * gate

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Gradients of expanded, taps and bias."""
        expanded, taps, c = ctx.saved_tensors
        v, gate = expanded.chunk(2, dim=-1)
        to_expanded = torch.empty_like(expanded)
        to_v, to_gate = to_expanded.chunk(2, dim=-1)
        torch.mul(grad, c, out=to_gate)
        to_c = grad * gate
        torch.mul(to_c, taps[1], out=to_v)
        to_v[:, :-1].addcmul_(to_c[:, 1:], taps[0])
        to_v[:, 1:].addcmul_(to_c[:, :-1], taps[2])
        to_taps = torch.stack(
            [
                (to_c[:, 1:] * v[:, :-1]).sum(dim=(0, 1)),
                (to_c * v).sum(dim=(0, 1)),
                (to_c[:, :-1] * v[:, 1:]).sum(dim=(0, 1)),
            ]
        )
        return to_expanded, to_taps, to_c.sum(dim=(0, 1))


class _GatedTriples(torch.autograd.Function):
    """Do what `_GatedConv` does where a position's neighbours are known by number."""

    @staticmethod
    def forward(
        ctx: Any, expanded: Tensor, triples: Tensor, taps: Tensor, bias: Tensor
    ) -> Tensor:
        """Take expanded (M, 2 H) and triples (U, 3), give (U, H)."""
        hidden = len(bias)
        v = F.pad(expanded[:, :hidden], (0, 0, 0, 1))  # nothing is zero
        gate = expanded[:, hidden:].index_select(0, triples[:, 1])
        c = bias.repeat(len(triples), 1)
        for k in range(3):
            c.addcmul_(v.index_select(0, triples[:, k]), taps[k])
        ctx.save_for_backward(v, gate, c, triples, taps)
        return c * gate

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, Tensor, Tensor]:
        """Gradients of expanded, taps and bias."""
        v, gate, c, triples, taps = ctx.saved_tensors
        to_c = grad * gate
        to_v, to_taps = torch.zeros_like(v), torch.empty_like(taps)
        for k in range(3):
            rows = triples[:, k]
            torch.sum(to_c * v.index_select(0, rows), dim=0, out=to_taps[k])
            to_v.index_add_(0, rows, to_c * taps[k])
        to_gate = torch.zeros_like(v).index_add_(0, triples[:, 1], grad * c)
        to_expanded = torch.cat([to_v, to_gate], dim=1)[:-1]
        return to_expanded, None, to_taps, to_c.sum(dim=0)
