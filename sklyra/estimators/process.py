"""Gaussian process of a model, fitted and evaluated as far as memory allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from sklyra._training import ran_out
from sklyra._warnings import warn
from sklyra.batching import SequenceDataset
from sklyra.exceptions import MemoryWarning
from sklyra.gaussian_process import (
    AT_ONCE,
    MOST_ROWS,
    Explanation,
    GaussianProcess,
    Posterior,
    explain,
)
from sklyra.sequences import EncodedSequences

Array = npt.NDArray[np.float64]
T = TypeVar("T")

# Blocks that are predicted side by side, before memory is asked for more.
_BLOCKS = 8


class FittedProcess(NamedTuple, Generic[T]):
    """A fitted Gaussian process, and what was computed while it held its factors.

    Parameters
    ----------
    posterior : Posterior
        Predicts.
    explanation : Explanation
        Effects of letters, and shares of the variance.
    evaluated : object
        What `evaluate` returned.
    """

    posterior: Posterior
    explanation: Explanation
    evaluated: T


def fit_process(
    data: SequenceDataset,
    target: Array,
    same: npt.NDArray[np.intp],
    rng: np.random.RandomState,
    evaluate: Callable[[Posterior], T],
) -> FittedProcess[T]:
    """Fit a Gaussian process, explain it and evaluate it.

    Parameters
    ----------
    data : SequenceDataset
        Training data, sequences of letters.
    target : ndarray of shape (n_samples, n_outputs), float64
        Measured values, NaN where an output was not measured.
    same : ndarray of shape (n_samples,), int
        A number for each, equal for those that are held out together.
    rng : RandomState
        Chooses sequences, where there are too many.
    evaluate : callable
        Takes the posterior while it holds its factors: predicts what is held out.

    Returns
    -------
    FittedProcess
        The posterior, without factors, and what was computed by it.

    Raises
    ------
    MemoryError, RuntimeError
        If memory runs out even with a single sequence.

    Warns
    -----
    MemoryWarning
        If memory ran out: then it learns from half as many sequences, or a quarter.
    """
    weight = data.weight.astype(np.float64)
    most = min(len(data), MOST_ROWS)
    while True:
        try:
            posterior = GaussianProcess(most).fit(data.sequences, target, weight, rng)
            explanation = explain(posterior, same)
            evaluated = evaluate(posterior)
            posterior.release()
            return FittedProcess(posterior, explanation, evaluated)
        except (RuntimeError, MemoryError) as error:
            if most == 1 or not ran_out(error):
                raise
        most //= 2  # when the error no longer holds on to what it was about
        warn(
            "Memory ran out while the Gaussian process was fitted. It goes on with "
            f"{most} sequences; gaussian_process=False does without.",
            MemoryWarning,
        )


def predict_process(posterior: Posterior, sequences: EncodedSequences) -> Array:
    """Predict with a Gaussian process.

    Parameters
    ----------
    posterior : Posterior
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
    blocks: list[Array] = []
    start, at_once = 0, _BLOCKS * AT_ONCE
    while start < len(sequences):
        rows = np.arange(start, min(start + at_once, len(sequences)))
        try:
            blocks.append(posterior.predict(sequences.take(rows)))
            start += len(rows)
            continue
        except (RuntimeError, MemoryError) as error:
            if not ran_out(error):
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
    return np.concatenate(blocks)
