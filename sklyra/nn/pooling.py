"""Poolings: from the channels of each position to one vector for each sequence."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from sklyra.nn.masking import masked


class Pooling(nn.Module):
    """Base of poolings; subclasses define `_pool`.

    Parameters
    ----------
    d_model : int
        Number of channels ``D``.

    Attributes
    ----------
    n_features : int
        Length of the pooled vector; ``D`` unless a subclass sets another.
    """

    n_features: int

    def __init__(self, d_model: int) -> None:
        super().__init__()
        self.n_features = d_model

    def _pool(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Pool x (B, L, D) where mask (B, L) is True, to (B, n_features)."""
        raise NotImplementedError

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
        return self._pool(x, mask)


class MeanPooling(Pooling):
    """Average over positions."""

    def _pool(self, x: Tensor, mask: Tensor | None) -> Tensor:
        if mask is None:
            return x.mean(dim=1)
        return masked(x, mask).sum(dim=1) / mask.sum(dim=1, keepdim=True)


class MaxPooling(Pooling):
    """Take the greatest value of each channel."""

    def _pool(self, x: Tensor, mask: Tensor | None) -> Tensor:
        if mask is not None:
            x = x.masked_fill(~mask.unsqueeze(-1), -torch.inf)
        return x.amax(dim=1)


class MeanMaxPooling(Pooling):
    """Put average and maximum side by side.

    Parameters
    ----------
    d_model : int
        Number of channels ``D``.
    """

    def __init__(self, d_model: int) -> None:
        super().__init__(d_model)
        self.n_features = 2 * d_model
        self.mean, self.max = MeanPooling(d_model), MaxPooling(d_model)

    def _pool(self, x: Tensor, mask: Tensor | None) -> Tensor:
        return torch.cat([self.mean(x, mask), self.max(x, mask)], dim=-1)


class AttentionPooling(Pooling):
    """Average with weights that a learned query computes.

    Parameters
    ----------
    d_model : int
        Number of channels ``D``.
    """

    def __init__(self, d_model: int) -> None:
        super().__init__(d_model)
        self.query = nn.Linear(d_model, 1)

    def _pool(self, x: Tensor, mask: Tensor | None) -> Tensor:
        logit = self.query(x)  # (B, L, 1)
        if mask is not None:
            logit = logit.masked_fill(~mask.unsqueeze(-1), -torch.inf)
        weight: Tensor = logit.softmax(dim=1)  # (B, L, 1)
        return (weight * x).sum(dim=1)
