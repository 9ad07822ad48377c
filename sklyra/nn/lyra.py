"""Lyra, the whole network on one page: head(pool(S4D(PGC(embed(sequence))))).

Read `tests/nn/plain.py` first: the same network in fifty lines, written from its
equations and left to autograd, with which the tests compare this one. Here, the first
layers are looked up in tables where sequences have letters: `sklyra.nn.first_layers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from sklyra.nn.block import S4DBlock
from sklyra.nn.chains import n_joined_features, pool_chains
from sklyra.nn.convolution import kernel_length
from sklyra.nn.first_layers import FirstLayers
from sklyra.nn.heads import LinearHead, MLPHead
from sklyra.nn.module import Preparer, SequenceModule
from sklyra.nn.pgc import ProjectedGatedConv
from sklyra.nn.poolings import POOLINGS
from sklyra.nn.prepared import Prepared


class LyraNet(SequenceModule):
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
        Channels of each code. None if sequences have channels instead of letters.
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
    n_chains : int, default=1
        Number of chains that are joined to one sequence. Each is pooled by itself.
    n_covariates : int, default=0
        Number of numbers beside each sequence, which the head sees too.
    covariate_scales : Tensor of shape (n_covariates,), float, or None, default=None
        Factors of the first weights that the head has for each; None for 1.

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
        n_chains: int = 1,
        n_covariates: int = 0,
        covariate_scales: Tensor | None = None,
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
        self.n_chains = n_chains
        n_features = n_covariates + n_joined_features(self.pooling, n_chains)
        self.head = (
            LinearHead(n_features, n_outputs)
            if head_hidden is None
            else MLPHead(n_features, n_outputs, head_hidden, dropout)
        )
        if covariate_scales is not None:
            first = self.head if head_hidden is None else self.head.hidden
            with torch.no_grad():
                cast("nn.Linear", first).weight[:, -n_covariates:] *= covariate_scales

    def positions(
        self,
        values: Tensor,
        mask: Tensor | None = None,
        prepared: Prepared | None = None,
        triples: Sequence[Tensor] = (),
    ) -> Tensor:
        """Compute the channels of every position.

        Parameters
        ----------
        values : Tensor of shape (B, L), int64, or (B, L, n_channels), float
            Code or channels of each position; behind `triples`, the row of the last of
            them that stands there. One more than the last code or row at padding.
        mask : Tensor of shape (B, L), bool, or None, default=None
            True where there is a residue; None means that there is no padding.
        prepared : Prepared or None, default=None
            What `prepare` returns for the batch; None computes it.
        triples : sequence of Tensor of shape (U, 3), int64, default=()
            As in `prepare`, where `prepared` is None.

        Returns
        -------
        Tensor of shape (B, L, d_model), float
            Channels; zero where `mask` is False.
        """
        if prepared is None:
            prepared = self.prepare(values.shape[1], triples)
        first = self._first_layers()
        x, n_gated, n_s4d = first.channels(values, mask, prepared)
        for gated in first.gated[n_gated:]:
            x = x + gated(x, mask) if self.residual else gated(x, mask)
        layers = zip(first.s4d, prepared.operators, strict=True)
        for block, operator in list(layers)[n_s4d:]:
            x = block(x, mask, operator)
        return x

    def represent(
        self,
        values: Tensor,
        mask: Tensor | None = None,
        prepared: Prepared | None = None,
        covariates: Tensor | None = None,
        ends: Tensor | None = None,
        triples: Sequence[Tensor] = (),
    ) -> Tensor:
        """Compute the pooled representation.

        Parameters
        ----------
        values, mask, prepared : object
            As in `positions`.
        covariates : Tensor of shape (B, n_covariates), float, or None, default=None
            Numbers beside the sequences; None if the network was made for none.
        ends : Tensor of shape (B, n_chains), int64, or None, default=None
            Where each of several chains ends in the sequence that they were joined to,
            one position before the next begins; None if the network was made for one.
        triples : object
            As in `positions`.

        Returns
        -------
        Tensor of shape (B, n_features), float
            One vector for each sequence.
        """
        x = self.positions(values, mask, prepared, triples)
        return self._pooled(x, mask, covariates, ends)

    def forward(
        self,
        values: Tensor,
        mask: Tensor | None = None,
        prepared: Prepared | None = None,
        covariates: Tensor | None = None,
        ends: Tensor | None = None,
        triples: Sequence[Tensor] = (),
    ) -> Tensor:
        """Predict.

        Parameters
        ----------
        values, mask, prepared : object
            As in `positions`.
        covariates : Tensor of shape (B, n_covariates), float, or None, default=None
            Numbers beside the sequences; None if the network was made for none.
        ends : Tensor of shape (B, n_chains), int64, or None, default=None
            Where each of several chains ends in the sequence that they were joined to,
            one position before the next begins; None if the network was made for one.
        triples : object
            As in `positions`.

        Returns
        -------
        Tensor of shape (B, n_outputs), float
            Outputs.
        """
        x = self.positions(values, mask, prepared, triples)
        output: Tensor = self.head(self._pooled(x, mask, covariates, ends))
        return output

    def _pooled(
        self,
        x: Tensor,
        mask: Tensor | None,
        covariates: Tensor | None,
        ends: Tensor | None,
    ) -> Tensor:
        """Reduce positions to the vector that the head sees."""
        if ends is None:
            pooled: Tensor = self.pooling(x, mask)
        else:
            pooled = pool_chains(self.pooling, x, ends)
        return pooled if covariates is None else torch.cat([pooled, covariates], dim=1)

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

    def prepare(
        self,
        length: int,
        triples: Sequence[Tensor] = (),
        operators: tuple[Tensor, ...] | None = None,
        family: tuple[Tensor, Tensor] | None = None,
    ) -> Prepared:
        """Compute what all sequences of a batch need.

        Parameters
        ----------
        length : int
            Number of positions of the longest sequence.
        triples : sequence of Tensor of shape (U, 3), int64, default=()
            For each of the first gated convolutions, the different triples of
            neighbors that it meets, as in `ProjectedGatedConv.on_triples`; the first
            are triples of codes.
        operators : tuple of Tensor or None, default=None
            What `operators` returns; None computes it.
        family : tuple of Tensor or None, default=None
            As in `sklyra.nn.first_layers.FirstLayers.prepare`.

        Returns
        -------
        Prepared
            What `positions` needs besides the sequences.
        """
        if operators is None:
            operators = self.operators(length)
        return self._first_layers().prepare(triples, operators, family)

    def operators(self, length: int) -> tuple[Tensor, ...]:
        """Compute the operators of state space layers, which no input changes.

        Parameters
        ----------
        length : int
            Number of positions of the longest sequence.

        Returns
        -------
        tuple of Tensor
            What `S4D.operator` returns for each layer.
        """
        return tuple(b.s4d.operator(length) for b in self._first_layers().s4d)

    def uses_parent(self, n_triples: int) -> bool:
        """Check whether knowing the parent of variants makes prediction faster.

        Parameters
        ----------
        n_triples : int
            For how many gated convolutions the batch has triples.

        Returns
        -------
        bool
            Whether positions are known by number up to the first state space layer.
        """
        return len(self.s4d) > 0 and n_triples == self.n_blocks

    def preparer(self) -> Preparer:
        """Return what prepares batches while weights stay as they are.

        Returns
        -------
        Preparer
            One that remembers what no input changes, for the last length.
        """
        return _LyraPreparer(self)

    def _first_layers(self) -> FirstLayers:
        # torch types what a ModuleList holds as Module
        gated = cast("list[ProjectedGatedConv]", list(self.pgc))
        s4d = cast("list[S4DBlock]", list(self.s4d))
        return FirstLayers(self.embed, self.letters, gated, s4d, self.residual)


class _LyraPreparer(Preparer):
    """Remember operators and matrices for the last length."""

    def __init__(self, net: LyraNet) -> None:
        self._lyra = net
        self._kernel_length = 0
        self._operators: tuple[Tensor, ...] = ()
        self._matrices = torch.empty(0, 0, 0)

    def prepare(
        self,
        length: int,
        triples: Sequence[Tensor] = (),
        parent: Tensor | None = None,
    ) -> Prepared:
        """Compute what the batch needs and was not computed for the last one."""
        if kernel_length(length) != self._kernel_length:
            self._operators = self._lyra.operators(length)
            self._kernel_length = kernel_length(length)
        family = None
        if parent is not None:
            if length != self._matrices.shape[1]:
                first = self._lyra._first_layers().s4d[0]
                self._matrices = first.s4d.matrices(length)
            family = parent, self._matrices
        return self._lyra.prepare(length, triples, self._operators, family)
