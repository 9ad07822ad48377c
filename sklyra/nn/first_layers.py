"""First layers of the network, looked up instead of computed at every position.

Three shortcuts, all exact:

- *Windows.* Behind n gated convolutions, the channels of a position depend on the
  2 n + 1 letters around it. Each different window of a batch is a row of a table,
  computed once.
- *Look-ahead.* What the next layer does to each row by itself is one more table; its
  convolution adds up rows of that.
- *Variants.* Where sequences differ from a parent at few positions, the first long
  convolution is the parent's plus what those positions add (`sklyra.nn.variants`).

Gradients need no care: they pass through the tables to the weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor, nn

from sklyra.nn.block import S4DBlock
from sklyra.nn.convolution import convolve
from sklyra.nn.masking import masked
from sklyra.nn.pgc import ProjectedGatedConv
from sklyra.nn.prepared import Prepared
from sklyra.nn.variants import Parent, convolve_variants


class FirstLayers(NamedTuple):
    """Compute channels behind the first layers.

    Parameters
    ----------
    embed : Linear
        From channels of letters to channels ``D``.
    letters : Tensor of shape (n_characters, n_channels), float, or None
        Channels of each code. None if sequences have channels instead of letters.
    gated : sequence of ProjectedGatedConv
        All gated convolutions.
    s4d : sequence of S4DBlock
        All state space blocks.
    residual : bool
        Whether each gated convolution is added to its input.
    """

    embed: nn.Linear
    letters: Tensor | None
    gated: Sequence[ProjectedGatedConv]
    s4d: Sequence[S4DBlock]
    residual: bool

    def prepare(
        self,
        triples: Sequence[Tensor],
        operators: tuple[Tensor, ...],
        family: tuple[Tensor, Tensor] | None = None,
    ) -> Prepared:
        """Compute the tables of a batch.

        Parameters
        ----------
        triples : sequence of Tensor of shape (U, 3), int64
            For each of the first gated convolutions, the different triples of neighbors
            that it meets, as in `ProjectedGatedConv.on_triples`; the first are triples
            of codes.
        operators : tuple of Tensor
            What `S4D.operator` returns for each state space layer.
        family : tuple of Tensor or None, default=None
            The parent of variants, from `sklyra.nn.variants.find_parent`, and what
            `S4D.matrices` of the first block returns. There are triples for all gated
            convolutions, and no gradients. None if sequences are no variants.

        Returns
        -------
        Prepared
            With channels of each different window as its table, then a row of zeros
            for padding.
        """
        if self.letters is None:
            return Prepared(operators=operators)
        table = self.embed(self.letters)  # (n_characters, D)
        for layer, rows in zip(self.gated, triples, strict=False):
            y = layer.on_triples(*layer.tables(layer.expand(table)), rows)  # (U, D)
            table = table.index_select(0, rows[:, 1]) + y if self.residual else y
        ahead: tuple[Tensor, ...] = ()
        parent = None
        if len(triples) < len(self.gated):
            following = self.gated[len(triples)]
            ahead = following.tables(following.expand(table))
        elif self.s4d:
            ahead = (_padded(self.s4d[0].norm(table)),)
            if family is not None:
                parent = Parent.of(family[0], ahead[0], family[1])
        return Prepared(_padded(table), ahead, operators, len(triples), parent)

    def channels(
        self, values: Tensor, mask: Tensor | None, prepared: Prepared
    ) -> tuple[Tensor, int, int]:
        """Compute channels of each position behind as many layers as there are tables.

        Parameters
        ----------
        values : Tensor of shape (B, L), int64, or (B, L, n_channels), float
            Row of the table, or channels, of each position.
        mask : Tensor of shape (B, L), bool, or None
            True where there is a residue; None means that there is no padding.
        prepared : Prepared
            What `prepare` returns.

        Returns
        -------
        x : Tensor of shape (B, L, D), float
            Channels of each position; zero where `mask` is False.
        n_gated, n_s4d : int
            How many gated convolutions and state space blocks they are behind.
        """
        if values.is_floating_point():
            return masked(self.embed(values), mask), 0, 0
        assert prepared.table is not None
        x = _look_up(prepared.table, values)
        n_gated = prepared.n_blocks
        if n_gated < len(self.gated):
            nothing = len(prepared.table) - 1
            around = F.pad(values, (1, 1), value=nothing).unfold(1, 3, 1)
            terms, gates = prepared.ahead
            y = self.gated[n_gated].on_triples(terms, gates, around.flatten(0, 1))
            y = masked(y.view_as(x), mask)
            return x + y if self.residual else y, n_gated + 1, 0
        if not self.s4d:
            return x, n_gated, 0
        (rows,) = prepared.ahead
        if prepared.parent is not None:
            convolved = convolve_variants(values, rows, prepared.parent)
        else:
            u = masked(_look_up(rows, values), mask)
            convolved = convolve(u, prepared.operators[0])
        return self.s4d[0].add_convolved(x, convolved, mask), n_gated, 1


def _padded(table: Tensor) -> Tensor:
    """Append a row of zeros, which padding looks up."""
    return F.pad(table, (0, 0, 0, 1))


def _look_up(table: Tensor, rows: Tensor) -> Tensor:
    """Find rows (B, L) in a table (M, D), as (B, L, D)."""
    return table.index_select(0, rows.flatten()).view(*rows.shape, -1)
