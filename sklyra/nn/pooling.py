"""From the channels of each position to one vector for each sequence."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from sklyra.nn.masking import masked


class MeanPooling(nn.Module):
    """Average over positions.

    Parameters
    ----------
    d_model : int
        Number of channels ``D``.
    """

    def __init__(self, d_model: int) -> None:
        super().__init__()
        self.n_features = d_model

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Pool.

        Parameters
        ----------
        x : Tensor of shape (B, L, D), float
            Channels of each position.
        mask : Tensor of shape (B, L), bool, or None, default=None
            True where there is a residue; None means that there is no padding.

        Returns
        -------
        Tensor of shape (B, n_features), float
            One vector for each sequence.
        """
        if mask is None:
            return x.mean(dim=1)
        return masked(x, mask).sum(dim=1) / mask.sum(dim=1, keepdim=True)


class MaxPooling(nn.Module):
    """Take the greatest value of each channel.

    Parameters
    ----------
    d_model : int
        Number of channels ``D``.
    """

    def __init__(self, d_model: int) -> None:
        super().__init__()
        self.n_features = d_model

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Pool.

        Parameters
        ----------
        x : Tensor of shape (B, L, D), float
            Channels of each position.
        mask : Tensor of shape (B, L), bool, or None, default=None
            True where there is a residue; None means that there is no padding.

        Returns
        -------
        Tensor of shape (B, n_features), float
            One vector for each sequence.
        """
        if mask is not None:
            x = x.masked_fill(~mask.unsqueeze(-1), -torch.inf)
        return x.amax(dim=1)


class MeanMaxPooling(nn.Module):
    """Put average and maximum side by side.

    Parameters
    ----------
    d_model : int
        Number of channels ``D``.
    """

    def __init__(self, d_model: int) -> None:
        super().__init__()
        self.n_features = 2 * d_model
        self.mean, self.max = MeanPooling(d_model), MaxPooling(d_model)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Pool.

        Parameters
        ----------
        x : Tensor of shape (B, L, D), float
            Channels of each position.
        mask : Tensor of shape (B, L), bool, or None, default=None
            True where there is a residue; None means that there is no padding.

        Returns
        -------
        Tensor of shape (B, n_features), float
            One vector for each sequence.
        """
        return torch.cat([self.mean(x, mask), self.max(x, mask)], dim=-1)


class AttentionPooling(nn.Module):
    """Average with weights that the network learns to give.

    Parameters
    ----------
    d_model : int
        Number of channels ``D``.
    """

    def __init__(self, d_model: int) -> None:
        super().__init__()
        self.n_features = d_model
        self.query = nn.Linear(d_model, 1)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Pool.

        Parameters
        ----------
        x : Tensor of shape (B, L, D), float
            Channels of each position.
        mask : Tensor of shape (B, L), bool, or None, default=None
            True where there is a residue; None means that there is no padding.

        Returns
        -------
        Tensor of shape (B, n_features), float
            One vector for each sequence.
        """
        logit = self.query(x)  # (B, L, 1)
        if mask is not None:
            logit = logit.masked_fill(~mask.unsqueeze(-1), -torch.inf)
        weight: Tensor = logit.softmax(dim=1)  # (B, L, 1)
        return (weight * x).sum(dim=1)


# What `pooling=` may be called.
POOLINGS: dict[str, type[nn.Module]] = {
    "mean": MeanPooling,
    "max": MaxPooling,
    "mean_max": MeanMaxPooling,
    "attention": AttentionPooling,
}
