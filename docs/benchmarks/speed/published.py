"""The published network as one would write it from the paper: the other side.

Ramesh, Siddiqui, Gu, Mitzenmacher & Sabeti (2025), arXiv:2503.16351. Nothing in it is
slow on purpose, and nothing is done to make it fast.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Norm(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return self.scale * x / (x.square().mean(-1, keepdim=True).sqrt() + 1e-8)


class GatedConv(nn.Module):
    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.up, self.up_norm = nn.Linear(width, 2 * hidden), Norm(2 * hidden)
        self.conv = nn.Conv1d(hidden, hidden, 3, padding=1, groups=hidden)
        self.down, self.down_norm = nn.Linear(hidden, width), Norm(width)

    def forward(self, x: Tensor) -> Tensor:  # (B, L, D)
        v, gate = self.up_norm(self.up(x)).chunk(2, dim=-1)
        return self.down_norm(self.down(gate * self.conv(v.mT).mT))


class StateSpace(nn.Module):
    def __init__(self, width: int, states: int = 64) -> None:
        super().__init__()
        low, high = math.log(1e-3), math.log(1e-1)
        self.log_dt = nn.Parameter(low + (high - low) * torch.rand(width))
        self.log_decay = nn.Parameter(torch.full((width, states // 2), math.log(0.5)))
        frequency = math.pi * torch.arange(states // 2)
        self.frequency = nn.Parameter(frequency.repeat(width, 1))
        self.C = nn.Parameter(torch.randn(width, states // 2, 2) / math.sqrt(2))
        self.D = nn.Parameter(torch.randn(width))
        self.dropout = nn.Dropout1d(0.2)
        self.mix = nn.Conv1d(width, 2 * width, 1)

    def kernel(self, length: int) -> Tensor:  # (D, L)
        A = torch.complex(-self.log_decay.exp(), self.frequency)
        dt_A = self.log_dt.exp()[:, None] * A
        C = torch.view_as_complex(self.C) * (dt_A.exp() - 1) / A
        powers = torch.exp(dt_A[..., None] * torch.arange(length))  # (D, N/2, L)
        return 2 * torch.einsum("dn,dnl->dl", C, powers).real

    def forward(self, x: Tensor) -> Tensor:  # (B, L, D)
        u = x.mT
        length = u.shape[-1]
        kernel_hat = torch.fft.rfft(self.kernel(length), n=2 * length)
        y = torch.fft.irfft(torch.fft.rfft(u, n=2 * length) * kernel_hat, n=2 * length)
        y = y[..., :length] + self.D[:, None] * u
        return F.glu(self.mix(self.dropout(F.gelu(y))), dim=1).mT


class Published(nn.Module):
    def __init__(self, letters: int, width: int = 64) -> None:
        super().__init__()
        self.embed = nn.Linear(letters, width)
        self.first = GatedConv(width, width // 4)
        self.second = GatedConv(width, 2 * width)
        self.norm, self.state_space = Norm(width), StateSpace(width)
        self.dropout, self.head = nn.Dropout(0.2), nn.Linear(width, 1)

    def forward(self, one_hot: Tensor) -> Tensor:  # (B, L, letters) -> (B, 1)
        x = self.second(self.first(self.embed(one_hot)))
        x = x + self.dropout(self.state_space(self.norm(x)))
        return self.head(x.mean(dim=1))
