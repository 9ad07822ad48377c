"""Prepared tensors: what all sequences of a batch need, computed once for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor

from sklyra.nn.variants import Parent


class Prepared(NamedTuple):
    """Tensors that all sequences of a batch need; gradients pass through them.

    Parameters
    ----------
    table : Tensor of shape (M, D), float, or None, default=None
        A row for each thing that may stand at a position, which sequences know by
        number; None if they have channels instead. which rows those are,
        `FirstLayers.prepare` and `Perceptron.prepare` document.
    ahead : tuple of Tensor, default=()
        What the layer that comes next makes of each row by itself:
        `ProjectedGatedConv.tables`, or the norm of a state space layer.
    operators : tuple of Tensor, default=()
        What `S4D.operator` returns for each state space layer.
    n_blocks : int, default=0
        How many gated convolutions `table` is behind.
    parent : Parent or None, default=None
        What sequences are variants of, if they are and gradients are not needed.
    """

    table: Tensor | None = None
    ahead: tuple[Tensor, ...] = ()
    operators: tuple[Tensor, ...] = ()
    n_blocks: int = 0
    parent: Parent | None = None

    def tensors(self) -> list[Tensor]:
        """List the tensors that gradients pass through.

        Returns
        -------
        list of Tensor
            All but the parent's.
        """
        table = [] if self.table is None else [self.table]
        return [*table, *self.ahead, *self.operators]

    def replaced(self, tensors: Sequence[Tensor]) -> Prepared:
        """Put other tensors in the places of these.

        Parameters
        ----------
        tensors : sequence of Tensor
            As many as `tensors` returns.

        Returns
        -------
        Prepared
            The same with other tensors, and without a parent.
        """
        rest = list(tensors)
        table = None if self.table is None else rest.pop(0)
        ahead, operators = rest[: len(self.ahead)], rest[len(self.ahead) :]
        return Prepared(table, tuple(ahead), tuple(operators), self.n_blocks)
