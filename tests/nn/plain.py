"""The network position by position, written from its equations and left to autograd.

No table, no transform, no gradient by hand: what the fast layers must agree with.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from sklyra.nn import LyraNet, ProjectedGatedConv, RMSNorm, S4DKernel


def norm(layer: RMSNorm, x: Tensor) -> Tensor:
    return layer.scale * x / (x.square().mean(dim=-1, keepdim=True) + 1e-16).sqrt()


def gated_conv(layer: ProjectedGatedConv, u: Tensor, mask: Tensor) -> Tensor:
    v, gate = norm(layer.norm_in, layer.project_in(u)).chunk(2, dim=-1)
    c = layer.depthwise((v * mask).transpose(1, 2)).transpose(1, 2)
    return norm(layer.norm_out, layer.project_out(gate * c)) * mask


def response(kernel: S4DKernel, length: int) -> Tensor:
    A = torch.complex(-kernel.log_decay.exp(), kernel.frequency)
    dt_A = A * kernel.log_dt.exp()[:, None]
    weight = torch.view_as_complex(kernel.C) * (dt_A.exp() - 1) / A
    powers = (dt_A[..., None] * torch.arange(length)).exp()
    out = 2 * (weight[..., None] * powers).sum(dim=1).real
    if kernel.D is not None:
        out = out + F.pad(kernel.D[:, None], (0, length - 1))
    return out


def long_conv(layer: torch.nn.Module, u: Tensor) -> Tensor:
    length = u.shape[1]
    behind = torch.arange(length)[:, None] - torch.arange(length)  # t - s
    toeplitz = response(layer.kernel, length)[:, behind.clamp(min=0)] * (behind >= 0)
    if layer.kernel_back is not None and length > 1:
        back = response(layer.kernel_back, length - 1)
        toeplitz = toeplitz + back[:, (-behind - 1).clamp(min=0)] * (behind < 0)
    return torch.einsum("dts,bsd->btd", toeplitz, u)


def positions(net: LyraNet, channels: Tensor, mask: Tensor) -> Tensor:
    """Channels of each position (B, L, D), without dropout, for channels (B, L, C)."""
    x = net.embed(channels) * mask
    for pgc in net.pgc:
        y = gated_conv(pgc, x, mask)
        x = x + y if net.residual else y
    for block in net.s4d:
        y = F.gelu(long_conv(block.s4d, norm(block.norm, x) * mask))
        x = x + F.glu(block.s4d.mix(y), dim=-1) * mask
    return x


def plain(net: LyraNet, channels: Tensor, lengths: Tensor) -> Tensor:
    """Outputs of a network, without dropout, for channels (B, L, C)."""
    mask = (torch.arange(channels.shape[1]) < lengths[:, None])[..., None]
    x = positions(net, channels, mask)
    return net.head(net.pooling(x, mask[..., 0]))
