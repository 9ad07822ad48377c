"""Diagonal state space layer: one long convolution for each channel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from sklyra.nn.convolution import (
    convolve,
    kernel_length,
    to_full_precision,
    to_operator,
    toeplitz,
)
from sklyra.nn.dropout import Dropout
from sklyra.nn.masking import masked

# Positions that are mixed at a time: few enough to stay in cache.
_POSITIONS = 2**12


class S4DKernel(nn.Module):
    r"""Compute the impulse response of a diagonal state space model.

    :math:`K_t = 2\,\mathrm{Re} \sum_{n=1}^{N/2} C_n \frac{e^{\Delta A_n} - 1}{A_n}
    e^{\Delta A_n t} + D\,[t = 0]` for each channel: zero-order hold with step
    :math:`\Delta`, complex modes :math:`A_n = -e^{a_n} + i w_n` in conjugate pairs, at
    first :math:`A_n = -1/2 + i \pi n` (S4D-Lin [1]_), and a feedthrough :math:`D`.

    Parameters
    ----------
    d_model : int
        Number of channels ``D``.
    d_state : int, default=64
        Number of states ``N`` of each channel; even, they come in conjugate pairs.
    feedthrough : bool, default=True
        Whether the input reaches the output of its own position directly, by ``D``.

    Raises
    ------
    ValueError
        If `d_state` is odd.

    References
    ----------
    .. [1] Gu, A., Gupta, A., Goel, K. & Ré, C. (2022). On the Parameterization and
       Initialization of Diagonal State Space Models. NeurIPS 35. arXiv:2206.11893.

    Examples
    --------
    >>> from sklyra.nn import S4DKernel
    >>> S4DKernel(d_model=8)(100).shape
    torch.Size([8, 100])
    """

    #: Parameters of the dynamics, which learn slowly and are usually not decayed.
    state_parameters = ("log_dt", "log_decay", "frequency")

    def __init__(
        self, d_model: int, d_state: int = 64, feedthrough: bool = True
    ) -> None:
        super().__init__()
        if d_state % 2:
            raise ValueError(
                f"d_state={d_state} is odd, but states come in conjugate pairs: choose "
                "an even number."
            )
        modes = d_state // 2
        low, high = math.log(1e-3), math.log(1e-1)
        self.log_dt = nn.Parameter(low + (high - low) * torch.rand(d_model))
        self.log_decay = nn.Parameter(torch.full((d_model, modes), math.log(0.5)))
        frequency = math.pi * torch.arange(modes)
        self.frequency = nn.Parameter(frequency.repeat(d_model, 1))
        self.C = nn.Parameter(torch.randn(d_model, modes, 2) * math.sqrt(0.5))
        self.D = nn.Parameter(torch.randn(d_model)) if feedthrough else None

    def forward(self, length: int) -> Tensor:
        """Compute the first values of the response.

        Parameters
        ----------
        length : int
            How many values ``L``.

        Returns
        -------
        Tensor of shape (D, L), float
            ``K[:, t]`` is the response `t` positions after the impulse.
        """
        return _responses([self], length)[0]


def _responses(kernels: Sequence[S4DKernel], length: int) -> list[Tensor]:
    """Compute the first `length` values of the response of several kernels at once."""
    log_dt, log_decay, frequency, C = (
        to_full_precision(torch.cat([getattr(kernel, name) for kernel in kernels]))
        for name in ("log_dt", "log_decay", "frequency", "C")
    )  # (K D[, N/2[, 2]])
    dt = log_dt.exp().unsqueeze(1)
    A = torch.complex(-log_decay.exp(), frequency)
    exponent = dt * A
    weight = torch.view_as_complex(C) * (exponent.exp() - 1) / A
    direct = [dt.new_zeros(len(k.log_dt)) if k.D is None else k.D for k in kernels]
    # torch leaves Function.apply untyped
    response: Tensor = _Exponentials.apply(  # type: ignore[no-untyped-call]
        weight, exponent, to_full_precision(torch.cat(direct)), length
    )
    return list(response.chunk(len(kernels)))


class _Exponentials(torch.autograd.Function):
    r"""Sum exponentials and what passes directly.

    :math:`K_t = 2\,\mathrm{Re} \sum_n w_n e^{\lambda_n t} + D\,[t = 0]`. With
    :math:`t = qR + r`, :math:`e^{\lambda t}` is a product of two tables of about
    :math:`\sqrt{L}` columns, and :math:`K` one matrix product of them. So are
    :math:`S = 2 \sum_t \bar K_t e^{\lambda t}` and
    :math:`T = 2 \sum_t t \bar K_t e^{\lambda t}`, of which the gradients are
    :math:`\bar w = S^*` and :math:`\bar\lambda = (w T)^*`.
    """

    @staticmethod
    def forward(
        ctx: Any, weight: Tensor, exponent: Tensor, direct: Tensor, length: int
    ) -> Tensor:
        """Complex weight, exponent (D, N/2), real direct (D,) -> real (D, length)."""
        columns = max(1, math.isqrt(length))
        rows = -(-length // columns)
        fine = torch.arange(columns).to(weight.real)
        coarse = columns * torch.arange(rows).to(weight.real)
        near = _exponentials(exponent, fine)  # (D, N/2, R)
        far = _exponentials(exponent, coarse)  # (D, N/2, Q)
        ctx.save_for_backward(weight, near, far, fine, coarse)
        left = far * (2 * weight).unsqueeze(-1)  # (D, N/2, Q)
        # Re(X Y) = Re X Re Y - Im X Im Y
        left = torch.cat([left.real, -left.imag], dim=1)  # (D, N, Q)
        right = torch.cat([near.real, near.imag], dim=1)  # (D, N, R)
        kernel = torch.bmm(left.transpose(1, 2), right).flatten(1)
        kernel[:, 0] += direct
        return kernel[:, :length]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        """Gradients of weight, exponent and direct."""
        weight, near, far, fine, coarse = ctx.saved_tensors
        rows, columns = len(coarse), len(fine)
        to_direct = grad[:, 0].clone()
        if grad.shape[1] < rows * columns:
            grad = F.pad(grad, (0, rows * columns - grad.shape[1]))
        grad = grad.reshape(-1, rows, columns).transpose(1, 2)  # (D, R, Q)
        # Each of near, and each times t: (D, 2 N, R)
        parts = torch.cat([near.real, near.imag], dim=1)
        inner = torch.bmm(torch.cat([parts, parts * fine], dim=1), grad)  # (D, 2 N, Q)
        real, imag, fine_real, fine_imag = inner.mul_(2).chunk(4, dim=1)
        plain, times_fine = (
            torch.complex(real, imag),
            torch.complex(fine_real, fine_imag),
        )
        S = (far * plain).sum(dim=-1)
        T = (far * times_fine.add_(plain * coarse)).sum(dim=-1)
        return S.conj_physical(), (weight * T).conj_physical(), to_direct, None


def _exponentials(exponent: Tensor, t: Tensor) -> Tensor:
    """Complex exponent (D, N/2), real t (T,) -> exp(exponent t), (D, N/2, T)."""
    parts = torch.view_as_real(exponent).unsqueeze(-1) * t  # (D, N/2, 2, T)
    return torch.polar(parts[:, :, 0].exp(), parts[:, :, 1])


class S4D(nn.Module):
    r"""Mix along the sequence with a diagonal state space model.

    Every channel :math:`u` is convolved with its own kernel :math:`K`, the impulse
    response of a linear state space model with diagonal state matrix [1]_:
    :math:`y = K * u`; then come a GELU, dropout, and a gated linear map of the
    channels. Cost is :math:`O(L \log L)` in the length.

    Parameters
    ----------
    d_model : int
        Number of channels ``D``.
    d_state : int, default=64
        Number of states ``N`` of each channel; even.
    bidirectional : bool, default=False
        Whether a second kernel looks at the positions behind each position; otherwise
        a position sees only what comes before it.
    dropout : float, default=0.0
        Probability of dropping a channel of a whole sequence, in [0, 1).

    References
    ----------
    .. [1] Gu, A., Gupta, A., Goel, K. & Ré, C. (2022). On the Parameterization and
       Initialization of Diagonal State Space Models. NeurIPS 35. arXiv:2206.11893.

    Examples
    --------
    >>> import torch
    >>> from sklyra.nn import S4D
    >>> S4D(d_model=8)(torch.zeros(2, 5, 8)).shape
    torch.Size([2, 5, 8])
    """

    def __init__(
        self,
        d_model: int,
        d_state: int = 64,
        bidirectional: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.kernel = S4DKernel(d_model, d_state)
        self.kernel_back = (
            S4DKernel(d_model, d_state, feedthrough=False) if bidirectional else None
        )
        self.dropout = Dropout(dropout, tied=True)
        self.mix = nn.Linear(d_model, 2 * d_model)

    def forward(
        self, u: Tensor, mask: Tensor | None = None, operator: Tensor | None = None
    ) -> Tensor:
        """Apply the layer.

        Parameters
        ----------
        u : Tensor of shape (B, L, D), float
            Channels of each position.
        mask : Tensor of shape (B, L), bool, or None, default=None
            True where there is a residue; padded positions neither send nor receive.
            None means that there is no padding.
        operator : Tensor or None, default=None
            What `operator` returns for this length or a greater one; None computes it.

        Returns
        -------
        Tensor of shape (B, L, D), float
            Mixed channels; zero where `mask` is False.
        """
        if operator is None:
            operator = self.operator(u.shape[1])
        return self.mix_channels(convolve(masked(u, mask), operator), mask)

    def mix_channels(self, y: Tensor, mask: Tensor | None = None) -> Tensor:
        """Apply the part of the layer behind its convolution.

        Parameters
        ----------
        y : Tensor of shape (D, B, L), float
            What `sklyra.nn.convolution.convolve` returns.
        mask : Tensor of shape (B, L), bool, or None, default=None
            As for `forward`.

        Returns
        -------
        Tensor of shape (B, L, D), float
            Mixed channels; zero where `mask` is False.
        """
        factor = self.dropout.factor(y)  # (D, B, 1)
        _, n_sequences, length = y.shape
        at_once = max(1, _POSITIONS // length)
        rows = []
        for first in range(0, n_sequences, at_once):
            some = slice(first, first + at_once)
            parts = []
            for start in range(0, length, _POSITIONS):
                part = y[:, some, start : start + _POSITIONS]
                part = F.gelu(part.to(self.mix.weight.dtype))
                if factor is not None:
                    part = part * factor[:, some]
                mixed = F.glu(self.mix(part.flatten(1).T), dim=-1)  # (B L, D)
                parts.append(mixed.view(*part.shape[1:], len(y)))
            rows.append(_joined(parts, dim=1))
        return masked(_joined(rows, dim=0), mask)

    def operator(self, length: int) -> Tensor:
        """Compute the operator of the convolution, which no input changes.

        Parameters
        ----------
        length : int
            Number of positions ``L`` of the longest sequence.

        Returns
        -------
        Tensor of shape (D, R, R), float, or (D, R + 1), complex
            What each position sends to each, or the Fourier transform of the kernels:
            `sklyra.nn.convolution.to_operator`.
        """
        return to_operator(*self._kernels(kernel_length(length)))

    def matrices(self, length: int) -> Tensor:
        """Compute the matrices that convolve variants of a parent.

        Parameters
        ----------
        length : int
            Number of positions ``L`` of each sequence.

        Returns
        -------
        Tensor of shape (D, L, L), float
            What each position sends to each: `sklyra.nn.convolution.toeplitz`.
        """
        return toeplitz(*self._kernels(length))

    def _kernels(self, length: int) -> list[Tensor]:
        """Kernels of each direction, (D, length) each."""
        with torch.autocast(self.mix.weight.device.type, enabled=False):
            kernels = [k for k in (self.kernel, self.kernel_back) if k is not None]
            return _responses(kernels, length)


def _joined(parts: list[Tensor], dim: int) -> Tensor:
    """Put tensors one after the other; a single one need not be copied."""
    return parts[0] if len(parts) == 1 else torch.cat(parts, dim)
