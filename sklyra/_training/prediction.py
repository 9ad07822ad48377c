"""Run trained networks over any number of sequences."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from skorch.utils import to_device
from torch import Tensor

from sklyra._training.device import in_precision
from sklyra._training.memory import halved, keep_freed_memory, ran_out
from sklyra._training.net import SequenceNet
from sklyra._training.pieces import forward
from sklyra.batching import chunks, inputs
from sklyra.nn import LyraNet, Perceptron, transform_size
from sklyra.sequences import EncodedSequences
from sklyra.windows import find_windows

# Positions among which windows are looked for at a time. More find more that recur, and
# take more memory.
_POSITIONS = 2**17
# How float32 rounds depends on the shape of a batch. Up to this many positions in all,
# arithmetic costs nothing beside overhead, and prediction works in double precision:
# there one sequence alone and the same among others agree to the last digits.
_FEW_POSITIONS = 2**10


def run(
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
    with torch.inference_mode():
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
            try:
                part = torch.stack([runner(batch, length) for runner in runners])
            except (RuntimeError, MemoryError) as error:
                if not ran_out(error):
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
        self.function = in_precision(function, precision, net.device)
        self.share = in_precision(self.module.share, precision, net.device)
        self.spectra = _Spectra(self.module)

    def __call__(self, batch: dict[str, Any], length: int) -> Tensor:
        batch = to_device(batch, self.net.device)
        shared = self.share(length, batch.get("triples", ()), self.spectra(length))
        output = forward(self.function, shared, batch, self.net.piece_size_)
        return output.double().cpu()


class _Spectra:
    """Remember the spectra of a network for the last size of a transform."""

    def __init__(self, net: LyraNet | Perceptron) -> None:
        self.net = net
        self.size = 0
        self.spectra: tuple[Tensor, ...] = ()

    def __call__(self, length: int) -> tuple[Tensor, ...]:
        size = transform_size(length)
        if size != self.size:
            self.spectra, self.size = self.net.spectra(length), size
        return self.spectra
