"""A multilayer perceptron on the letters at fixed positions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sklyra.nn.dropout import Dropout
from sklyra.nn.heads import MLPHead
from sklyra.nn.shared import Shared


class Perceptron(nn.Module):
    r"""Predict from all letters of sequences of one length at once.

    :math:`h = \mathrm{GELU}(b + \sum_s W_s (e(x_s) - c_s))` with the channels :math:`e`
    of the letter at position :math:`s`, then a second hidden layer. It knows where a
    letter stands, which convolutions do not.

    Parameters
    ----------
    letters : Tensor of shape (n_characters, n_channels), float
        Channels of each code.
    centre : Tensor of shape (L, n_channels), float
        The mean :math:`c` of the channels at each of the ``L`` positions, over training
        sequences: steps of AdamW are as long for a letter that nearly all have as for
        the others, and that letter says nothing.
    n_outputs : int, default=1
        Number of outputs.
    hidden : int, default=64
        Number of units of either hidden layer.
    dropout : float, default=0.2
        Probability of dropping a unit of a hidden layer, in [0, 1).

    Examples
    --------
    >>> import torch
    >>> from sklyra.nn import Perceptron
    >>> net = Perceptron(torch.eye(4), centre=torch.zeros(9, 4))
    >>> net(torch.zeros(2, 9, dtype=torch.int64)).shape
    torch.Size([2, 1])
    """

    #: It has no gated convolutions, whose windows would be looked for.
    n_blocks = 0
    letters: Tensor
    centre: Tensor

    def __init__(
        self,
        letters: Tensor,
        centre: Tensor,
        n_outputs: int = 1,
        *,
        hidden: int = 64,
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        self.register_buffer("letters", letters)
        self.register_buffer("centre", centre)
        self.weight = nn.Parameter(
            torch.randn(*centre.shape, hidden) / math.sqrt(len(centre))
        )
        self.bias = nn.Parameter(torch.zeros(hidden))
        self.dropout = Dropout(dropout)
        self.head = MLPHead(hidden, n_outputs, hidden, dropout)

    @property
    def bytes_per_position(self) -> int:
        """About how much memory training takes for one position.

        Returns
        -------
        int
            Bytes.
        """
        return 16 * len(self.bias)

    def operators(self, length: int) -> tuple[Tensor, ...]:
        """Compute what state space layers need: there are none.

        Parameters
        ----------
        length : int
            Number of positions.

        Returns
        -------
        tuple
            Nothing.
        """
        return ()

    def share(
        self,
        length: int,
        triples: Sequence[Tensor] = (),
        operators: tuple[Tensor, ...] | None = None,
        family: object = None,
    ) -> Shared:
        """Compute what sequences have in common.

        Parameters
        ----------
        length : int
            Number of positions.
        triples, operators, family : object
            Not used: as for `LyraNet`.

        Returns
        -------
        Shared
            With the vector of each character at each position as its table, position
            by position.
        """
        apart = self.letters - self.centre.unsqueeze(1)  # (L, n_characters, C)
        return Shared((apart @ self.weight).flatten(0, 1), (), (), 0)

    def forward(
        self,
        values: Tensor,
        mask: None = None,
        triples: Sequence[Tensor] = (),
        shared: Shared | None = None,
    ) -> Tensor:
        """Predict.

        Parameters
        ----------
        values : Tensor of shape (B, L), int64
            Code of each position.
        mask, triples : object
            Not used: all sequences are of one length.
        shared : Shared or None, default=None
            What `share` gives; None computes it.

        Returns
        -------
        Tensor of shape (B, n_outputs), float
            Outputs.
        """
        if shared is None:
            shared = self.share(values.shape[1])
        assert shared.table is not None
        first = len(self.letters) * torch.arange(len(self.weight), device=values.device)
        total = F.embedding_bag(values + first, shared.table, mode="sum")
        output: Tensor = self.head(self.dropout(F.gelu(total + self.bias)))
        return output
