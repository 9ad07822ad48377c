"""Loss functions, one value for each sequence, averaged over sequences.

An entry of the target that was not measured adds no loss and no gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class RowLoss(nn.Module):
    """Average a loss of single sequences, which subclasses define."""

    compares = False
    """Whether sequences of a batch are compared with one another."""
    nonlinearity: ClassVar[Callable[..., Tensor] | None] = None
    """What makes probabilities of outputs, if anything does."""

    def _of_each(self, output: Tensor, target: Tensor) -> Tensor:
        """Compute the loss of each sequence, shape (B,)."""
        raise NotImplementedError

    def forward(self, output: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        """Compute the loss of a batch.

        Parameters
        ----------
        output : Tensor of shape (B, n_outputs), float
            Outputs of the network.
        target : Tensor of shape (B, n_outputs), float, or (B,), int
            Measured values or signs of labels, NaN where nothing was measured; or the
            right class, -1 where it is not known.
        weight : Tensor of shape (B,), float
            Weight of each sequence, 1 on average.

        Returns
        -------
        Tensor of shape (), float
            The loss.
        """
        return (self._of_each(output, target) * weight).mean()


class SquaredError(RowLoss):
    """Average the squared error over outputs and weighted sequences."""

    def _of_each(self, output: Tensor, target: Tensor) -> Tensor:
        return _squared_error(output, target)


class HuberError(RowLoss):
    r"""Average Huber's loss over outputs and weighted sequences.

    With an error :math:`e` in standard deviations of the targets: :math:`e^2` up to 1,
    :math:`2|e| - 1` above, so that no sequence pulls harder than one that is off by
    one standard deviation [1]_.

    References
    ----------
    .. [1] Huber, P. J. (1964). Robust Estimation of a Location Parameter. Annals of
       Mathematical Statistics 35, 73-101.
    """

    def _of_each(self, output: Tensor, target: Tensor) -> Tensor:
        output = output.to(target.dtype)  # it may be narrower
        output, target = _measured(output, target)
        return 2 * F.huber_loss(output, target, reduction="none").mean(dim=1)


def _softmax(output: Tensor) -> Tensor:
    """Convert logits to probabilities."""
    return torch.softmax(output, dim=-1)


class CrossEntropy(RowLoss):
    """Average the cross entropy over weighted sequences; outputs are logits."""

    nonlinearity = staticmethod(_softmax)

    def _of_each(self, output: Tensor, target: Tensor) -> Tensor:
        return F.cross_entropy(output, target, ignore_index=-1, reduction="none")


class BinaryCrossEntropy(RowLoss):
    """Average the cross entropy over labels and weighted sequences; outputs are logits.

    Targets are above 0 where a label is there and below where it is not; their size is
    a weight of the entry.
    """

    nonlinearity = staticmethod(torch.sigmoid)

    def _of_each(self, output: Tensor, target: Tensor) -> Tensor:
        output = output.to(target.dtype)  # it may be narrower
        output, target = _measured(output, target)
        loss = target.abs() * F.softplus(-target.sign() * output)
        return loss.mean(dim=1)


class RankedSquaredError(RowLoss):
    r"""Add to the squared error how badly pairs of sequences are ordered.

    By the model of Bradley and Terry [1]_, the one of two sequences :math:`i, j` that
    measures more is recognized with probability :math:`\sigma(o_i - o_j)`, and the loss
    of the pair is minus the logarithm of that: it depends on the order of two
    sequences, whatever the scale of the readout [2]_. The squared error keeps outputs
    in the units of the targets. Pairs are within a batch, count with the product of
    their weights, and not at all if the targets are equal or one was not measured.

    References
    ----------
    .. [1] Bradley, R. A. & Terry, M. E. (1952). Rank Analysis of Incomplete Block
       Designs. Biometrika 39, 324-345.
    .. [2] Brookes, D. H., Otwinowski, J. & Sinai, S. (2024). Contrastive losses as
       generalized models of global epistasis. NeurIPS. arXiv:2305.03136.
    """

    compares = True

    def _of_each(self, output: Tensor, target: Tensor) -> Tensor:
        return _squared_error(output, target)

    def forward(self, output: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        """Compute the loss of a batch.

        Parameters
        ----------
        output : Tensor of shape (B, n_outputs), float
            Outputs of the network.
        target : Tensor of shape (B, n_outputs), float
            Measured values; NaN where nothing was measured.
        weight : Tensor of shape (B,), float
            Weight of each sequence, 1 on average.

        Returns
        -------
        Tensor of shape (), float
            The loss.
        """
        first, second = torch.triu_indices(
            len(output), len(output), 1, device=output.device
        )
        difference = target[first] - target[second]  # (pairs, n_outputs)
        order = torch.where(difference.isnan(), 0.0, torch.sign(difference))
        margin = order * (output[first] - output[second])
        count = order.abs() * (weight[first] * weight[second])[:, None]
        wrong = (count * F.softplus(-margin)).sum() / count.sum().clamp_min(1e-12)
        return super().forward(output, target, weight) + wrong


def _squared_error(output: Tensor, target: Tensor) -> Tensor:
    """Average the squared error over outputs: two times (B, n_outputs) -> (B,)."""
    output, target = _measured(output, target)
    return (output - target).square().mean(dim=1)


def _measured(output: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Set both to zero where the target is NaN: no error there, and no gradient.

    A product with a mask would not do: zero times NaN is NaN.
    """
    measured = ~target.isnan()
    return torch.where(measured, output, 0.0), torch.where(measured, target, 0.0)


VALUE_LOSSES: dict[str, type[RowLoss]] = {
    "squared_error": SquaredError,
    "huber": HuberError,
    "ranking": RankedSquaredError,
}
"""What the `loss` of `LyraRegressor` may be."""
