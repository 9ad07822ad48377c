"""Sequence module: what training and prediction need of a network."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TypeVar

from torch import Tensor, nn

from sklyra.nn.prepared import Prepared

Module = TypeVar("Module", bound=nn.Module)


class SequenceModule(nn.Module, ABC):
    """Base of networks from sequences to outputs.

    A batch is worked on in two steps: `prepare` computes what all its sequences need,
    then `forward` maps some of its sequences at a time to outputs. `represent` stops
    before the head. Where weights stay as they are from batch to batch, what `preparer`
    returns may keep tensors that fit the next batch too.

    A network is its class, the arguments of its constructor, which are plain values and
    tensors, and its ``state_dict()``: nothing else is needed to build it again.
    """

    per_position = False
    """Whether there is a row of outputs for each position, not for each sequence."""

    @property
    def n_blocks(self) -> int:
        """Number of gated convolutions that come first.

        Behind so many of them, positions may be known by the number of the window of
        letters around them.

        Returns
        -------
        int
            How many; 0 unless a subclass has some.
        """
        return 0

    @property
    @abstractmethod
    def bytes_per_position(self) -> int:
        """About how much memory training takes for one position.

        Returns
        -------
        int
            Bytes.
        """

    @abstractmethod
    def prepare(self, length: int, triples: Sequence[Tensor] = ()) -> Prepared:
        """Compute what all sequences of a batch need.

        Parameters
        ----------
        length : int
            Number of positions of the longest sequence.
        triples : sequence of Tensor of shape (U, 3), int64, default=()
            For each of the first gated convolutions, the different triples of neighbors
            that it meets; as many as `n_blocks` at most.

        Returns
        -------
        Prepared
            An argument of `forward` and `represent`.
        """

    @abstractmethod
    def represent(
        self,
        values: Tensor,
        mask: Tensor | None = None,
        prepared: Prepared | None = None,
        covariates: Tensor | None = None,
        ends: Tensor | None = None,
    ) -> Tensor:
        """Compute the vector of each sequence that the head maps to outputs.

        Parameters
        ----------
        values : Tensor of shape (B, L), int64, or (B, L, n_channels), float
            What stands at each position: a number, or channels.
        mask : Tensor of shape (B, L), bool, or None, default=None
            True where there is a residue; None means that there is no padding.
        prepared : Prepared or None, default=None
            What `prepare` returns for the batch; None computes it.
        covariates : Tensor of shape (B, n_covariates), float, or None, default=None
            Numbers beside the sequences; None if the network was made for none.
        ends : Tensor of shape (B, n_chains), int64, or None, default=None
            Where each of several chains ends in the sequence that they were joined to;
            None if the network was made for one.

        Returns
        -------
        Tensor of shape (B, n_features), float
            One vector for each sequence.
        """

    @abstractmethod
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
        values : Tensor of shape (B, L), int64, or (B, L, n_channels), float
            What stands at each position: a number, or channels.
        mask : Tensor of shape (B, L), bool, or None, default=None
            True where there is a residue; None means that there is no padding.
        prepared : Prepared or None, default=None
            What `prepare` returns for the batch; None computes it.
        covariates : Tensor of shape (B, n_covariates), float, or None, default=None
            Numbers beside the sequences; None if the network was made for none.
        ends : Tensor of shape (B, n_chains), int64, or None, default=None
            Where each of several chains ends in the sequence that they were joined to;
            None if the network was made for one.

        Returns
        -------
        Tensor of shape (B, n_outputs), float
            Outputs.
        """

    def uses_parent(self, n_triples: int) -> bool:
        """Check whether knowing the parent of variants makes prediction faster.

        Parameters
        ----------
        n_triples : int
            For how many gated convolutions the batch has triples.

        Returns
        -------
        bool
            Whether `Preparer.prepare` should be given a parent, if there is one.
        """
        return False

    def preparer(self) -> Preparer:
        """Return what prepares batches while weights stay as they are.

        Returns
        -------
        Preparer
            One that may remember what it computed.
        """
        return Preparer(self)


class Preparer:
    """Prepare one batch after another; this one remembers nothing.

    Parameters
    ----------
    net : SequenceModule
        The network, whose weights must not change.
    """

    def __init__(self, net: SequenceModule) -> None:
        self._net = net

    def prepare(
        self,
        length: int,
        triples: Sequence[Tensor] = (),
        parent: Tensor | None = None,
    ) -> Prepared:
        """Compute what all sequences of a batch need.

        Parameters
        ----------
        length : int
            Number of positions of the longest sequence.
        triples : sequence of Tensor of shape (U, 3), int64, default=()
            As in `SequenceModule.prepare`.
        parent : Tensor of shape (L,), int64, or None, default=None
            What `sklyra.nn.variants.find_parent` returns, where
            `SequenceModule.uses_parent` is true.

        Returns
        -------
        Prepared
            What `SequenceModule.prepare` returns.
        """
        return self._net.prepare(length, triples)


def in_double_precision(module: Module) -> Module:
    """Copy a module with its numbers in double precision.

    A deep copy does the same, and takes ten times as long: as long as the predictions
    of a few sequences that it is for.

    Parameters
    ----------
    module : Module
        Any module whose tensors are parameters and buffers.

    Returns
    -------
    Module
        A copy, which shares with the module what is no number.
    """
    twin = copy.copy(module)
    twin._parameters = {
        name: None if value is None else nn.Parameter(value.detach().double(), False)
        for name, value in module._parameters.items()
    }
    twin._buffers = {
        name: value
        if value is None or not value.is_floating_point()
        else value.double()
        for name, value in module._buffers.items()
    }
    twin._modules = {
        name: None if part is None else in_double_precision(part)
        for name, part in module._modules.items()
    }
    return twin
