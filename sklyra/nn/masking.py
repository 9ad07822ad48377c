"""Mask of padding, which is zero before and after every layer that mixes positions."""

from __future__ import annotations

from torch import Tensor


def masked(x: Tensor, mask: Tensor | None) -> Tensor:
    """Set padded positions to zero.

    Parameters
    ----------
    x : Tensor of shape (B, L, D), float
        Channels of each position.
    mask : Tensor of shape (B, L), bool, or None
        True where there is a residue; None means that there is no padding.

    Returns
    -------
    Tensor of shape (B, L, D), float
        `x`, zero where `mask` is False.
    """
    return x if mask is None else x * mask.unsqueeze(-1).to(x.dtype)
