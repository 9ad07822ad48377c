"""State space block: a normalized S4D layer, added to its input."""

from __future__ import annotations

from torch import Tensor, nn

from sklyra.nn.dropout import Dropout
from sklyra.nn.norm import RMSNorm
from sklyra.nn.s4d import S4D


class S4DBlock(nn.Module):
    """Add a normalized S4D layer to its input.

    Parameters
    ----------
    d_model, d_state, bidirectional, dropout : object
        As in `S4D`.
    """

    def __init__(
        self, d_model: int, d_state: int, bidirectional: bool, dropout: float
    ) -> None:
        super().__init__()
        self.norm = RMSNorm(d_model)
        self.s4d = S4D(d_model, d_state, bidirectional, dropout)
        self.dropout = Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor | None, operator: Tensor) -> Tensor:
        """Apply the block.

        Parameters
        ----------
        x : Tensor of shape (B, L, D), float
            Channels of each position.
        mask : Tensor of shape (B, L), bool, or None
            True where there is a residue; None means that there is no padding.
        operator : Tensor
            What `S4D.operator` returns for this length or a greater one.

        Returns
        -------
        Tensor of shape (B, L, D), float
            Mixed channels.
        """
        mixed: Tensor = x + self.dropout(self.s4d(self.norm(x), mask, operator))
        return mixed

    def add_convolved(
        self, x: Tensor, convolved: Tensor, mask: Tensor | None
    ) -> Tensor:
        """Apply the part of the block behind its norm and its convolution.

        Parameters
        ----------
        x : Tensor of shape (B, L, D), float
            Channels of each position.
        convolved : Tensor of shape (D, B, L), float
            The same behind the norm and the convolution.
        mask : Tensor of shape (B, L), bool, or None
            True where there is a residue; None means that there is no padding.

        Returns
        -------
        Tensor of shape (B, L, D), float
            What `forward` returns.
        """
        mixed: Tensor = x + self.dropout(self.s4d.mix_channels(convolved, mask))
        return mixed
