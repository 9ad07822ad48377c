"""Diagonal state space layer: one long convolution for each channel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from scipy.fft import next_fast_len
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from sklyra.nn.dropout import Dropout
from sklyra.nn.masking import masked

# Points that are transformed, and positions that are mixed, at a time: few enough to
# stay in cache.
_POINTS = 2**21
_POSITIONS = 2**13


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
        _wide(torch.cat([getattr(kernel, name) for kernel in kernels]))
        for name in ("log_dt", "log_decay", "frequency", "C")
    )  # (K D[, N/2[, 2]])
    dt = log_dt.exp().unsqueeze(1)
    A = torch.complex(-log_decay.exp(), frequency)
    exponent = dt * A
    weight = torch.view_as_complex(C) * (exponent.exp() - 1) / A
    # torch leaves Function.apply untyped
    direct = [dt.new_zeros(len(k.log_dt)) if k.D is None else k.D for k in kernels]
    response: Tensor = _Exponentials.apply(  # type: ignore[no-untyped-call]
        weight, exponent, _wide(torch.cat(direct)), length
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


def _wide(x: Tensor) -> Tensor:
    """Single precision at least: transforms in half precision lose digits, or fail."""
    return x if x.dtype == torch.float64 else x.float()


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
        self, u: Tensor, mask: Tensor | None = None, spectrum: Tensor | None = None
    ) -> Tensor:
        """Apply the layer.

        Parameters
        ----------
        u : Tensor of shape (B, L, D), float
            Channels of each position.
        mask : Tensor of shape (B, L), bool, or None, default=None
            True where there is a residue; padded positions neither send nor receive.
            None means that there is no padding.
        spectrum : Tensor of shape (D, F), complex, or None, default=None
            What `spectrum` gives for this length or a greater one; None computes it.

        Returns
        -------
        Tensor of shape (B, L, D), float
            Mixed channels; zero where `mask` is False.
        """
        if spectrum is None:
            spectrum = self.spectrum(u.shape[1])
        y = _convolve(masked(u, mask), spectrum)
        factor = self.dropout.factor(y)  # one for all positions
        at_once = max(1, _POSITIONS // len(y))
        parts = []
        for at in range(0, y.shape[1], at_once):
            part = y[:, at : at + at_once]
            part = F.gelu(part) if factor is None else F.gelu(part) * factor
            parts.append(F.glu(self.mix(part), dim=-1))
        return masked(parts[0] if len(parts) == 1 else torch.cat(parts, dim=1), mask)

    def spectrum(self, length: int) -> Tensor:
        """Compute the Fourier transform of the kernels, which no input changes.

        Parameters
        ----------
        length : int
            Number of positions ``L`` of the longest sequence.

        Returns
        -------
        Tensor of shape (D, F), complex
            The transform, at half of `transform_size` frequencies and one more.
        """
        with torch.autocast(self.mix.weight.device.type, enabled=False):
            return self._spectrum(transform_size(length) // 2)

    def _spectrum(self, half: int) -> Tensor:
        """Transform kernels of `half` positions."""
        if self.kernel_back is None:
            (kernel,) = _responses([self.kernel], half)  # (D, size / 2)
            kernel = F.pad(kernel, (0, half))  # (D, size)
        else:
            kernel, back = _responses([self.kernel, self.kernel_back], half)
            # The response to the position t behind stands t before the end.
            between = torch.zeros_like(kernel[:, :1])
            kernel = torch.cat([kernel, between, back[:, :-1].flip(-1)], dim=1)
        # torch leaves Function.apply untyped
        spectrum: Tensor = _Transform.apply(kernel)  # type: ignore[no-untyped-call]
        return spectrum


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


def _convolve(u: Tensor, spectrum: Tensor) -> Tensor:
    """Convolve u (B, L, D) with the kernels of which `spectrum` is the transform."""
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
    wide = torch.float64 if x.dtype == torch.float64 else torch.float32
    padded = x.new_zeros(len(x), x.shape[2], size, dtype=wide)
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
