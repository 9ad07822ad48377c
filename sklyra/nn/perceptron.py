"""Perceptron with two hidden layers, on the letters at fixed positions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sklyra.nn.dropout import Dropout
from sklyra.nn.heads import MLPHead
from sklyra.nn.module import SequenceModule
from sklyra.nn.prepared import Prepared


class Perceptron(SequenceModule):
    r"""Predict from all letters of sequences of one length at once.

    :math:`h = \mathrm{GELU}(b + \sum_s W_s (e(x_s) - c_s))` with the channels :math:`e`
    of the letter at position :math:`s`, then a second hidden layer. It knows where a
    letter stands, which convolutions do not.

    Parameters
    ----------
    letters : Tensor of shape (n_characters, n_channels), float
        Channels of each code.
    center : Tensor of shape (L, n_channels), float
        The mean :math:`c` of the channels at each of the ``L`` positions, over training
        sequences: steps of AdamW are as long for a letter that nearly all have as for
        the others, and that letter carries no information.
    n_outputs : int, default=1
        Number of outputs.
    n_covariates : int, default=0
        Number of numbers beside each sequence, which the first layer adds.
    covariate_scales : Tensor of shape (n_covariates,), float, or None, default=None
        Size of the first weights of each, in terms of that of all letters together
        over the root of `n_covariates`; None for 1.
    hidden : int, default=64
        Number of units of either hidden layer.
    dropout : float, default=0.2
        Probability of dropping a unit of a hidden layer, in [0, 1).

    Examples
    --------
    >>> import torch
    >>> from sklyra.nn import Perceptron
    >>> net = Perceptron(torch.eye(4), center=torch.zeros(9, 4))
    >>> net(torch.zeros(2, 9, dtype=torch.int64)).shape
    torch.Size([2, 1])
    """

    letters: Tensor
    center: Tensor

    def __init__(
        self,
        letters: Tensor,
        center: Tensor,
        n_outputs: int = 1,
        *,
        n_covariates: int = 0,
        covariate_scales: Tensor | None = None,
        hidden: int = 64,
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        self.register_buffer("letters", letters)
        self.register_buffer("center", center)
        self.weight = nn.Parameter(
            torch.randn(*center.shape, hidden) / math.sqrt(len(center))
        )
        self.bias = nn.Parameter(torch.zeros(hidden))
        self.dropout = Dropout(dropout)
        self.head = MLPHead(hidden, n_outputs, hidden, dropout)
        self.beside: nn.Parameter | None = None
        if n_covariates:
            weights = torch.randn(n_covariates, hidden) / math.sqrt(n_covariates)
            if covariate_scales is not None:
                weights *= covariate_scales.unsqueeze(1)
            self.beside = nn.Parameter(weights)

    @property
    def bytes_per_position(self) -> int:
        """About how much memory training takes for one position.

        Returns
        -------
        int
            Bytes.
        """
        return 16 * len(self.bias)

    def prepare(self, length: int, triples: Sequence[Tensor] = ()) -> Prepared:
        """Compute the vector of each character at each position.

        Parameters
        ----------
        length : int
            Number of positions ``L``.
        triples : sequence of Tensor, default=()
            Empty: there are no gated convolutions.

        Returns
        -------
        Prepared
            With those vectors as its table, position by position.
        """
        difference = self.letters - self.center.unsqueeze(1)  # (L, n_characters, C)
        return Prepared((difference @ self.weight).flatten(0, 1))

    def represent(
        self,
        values: Tensor,
        mask: Tensor | None = None,
        prepared: Prepared | None = None,
        covariates: Tensor | None = None,
        ends: Tensor | None = None,
    ) -> Tensor:
        """Compute the first hidden layer.

        Parameters
        ----------
        values : Tensor of shape (B, L), int64
            Code of each position.
        mask : None, default=None
            All sequences are of one length.
        prepared : Prepared or None, default=None
            What `prepare` returns; None computes it.
        covariates : Tensor of shape (B, n_covariates), float, or None, default=None
            Numbers beside the sequences; None if the network was made for none.
        ends : object, default=None
            Not used: positions are what they are.

        Returns
        -------
        Tensor of shape (B, hidden), float
            One vector for each sequence.
        """
        if prepared is None:
            prepared = self.prepare(values.shape[1])
        assert prepared.table is not None
        first = len(self.letters) * torch.arange(len(self.weight), device=values.device)
        total = F.embedding_bag(values + first, prepared.table, mode="sum")
        if self.beside is not None:
            assert covariates is not None
            total = total + covariates @ self.beside
        units: Tensor = self.dropout(F.gelu(total + self.bias))
        return units

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
        Tensor of shape (B, n_outputs), float
            Outputs.
        """
        output: Tensor = self.head(self.represent(values, mask, prepared, covariates))
        return output
