"""Diagonal state space layer: one long convolution for each channel."""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from scipy.fft import next_fast_len
from torch import Tensor, nn

from sklyra.nn.dropout import Dropout


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
        r"""Compute the first values of the response.

        With :math:`t = qR + r`, :math:`e^{\Delta A t}` is a product of two tables of
        about :math:`\sqrt{L}` columns, and :math:`K` one matrix product of them. In
        real arithmetic: :math:`\mathrm{Re}(XY) = \mathrm{Re} X \mathrm{Re} Y -
        \mathrm{Im} X \mathrm{Im} Y`.

        Parameters
        ----------
        length : int
            How many values ``L``.

        Returns
        -------
        Tensor of shape (D, L), float
            ``K[:, t]`` is the response `t` positions after the impulse.
        """
        dt = self.log_dt.exp()[:, None]  # (D, 1)
        decay, frequency = -self.log_decay.exp(), self.frequency  # (D, N/2), A's parts
        rate, angle = dt * decay, dt * frequency  # (D, N/2), parts of dt A
        growth = rate.exp()
        # (exp(dt A) - 1) / A
        up_real, up_imag = growth * angle.cos() - 1, growth * angle.sin()
        norm = decay.square() + frequency.square()
        hold_real = (up_real * decay + up_imag * frequency) / norm
        hold_imag = (up_imag * decay - up_real * frequency) / norm
        c_real, c_imag = self.C.unbind(-1)
        real = 2 * (c_real * hold_real - c_imag * hold_imag)  # (D, N/2)
        imag = 2 * (c_real * hold_imag + c_imag * hold_real)

        columns = max(1, math.isqrt(length))
        rows = -(-length // columns)
        fine = torch.arange(columns, device=dt.device, dtype=dt.dtype)
        coarse = columns * torch.arange(rows, device=dt.device, dtype=dt.dtype)
        near = _powers(rate, angle, fine)  # (D, N/2, R) each
        far = _powers(rate, angle, coarse)  # (D, N/2, Q) each
        left_real = real[..., None] * far[0] - imag[..., None] * far[1]
        left_imag = real[..., None] * far[1] + imag[..., None] * far[0]
        left = torch.cat([left_real, -left_imag], dim=1)  # (D, N, Q)
        kernel = left.transpose(1, 2) @ torch.cat(near, dim=1)  # (D, Q, R)
        kernel = kernel.flatten(1)[:, :length]  # (D, L)
        if self.D is None:
            return kernel
        return torch.cat([kernel[:, :1] + self.D[:, None], kernel[:, 1:]], dim=1)


def _powers(rate: Tensor, angle: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """Real and imaginary part of exp((rate + i angle) t), each (D, N/2, len(t))."""
    size = (rate[..., None] * t).exp()
    return size * (angle[..., None] * t).cos(), size * (angle[..., None] * t).sin()


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
        first = u.permute(2, 0, 1).contiguous()
        return self.channels_first(first, mask).permute(1, 2, 0)

    def channels_first(self, u: Tensor, mask: Tensor | None = None) -> Tensor:
        """Apply the layer in its own layout.

        Transforms run along the last axis, and the map of channels is one product of
        two matrices.

        Parameters
        ----------
        u : Tensor of shape (D, B, L), float
            Channels of each position.
        mask : Tensor of shape (B, L), bool, or None, default=None
            True where there is a residue.

        Returns
        -------
        Tensor of shape (D, B, L), float
            Mixed channels; zero where `mask` is False.
        """
        y = u if mask is None else u * mask.to(u.dtype)
        y = self.dropout(F.gelu(self._convolve(y)))
        y = torch.addmm(self.mix.bias[:, None], self.mix.weight, y.flatten(1))
        y = F.glu(y, dim=0).view_as(u)  # (D, B, L)
        return y if mask is None else y * mask.to(y.dtype)

    def _convolve(self, u: Tensor) -> Tensor:
        """Convolve (D, B, L) with the kernels, by the convolution theorem."""
        length = u.shape[-1]
        # Long enough not to wrap around, and a size that transforms fast.
        size = 16 * next_fast_len(-(-2 * length // 16), real=True)
        kernel = F.pad(self.kernel(length), (0, size - length))  # (D, size)
        if self.kernel_back is not None and length > 1:
            # the response to the position t behind stands t before the end
            back = self.kernel_back(length - 1).flip(-1)
            kernel = kernel + F.pad(back, (size - length + 1, 0))
        # torch's FFT takes no half precision on a CPU, and loses digits in it elsewhere
        wide = u if u.dtype == torch.float64 else u.float()
        # torch leaves Function.apply untyped
        y: Tensor = _Convolution.apply(wide, kernel.to(wide.dtype))  # type: ignore[no-untyped-call]
        return y.to(u.dtype)


class _Convolution(torch.autograd.Function):
    r"""Convolve each channel with its kernel, by the convolution theorem.

    :math:`y = F^{-1}(F u \cdot F k)`, so :math:`\bar u = F^{-1}(F \bar y \cdot
    \overline{F k})` and :math:`\bar k = F^{-1}(\sum F \bar y \cdot \overline{F u})`.
    torch derives the same from transforms of complex numbers, twice as long.
    """

    @staticmethod
    def forward(ctx: Any, u: Tensor, kernel: Tensor) -> Tensor:
        """U (B, D, L), kernel (D, size) -> (B, D, L)."""
        length, size = u.shape[-1], kernel.shape[-1]
        u_hat = torch.fft.rfft(u, n=size)  # (D, B, size / 2 + 1)
        kernel_hat = torch.fft.rfft(kernel)[:, None]  # (D, 1, size / 2 + 1)
        ctx.save_for_backward(u_hat, kernel_hat)
        ctx.size = size
        y: Tensor = torch.fft.irfft(u_hat * kernel_hat, n=size)[..., :length]
        return y

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
        """Gradients of u and of the kernel."""
        u_hat, kernel_hat = ctx.saved_tensors
        grad_hat = torch.fft.rfft(grad, n=ctx.size)
        to_u = torch.fft.irfft(grad_hat * kernel_hat.conj(), n=ctx.size)
        # conjugate twice, the second time only the small sum
        to_kernel = (grad_hat.conj_physical() * u_hat).sum(dim=1).conj_physical()
        length = grad.shape[-1]
        return to_u[..., :length], torch.fft.irfft(to_kernel, n=ctx.size)
