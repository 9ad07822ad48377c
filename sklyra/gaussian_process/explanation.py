"""Explanation of a posterior: effects of letters, and orders of epistasis."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sklyra._typing import Array, Rows
from sklyra.gaussian_process.effects import (
    LetterEffects,
    average_effects,
    centered,
    pair_effects,
    sum_effects,
)
from sklyra.gaussian_process.feature_map import FeatureMap
from sklyra.gaussian_process.features import Features, row_blocks
from sklyra.gaussian_process.fold_solutions import FoldSolutions, solve_folds
from sklyra.gaussian_process.kernel import Kernel
from sklyra.gaussian_process.kmer_effects import kmer_effects
from sklyra.gaussian_process.posterior import Posterior
from sklyra.gaussian_process.variance_shares import divide_variance
from sklyra.sequences import EncodedSequences

# K-mers take longer to substitute than letters at positions: in so many sequences in
# all, as are compared with training sequences in so many pairs, but in a few sequences
# each.
_CHANGED, _PAIRS, _FEWEST = 2**14, 2**25, 4
_SHARES = ("additive", "pairwise", "higher_order", "composition", "unexplained")


class Explanation(NamedTuple):
    """Effects of letters, and where the variance of targets comes from.

    Parameters
    ----------
    variance_shares : dict of str to float
        What is predicted of training sequences from others explains of the variance of
        their targets: ``"additive"``, by the sum of average effects of single letters;
        beyond that ``"pairwise"``, by effects of pairs, and by what these leave, of
        letters at positions, ``"higher_order"``, and of k-mers, ``"composition"``; and
        ``"unexplained"``, noise and what was not learned. They add up to 1, or are all
        0 if targets are constant.
    positions : ndarray of shape (n_effects,), int64
        Position of each effect, from 0; negative if counted from the right end.
    letters : list of str
        Letter of each effect: all that occur there in training.
    effects : ndarray of shape (n_effects, n_outputs), float64
        What is expected, on average, of training sequences with the letter put there,
        less the mean of that over the letters of training sequences there. NaN for an
        output that was never measured.
    """

    variance_shares: dict[str, float]
    positions: npt.NDArray[np.int64]
    letters: list[str]
    effects: Array


class _OfSequences(NamedTuple):
    """What a posterior of sequences, not of tables, holds."""

    kernel: Kernel
    features: Features
    feature_map: FeatureMap
    sequences: EncodedSequences


def _of_sequences(posterior: Posterior) -> _OfSequences:
    kernel, feature_map = posterior.kernel, posterior.feature_map
    features, sequences = posterior.training.features, posterior.training.sequences
    assert isinstance(kernel, Kernel)
    assert isinstance(features, Features)
    assert isinstance(feature_map, FeatureMap)
    assert isinstance(sequences, EncodedSequences)
    return _OfSequences(kernel, features, feature_map, sequences)


def explain(posterior: Posterior, same: Rows | None = None) -> Explanation:
    """Divide what is predicted into effects of letters, of pairs, and the rest.

    What is predicted of training sequences from themselves shows how well they are
    remembered. So what is divided is predicted without them. This needs the factors of
    the posterior.

    Parameters
    ----------
    posterior : Posterior
        A fitted Gaussian process.
    same : ndarray of shape (n_samples,), int, or None, default=None
        A number for each sequence that `fit` was called with, equal for those that are
        left out together. None leaves out equal sequences together.

    Returns
    -------
    Explanation
        Effects of letters, and shares of the variance.
    """
    training, n_outputs = posterior.training, posterior.solution.shape[1]
    kernel, features, _, sequences = _of_sequences(posterior)
    same = sequences.copies() if same is None else same[training.rows]
    folds = solve_folds(posterior.factors, posterior.solution, same)
    effects, terms = _effects(posterior, folds)

    def left_out(values: Array) -> Array:
        # of all solutions that which was found without the sequence
        by_fold = values.reshape(len(folds.rows), -1, n_outputs)
        return by_fold[np.arange(len(folds.rows)), folds.fold]

    rows = features.take(folds.rows)
    sums = sum_effects(effects, rows, n_outputs + folds.weights.shape[1])
    pairs = pair_effects(kernel, features, folds.weights, rows)
    shares = divide_variance(
        np.stack([left_out(term) for term in terms]),
        left_out(sums[:, n_outputs:]),
        left_out(pairs),
        training.target[folds.rows],
    )
    by_letter = _by_letter(posterior, effects)
    return Explanation(dict(zip(_SHARES, shares.tolist(), strict=True)), *by_letter)


def _effects(
    posterior: Posterior, folds: FoldSolutions
) -> tuple[list[LetterEffects], Array]:
    """Effects by the solution and those of all folds, and terms by those of folds."""
    kernel, training, feature_map, sequences = _of_sequences(posterior)
    solutions = np.hstack([posterior.solution, folds.weights])
    rows = training.take(folds.rows)
    similarity = np.empty((len(rows), len(training)))
    terms = np.zeros((3, len(rows), folds.weights.shape[1]))
    for block in row_blocks(len(training)):
        compared = kernel.components(*rows.compare(training.take(block)))
        similarity[:, block] = compared[1].numpy()
        terms += [term.numpy() @ folds.weights[block] for term in compared]
    effects = average_effects(kernel, training, solutions, rows, similarity)
    few = _few(folds.rows, effects, len(training))
    backgrounds = sequences.take(few)
    codes = [effect.codes for effect in effects]
    of_kmers = kmer_effects(
        kernel, training, solutions, feature_map, backgrounds, codes
    )
    both = [
        LetterEffects(effect.codes, effect.values + more)
        for effect, more in zip(effects, of_kmers, strict=True)
    ]
    return centered(both, training), terms


def _few(rows: Rows, effects: list[LetterEffects], n_training: int) -> Rows:
    """Choose sequences in which to substitute k-mers."""
    n_effects = max(1, sum(len(effect.codes) for effect in effects))
    n = min(_CHANGED // n_effects, _PAIRS // (n_effects * n_training))
    return rows[:: max(1, len(rows) // max(_FEWEST, n))]


def _by_letter(
    posterior: Posterior, effects: list[LetterEffects]
) -> tuple[npt.NDArray[np.int64], list[str], Array]:
    """Positions, letters and values of the effects by the solution of all rows."""
    n_outputs = len(posterior.scale)
    feature_map = _of_sequences(posterior).feature_map
    characters = feature_map.alphabet.characters
    rows = [
        (position, characters[code], value)
        for position, (codes, values) in zip(
            feature_map.aligned.positions, effects, strict=True
        )
        for code, value in zip(codes, values[:, :n_outputs], strict=True)
        if code < len(characters)
    ]
    values = np.array([value for _, _, value in rows]).reshape(-1, n_outputs)
    values[:, np.isnan(posterior.scale)] = np.nan
    positions = np.array([position for position, _, _ in rows], np.int64)
    return positions, [letter for _, letter, _ in rows], values
