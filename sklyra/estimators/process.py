"""Fit and ask the closed-form part with as many sequences as memory allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from sklyra._training import is_out_of_memory
from sklyra._warnings import warn
from sklyra.batching import SequenceDataset
from sklyra.exceptions import MemoryWarning
from sklyra.gaussian_process import AT_ONCE, MOST_ROWS, GaussianProcess
from sklyra.sequences import EncodedSequences

Array = npt.NDArray[np.float64]

# Blocks that are predicted side by side, before memory is asked for more.
_BLOCKS = 8


def fit_process(
    data: SequenceDataset,
    target: Array,
    same: npt.NDArray[np.intp],
    rng: np.random.RandomState,
    ask: Callable[[GaussianProcess], Any],
) -> tuple[GaussianProcess, Any]:
    """Fit a Gaussian process and ask it something.

    Parameters
    ----------
    data : SequenceDataset
        Training data, sequences of letters.
    target : ndarray of shape (n_samples, n_outputs), float64
        What they measure.
    same : ndarray of shape (n_samples,), int
        A number for each, equal for those that are held out together.
    rng : RandomState
        Chooses sequences, where there are too many.
    ask : callable
        What to ask it.

    Returns
    -------
    process : GaussianProcess
        What was fitted.
    answer : object
        What it answered.

    Raises
    ------
    MemoryError, RuntimeError
        If memory runs out even with a single sequence.

    Warns
    -----
    MemoryWarning
        If memory ran out: then it looks at half as many sequences, or a quarter.
    """
    weight = data.weight.astype(np.float64)
    most = min(len(data), MOST_ROWS)
    while True:
        try:
            process = GaussianProcess(data.sequences, target, weight, rng, most, same)
            answer = ask(process)
            process.release()
            return process, answer
        except (RuntimeError, MemoryError) as error:
            if most == 1 or not is_out_of_memory(error):
                raise
        most //= 2  # when the error no longer holds on to what it was about
        warn(
            "Memory ran out while the Gaussian process was fitted. It goes on with "
            f"{most} sequences; gaussian_process=False does without.",
            MemoryWarning,
        )


def predict_process(process: GaussianProcess, sequences: EncodedSequences) -> Array:
    """Predict with a Gaussian process.

    Parameters
    ----------
    process : GaussianProcess
        A fitted one.
    sequences : EncodedSequences
        Any sequences of the same alphabet.

    Returns
    -------
    ndarray of shape (n_samples, n_outputs), float64
        Expected values.

    Raises
    ------
    MemoryError
        If memory runs out even with a single sequence.

    Warns
    -----
    MemoryWarning
        If memory ran out: then half as many sequences are predicted at a time.
    """
    parts: list[Array] = []
    start, at_once = 0, _BLOCKS * AT_ONCE
    while start < len(sequences):
        rows = np.arange(start, min(start + at_once, len(sequences)))
        try:
            parts.append(process.predict(sequences.take(rows)))
            start += len(rows)
            continue
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
        # when the error no longer holds on to what it was about
        if len(rows) == 1:
            raise MemoryError(
                "Memory ran out while the Gaussian process predicted one sequence. "
                "Free some; or fit again with gaussian_process=False, or fewer rows."
            )
        at_once = len(rows) // 2
        warn(
            f"Memory ran out while the Gaussian process predicted {len(rows)} "
            f"sequences. It goes on with {at_once} at a time.",
            MemoryWarning,
        )
    return np.concatenate(parts)
