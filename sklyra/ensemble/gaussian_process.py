"""Gaussian process as a part of a model, of as many sequences as memory allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, NamedTuple, Self, TypeVar

import numpy as np
import numpy.typing as npt

from sklyra._state import check_version
from sklyra._training import Job, is_out_of_memory
from sklyra._typing import Array
from sklyra._warnings import warn
from sklyra.batching import SequenceDataset
from sklyra.ensemble.normal_scores import NormalScores
from sklyra.ensemble.part import HeldOut, Split
from sklyra.ensemble.settings import TrainingSettings
from sklyra.exceptions import MemoryWarning
from sklyra.gaussian_process import (
    AT_ONCE,
    FEW_ROWS,
    MOST_ROWS,
    Explanation,
    GaussianProcess,
    Posterior,
    explain,
    explain_columns,
)
from sklyra.sequences import Inputs, Samples
from sklyra.targets.target import Scale, Target

T = TypeVar("T")
_VERSION = 1

# Blocks that are predicted side by side, before memory is asked for more.
_BLOCKS = 8
# The kernel of a table is found from some of its rows, and which ones makes a
# difference: 0.007 in the rank correlation of what is predicted of sequences held out.
# The average of three is 0.004 better than one. With many rows it takes too long.
_N_KERNELS, _MOST_AVERAGED = 3, 4096


class GaussianProcessPart:
    """A Gaussian process over levels, in closed form.

    Of tables whose target is values it also learns their normal scores, as outputs of
    the same kernel behind the values.

    Attributes
    ----------
    posterior : Posterior
        Once fitted: explains, and tells how sure it is.
    others : list of Posterior
        Of tables of 513 to 4,096 rows two with kernels that were found from other rows:
        predictions are the average of all three.
    variance_shares : dict of str to float
        What its terms explain of the variance of the target.
    additive_effects : dict of str to array-like
        Effects of single letters: position, letter, effect.
    scores : NormalScores or None
        How values and their normal scores are joined.
    """

    name = "gaussian_process"
    scale: Scale = "level"
    posterior: Posterior
    others: list[Posterior]
    scores: NormalScores | None = None

    @classmethod
    def learn(cls, inputs: Inputs) -> Self | None:
        """Make a part (see `SinglePart.learn`), if X has letters."""
        return None if inputs.chains[0].alphabet is None else cls()

    def resumed(self) -> GaussianProcessPart:
        """Copy what it holds (see `Part.resumed`): nothing of it is changed."""
        part = GaussianProcessPart()
        vars(part).update(vars(self))
        return part

    def plan(
        self, split: Split, settings: TrainingSettings, rng: np.random.RandomState
    ) -> list[Job]:
        """Return nothing: there is nothing to train (see `Part.plan`)."""
        return []

    def keep(self, jobs: list[Job]) -> None:
        """Stay what it is (see `Part.keep`)."""

    def finish(
        self,
        jobs: list[Job],
        split: Split,
        target: Target,
        rng: np.random.RandomState,
        precision: str,
    ) -> HeldOut:
        """Fit, explain and predict what each fold held out (see `Part.finish`)."""
        data, valid, asked = split.data, split.valid, split.asked
        levels = target.levels(data.target)
        taught = levels
        if data.inputs.is_table and target.centered:
            self.scores = NormalScores.learn(levels)
            taught = np.hstack([levels, self.scores(levels)])

        def evaluate(posterior: Posterior) -> HeldOut:
            if valid is not None:
                return HeldOut(*[posterior.predict(compared(valid.inputs))] * 2)
            held_out = posterior.held_out(split.folds, compared(data.inputs))
            return HeldOut(*(_filled(part, posterior) for part in held_out))

        averaged = data.inputs.is_table and FEW_ROWS < len(data) <= _MOST_AVERAGED
        n_kernels = _N_KERNELS if averaged else 1
        fitted = fit_process(data, taught, split.same, rng, evaluate, n_kernels)
        self.posterior, *self.others = fitted.posteriors
        held = fitted.evaluated[0]
        if averaged:
            held = HeldOut(*np.mean(fitted.evaluated, axis=0))
        if self.scores is not None:
            known = target.levels(asked.target)
            self.scores.join(held.honest, known, asked.weight.astype(np.float64))
            held = HeldOut(*(self.scores.mix(part) for part in held))
        self._explain(fitted.explanation, target, held, asked)
        return held

    def _explain(
        self,
        explanation: Explanation,
        target: Target,
        held: HeldOut,
        asked: SequenceDataset,
    ) -> None:
        """Record effects, and shares of variance: no more than held-out rows show."""
        shares, positions, letters, effects = explanation
        effects = effects[:, : held.honest.shape[1]]
        self.additive_effects = {
            "position": positions,
            "letter": letters,
            "effect": target.effects(effects),
        }
        if np.isfinite(held.honest).all(axis=1).sum() > 1:
            weight = asked.weight.astype(np.float64)
            limit = _explained(held.honest, target.levels(asked.target), weight)
            shares = _limited(shares, limit)
        self.variance_shares = shares

    def predict(self, inputs: Inputs, precision: str) -> Array:
        """Predict (see `Part.predict`), in double precision."""
        samples = compared(inputs)
        each = [predict_process(one, samples) for one in (self.posterior, *self.others)]
        found: Array = np.mean(each, axis=0)
        return (found if self.scores is None else self.scores.mix(found))[None]

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values and arrays.

        Returns
        -------
        dict
            What was learned, and the version of this layout.
        """
        return {
            "version": _VERSION,
            "posterior": self.posterior.to_state(),
            "others": [other.learned() for other in self.others],
            "variance_shares": self.variance_shares,
            "additive_effects": self.additive_effects,
            "scores": self.scores and self.scores.to_state(),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Convert from plain values and arrays.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        GaussianProcessPart
            The same.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        part = cls()
        part.posterior = Posterior.from_state(state["posterior"])
        others = state.get("others", [])  # models before had none
        part.others = [part.posterior.with_learned(other) for other in others]
        part.variance_shares = state["variance_shares"]
        part.additive_effects = state["additive_effects"]
        scores = state.get("scores")  # models before had none
        part.scores = scores and NormalScores.from_state(scores)
        return part

    def __getstate__(self) -> dict[str, Any]:
        return self.to_state()

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(vars(self.from_state(state)))


def compared(inputs: Inputs) -> Samples:
    """Select what a Gaussian process compares.

    Parameters
    ----------
    inputs : Inputs
        Any samples.

    Returns
    -------
    EncodedSequences or Inputs
        The sequences, where there is nothing else.
    """
    return inputs if inputs.is_table else inputs.sequences


class FittedProcess(NamedTuple, Generic[T]):
    """A fitted Gaussian process, and what was computed while it held its factors.

    Parameters
    ----------
    posteriors : list of Posterior
        Predict, one for each kernel.
    explanation : Explanation
        Effects of letters, and shares of the variance, by the first.
    evaluated : list of object
        What `evaluate` returned of each.
    """

    posteriors: list[Posterior]
    explanation: Explanation
    evaluated: list[T]


def fit_process(
    data: SequenceDataset,
    target: Array,
    same: npt.NDArray[np.intp],
    rng: np.random.RandomState,
    evaluate: Callable[[Posterior], T],
    n_kernels: int,
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
        Takes a posterior while it holds its factors: predicts what is held out.
    n_kernels : int
        Number of kernels to find, each from other rows.

    Returns
    -------
    FittedProcess
        The posteriors, without factors, and what was computed by it.

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
    samples = compared(data.inputs)
    most = min(len(data), MOST_ROWS)
    while True:
        try:
            posterior = GaussianProcess(most).fit(samples, target, weight, rng)
            explain_it = explain_columns if data.inputs.is_table else explain
            explanation = explain_it(posterior, same)
            posteriors, evaluated = [posterior], [evaluate(posterior)]
            posterior.release()
            for _ in range(n_kernels - 1):
                posteriors.append(GaussianProcess.fit_again(posterior, rng))
                evaluated.append(evaluate(posteriors[-1]))
                posteriors[-1].release()
            return FittedProcess(posteriors, explanation, evaluated)
        except (RuntimeError, MemoryError) as error:
            if most == 1 or not is_out_of_memory(error):
                raise
        most //= 2  # when the error no longer holds on to what it was about
        warn(
            "Memory ran out while the Gaussian process was fitted. It goes on with "
            f"{most} sequences; gaussian_process=False does without.",
            MemoryWarning,
        )


def predict_process(posterior: Posterior, sequences: Samples) -> Array:
    """Predict with a Gaussian process.

    Parameters
    ----------
    posterior : Posterior
        A fitted one.
    sequences : EncodedSequences or Inputs
        Any sequences of the same alphabet, or rows of a table.

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
    return np.concatenate(blocks)


def _filled(prediction: Array, posterior: Posterior) -> Array:
    """Predict the mean of an output that is measured in no row of the other folds."""
    held_out = np.isfinite(prediction).any(axis=1, keepdims=True)
    missing = held_out & np.isnan(prediction)
    return np.where(missing, posterior.training.mean, prediction)


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
