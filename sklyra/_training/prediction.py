"""Run a trained network over any number of sequences."""

from __future__ import annotations

import copy

import numpy as np
import numpy.typing as npt
import torch
from skorch.utils import to_device

from sklyra._training.device import ordinary_mode
from sklyra._training.memory import keep_freed_memory
from sklyra._training.net import SequenceNet
from sklyra._training.pieces import split
from sklyra.batching import chunks, inputs
from sklyra.nn import LyraNet, transform_size
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
    net: SequenceNet, sequences: EncodedSequences, represent: bool = False
) -> npt.NDArray[np.float64]:
    """Run the network over any number of sequences.

    Parameters
    ----------
    net : SequenceNet
        A trained net.
    sequences : EncodedSequences
        Sequences in any order.
    represent : bool, default=False
        Whether to return the pooled representation instead of the outputs.

    Returns
    -------
    ndarray of shape (n_samples, n_outputs or n_features), float64
        One row for each sequence.
    """
    module: LyraNet = net.module_
    module.eval()
    keep_freed_memory()
    few = len(sequences.values) <= _FEW_POSITIONS
    if few:
        module = copy.deepcopy(module).double()
    out: npt.NDArray[np.float64] | None = None
    size, spectra = 0, None
    with ordinary_mode(), torch.inference_mode():
        for rows in chunks(sequences, _POSITIONS):
            batch = inputs(find_windows(sequences.take(rows), len(module.pgc)))
            if few and batch["values"].is_floating_point():
                batch["values"] = batch["values"].double()
            batch = to_device(batch, net.device)
            length = batch["values"].shape[1]
            if size != transform_size(length):
                size, spectra = transform_size(length), module.spectra(length)
            shared = module.share(length, batch.get("triples", ()), spectra)
            function = module.represent if represent else module
            for piece, values, mask in split(batch, net.piece_size):
                part = function(values, mask, shared=shared).cpu().numpy()
                if out is None:
                    out = np.empty((len(sequences), part.shape[1]), np.float64)
                out[rows[piece]] = part
    assert out is not None
    return out
