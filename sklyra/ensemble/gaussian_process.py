"""A Gaussian process as a part of a model, of as many sequences as memory allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from sklyra._training import Job, is_out_of_memory
from sklyra._typing import Array
from sklyra._warnings import warn
from sklyra.batching import SequenceDataset
from sklyra.ensemble.part import HeldOut, Split
from sklyra.ensemble.settings import TrainingSettings
from sklyra.exceptions import MemoryWarning
from sklyra.gaussian_process import AT_ONCE, MOST_ROWS, GaussianProcess
from sklyra.sequences import EncodedSequences, Inputs
from sklyra.targets.target import Scale, Target

# Blocks that are predicted side by side, before memory is asked for more.
_BLOCKS = 8


class GaussianProcessPart:
    """A Gaussian process over levels, in closed form.

    Attributes
    ----------
    process : GaussianProcess
        Once fitted.
    variance_shares : dict of str to float
        What its terms explain of the variance of the target.
    additive_effects : dict of str to array-like
        Effects of single letters: position, letter, effect.
    """

    name = "gaussian_process"
    scale: Scale = "level"
    process: GaussianProcess

    def plan(
        self, split: Split, settings: TrainingSettings, rng: np.random.RandomState
    ) -> list[Job]:
        """Return nothing: there is nothing to train, as `Part.plan` says."""
        return []

    def keep(self, jobs: list[Job]) -> None:
        """Stay what it is, as `Part.keep` says."""

    def finish(
        self,
        jobs: list[Job],
        split: Split,
        target: Target,
        rng: np.random.RandomState,
        precision: str,
    ) -> HeldOut:
        """Fit, explain and predict what each fold held out, as `Part.finish` says."""
        data, valid = split.data, split.valid

        def ask(process: GaussianProcess) -> HeldOut:
            if valid is not None:
                return HeldOut(*[process.predict(valid.sequences)] * 2)
            return HeldOut(*process.held_out(split.folds, data.sequences))

        levels = target.levels(data.target)
        held: HeldOut
        self.process, held = fit_process(data, levels, split.same, rng, ask)
        self._explain(target, held.honest, split.asked)
        return held

    def _explain(self, target: Target, honest: Array, asked: SequenceDataset) -> None:
        """Record effects, and shares of variance: no more than held-out rows show."""
        positions, letters, effects = self.process.additive_effects()
        self.additive_effects = {
            "position": positions,
            "letter": letters,
            "effect": target.effects(effects),
        }
        self.variance_shares = self.process.variance_shares()
        if np.isfinite(honest).all(axis=1).sum() > 1:
            weight = asked.weight.astype(np.float64)
            limit = _explained(honest, target.levels(asked.target), weight)
            self.variance_shares = _limited(self.variance_shares, limit)

    def predict(self, inputs: Inputs, precision: str) -> Array:
        """Predict, as `Part.predict` says, in double precision."""
        return predict_process(self.process, inputs.sequences)[None]


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


def _explained(prediction: Array, target: Array, weight: Array) -> float:
    """Compute the share of variance that predictions explain, of all outputs together.

    It is 0 if predictions are worse than the mean.
    """
    error = total = 0.0
    for values, predicted in zip(target.T, prediction.T, strict=True):
        rows = np.isfinite(values) & np.isfinite(predicted)
        if not rows.any():
            continue
        mean = np.average(values[rows], weights=weight[rows])
        error += np.average((predicted - values)[rows] ** 2, weights=weight[rows])
        total += np.average((values[rows] - mean) ** 2, weights=weight[rows])
    return float(max(1 - error / total, 0)) if total > 0 else 0.0


def _limited(shares: dict[str, float], limit: float) -> dict[str, float]:
    """Scale shares of variance down, so that all together explain no more.

    The last is that of what is not explained; they add up to the same as before.
    """
    *names, rest = shares
    found = sum(shares[name] for name in names)
    factor = min(limit / found, 1.0) if found > 0 else 1.0
    scaled = {name: factor * shares[name] for name in names}
    return scaled | {rest: shares[rest] + (1 - factor) * found}
