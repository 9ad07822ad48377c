"""The published network, written from its description, without masks or options.

Ramesh, Siddiqui, Gu, Mitzenmacher & Sabeti (2025), arXiv:2503.16351.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Norm(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * x / (x.pow(2).mean(-1, keepdim=True).sqrt() + 1e-8)


class Gate(nn.Module):
    def __init__(self, d: int, h: int) -> None:
        super().__init__()
        self.a, self.a_norm = nn.Linear(d, 2 * h), Norm(2 * h)
        self.conv = nn.Conv1d(h, h, 3, padding=1, groups=h)
        self.b, self.b_norm = nn.Linear(h, d), Norm(d)

    def forward(self, u: Tensor) -> Tensor:
        v, g = self.a_norm(self.a(u)).chunk(2, -1)
        return self.b_norm(self.b(g * self.conv(v.mT).mT))


class StateSpace(nn.Module):
    def __init__(self, d: int, n: int) -> None:
        super().__init__()
        self.step = nn.Parameter(torch.empty(d).uniform_(math.log(1e-3), math.log(0.1)))
        self.decay = nn.Parameter(torch.full((d, n // 2), math.log(0.5)))
        self.freq = nn.Parameter(math.pi * torch.arange(n // 2).repeat(d, 1))
        self.C = nn.Parameter(torch.randn(d, n // 2, 2) / math.sqrt(2))
        self.D = nn.Parameter(torch.randn(d))
        self.mix = nn.Linear(d, 2 * d)

    def forward(self, u: Tensor) -> Tensor:  # (B, L, d)
        A = torch.complex(-self.decay.exp(), self.freq)
        dA = A * self.step.exp()[:, None]
        C = torch.view_as_complex(self.C) * (dA.exp() - 1) / A
        t = torch.arange(u.shape[1])
        K = 2 * (C[..., None] * (dA[..., None] * t).exp()).sum(1).real  # (d, L)
        lag = t[:, None] - t
        toeplitz = torch.where(lag >= 0, K[:, lag.clamp(min=0)], 0)  # (d, L, L)
        y = torch.einsum("dts,bsd->btd", toeplitz, u) + self.D * u
        return F.glu(self.mix(F.gelu(y)), dim=-1)


class Published(nn.Module):
    def __init__(self, letters: int, outputs: int = 1, d: int = 64) -> None:
        super().__init__()
        self.embed = nn.Linear(letters, d)
        self.first, self.second = Gate(d, 16), Gate(d, 128)
        self.norm, self.state_space = Norm(d), StateSpace(d, 64)
        self.head = nn.Linear(d, outputs)

    def forward(self, one_hot: Tensor) -> Tensor:
        x = self.second(self.first(self.embed(one_hot)))
        return self.head((x + self.state_space(self.norm(x))).mean(1))
