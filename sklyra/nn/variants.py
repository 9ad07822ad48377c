"""Variants of a parent: convolutions of sequences that differ at few positions."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from sklyra.sequences import find_consensus

# Transforms of fewer positions are not worth avoiding. Of more, a chunk of sequences
# holds too few to be worth a matrix for each channel.
_LENGTHS = range(129, 363)
# Measured: a transform takes as long as adding up changes of three in ten positions.
_CHANGED = 0.2
# A parent can be found from this many of its variants.
_LOOKED_AT = 64


class Parent(NamedTuple):
    r"""What variants of a parent have in common.

    A convolution is linear: what comes out for a variant is what comes out for the
    parent, :math:`y_p`, and what the positions that differ add,

    .. math::
       y_t = y_{p,t} + \sum_{s:\, u_s \ne u_{p,s}} (u_s - u_{p,s})\, k_{t - s}.

    Attributes
    ----------
    rows : Tensor of shape (L,), int64
        What stands at each position of the parent: a row of a table.
    responses : Tensor of shape (D L, L), float
        What each position sends to each, a row for each channel and sending position.
    output : Tensor of shape (D, L), float
        The parent convolved.
    """

    rows: Tensor
    responses: Tensor
    output: Tensor

    @classmethod
    def of(cls, rows: Tensor, table: Tensor, matrices: Tensor) -> Parent:
        """Convolve the parent.

        Parameters
        ----------
        rows : Tensor of shape (L,), int64
            What `find_parent` returns.
        table : Tensor of shape (M, D), float
            Channels of each row.
        matrices : Tensor of shape (D, L, L), float
            What `S4D.matrices` returns.

        Returns
        -------
        Parent
            What `convolve_variants` needs.
        """
        u = table.index_select(0, rows).T.unsqueeze(1)  # (D, 1, L)
        return cls(rows, matrices.flatten(0, 1), torch.bmm(u, matrices).squeeze(1))


def find_parent(values: Tensor) -> Tensor | None:
    """Find the parent of which sequences are variants.

    Parameters
    ----------
    values : Tensor of shape (B, L), int64
        What stands at each position, as a number.

    Returns
    -------
    Tensor of shape (L,), int64, or None
        What stands at each position of most. None if too many differ from it, or
        sequences are too few or of a length for which it makes nothing faster.
    """
    n_sequences, length = values.shape
    if length not in _LENGTHS or n_sequences < length:
        return None
    some = values[:: n_sequences // _LOOKED_AT].numpy()
    rows = torch.from_numpy(find_consensus(some))
    changed = torch.count_nonzero(values != rows) / values.numel()
    return rows if changed <= _CHANGED else None


def convolve_variants(values: Tensor, table: Tensor, parent: Parent) -> Tensor:
    """Convolve each channel of variants with its kernel.

    Parameters
    ----------
    values : Tensor of shape (B, L), int64
        What stands at each position of each variant: a row of the table.
    table : Tensor of shape (M, D), float
        Channels of each row.
    parent : Parent
        What they have in common.

    Returns
    -------
    Tensor of shape (D, B, L), float
        The convolution, as `sklyra.nn.convolution.convolve` returns it.
    """
    (n_sequences, length), n_channels = values.shape, table.shape[1]
    sequence, position = (values != parent.rows).nonzero(as_tuple=True)
    n_changes = len(position)
    changes = table.index_select(0, values[sequence, position])
    changes -= table.index_select(0, parent.rows[position])
    channel = torch.arange(n_channels).unsqueeze(1)
    # Changes of each sequence in turn, then again for the next channel.
    first = torch.searchsorted(sequence, torch.arange(n_sequences))
    y = F.embedding_bag(
        (position + length * channel).flatten(),
        parent.responses,
        (first + n_changes * channel).flatten(),
        mode="sum",
        per_sample_weights=changes.T.flatten(),
    )
    return y.view(n_channels, n_sequences, length).add_(parent.output.unsqueeze(1))
