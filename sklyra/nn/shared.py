"""What sequences of a batch share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor

from sklyra.nn.variants import Parent


class Shared(NamedTuple):
    """What sequences of a batch share: computed once, then looked up for each.

    Parameters
    ----------
    table : Tensor of shape (M + 1, D), float, or None
        Channels behind the first `n_blocks` gated convolutions, of each different
        window; then a row of zeros for padding. None if sequences have no letters.
    ahead : tuple of Tensor
        What the layer that comes next makes of each row by itself:
        `ProjectedGatedConv.tables`, or the norm of a state space layer.
    operators : tuple of Tensor
        What `S4D.operator` gives for each state space layer.
    n_blocks : int
        How many gated convolutions `table` is behind.
    parent : Parent or None, default=None
        What sequences are variants of, if they are and nothing asks for gradients.
    """

    table: Tensor | None
    ahead: tuple[Tensor, ...]
    operators: tuple[Tensor, ...]
    n_blocks: int
    parent: Parent | None = None

    def tensors(self) -> list[Tensor]:
        """List what there is.

        Returns
        -------
        list of Tensor
            All tensors.
        """
        table = [] if self.table is None else [self.table]
        return [*table, *self.ahead, *self.operators]

    def replaced(self, tensors: Sequence[Tensor]) -> Shared:
        """Put other tensors in the places of these.

        Parameters
        ----------
        tensors : sequence of Tensor
            As many as `tensors` gives.

        Returns
        -------
        Shared
            The same with other tensors.
        """
        rest = list(tensors)
        table = None if self.table is None else rest.pop(0)
        ahead, operators = rest[: len(self.ahead)], rest[len(self.ahead) :]
        return Shared(table, tuple(ahead), tuple(operators), self.n_blocks)
