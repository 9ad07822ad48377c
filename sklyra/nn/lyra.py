"""The whole network: head(pool(S4D(PGC(embed(sequence)))))."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import torch.nn.functional as F
from torch import Tensor, nn

from sklyra.nn.dropout import Dropout
from sklyra.nn.heads import LinearHead, MLPHead
from sklyra.nn.norm import RMSNorm
from sklyra.nn.pgc import ProjectedGatedConv
from sklyra.nn.pooling import POOLINGS
from sklyra.nn.s4d import S4D, S4DKernel


class S4DBlock(nn.Module):
    """Add a normalised S4D layer to its input.

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

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Apply the block.

        Parameters
        ----------
        x : Tensor of shape (B, L, D), float
            Channels of each position.
        mask : Tensor of shape (B, L), bool, or None, default=None
            True where there is a residue; None means that there is no padding.

        Returns
        -------
        Tensor of shape (B, L, D), float
            Mixed channels.
        """
        first = x.permute(2, 0, 1).contiguous()  # (D, B, L), as S4D works
        mixed = self.s4d.channels_first(self.norm(first, dim=0), mask)
        added: Tensor = first + self.dropout(mixed)
        return added.permute(1, 2, 0)


class LyraNet(nn.Module):
    """Predict from sequences with gated convolutions and state space layers.

    The architecture is Lyra [1]_ with options. Its published form is one-directional,
    without a residual around the gated convolutions, with mean pooling and a linear
    head; those are the defaults here.

    Parameters
    ----------
    n_channels : int
        Number of channels of each position: letters of the alphabet.
    n_outputs : int, default=1
        Number of outputs.
    letters : Tensor of shape (n_characters, n_channels), float, or None, default=None
        Channels of each code. None if the network is only ever given channels.
    d_model : int, default=64
        Number of channels ``D`` inside.
    pgc_hidden : sequence of int, default=(16, 128)
        Width of each gated convolution, one after the other.
    n_s4d_layers : int, default=1
        Number of state space layers.
    d_state : int, default=64
        Number of states of each channel of a state space layer; even.
    bidirectional : bool, default=False
        Whether state space layers look both ways.
    residual : bool, default=False
        Whether each gated convolution is added to its input.
    pooling : {"mean", "max", "mean_max", "attention"}, default="mean"
        How positions become one vector.
    head_hidden : int or None, default=None
        Hidden units of the head; None makes it linear.
    dropout : float, default=0.2
        Probability of dropping, in the state space layers, behind them and in the head.

    References
    ----------
    .. [1] Ramesh, K., Siddiqui, S. M., Gu, A., Mitzenmacher, M. & Sabeti, P. C. (2025).
       Lyra: An Efficient and Expressive Subquadratic Architecture for Modeling
       Biological Sequences. arXiv:2503.16351.

    Examples
    --------
    >>> import torch
    >>> from sklyra.nn import LyraNet
    >>> net = LyraNet(n_channels=20)
    >>> sum(p.numel() for p in net.parameters())
    47169
    >>> net(torch.zeros(2, 5, 20)).shape
    torch.Size([2, 1])
    """

    letters: Tensor | None

    def __init__(
        self,
        n_channels: int,
        n_outputs: int = 1,
        letters: Tensor | None = None,
        *,
        d_model: int = 64,
        pgc_hidden: Sequence[int] = (16, 128),
        n_s4d_layers: int = 1,
        d_state: int = 64,
        bidirectional: bool = False,
        residual: bool = False,
        pooling: str = "mean",
        head_hidden: int | None = None,
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        self.residual = residual
        self.register_buffer("letters", letters)
        self.embed = nn.Linear(n_channels, d_model)
        self.pgc = nn.ModuleList(ProjectedGatedConv(d_model, h) for h in pgc_hidden)
        self.s4d = nn.ModuleList(
            S4DBlock(d_model, d_state, bidirectional, dropout)
            for _ in range(n_s4d_layers)
        )
        self.pooling = POOLINGS[pooling](d_model)
        # torch types every attribute of a module as Tensor or Module
        n_features: int = self.pooling.n_features  # type: ignore[assignment]
        self.head = (
            LinearHead(n_features, n_outputs)
            if head_hidden is None
            else MLPHead(n_features, n_outputs, head_hidden, dropout)
        )

    def represent(
        self,
        values: Tensor,
        mask: Tensor | None = None,
        triples: Sequence[Tensor] = (),
    ) -> Tensor:
        """Compute the pooled representation.

        Parameters
        ----------
        values : Tensor of shape (B, L), int, or (B, L, n_channels), float
            Code or channels of each position; behind `triples`, the row of the last of
            them that stands there, and one more than its last row at padding.
        mask : Tensor of shape (B, L), bool, or None, default=None
            True where there is a residue; None means that there is no padding.
        triples : sequence of Tensor of shape (U, 3), int, default=()
            For each of the first gated convolutions, the different triples of
            neighbours that it meets, as in `ProjectedGatedConv.on_triples`; the first
            are triples of codes.

        Returns
        -------
        Tensor of shape (B, n_features), float
            One vector for each sequence.
        """
        if values.is_floating_point():
            x = self.embed(values)  # (B, L, D)
        else:
            table = self.embed(self.letters)  # (n_characters, D)
            for pgc, rows in zip(self.pgc, triples, strict=False):
                y = cast(ProjectedGatedConv, pgc).on_triples(table, rows)  # (U, D)
                table = F.embedding(rows[:, 1], table) + y if self.residual else y
            if triples:
                table = F.pad(table, (0, 0, 0, 1))  # padding is zero
            x = F.embedding(values.int(), table)  # (B, L, D)
        for pgc in self.pgc[len(triples) :]:
            x = x + pgc(x, mask) if self.residual else pgc(x, mask)
        for s4d in self.s4d:
            x = s4d(x, mask)
        pooled: Tensor = self.pooling(x, mask)
        return pooled

    def forward(
        self,
        values: Tensor,
        mask: Tensor | None = None,
        triples: Sequence[Tensor] = (),
    ) -> Tensor:
        """Predict.

        Parameters
        ----------
        values : Tensor of shape (B, L), int, or (B, L, n_channels), float
            Code or channels of each position.
        mask : Tensor of shape (B, L), bool, or None, default=None
            True where there is a residue; None means that there is no padding.
        triples : sequence of Tensor of shape (U, 3), int, default=()
            As in `represent`.

        Returns
        -------
        Tensor of shape (B, n_outputs), float
            Outputs.
        """
        output: Tensor = self.head(self.represent(values, mask, triples))
        return output


def parameter_groups(
    net: nn.Module, lr: float, weight_decay: float, state_weight_decay: float
) -> list[dict[str, Any]]:
    """Say how the optimizer treats each parameter.

    The dynamics of state space layers (time step, decay, frequency) get a learning rate
    of 0.001 at most and a weight decay of their own; decaying them means pulling time
    steps towards 1 and frequencies towards 0.

    Parameters
    ----------
    net : Module
        The network.
    lr : float
        Learning rate.
    weight_decay : float
        Decay of all other parameters.
    state_weight_decay : float
        Decay of the dynamics.

    Returns
    -------
    list of dict
        Groups for a torch optimizer; each parameter is in exactly one.
    """
    state: list[nn.Parameter] = [
        getattr(part, name)
        for part in net.modules()
        if isinstance(part, S4DKernel)
        for name in S4DKernel.state_parameters
    ]
    known = {id(parameter) for parameter in state}
    other = [p for p in net.parameters() if id(p) not in known]
    groups = [{"params": other, "lr": lr, "weight_decay": weight_decay}]
    if state:
        slow = {"lr": min(lr, 1e-3), "weight_decay": state_weight_decay}
        groups.append({"params": state, **slow})
    return groups
