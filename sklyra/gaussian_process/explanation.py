"""What a Gaussian process has found: effects of letters, and orders of epistasis."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sklyra._typing import Array, Rows
from sklyra.gaussian_process.effects import (
    Effect,
    add_up,
    average_effects,
    centred,
    pair_effects,
)
from sklyra.gaussian_process.exchanges import kmer_effects
from sklyra.gaussian_process.features import FeatureMap, Features, parts
from sklyra.gaussian_process.kernel import Kernel
from sklyra.sequences import EncodedSequences

# K-mers take longer to exchange than letters at positions: in so many sequences in all,
# as are compared with training sequences in so many pairs, but in a few sequences each.
_CHANGED, _PAIRS, _FEWEST = 2**14, 2**25, 4
# Effects are smaller than they should be, as all that is shrunk, but not much.
_STEEPEST = 2
_TINY = np.finfo(np.float64).tiny


class Unseen(NamedTuple):
    """Solutions without some of the training sequences.

    Attributes
    ----------
    rows : ndarray of shape (n_rows,), int64
        Sequences that are each in one of the folds.
    fold : ndarray of shape (n_rows,), int64
        In which.
    solution : ndarray of shape (n, n_folds * n_outputs), float64
        Weights of training sequences without each fold in turn.
    """

    rows: Rows
    fold: Rows
    solution: Array


class Explanation(NamedTuple):
    """What was found.

    Attributes
    ----------
    effects : list of Effect
        Effects of letters at each position; their mean over training sequences is 0.
    shares : ndarray of shape (5,), float64
        Of the variance of targets, what `divided` gives.
    """

    effects: list[Effect]
    shares: Array


def explain(
    kernel: Kernel,
    feature_map: FeatureMap,
    sequences: EncodedSequences,
    known: Features,
    solution: Array,
    unseen: Unseen,
    target: Array,
) -> Explanation:
    """Divide what is predicted into effects of letters, of pairs, and the rest.

    What is predicted of training sequences from themselves says how well they are
    remembered. So what is divided is what is predicted of them unseen.

    Parameters
    ----------
    kernel : Kernel
        How sequences are compared.
    feature_map : FeatureMap
        What made `known`.
    sequences : EncodedSequences
        Training sequences.
    known : Features
        The same.
    solution : ndarray of shape (n, n_outputs), float64
        Their weights.
    unseen : Unseen
        Their weights without some of them.
    target : ndarray of shape (n_rows, n_outputs), float64
        What these measure.

    Returns
    -------
    Explanation
        Effects and shares.
    """
    n_outputs = solution.shape[1]
    solutions = np.hstack([solution, unseen.solution])
    some = known.take(unseen.rows)
    alike = np.empty((len(some), len(known)))
    terms = np.zeros((3, len(some), unseen.solution.shape[1]))
    for rows in parts(len(known)):
        compared = kernel.components(*some.compared(known.take(rows)))
        alike[:, rows] = compared[1].numpy()
        terms += [part.numpy() @ unseen.solution[rows] for part in compared]
    effects = average_effects(kernel, known, solutions, some, alike)
    backgrounds = sequences.take(_few(unseen.rows, effects, len(known)))
    codes = [effect.codes for effect in effects]
    of_kmers = kmer_effects(kernel, known, solutions, feature_map, backgrounds, codes)
    effects = centred(
        [
            Effect(effect.codes, effect.worth + more)
            for effect, more in zip(effects, of_kmers, strict=True)
        ],
        known,
    )

    def own(values: Array) -> Array:
        # of all solutions that which has not seen the sequence
        by_fold = values.reshape(len(some), -1, n_outputs)
        return by_fold[np.arange(len(some)), unseen.fold]

    terms = np.stack([own(term) for term in terms])
    sums = own(add_up(effects, some, solutions.shape[1])[:, n_outputs:])
    pairs = own(pair_effects(kernel, known, unseen.solution, some))
    first = [Effect(codes, worth[:, :n_outputs]) for codes, worth in effects]
    return Explanation(first, divided(terms, sums, pairs, target))


def divided(terms: Array, sums: Array, pairs: Array, target: Array) -> Array:
    """Divide variance into what sums explain, what pairs add, and what is left.

    A part of a prediction explains as much as it varies together with the target. Its
    own variance would be as much only if noise were told from signal perfectly.

    Parameters
    ----------
    terms : ndarray of shape (3, n_sequences, n_outputs), float64
        What is predicted, by each term of the kernel.
    sums, pairs : ndarray of shape (n_sequences, n_outputs), float64
        Sums of effects of letters, and of pairs.
    target : ndarray of shape (n_sequences, n_outputs), float64
        What is measured.

    Returns
    -------
    ndarray of shape (5,), float64
        Shares of the variance of all targets together: what sums explain, what pairs
        explain beyond, what is left of letters at positions, and of k-mers, and what is
        not explained. They add up to 1, or are 0 if targets are constant.
    """
    terms = terms - terms.mean(axis=1, keepdims=True)
    target = target - target.mean(axis=0)
    sums, pairs = sums - sums.mean(axis=0), pairs - pairs.mean(axis=0)
    pairs = pairs - _slope(pairs, sums) * sums
    total = terms.sum(axis=0)
    additive = np.clip(_slope(total, sums), 0, _STEEPEST) * sums
    pairwise = np.clip(_slope(total, pairs), 0, _STEEPEST) * pairs
    left = total - additive - pairwise
    # divide what is left as the terms share in it
    size = np.maximum((left**2).sum(axis=0), _TINY)
    of_kmers = np.clip((terms[2] * left).sum(axis=0) / size, 0, 1) * left
    parts = [additive, pairwise, left - of_kmers, of_kmers]
    found = [max((part * target).mean(axis=0).sum(), 0) for part in parts]
    everything = max(target.var(axis=0).sum(), sum(found), _TINY)
    shares = np.array(found) / everything
    rest = 1 - shares.sum() if target.any() else 0
    return np.append(shares, rest)


def _few(rows: Rows, effects: list[Effect], n_known: int) -> Rows:
    """Choose sequences of which k-mers are exchanged."""
    n_effects = max(1, sum(len(effect.codes) for effect in effects))
    n = min(_CHANGED // n_effects, _PAIRS // (n_effects * n_known))
    return rows[:: max(1, len(rows) // max(_FEWEST, n))]


def _slope(values: Array, direction: Array) -> Array:
    """Regress columns on those of something else, both of mean 0."""
    size = np.maximum((direction**2).sum(axis=0), _TINY)
    slope: Array = (direction * values).sum(axis=0) / size
    return slope
