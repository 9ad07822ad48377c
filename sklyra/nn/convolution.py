"""Convolutions as long as the sequence, by the convolution theorem."""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from scipy.fft import next_fast_len
from torch import Tensor
from torch.autograd.function import once_differentiable

# Up to this many positions a product with a matrix is faster than Fourier transforms.
_SHORT = 128


def to_full_precision(x: Tensor) -> Tensor:
    """Convert half precision to single: in half, transforms lose digits, or fail.

    Parameters
    ----------
    x : Tensor, float
        Any numbers.

    Returns
    -------
    Tensor of the same shape, float32 or float64
        The same numbers.
    """
    return x if x.dtype == torch.float64 else x.float()


def transform_size(length: int) -> int:
    """Choose a transform that does not wrap around and is fast.

    Parameters
    ----------
    length : int
        Number of positions of a sequence.

    Returns
    -------
    int
        Number of points, an even one.
    """
    power = 2 ** math.ceil(math.log2(2 * length))
    # Measured: multiples of 16 are fast, powers of two faster by a tenth.
    product: int = 16 * next_fast_len(-(-2 * length // 16), real=True)
    return power if power < 1.1 * product else product


def kernel_length(length: int) -> int:
    """Choose for how many positions to compute kernels.

    Parameters
    ----------
    length : int
        Number of positions of the longest sequence.

    Returns
    -------
    int
        As many, or more where that makes a transform fast.
    """
    return length if length <= _SHORT else transform_size(length) // 2


def to_operator(ahead: Tensor, behind: Tensor | None = None) -> Tensor:
    """Bring kernels into the form that convolves fastest.

    Parameters
    ----------
    ahead : Tensor of shape (D, R), float
        For each channel, what each position sends to itself and to those after it. `R`
        is what `kernel_length` returns.
    behind : Tensor of shape (D, R), float, or None, default=None
        What it sends to those before it, the next first; None is nothing.

    Returns
    -------
    Tensor of shape (D, R, R), float, or (D, R + 1), complex
        What each position sends to each; or the Fourier transform of the kernels, where
        that is faster.
    """
    if ahead.shape[1] <= _SHORT:
        return toeplitz(ahead, behind)
    if behind is None:
        behind = torch.zeros_like(ahead)
    # What is sent t positions back stands t before the end.
    between = torch.zeros_like(ahead[:, :1])
    kernel = torch.cat([ahead, between, behind[:, :-1].flip(-1)], dim=1)
    # torch leaves Function.apply untyped
    spectrum: Tensor = _Transform.apply(kernel)  # type: ignore[no-untyped-call]
    return spectrum


def toeplitz(ahead: Tensor, behind: Tensor | None = None) -> Tensor:
    """Lay out kernels as matrices that are constant along diagonals.

    Parameters
    ----------
    ahead, behind : Tensor of shape (D, R), float
        As for `to_operator`.

    Returns
    -------
    Tensor of shape (D, R, R), float
        What each position, the first index, sends to each, the second.
    """
    if behind is None:
        behind = torch.zeros_like(ahead)
    around = torch.cat([behind[:, : ahead.shape[1] - 1].flip(-1), ahead], dim=1)
    # torch leaves Function.apply untyped
    matrices: Tensor = _Toeplitz.apply(around)  # type: ignore[no-untyped-call]
    return matrices


def convolve(u: Tensor, operator: Tensor) -> Tensor:
    """Convolve each channel with its kernel.

    Parameters
    ----------
    u : Tensor of shape (B, L, D), float
        Channels of each position.
    operator : Tensor
        What `to_operator` returns for `L` positions or more.

    Returns
    -------
    Tensor of shape (D, B, L), float
        The convolution, channel by channel: in this layout the maps of channels that
        come before and after it are single products of matrices.
    """
    if operator.is_complex():
        # torch leaves Function.apply untyped
        y: Tensor = _Convolution.apply(u, operator)  # type: ignore[no-untyped-call]
        return y
    length = u.shape[1]
    with torch.autocast(u.device.type, enabled=False):
        u = to_full_precision(u).permute(2, 0, 1).contiguous()
        return torch.bmm(u, operator[:, :length, :length])


class _Toeplitz(torch.autograd.Function):
    """Gradient of `toeplitz`: torch would add it up element by element."""

    @staticmethod
    def forward(ctx: Any, around: Tensor) -> Tensor:
        """Map around (D, 2 L - 1) to (D, L, L): [s, t] is around[t - s + L - 1]."""
        length = (around.shape[1] + 1) // 2
        return around.unfold(1, length, 1).flip(1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        """Add up diagonals."""
        channels, length, _ = grad.shape
        # Rows one shorter than they are begin one more to the right each.
        wider = F.pad(grad.flip(1), (0, length)).flatten(1)
        rows = wider[:, : length * (2 * length - 1)].view(channels, length, -1)
        return rows.sum(dim=1)


class _Transform(torch.autograd.Function):
    r"""Real Fourier transform along the last axis.

    torch derives the gradient from a transform of complex numbers, twice as long.
    """

    @staticmethod
    def forward(ctx: Any, kernel: Tensor) -> Tensor:
        """Real (D, size) -> complex (D, size / 2 + 1)."""
        ctx.size = kernel.shape[1]
        spectrum: Tensor = torch.fft.rfft(kernel)
        return spectrum

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        """Gradient of the kernel."""
        to_kernel: Tensor = torch.fft.irfft(grad, ctx.size, norm="forward")
        # It counts all but the ends twice.
        first, last = grad[:, :1].real, grad[:, -1:].real
        to_kernel[:, ::2] += first + last
        to_kernel[:, 1::2] += first - last
        return to_kernel.mul_(0.5)


def _transform(x: Tensor, size: int) -> Tensor:
    """Transform x (D, B, L), padded with zeros, to (D, B, size / 2 + 1).

    torch would pad, then copy to this layout. This copies once.
    """
    x = to_full_precision(x)
    padded = x.new_zeros(*x.shape[:2], size)
    padded[:, :, : x.shape[2]] = x
    transformed: Tensor = torch.fft.rfft(padded)
    return transformed


def _transform_back(x_hat: Tensor, length: int) -> Tensor:
    """Undo `_transform`."""
    x: Tensor = torch.fft.irfft(x_hat, n=2 * (x_hat.shape[2] - 1))
    return x[:, :, :length]


class _Convolution(torch.autograd.Function):
    r"""Convolve each channel with its kernel, by the convolution theorem.

    :math:`y = F^{-1}(\hat u \hat k)` with :math:`\hat u = F u`, so :math:`\bar u =
    F^{-1}(F \bar y \cdot \hat k^*)`, and the gradient of :math:`\hat k` is the sum of
    :math:`F \bar y \cdot \hat u^*` over sequences.
    """

    @staticmethod
    def forward(ctx: Any, u: Tensor, spectrum: Tensor) -> Tensor:
        """U (B, L, D), spectrum (D, size / 2 + 1) -> (D, B, L)."""
        u_hat = _transform(u.permute(2, 0, 1), 2 * (spectrum.shape[1] - 1))
        if any(ctx.needs_input_grad):
            ctx.save_for_backward(u_hat, spectrum)
            y_hat = u_hat * spectrum.unsqueeze(1)
        else:
            y_hat = u_hat.mul_(spectrum.unsqueeze(1))
        # Measured: a GELU takes three times as long where there are gaps.
        return _transform_back(y_hat, u.shape[1]).contiguous()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
        """Gradients of u and of the spectrum."""
        u_hat, spectrum = ctx.saved_tensors
        size = 2 * (spectrum.shape[1] - 1)
        grad_hat = _transform(grad, size)
        hat = grad_hat * spectrum.conj_physical().unsqueeze(1)
        to_u = _transform_back(hat, grad.shape[2]).permute(1, 2, 0).contiguous()
        # Conjugate twice, the second time only the small sum.
        hat = grad_hat.conj_physical_().mul_(u_hat)
        to_spectrum = hat.sum(dim=1).conj_physical_()
        # All but the ends have a conjugate twin.
        to_spectrum.mul_(2 / size)
        to_spectrum[:, :: to_spectrum.shape[1] - 1].mul_(0.5)
        return to_u, to_spectrum
