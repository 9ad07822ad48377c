"""Predictions of trained networks for any number of sequences."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from sklyra._training.device import in_precision, send
from sklyra._training.memory import halved, is_out_of_memory, keep_freed_memory
from sklyra._training.net import SequenceNet
from sklyra._training.pieces import forward
from sklyra._workers import workers
from sklyra.batching import chunks, inputs
from sklyra.batching.windows import find_windows
from sklyra.nn import LyraNet, Perceptron
from sklyra.nn.convolution import kernel_length
from sklyra.nn.variants import find_parent
from sklyra.sequences import EncodedSequences

# Positions among which windows are looked for at a time. More find more that recur, and
# take more memory.
_POSITIONS = 2**17
# How float32 rounds depends on the shape of a batch. Up to this many positions in all,
# arithmetic costs nothing beside overhead, and prediction works in double precision:
# there one sequence alone and the same among others agree to the last digits.
_FEW_POSITIONS = 2**10

# A piece of variants of a parent is as many times as long as others: each reads
# matrices that do not stay in cache.
_FAMILY = 8

# More threads of Python wait for one another.
_SIDE_BY_SIDE = 8


def predict_nets(
    nets: Sequence[SequenceNet],
    sequences: EncodedSequences,
    precision: str = "float32",
    represent: bool = False,
) -> npt.NDArray[np.float64]:
    """Run networks of one architecture over any number of sequences.

    Parameters
    ----------
    nets : sequence of SequenceNet
        Trained nets.
    sequences : EncodedSequences
        Sequences in any order.
    precision : {"float32", "bfloat16"}, default="float32"
        Type of numbers in products of matrices.
    represent : bool, default=False
        Whether to return the pooled representation instead of the outputs.

    Returns
    -------
    ndarray of shape (n_nets, n_samples, n_outputs or n_features), float64
        One row for each sequence.
    """
    keep_freed_memory()
    few = len(sequences.values) <= _FEW_POSITIONS
    runners = [_Runner(net, precision, represent, few) for net in nets]
    first = runners[0].module
    out: npt.NDArray[np.float64] | None = None
    at_once = len(sequences)
    with torch.inference_mode(), _pool(nets[0], sequences) as pool:
        waiting = list(chunks(sequences, _POSITIONS))[::-1]
        while waiting:
            rows = waiting.pop()
            if len(rows) > at_once:
                waiting += [rows[at_once:], rows[:at_once]]
                continue
            batch = inputs(find_windows(sequences.take(rows), first.n_blocks))
            if few and batch["values"].is_floating_point():
                batch["values"] = batch["values"].double()
            length = batch["values"].shape[1]
            parent = None if few else _parent(nets[0], batch, precision)
            try:
                part = torch.stack(
                    [runner(batch, length, parent, pool) for runner in runners]
                )
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                part = None
            if part is None:  # when the error no longer holds on to what it was about
                at_once = halved(len(rows), length, first.bytes_per_position)
                waiting.append(rows)
                continue
            if out is None:
                out = np.empty((len(nets), len(sequences), part.shape[2]))
            out[:, rows] = part
    assert out is not None
    return out


def _pool(
    net: SequenceNet, sequences: EncodedSequences
) -> AbstractContextManager[Executor | None]:
    """Run pieces side by side where that is faster than each with all threads.

    Steps of a piece are too short to be divided well. A piece that is one long sequence
    is not, and several would take that much more memory.
    """
    n_pieces = len(sequences.values) // net.piece_size_
    at_once = min(_SIDE_BY_SIDE, torch.get_num_threads(), n_pieces)
    long = np.diff(sequences.offsets).max() > net.piece_size_
    if at_once < 2 or long or torch.device(net.device).type != "cpu":
        return nullcontext()
    return workers(at_once)


def _parent(net: SequenceNet, batch: dict[str, Any], precision: str) -> Tensor | None:
    """Find the parent of sequences, if they are variants and that makes it faster."""
    if torch.device(net.device).type != "cpu" or precision != "float32":
        return None
    module, values = net.module_, batch["values"]
    # each letter is known by its number, up to the first state space layer
    numbered = len(batch.get("triples", ())) == module.n_blocks
    numbered &= not values.is_floating_point()
    if not isinstance(module, LyraNet) or not module.s4d or not numbered:
        return None
    return find_parent(values) if "mask" not in batch else None


class _Runner:
    """Run one network over batches."""

    def __init__(
        self, net: SequenceNet, precision: str, represent: bool, double: bool
    ) -> None:
        self.net = net
        self.module: LyraNet | Perceptron = net.module_
        self.module.eval()
        if double:
            self.module = copy.deepcopy(self.module).double()
        function: Callable[..., Tensor] = self.module.forward
        if represent:
            assert isinstance(self.module, LyraNet)
            function = self.module.represent
        function = in_precision(function, precision, net.device)
        self.function = torch.inference_mode()(function)  # each thread has its mode
        self.share = in_precision(self.module.share, precision, net.device)
        self.operators = _Operators(self.module)

    def __call__(
        self,
        batch: dict[str, Any],
        length: int,
        parent: Tensor | None,
        pool: Executor | None,
    ) -> Tensor:
        batch = send(batch, self.net.device)
        family = None
        if parent is not None:
            family = parent, self.operators.matrices(length)
        triples, operators = batch.get("triples", ()), self.operators(length)
        shared = self.share(length, triples, operators, family)
        n_positions = self.net.piece_size_
        if parent is not None:
            of_thread = batch["values"].numel() // torch.get_num_threads()
            n_positions = max(n_positions, min(_FAMILY * n_positions, of_thread))
        output = forward(self.function, shared, batch, n_positions, pool)
        return output.double().cpu()


class _Operators:
    """Remember what convolutions need, for the last length."""

    def __init__(self, net: LyraNet | Perceptron) -> None:
        self.net = net
        self.kernel_length = 0
        self.operators: tuple[Tensor, ...] = ()
        self.of_first = torch.empty(0, 0, 0)

    def __call__(self, length: int) -> tuple[Tensor, ...]:
        if kernel_length(length) != self.kernel_length:
            self.operators = self.net.operators(length)
            self.kernel_length = kernel_length(length)
        return self.operators

    def matrices(self, length: int) -> Tensor:
        """Give what variants of a parent need, for the first layer."""
        assert isinstance(self.net, LyraNet)
        if length != self.of_first.shape[1]:
            self.of_first = self.net.first_matrices(length)
        return self.of_first
