"""Projected gated convolution: products of neighboring positions."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from sklyra.nn.masking import masked
from sklyra.nn.norm import RMSNorm


class ProjectedGatedConv(nn.Module):
    r"""Mix each position with its neighbors, gated by the position itself.

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
        expanded = masked(self.expand(u), mask)
        # torch leaves Function.apply untyped
        mixed = _GatedConv.apply(expanded, *self._taps())  # type: ignore[no-untyped-call]
        return masked(self.norm_out(self.project_out(mixed)), mask)

    def expand(self, u: Tensor) -> Tensor:
        """Apply the part of the layer that sees each position by itself.

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

    def tables(self, expanded: Tensor) -> tuple[Tensor, Tensor]:
        """Compute tables of terms and gates, for positions that are known by number.

        Parameters
        ----------
        expanded : Tensor of shape (M, 2 H), float
            What `expand` returns for each different position.

        Returns
        -------
        terms : Tensor of shape (3 (M + 1), H), float
            What each position adds to the convolution at its right, at itself and at
            its left, one below the other. The last of each stands for nothing.
        gates : Tensor of shape (M + 1, H), float
            The gates. The last is zero.
        """
        v, gates = F.pad(expanded, (0, 0, 0, 1)).chunk(2, dim=1)  # (M + 1, H) each
        taps, bias = self._taps()
        middle = torch.addcmul(bias, v, taps[1])
        return torch.cat([v * taps[0], middle, v * taps[2]]), gates

    def on_triples(self, terms: Tensor, gates: Tensor, triples: Tensor) -> Tensor:
        """Apply the rest of the layer to triples of neighbors.

        An output depends on a position and its two neighbors only. Where the same
        three stand in many places, as in variants of one parent or in DNA, it need be
        computed once.

        Parameters
        ----------
        terms, gates : Tensor
            What `tables` returns.
        triples : Tensor of shape (U, 3), int64
            What stands left, in the middle and right: numbers of positions, M where
            there is nothing, beyond an end of the sequence.

        Returns
        -------
        Tensor of shape (U, D), float
            What `forward` returns in the middle of each triple.
        """
        # torch leaves Function.apply untyped
        mixed = _GatedTriples.apply(terms, gates, triples)  # type: ignore[no-untyped-call]
        y: Tensor = self.norm_out(self.project_out(mixed))
        return y

    def _taps(self) -> tuple[Tensor, Tensor]:
        """Weights (3, H) of the convolution, and its bias (H,)."""
        assert self.depthwise.bias is not None
        return self.depthwise.weight[:, 0].T, self.depthwise.bias


class _GatedConv(torch.autograd.Function):
    r"""Convolve and gate :math:`y = g \odot (h * v + b)` in few passes over the data.

    :math:`\bar g = \bar y \odot c`, :math:`\bar c = \bar y \odot g`,
    :math:`\bar v_t = \sum_k h_k \bar c_{t-k}`, :math:`\bar h_k = \sum_t \bar c_t v_{t+k}`.
    """  # noqa: E501 - an equation

    @staticmethod
    def forward(ctx: Any, expanded: Tensor, taps: Tensor, bias: Tensor) -> Tensor:
        """Map expanded (B, L, 2 H), taps (3, H), bias (H,) to (B, L, H)."""
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
    """Sum three rows of a table of terms, and gate the sum."""

    @staticmethod
    def forward(ctx: Any, terms: Tensor, gates: Tensor, triples: Tensor) -> Tensor:
        """Map terms (3 (M + 1), H), gates (M + 1, H), triples (U, 3) to (U, H)."""
        at = triples + len(gates) * torch.arange(3, device=triples.device)
        c = F.embedding_bag(at, terms, mode="sum")
        gate = gates.index_select(0, triples[:, 1])
        if not any(ctx.needs_input_grad):
            return c.mul_(gate)
        ctx.save_for_backward(c, gate, triples)
        ctx.n_rows = len(gates)
        return c * gate

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None]:
        """Gradients of terms and gates."""
        c, gate, triples = ctx.saved_tensors
        to_terms = grad.new_zeros(3, ctx.n_rows, grad.shape[1])
        to_gates = grad.new_zeros(ctx.n_rows, grad.shape[1])
        to_c = grad * gate
        for k in range(3):
            to_terms[k].index_add_(0, triples[:, k], to_c)
        to_gates.index_add_(0, triples[:, 1], c.mul_(grad))
        return to_terms.flatten(0, 1), to_gates, None
