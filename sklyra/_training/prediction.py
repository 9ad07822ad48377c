"""Predictions of trained networks for any number of sequences."""

from __future__ import annotations

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
from sklyra.batching import beside, chunks, inputs
from sklyra.batching.windows import find_windows
from sklyra.nn.module import SequenceModule, in_double_precision
from sklyra.nn.variants import find_parent
from sklyra.sequences import EncodedSequences, Inputs

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
    samples: Inputs,
    precision: str = "float32",
    represent: bool = False,
) -> npt.NDArray[np.float64]:
    """Run networks of one architecture over any number of sequences.

    Parameters
    ----------
    nets : sequence of SequenceNet
        Trained nets.
    samples : Inputs
        What the networks read, in any order.
    precision : {"float32", "bfloat16"}, default="float32"
        Type of numbers in products of matrices.
    represent : bool, default=False
        Whether to return the pooled representation instead of the outputs.

    Returns
    -------
    ndarray of shape (n_nets, n_samples, n_outputs or n_features), float64
        One row for each sequence; for each position of each, if that is what the
        networks are for.
    """
    keep_freed_memory()
    sequences = samples.sequences
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
            batch |= beside(samples, rows)
            if few:
                batch = {name: _doubled(value) for name, value in batch.items()}
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
            each = first.per_position
            if out is None:
                n_rows = len(sequences.values) if each else len(sequences)
                out = np.empty((len(nets), n_rows, part.shape[2]))
            out[:, sequences.positions(rows) if each else rows] = part
    assert out is not None
    return out


def _doubled(value: Any) -> Any:
    """Convert numbers to double precision, and leave the rest as it is."""
    if isinstance(value, Tensor) and value.is_floating_point():
        return value.double()
    return value


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
    if "mask" in batch or batch["values"].is_floating_point():
        return None
    if not net.module_.uses_parent(len(batch.get("triples", ()))):
        return None
    return find_parent(batch["values"])


class _Runner:
    """Predict batches with one network."""

    def __init__(
        self, net: SequenceNet, precision: str, represent: bool, double: bool
    ) -> None:
        self.net = net
        self.module: SequenceModule = net.module_
        self.module.eval()
        if double:
            self.module = in_double_precision(self.module)
        function: Callable[..., Tensor] = self.module.forward
        if represent:
            function = self.module.represent
        function = in_precision(function, precision, net.device)
        self.function = torch.inference_mode()(function)  # each thread has its mode
        prepare = self.module.preparer().prepare
        self.prepare = in_precision(prepare, precision, net.device)

    def __call__(
        self,
        batch: dict[str, Any],
        length: int,
        parent: Tensor | None,
        pool: Executor | None,
    ) -> Tensor:
        batch = send(batch, self.net.device)
        prepared = self.prepare(length, batch.get("triples", ()), parent)
        n_positions = self.net.piece_size_
        if parent is not None:
            of_thread = batch["values"].numel() // torch.get_num_threads()
            n_positions = max(n_positions, min(_FAMILY * n_positions, of_thread))
        output = forward(self.function, prepared, batch, n_positions, pool)
        return output.double().cpu()
