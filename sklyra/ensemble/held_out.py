"""Out-of-fold predictions, for which no choice has used the row itself.

Three choices are made with the rows that are held out: the epoch whose weights a
member keeps, the stacking weights, and (in the Gaussian process) the kernel. Each is
made again without a row, or a few, to predict these.

The stacking weights of the model itself come from the epochs that members keep. These
are a little optimistic for each, but it is the average of all that they are for.
Measured: weights from honest predictions cost 0.007 on noisy data.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sklyra._training import EpochOutputs, Job, predict_nets
from sklyra._typing import Array, Rows
from sklyra.batching import SequenceDataset
from sklyra.ensemble.part import HeldOut, Split

# Measured: with more rows than this what a single one chooses does not show.
_MOST_CHOOSING = 1000
# Outputs of one member in one epoch that are kept, at most.
_MOST_OUTPUTS = 2**16
# The mean of the targets is known of held-out rows too. With more rows than this it
# depends little on a single one.
MOST_CENTERED = 500
_N_BLOCKS = 5


def may_choose(n_rows: int, n_outputs: int) -> bool:
    """Check whether held-out rows are so few that it matters what they choose.

    Parameters
    ----------
    n_rows, n_outputs : int
        Number of rows that a member holds out, and of outputs.

    Returns
    -------
    bool
        True if outputs of all epochs are to be recorded.
    """
    return n_rows <= _MOST_CHOOSING and n_rows * n_outputs <= _MOST_OUTPUTS


def divide(copies: Rows) -> Rows:
    """Divide rows into blocks, equal sequences together.

    Parameters
    ----------
    copies : ndarray of shape (n_rows,), int
        A number for each sequence, the same for equal ones.

    Returns
    -------
    ndarray of shape (n_rows,), int
        The block of each row, 0 to 4.
    """
    _, number = np.unique(copies, return_inverse=True)
    n_distinct = number.max() + 1
    # not evenly: libraries may be listed in an order that has a period
    block: Rows = (np.random.RandomState(0).permutation(n_distinct) % _N_BLOCKS)[number]
    return block


def output_without_choice(
    record: EpochOutputs, held: SequenceDataset, blocks: Rows
) -> tuple[Array, Array]:
    """Predict each block after the epoch that is the best for the other blocks.

    Parameters
    ----------
    record : EpochOutputs
        What a network predicted after each epoch.
    held : SequenceDataset
        The rows that it held out.
    blocks : ndarray of shape (n_rows,), int
        Block of each.

    Returns
    -------
    output : ndarray of shape (n_rows, n_outputs), float64
        Predictions.
    trained : ndarray of shape (n_rows, n_outputs), float64
        The mean prediction of training rows in the same epoch.
    """
    outputs, means, loss = record.take()
    output = np.empty(outputs[0].shape)
    trained = np.empty_like(output)
    for block in np.unique(blocks):
        rows = np.flatnonzero(blocks == block)
        others = np.flatnonzero(blocks != block)
        others = others if len(others) else rows
        target, weight = held.target[others], held.weight[others]
        losses = [loss(epoch[others], target, weight) for epoch in outputs]
        best = int(np.argmin(losses))
        output[rows], trained[rows] = outputs[best][rows], means[best]
    return output, trained


def held_out_outputs(
    jobs: list[Job], asked: SequenceDataset, split: Split, precision: str
) -> HeldOut:
    """Predict rows with the networks that held them out.

    Parameters
    ----------
    jobs : list of Job
        Networks, trained.
    asked : SequenceDataset
        Rows to predict, as these networks read them.
    split : Split
        Which network held out which of them.
    precision : str
        Precision of networks.

    Returns
    -------
    HeldOut
        Means over networks, for each entry of the target; NaN where it was not held
        out.
    """
    n_outputs = jobs[0].net.module__n_outputs
    # what no epoch was chosen for is as honest as it is
    kinds = 2 if any(job.record is not None for job in jobs) else 1
    total = np.zeros((kinds, len(asked.target), n_outputs))
    times = np.zeros((len(asked.target), 1))
    center = split.center
    for job, (_, held) in zip(jobs, split.folds, strict=True):
        rows = held if split.valid is None else np.arange(len(asked))
        part = asked.take(rows)
        if not len(rows):
            continue
        kept = honest = predict_nets([job.net], part.inputs, precision)[0]
        if job.record is not None:
            blocks = part.spread(divide(split.same_asked[rows]))
            honest, trained = output_without_choice(job.record, part, blocks)
            if center is not None:  # as a network would that never saw the mean
                # of two strands the second has the same mean as the first
                honest += center[asked.entries(rows) % len(center)] - trained
        entries = asked.entries(rows)
        total[:, entries] += (kept, honest)[:kinds]
        times[entries] += 1
    with np.errstate(invalid="ignore"):
        total /= times
    return HeldOut(total[0], total[-1])


def centers(data: SequenceDataset, folds: list[tuple[Rows, Rows]]) -> Array:
    """Compute the mean target of the rows that predict each row.

    Parameters
    ----------
    data : SequenceDataset
        Training data with values as targets.
    folds : list of (train, valid)
        Rows of each member.

    Returns
    -------
    ndarray of shape (n_rows, n_outputs), float64
        Means; NaN for rows in no fold.
    """
    center = np.full(data.target.shape, np.nan)
    measured = np.isfinite(data.target)
    for train, held in folds:
        # nothing measured: nothing but the mean of all, which is 0
        used = data.entries(train)
        values = np.where(measured[used], data.target[used], 0)
        counts = measured[used] * data.weight[used, None]
        total = np.maximum(counts.sum(axis=0), np.finfo(np.float32).tiny)
        center[data.entries(held)] = (counts * values).sum(axis=0) / total
    return center


def held_by(folds: list[tuple[Rows, Rows]], n_rows: int) -> Rows:
    """Find the first member that holds out each row.

    Parameters
    ----------
    folds : list of (train, valid)
        Rows of each member.
    n_rows : int
        Number of rows.

    Returns
    -------
    ndarray of shape (n_rows,), int
        The member; -1 where none does.
    """
    number = np.full(n_rows, -1)
    for member, (_, valid) in enumerate(folds):
        number[valid[number[valid] < 0]] = member
    return number


def fold_numbers(folds: list[tuple[Rows, Rows]], copies: Rows) -> Rows:
    """Find the fold that each row was held out in.

    Parameters
    ----------
    folds : list of (train, valid)
        Rows of each member.
    copies : ndarray of shape (n_rows,), int
        A number for each sequence, the same for equal ones.

    Returns
    -------
    ndarray of shape (n_rows,), int
        The fold; blocks of rows instead, if there is one fold only or none.
    """
    number = held_by(folds, len(copies))
    return number if number.max() > 0 else divide(copies)


def cross_fit(parts: Array, fold: Rows, stack: Callable[[Rows], Array]) -> Array:
    """Add up parts, each fold with the stacking weights of the other folds.

    Parameters
    ----------
    parts : ndarray of shape (n_parts, n_rows, n_outputs), float64
        Held-out predictions of each part.
    fold : ndarray of shape (n_rows,), int
        Fold of each row.
    stack : callable
        Finds stacking weights from some rows.

    Returns
    -------
    ndarray of shape (n_rows, n_outputs), float64
        Predictions.
    """
    out = np.empty(parts.shape[1:])
    for number in np.unique(fold):
        rows = fold == number
        weights = stack(np.flatnonzero(~rows))
        out[rows] = (weights[:, None] * parts[:, rows]).sum(axis=0)
    return out
