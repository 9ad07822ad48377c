"""The whole network: head(pool(S4D(PGC(embed(sequence)))))."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import torch.nn.functional as F
from torch import Tensor, nn

from sklyra.nn.convolution import convolve
from sklyra.nn.dropout import Dropout
from sklyra.nn.heads import LinearHead, MLPHead
from sklyra.nn.masking import masked
from sklyra.nn.norm import RMSNorm
from sklyra.nn.pgc import ProjectedGatedConv
from sklyra.nn.pooling import POOLINGS
from sklyra.nn.s4d import S4D, S4DKernel
from sklyra.nn.shared import Shared
from sklyra.nn.variants import Parent, convolve_variants


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

    def forward(
        self,
        x: Tensor,
        convolved: Tensor,
        mask: Tensor | None,
    ) -> Tensor:
        """Apply what comes behind the block's norm and its convolution.

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
            Mixed channels.
        """
        mixed: Tensor = x + self.dropout(self.s4d.mix_channels(convolved, mask))
        return mixed


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
        n_features = self.pooling.n_features
        self.head = (
            LinearHead(n_features, n_outputs)
            if head_hidden is None
            else MLPHead(n_features, n_outputs, head_hidden, dropout)
        )

    @property
    def n_blocks(self) -> int:
        """Number of gated convolutions.

        Returns
        -------
        int
            How many.
        """
        return len(self.pgc)

    @property
    def bytes_per_position(self) -> int:
        """About how much memory training takes for one position.

        Returns
        -------
        int
            Bytes, from the peak measured at 65,536 positions.
        """
        return 4 * self.embed.out_features * (10 + 15 * max(1, len(self.s4d)))

    def operators(self, length: int) -> tuple[Tensor, ...]:
        """Compute what state space layers need to know besides their input.

        Parameters
        ----------
        length : int
            Number of positions of the longest sequence.

        Returns
        -------
        tuple of Tensor
            What `S4D.operator` gives for each layer.
        """
        return tuple(_s4d(block).s4d.operator(length) for block in self.s4d)

    def first_matrices(self, length: int) -> Tensor:
        """Compute what the convolution of variants of a parent needs.

        Parameters
        ----------
        length : int
            Number of positions of each sequence.

        Returns
        -------
        Tensor of shape (D, L, L), float
            What `S4D.matrices` gives for the first state space layer.
        """
        return _s4d(self.s4d[0]).s4d.matrices(length)

    def share(
        self,
        length: int,
        triples: Sequence[Tensor] = (),
        operators: tuple[Tensor, ...] | None = None,
        family: tuple[Tensor, Tensor] | None = None,
    ) -> Shared:
        """Compute what sequences have in common.

        Parameters
        ----------
        length : int
            Number of positions of the longest sequence.
        triples : sequence of Tensor of shape (U, 3), int64, default=()
            For each of the first gated convolutions, the different triples of
            neighbours that it meets, as in `ProjectedGatedConv.on_triples`; the first
            are triples of codes.
        operators : tuple of Tensor or None, default=None
            What `operators` gives; None computes it.
        family : tuple of Tensor or None, default=None
            The parent of variants, from `sklyra.nn.variants.find_parent`, and what
            `S4D.matrices` of the first layer gives. There are triples for all gated
            convolutions, and no gradients. None if sequences are no variants.

        Returns
        -------
        Shared
            What `represent` needs besides the sequences.
        """
        if operators is None:
            operators = self.operators(length)
        if self.letters is None:
            return Shared(None, (), operators, 0)
        table = self.embed(self.letters)  # (n_characters, D)
        for pgc, rows in zip(map(_pgc, self.pgc), triples, strict=False):
            y = pgc.on_triples(*pgc.tables(pgc.expand(table)), rows)  # (U, D)
            table = table.index_select(0, rows[:, 1]) + y if self.residual else y
        ahead: tuple[Tensor, ...] = ()
        parent = None
        if len(triples) < len(self.pgc):
            following = _pgc(self.pgc[len(triples)])
            ahead = following.tables(following.expand(table))
        elif self.s4d:
            ahead = (F.pad(_s4d(self.s4d[0]).norm(table), (0, 0, 0, 1)),)
            if family is not None:
                parent = Parent.of(family[0], ahead[0], family[1])
        table = F.pad(table, (0, 0, 0, 1))  # the last row is padding
        return Shared(table, ahead, operators, len(triples), parent)

    def represent(
        self,
        values: Tensor,
        mask: Tensor | None = None,
        triples: Sequence[Tensor] = (),
        shared: Shared | None = None,
    ) -> Tensor:
        """Compute the pooled representation.

        Parameters
        ----------
        values : Tensor of shape (B, L), int64, or (B, L, n_channels), float
            Code or channels of each position; behind `triples`, the row of the last of
            them that stands there. One more than the last code or row at padding.
        mask : Tensor of shape (B, L), bool, or None, default=None
            True where there is a residue; None means that there is no padding.
        triples : sequence of Tensor of shape (U, 3), int64, default=()
            As in `share`.
        shared : Shared or None, default=None
            What `share` gives; None computes it.

        Returns
        -------
        Tensor of shape (B, n_features), float
            One vector for each sequence.
        """
        if shared is None:
            shared = self.share(values.shape[1], triples)
        rest = list(map(_pgc, self.pgc))
        ahead: tuple[Tensor, ...] = ()
        if values.is_floating_point():
            x = self.embed(values)  # (B, L, D)
        else:
            assert shared.table is not None
            x, ahead = _look_up(shared.table, values), shared.ahead
            rest, nothing = rest[shared.n_blocks :], len(shared.table) - 1
        for pgc in rest:
            if ahead:
                around = F.pad(values, (1, 1), value=nothing).unfold(1, 3, 1)
                terms, gates = ahead
                y = pgc.on_triples(terms, gates, around.flatten(0, 1)).view_as(x)
                y, ahead = masked(y, mask), ()
            else:
                y = pgc(x, mask)
            x = x + y if self.residual else y
        for block, operator in zip(map(_s4d, self.s4d), shared.operators, strict=True):
            if ahead and shared.parent is not None:
                convolved = convolve_variants(values, ahead[0], shared.parent)
            else:
                u = _look_up(ahead[0], values) if ahead else block.norm(x)
                convolved = convolve(masked(u, mask), operator)
            x, ahead = block(x, convolved, mask), ()
        pooled: Tensor = self.pooling(x, mask)
        return pooled

    def forward(
        self,
        values: Tensor,
        mask: Tensor | None = None,
        triples: Sequence[Tensor] = (),
        shared: Shared | None = None,
    ) -> Tensor:
        """Predict.

        Parameters
        ----------
        values : Tensor of shape (B, L), int64, or (B, L, n_channels), float
            Code or channels of each position.
        mask : Tensor of shape (B, L), bool, or None, default=None
            True where there is a residue; None means that there is no padding.
        triples : sequence of Tensor of shape (U, 3), int64, default=()
            As in `share`.
        shared : Shared or None, default=None
            As in `represent`.

        Returns
        -------
        Tensor of shape (B, n_outputs), float
            Outputs.
        """
        output: Tensor = self.head(self.represent(values, mask, triples, shared))
        return output


def _pgc(module: nn.Module) -> ProjectedGatedConv:
    """Tell the type of what a ModuleList holds."""
    return cast(ProjectedGatedConv, module)


def _s4d(module: nn.Module) -> S4DBlock:
    """Tell the type of what a ModuleList holds."""
    return cast(S4DBlock, module)


def _look_up(table: Tensor, rows: Tensor) -> Tensor:
    """Find rows (B, L) in a table (M, D), give (B, L, D)."""
    return table.index_select(0, rows.flatten()).view(*rows.shape, -1)


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
