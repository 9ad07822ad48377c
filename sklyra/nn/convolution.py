"""Convolutions as long as the sequence, by the convolution theorem."""

from __future__ import annotations

import math
from typing import Any

import torch
from scipy.fft import next_fast_len
from torch import Tensor
from torch.autograd.function import once_differentiable

# Points that are transformed at a time: few enough to stay in cache.
_POINTS = 2**21


def wide(x: Tensor) -> Tensor:
    """Widen half precision: in it transforms lose digits, or fail.

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


def transform(kernels: Tensor) -> Tensor:
    """Transform kernels, for `convolve`.

    Parameters
    ----------
    kernels : Tensor of shape (D, size), float
        A kernel for each channel: first what responds to the position itself and those
        before it, from the end backwards what responds to those behind it. `size` is
        even and enough not to wrap around, as `transform_size` gives.

    Returns
    -------
    Tensor of shape (D, size / 2 + 1), complex
        Their Fourier transforms.
    """
    # torch leaves Function.apply untyped
    spectrum: Tensor = _Transform.apply(kernels)  # type: ignore[no-untyped-call]
    return spectrum


def convolve(u: Tensor, spectrum: Tensor) -> Tensor:
    """Convolve each channel with its kernel.

    Parameters
    ----------
    u : Tensor of shape (B, L, D), float
        Channels of each position.
    spectrum : Tensor of shape (D, size / 2 + 1), complex
        What `transform` gives.

    Returns
    -------
    Tensor of shape (B, L, D), float
        The convolution.
    """
    # torch leaves Function.apply untyped
    y: Tensor = _Convolution.apply(u, spectrum)  # type: ignore[no-untyped-call]
    return y


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
    """Transform x (B, L, D), padded with zeros, to (B, D, size / 2 + 1).

    torch would pad, then copy to this layout. This copies once.
    """
    x = wide(x)
    padded = x.new_zeros(len(x), x.shape[2], size)
    padded[:, :, : x.shape[1]] = x.transpose(1, 2)
    transformed: Tensor = torch.fft.rfft(padded)
    return transformed


def _transform_back(x_hat: Tensor, out: Tensor) -> None:
    """Undo `_transform`, into out (B, L, D)."""
    x: Tensor = torch.fft.irfft(x_hat, n=2 * (x_hat.shape[2] - 1))
    out.copy_(x[:, :, : out.shape[1]].transpose(1, 2))


def _channels(u: Tensor, spectrum: Tensor) -> list[slice]:
    """Divide the channels so that the transform of a part stays in cache."""
    at_once = max(8, _POINTS // (len(u) * 2 * spectrum.shape[1]))
    return [slice(at, at + at_once) for at in range(0, len(spectrum), at_once)]


class _Convolution(torch.autograd.Function):
    r"""Convolve each channel with its kernel, by the convolution theorem.

    :math:`y = F^{-1}(\hat u \hat k)` with :math:`\hat u = F u`, so :math:`\bar u =
    F^{-1}(F \bar y \cdot \hat k^*)`, and the gradient of :math:`\hat k` is the sum of
    :math:`F \bar y \cdot \hat u^*` over sequences.
    """

    @staticmethod
    def forward(ctx: Any, u: Tensor, spectrum: Tensor) -> Tensor:
        """U (B, L, D), spectrum (D, size / 2 + 1) -> (B, L, D)."""
        size = 2 * (spectrum.shape[1] - 1)
        y = torch.empty_like(u)
        kept = [spectrum]
        for part in _channels(u, spectrum):
            u_hat = _transform(u[:, :, part], size)
            if any(ctx.needs_input_grad):
                kept.append(u_hat)
                u_hat = u_hat * spectrum[part]
            else:
                u_hat.mul_(spectrum[part])
            _transform_back(u_hat, y[:, :, part])
        ctx.save_for_backward(*kept)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
        """Gradients of u and of the spectrum."""
        spectrum, *transformed = ctx.saved_tensors
        size = 2 * (spectrum.shape[1] - 1)
        to_u, to_spectrum = torch.empty_like(grad), torch.empty_like(spectrum)
        for part, u_hat in zip(_channels(grad, spectrum), transformed, strict=True):
            grad_hat = _transform(grad[:, :, part], size)
            hat = grad_hat * spectrum[part].conj_physical()
            _transform_back(hat, to_u[:, :, part])
            # Conjugate twice, the second time only the small sum.
            hat = grad_hat.conj_physical_().mul_(u_hat).sum(dim=0)
            to_spectrum[part] = hat.conj_physical_()
        # All but the ends have a conjugate twin.
        to_spectrum.mul_(2 / size)
        to_spectrum[:, :: to_spectrum.shape[1] - 1].mul_(0.5)
        return to_u, to_spectrum
