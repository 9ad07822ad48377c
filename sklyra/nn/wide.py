"""Wide gated convolution: products of what stands around a position."""

from __future__ import annotations

from torch import Tensor, nn

from sklyra.nn.dropout import Dropout
from sklyra.nn.masking import masked
from sklyra.nn.norm import RMSNorm


class WideGatedConv(nn.Module):
    r"""Add to each position what its surroundings say, gated by them.

    :math:`[v_t, g_t] = \sum_{k=-r}^{r} W_k\,\mathrm{norm}(u_{t + kd}) + b` and
    :math:`y_t = u_t + W\,(v_t \odot \sigma(g_t))` with the dilation :math:`d`: a gated
    linear unit over a window [1]_, wide enough for a turn of a helix, where
    `ProjectedGatedConv` sees the two neighbors.

    Parameters
    ----------
    d_model : int
        Number of channels ``D``.
    kernel_size : int
        Positions that are seen at a time; odd.
    dilation : int, default=1
        Distance between them.
    dropout : float, default=0.0
        Probability of dropping what is added, in [0, 1).

    Raises
    ------
    ValueError
        If `kernel_size` is even.

    References
    ----------
    .. [1] Dauphin, Y. N., Fan, A., Auli, M. & Grangier, D. (2017). Language Modeling
       with Gated Convolutional Networks. ICML. arXiv:1612.08083.

    Examples
    --------
    >>> import torch
    >>> from sklyra.nn import WideGatedConv
    >>> WideGatedConv(d_model=8, kernel_size=9)(torch.zeros(2, 5, 8)).shape
    torch.Size([2, 5, 8])
    """

    def __init__(
        self, d_model: int, kernel_size: int, dilation: int = 1, dropout: float = 0.0
    ) -> None:
        super().__init__()
        if kernel_size % 2 == 0:
            raise ValueError(
                f"kernel_size={kernel_size} is even, but a window reaches as far on "
                "either side: choose an odd number."
            )
        self.norm = RMSNorm(d_model)
        self.window = nn.Conv1d(
            d_model,
            2 * d_model,
            kernel_size,
            padding=dilation * (kernel_size // 2),
            dilation=dilation,
        )
        self.mix = nn.Linear(d_model, d_model)
        self.dropout = Dropout(dropout)

    def forward(self, u: Tensor, mask: Tensor | None = None) -> Tensor:
        """Apply the layer.

        Parameters
        ----------
        u : Tensor of shape (B, L, D), float
            Channels of each position; zero where `mask` is False.
        mask : Tensor of shape (B, L), bool, or None, default=None
            True where there is a residue; padded positions neither send nor receive.
            None means that there is no padding.

        Returns
        -------
        Tensor of shape (B, L, D), float
            Mixed channels; zero where `mask` is False.
        """
        window = self.window(self.norm(u).transpose(1, 2))  # (B, 2 D, L)
        v, gate = window.transpose(1, 2).chunk(2, dim=-1)  # (B, L, D) each
        added = self.dropout(self.mix(v * gate.sigmoid()))
        return u + masked(added, mask)
