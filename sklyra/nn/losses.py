"""What training makes small."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class SquaredError(nn.Module):
    """Average the squared error over outputs and weighted sequences."""

    def forward(self, output: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        """Compute the loss.

        Parameters
        ----------
        output : Tensor of shape (B, n_outputs), float
            What the network says.
        target : Tensor of shape (B, n_outputs), float
            What it should say.
        weight : Tensor of shape (B,), float
            Weight of each sequence, 1 on average.

        Returns
        -------
        Tensor of shape (), float
            The loss.
        """
        return ((output - target).square().mean(dim=1) * weight).mean()


class CrossEntropy(nn.Module):
    """Average the cross entropy over weighted sequences."""

    def forward(self, output: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        """Compute the loss.

        Parameters
        ----------
        output : Tensor of shape (B, n_classes), float
            Logit of each class.
        target : Tensor of shape (B,), int
            The right class.
        weight : Tensor of shape (B,), float
            Weight of each sequence, 1 on average.

        Returns
        -------
        Tensor of shape (), float
            The loss.
        """
        return (F.cross_entropy(output, target, reduction="none") * weight).mean()
