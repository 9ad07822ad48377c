"""Pieces of a batch: sequences few enough that activations stay in cache."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from typing import Any

import torch
from torch import Tensor

from sklyra.nn import Prepared


def piece_size(device: str) -> int:
    """Choose how many positions to work on at a time.

    Parameters
    ----------
    device : str
        A torch device.

    Returns
    -------
    int
        Few where their activations must stay in cache; many on a GPU.
    """
    return 2**12 if torch.device(device).type == "cpu" else 2**20


def split(
    batch: dict[str, Any], n_positions: int
) -> Iterator[tuple[slice, Tensor, Tensor | None]]:
    """Cut the sequences of a batch into pieces.

    Parameters
    ----------
    batch : dict
        As from `sklyra.batching.inputs`.
    n_positions : int
        How many positions a piece may have; one sequence may have more.

    Yields
    ------
    rows : slice
        Which sequences.
    values : Tensor of shape (n_rows, L[, C])
        Their part of ``values``, no longer than it must be.
    mask : Tensor of shape (n_rows, L), bool, or None
        Their part of ``mask``.
    """
    values, mask = batch["values"], batch.get("mask")
    at_once = max(1, n_positions // values.shape[1])
    if at_once >= len(values):
        yield slice(None), values, mask
        return
    for start in range(0, len(values), at_once):
        rows = slice(start, start + at_once)
        if mask is None:
            yield rows, values[rows], None
        else:
            length = int(mask[rows].sum(dim=1).max())
            yield rows, values[rows, :length], mask[rows, :length]


def beside_of(batch: dict[str, Any], rows: slice) -> dict[str, Tensor]:
    """Select what stands beside some sequences of a batch.

    Parameters
    ----------
    batch : dict
        As from `sklyra.batching.inputs` and `sklyra.batching.beside`.
    rows : slice
        Which sequences.

    Returns
    -------
    dict of str to Tensor
        Further arguments of the network.
    """
    names = ("covariates", "ends")
    return {name: batch[name][rows] for name in names if name in batch}


def forward(
    function: Callable[..., Tensor],
    prepared: Prepared,
    batch: dict[str, Any],
    n_positions: int,
    pool: Executor | None = None,
) -> Tensor:
    """Run the network over a batch.

    Parameters
    ----------
    function : callable
        The network, or its `represent`: `sklyra.nn.SequenceModule`.
    prepared : Prepared
        What `SequenceModule.prepare` returns for the batch.
    batch : dict
        As from `sklyra.batching.inputs`.
    n_positions : int
        How many positions a piece may have.
    pool : Executor or None, default=None
        What runs the pieces; None is this thread.

    Returns
    -------
    Tensor of shape (B, n_outputs or n_features), float
        Outputs or representation.
    """

    def forward_piece(piece: tuple[slice, Tensor, Tensor | None]) -> Tensor:
        rows, values, mask = piece
        beside = beside_of(batch, rows)
        return function(values, mask, prepared=prepared, **beside)

    pieces = split(batch, n_positions)
    return torch.cat(list((map if pool is None else pool.map)(forward_piece, pieces)))


def back_propagate(
    prepare: Callable[..., Prepared],
    function: Callable[..., Tensor],
    loss_of: Callable[[Tensor, slice], Tensor],
    batch: dict[str, Any],
    n_positions: int,
) -> tuple[Tensor, Tensor]:
    """Add the gradient of a batch's loss to the gradient of every parameter.

    The gradient of a sum is the sum of the gradients: each piece goes forward and back
    by itself. What the pieces share is computed once, and goes back once, in the end.

    Parameters
    ----------
    prepare, function : callable
        `SequenceModule.prepare` and the network.
    loss_of : callable
        Computes a loss from outputs and the entries of the target that they are for.
        The losses of all pieces must add up to the loss of the batch.
    batch : dict
        As from `sklyra.batching.inputs`.
    n_positions : int
        How many positions a piece may have.

    Returns
    -------
    loss : Tensor of shape (), float
        Loss of the batch.
    output : Tensor of shape (B, n_outputs), float
        Outputs for it.
    """
    prepared = prepare(batch["values"].shape[1], batch.get("triples", ()))
    origins = prepared.tensors()
    leaves = [origin.detach().requires_grad_() for origin in origins]
    detached = prepared.replaced(leaves)
    losses, outputs, done = [], [], 0
    for rows, values, mask in split(batch, n_positions):
        beside = beside_of(batch, rows)
        output = function(values, mask, prepared=detached, **beside)
        loss = loss_of(output, slice(done, done := done + len(output)))
        # torch leaves backward, and Function.apply, untyped
        loss.backward()  # type: ignore[no-untyped-call]
        losses.append(loss.detach())
        outputs.append(output.detach())
    if any(origin.requires_grad for origin in origins):
        rest = _Rest.apply([leaf.grad for leaf in leaves], *origins)  # type: ignore[no-untyped-call]
        rest.backward()
    return torch.stack(losses).sum(), torch.cat(outputs)


class _Rest(torch.autograd.Function):
    """Stand for all that comes behind some tensors, when its gradients are known.

    `torch.autograd.backward` takes gradients too, but imports sympy when it does, which
    takes a second in every process that fits.
    """

    @staticmethod
    def forward(ctx: Any, grads: list[Tensor | None], *tensors: Tensor) -> Tensor:
        """Map gradients of tensors, and the tensors, to a number."""
        ctx.grads = grads
        return torch.zeros((), device=tensors[0].device)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients of the tensors."""
        return None, *ctx.grads
