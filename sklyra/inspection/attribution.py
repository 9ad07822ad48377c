"""Attribution: what the letter at each position of a sequence contributes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sklearn.utils import check_random_state

from sklyra._constraints import RANDOM_STATE, Int, Table, check_arguments
from sklyra._typing import Array
from sklyra.inspection.columns import add_outputs
from sklyra.inspection.model import find_model, predict_margins, read_parent
from sklyra.sequences import list_sequences

if TYPE_CHECKING:
    import pandas as pd

    from sklyra.estimators import LyraClassifier, LyraRegressor
    from sklyra.inspection.attribution_display import AttributionDisplay

_TABLE: Table = {"n_permutations": [Int(2, even=True)], "random_state": RANDOM_STATE}


class Attribution(NamedTuple):
    """What each position of sequences contributes to what is predicted of them.

    Parameters
    ----------
    sequences : list of str
        The sequences.
    contribution : list of ndarray of shape (n_positions[, n_outputs]), float64
        Of each sequence the contributions of its positions, in the units of `y` or of
        `decision_function`. They add up to `value` less `baseline_value`.
    std : list of ndarray of the same shapes, float64
        Standard errors of these, for they are means over permutations.
    value : ndarray of shape (n_sequences[, n_outputs]), float64
        Predictions.
    baseline_value : ndarray of the same shape, float64
        Mean predictions of the baselines of each.
    """

    sequences: list[str]
    contribution: list[Array]
    std: list[Array]
    value: Array
    baseline_value: Array

    def to_frame(self) -> pd.DataFrame:
        """Write the contributions as a table. Needs pandas.

        Returns
        -------
        pandas.DataFrame
            A row for each position of each sequence: ``sequence`` (its number),
            ``position`` (from 1), ``letter``, ``contribution`` and ``std``; of several
            outputs with ``_0``, ``_1`` and so on behind.
        """
        import pandas as pd

        lengths = [len(sequence) for sequence in self.sequences]
        table: dict[str, Any] = {
            "sequence": np.repeat(np.arange(len(lengths)), lengths),
            "position": np.concatenate([np.arange(n) + 1 for n in lengths]),
            "letter": list("".join(self.sequences)),
        }
        for name in ("contribution", "std"):
            add_outputs(table, name, np.concatenate(getattr(self, name)))
        return pd.DataFrame(table)

    def plot(
        self, *, sequence: int = 0, output: int = 0, ax: Any = None
    ) -> AttributionDisplay:
        """Draw the contributions to one prediction as a logo. Needs matplotlib.

        Parameters
        ----------
        sequence : int, default=0
            Which sequence.
        output : int, default=0
            Which of several outputs.
        ax : matplotlib Axes or None, default=None
            Where to draw, in one row; None for a new figure, of several rows for more
            than 80 positions.

        Returns
        -------
        AttributionDisplay
            The drawing.
        """
        from sklyra.inspection.attribution_display import AttributionDisplay

        return AttributionDisplay(self, sequence=sequence, output=output).plot(ax=ax)


def attribution(
    model: Any,
    X: Sequence[str] | str,
    *,
    baseline: Sequence[str] | str | None = None,
    n_permutations: int = 16,
    random_state: int | np.random.RandomState | None = None,
) -> Attribution:
    r"""Compute what the letter at each position contributes to a prediction.

    Shapley values [1]_ by sampling of permutations [2]_: letters of a baseline are
    replaced by those of the sequence, one after the other in random order, and a
    position contributes what the prediction changes on average when its letter comes.
    Contributions of a sequence therefore add up exactly to its prediction less the mean
    prediction of the baselines. Interactions are shared among their positions.

    Parameters
    ----------
    model : LyraRegressor or LyraClassifier
        A model that was fitted to sequences, or a search that has one as its
        ``best_estimator_``.
    X : sequence of str, or str
        Sequences to explain.
    baseline : sequence of str, str or None, default=None
        What they are compared with, as long as they are: one sequence, such as the
        parent of variants, or several that stand for "any other". None takes training
        sequences of the same length that the model keeps; where there are none, the
        sequence itself with its letters shuffled.
    n_permutations : int, default=16
        Number of permutations, 2 or more, even: the second half are the first reversed.
        A sequence takes as many predictions as positions differ, times this.
    random_state : int, RandomState instance or None, default=None
        Seed of the permutations.

    Returns
    -------
    Attribution
        Contributions of the positions of each sequence.

    Raises
    ------
    ValueError
        If a sequence has other letters than training, or no baseline is as long.
    TypeError
        If `model` is no model of sequences.

    References
    ----------
    .. [1] Lundberg, S. M. & Lee, S.-I. (2017). A unified approach to interpreting model
       predictions. NeurIPS 30.
    .. [2] Štrumbelj, E. & Kononenko, I. (2014). Explaining prediction models and
       individual predictions with feature contributions. Knowledge and Information
       Systems 41, 647-665.

    Examples
    --------
    >>> from sklyra import LyraRegressor
    >>> from sklyra.datasets import load_cr6261
    >>> from sklyra.inspection import attribution
    >>> X, y = load_cr6261(return_X_y=True)
    >>> model = LyraRegressor(n_members=1, max_epochs=1).fit(X[:60], y[:60])
    >>> found = attribution(model, X[:2], n_permutations=2, random_state=0)
    >>> total = found.contribution[0].sum() + found.baseline_value[0]
    >>> bool(abs(total - found.value[0]) < 1e-6)
    True
    """
    check_arguments(_TABLE, n_permutations=n_permutations, random_state=random_state)
    model, rng = find_model(model), check_random_state(random_state)
    sequences = [read_parent(model, sequence) for sequence in list_sequences(X)]
    others = _read_baseline(model, baseline)
    found = []
    for sequence in sequences:
        chosen = _choose(
            sequence, others, baseline is not None, n_permutations // 2, rng
        )
        found.append(_explain(model, sequence, chosen, rng))
    contribution, std, value, before = zip(*found, strict=True)
    return Attribution(
        sequences, list(contribution), list(std), np.array(value), np.array(before)
    )


def _read_baseline(
    model: LyraRegressor | LyraClassifier, baseline: Sequence[str] | str | None
) -> list[str]:
    """List what sequences may be compared with; none if it is not for us to say."""
    if baseline is not None:
        given = list_sequences(baseline, "baseline")
        return [read_parent(model, one) for one in given]
    doubt = model._ensemble.doubt
    if doubt is None or doubt.novelty.samples is None:
        return []
    return doubt.novelty.samples.sequences.decode()


def _choose(
    sequence: str, others: list[str], given: bool, n: int, rng: np.random.RandomState
) -> list[str]:
    """Choose a baseline for each permutation, as long as the sequence."""
    alike = [one for one in others if len(one) == len(sequence)]
    if given and not alike:
        raise ValueError(
            f"baseline has sequences of {sorted(set(map(len, others)))} letters, but "
            f"one of X has {len(sequence)}: none is as long. Pass one that is, or None "
            "for training sequences."
        )
    if alike:
        order = rng.permutation(len(alike))
        return [alike[at] for at in np.resize(order, n)]
    letters = list(sequence)
    return ["".join(rng.permutation(letters)) for _ in range(n)]


def _explain(
    model: LyraRegressor | LyraClassifier,
    sequence: str,
    baselines: list[str],
    rng: np.random.RandomState,
) -> tuple[Array, Array, Array, Array]:
    """Walk from baselines to a sequence, there and in reversed order."""
    walks, steps = [], []
    for baseline in baselines:
        differ = np.flatnonzero(
            [a != b for a, b in zip(sequence, baseline, strict=True)]
        )
        order = rng.permutation(differ)
        for each in (order, order[::-1]):
            walk = [baseline]
            for place in each.tolist():
                last = walk[-1]
                walk.append(last[:place] + sequence[place] + last[place + 1 :])
            walks.append(walk)
            steps.append(each)
    known = dict.fromkeys(written for walk in walks for written in walk)
    values = predict_margins(model, list(known))
    numbers = {written: number for number, written in enumerate(known)}
    n_half = len(baselines)
    each = np.zeros((2 * n_half, len(sequence), *values.shape[1:]))
    for number, (walk, step) in enumerate(zip(walks, steps, strict=True)):
        along = values[[numbers[written] for written in walk]]
        each[number, step] = np.diff(along, axis=0)
    # a walk and its reverse depend on each other
    halves = each.reshape(n_half, 2, *each.shape[1:]).mean(axis=1)
    spread = np.full(halves.shape[1:], np.nan)
    if n_half > 1:
        spread = halves.std(axis=0, ddof=1) / np.sqrt(n_half)
    before = values[[numbers[baseline] for baseline in baselines]].mean(axis=0)
    return halves.mean(axis=0), spread, values[numbers[sequence]], before
