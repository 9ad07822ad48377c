"""Network with an output at every position: head(S4D(gated convolutions(embed)))."""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn

from sklyra.nn.block import S4DBlock
from sklyra.nn.heads import LinearHead, MLPHead
from sklyra.nn.masking import masked
from sklyra.nn.module import SequenceModule
from sklyra.nn.prepared import Prepared
from sklyra.nn.wide import WideGatedConv


class PositionNet(SequenceModule):
    """Predict something of every position of sequences.

    Wide gated convolutions for what stands around a position, state space layers in
    both directions for the whole sequence, and a head at each position. Nothing is
    pooled.

    Parameters
    ----------
    n_channels : int
        Number of channels of each position: letters of the alphabet.
    n_outputs : int, default=1
        Number of outputs of each position.
    letters : Tensor of shape (n_characters, n_channels), float, or None, default=None
        Channels of each code. None if sequences have channels instead of letters.
    d_model : int, default=64
        Number of channels ``D`` inside.
    kernel_size : int, default=9
        Positions that each convolution sees; odd.
    dilations : sequence of int, default=(1, 2, 4)
        Distance between these, for each convolution.
    n_s4d_layers : int, default=1
        Number of state space layers.
    d_state : int, default=64
        Number of states of each channel of a state space layer; even.
    bidirectional : bool, default=True
        Whether state space layers look both ways.
    head_hidden : int or None, default=64
        Hidden units of the head; None makes it linear.
    dropout : float, default=0.2
        Probability of dropping what a layer adds, and units of the head.

    Examples
    --------
    >>> import torch
    >>> from sklyra.nn import PositionNet
    >>> net = PositionNet(n_channels=20, n_outputs=3)
    >>> net(torch.zeros(2, 5, 20)).shape
    torch.Size([10, 3])
    """

    letters: Tensor | None
    per_position = True

    def __init__(
        self,
        n_channels: int,
        n_outputs: int = 1,
        letters: Tensor | None = None,
        *,
        d_model: int = 64,
        kernel_size: int = 9,
        dilations: Sequence[int] = (1, 2, 4),
        n_s4d_layers: int = 1,
        d_state: int = 64,
        bidirectional: bool = True,
        head_hidden: int | None = 64,
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        self.register_buffer("letters", letters)
        self.embed = nn.Linear(n_channels, d_model)
        self.gated = nn.ModuleList(
            WideGatedConv(d_model, kernel_size, dilation, dropout)
            for dilation in dilations
        )
        self.s4d = nn.ModuleList(
            S4DBlock(d_model, d_state, bidirectional, dropout)
            for _ in range(n_s4d_layers)
        )
        self.head = (
            LinearHead(d_model, n_outputs)
            if head_hidden is None
            else MLPHead(d_model, n_outputs, head_hidden, dropout)
        )

    @property
    def bytes_per_position(self) -> int:
        """About how much memory training takes for one position.

        Returns
        -------
        int
            Bytes: what each layer keeps for the way back.
        """
        return (
            4 * self.embed.out_features * (4 + 9 * len(self.gated) + 15 * len(self.s4d))
        )

    def prepare(self, length: int, triples: Sequence[Tensor] = ()) -> Prepared:
        """Compute what all sequences of a batch need.

        Parameters
        ----------
        length : int
            Number of positions of the longest sequence.
        triples : sequence of Tensor, default=()
            Empty: convolutions are too wide for their windows to recur.

        Returns
        -------
        Prepared
            Channels of each letter, a row of zeros behind them, and the operators of
            state space layers.
        """
        table = None
        if self.letters is not None:
            table = F.pad(self.embed(self.letters), (0, 0, 0, 1))
        # torch types what a ModuleList holds as Module
        operators = [block.s4d.operator(length) for block in self.s4d]  # type: ignore[union-attr, operator]
        return Prepared(table, operators=tuple(operators))

    def positions(
        self, values: Tensor, mask: Tensor | None, prepared: Prepared | None
    ) -> Tensor:
        """Compute the channels of every position.

        Parameters
        ----------
        values : Tensor of shape (B, L), int64, or (B, L, n_channels), float
            Code or channels of each position; one more than the last code at padding.
        mask : Tensor of shape (B, L), bool, or None
            True where there is a residue; None means that there is no padding.
        prepared : Prepared or None
            What `prepare` returns for the batch; None computes it.

        Returns
        -------
        Tensor of shape (B, L, d_model), float
            Channels; zero where `mask` is False.
        """
        if prepared is None:
            prepared = self.prepare(values.shape[1])
        if prepared.table is None:
            x = masked(self.embed(values), mask)
        else:
            x = masked(F.embedding(values, prepared.table), mask)
        for gated in self.gated:
            x = gated(x, mask)
        for block, operator in zip(self.s4d, prepared.operators, strict=True):
            x = block(x, mask, operator)
        return x

    def represent(
        self,
        values: Tensor,
        mask: Tensor | None = None,
        prepared: Prepared | None = None,
        covariates: Tensor | None = None,
        ends: Tensor | None = None,
    ) -> Tensor:
        """Compute what the head sees of each position.

        Parameters
        ----------
        values : Tensor of shape (B, L), int64, or (B, L, n_channels), float
            Code or channels of each position; one more than the last code at padding.
        mask : Tensor of shape (B, L), bool, or None, default=None
            True where there is a residue; None means that there is no padding.
        prepared : Prepared or None, default=None
            What `prepare` returns for the batch; None computes it.
        covariates, ends : None, default=None
            There is nothing beside the sequences.

        Returns
        -------
        Tensor of shape (n_positions, d_model), float
            All positions of the first sequence, then of the next; none of padding.
        """
        x = self.positions(values, mask, prepared)
        return x.flatten(0, 1) if mask is None else x[mask]

    def forward(
        self,
        values: Tensor,
        mask: Tensor | None = None,
        prepared: Prepared | None = None,
        covariates: Tensor | None = None,
        ends: Tensor | None = None,
    ) -> Tensor:
        """Predict.

        Parameters
        ----------
        values, mask, prepared, covariates, ends : object
            As in `represent`.

        Returns
        -------
        Tensor of shape (n_positions, n_outputs), float
            Outputs for all positions of the first sequence, then of the next.
        """
        output: Tensor = self.head(self.represent(values, mask, prepared))
        return output
