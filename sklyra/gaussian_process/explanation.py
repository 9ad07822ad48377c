"""What a Gaussian process has found: effects of letters, and orders of epistasis."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sklyra.gaussian_process.effects import (
    Effect,
    add_up,
    average_effects,
    centred,
    pair_effects,
)
from sklyra.gaussian_process.exchanges import word_effects
from sklyra.gaussian_process.features import FeatureMap, Features, parts
from sklyra.gaussian_process.kernel import Kernel
from sklyra.sequences import EncodedSequences

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

# Words take longer to exchange than letters at slots: in so many sequences in all, as
# are compared with training sequences in so many pairs, but in a few sequences each.
_CHANGED, _PAIRS, _FEWEST = 2**14, 2**25, 4
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
        Effects of letters at each slot; their mean over training sequences is 0.
    variances : ndarray of shape (4,), float64
        Of what is predicted unseen the variance that effects of letters explain, that
        of pairs, and what they leave, of letters at positions and of words.
    """

    effects: list[Effect]
    variances: Array


def explain(
    kernel: Kernel,
    words: FeatureMap,
    sequences: EncodedSequences,
    known: Features,
    solution: Array,
    unseen: Unseen,
) -> Explanation:
    """Divide what is predicted into effects of letters, of pairs, and the rest.

    What is predicted of training sequences from themselves says how well they are
    remembered. So variances are those of what is predicted of them unseen.

    Parameters
    ----------
    kernel : Kernel
        How sequences are compared.
    words : FeatureMap
        What made `known`.
    sequences : EncodedSequences
        Training sequences.
    known : Features
        The same.
    solution : ndarray of shape (n, n_outputs), float64
        Their weights.
    unseen : Unseen
        Their weights without some of them.

    Returns
    -------
    Explanation
        Effects and variances.
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
    of_words = word_effects(kernel, known, solutions, words, backgrounds, codes)
    effects = centred(
        [
            Effect(effect.codes, effect.worth + more)
            for effect, more in zip(effects, of_words, strict=True)
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
    return Explanation(first, divided(terms, sums, pairs))


def divided(terms: Array, sums: Array, pairs: Array) -> Array:
    """Divide variance into what sums explain, what pairs add, and what is left.

    Parameters
    ----------
    terms : ndarray of shape (3, n_sequences, n_outputs), float64
        What is predicted, by each term of the kernel.
    sums, pairs : ndarray of shape (n_sequences, n_outputs), float64
        Sums of effects of letters, and of pairs.

    Returns
    -------
    ndarray of shape (4,), float64
        Of all outputs together the variance that sums explain, what is explained by
        pairs as well, and what is left, of letters at positions and of words.
    """
    terms = terms - terms.mean(axis=1, keepdims=True)
    pairs = pairs - _projected(pairs, sums)
    total = terms.sum(axis=0)
    additive, pairwise = _projected(total, sums), _projected(total, pairs)
    along = terms * (total - additive - pairwise)
    rest = along.mean(axis=1).sum(axis=1)  # these add up
    return np.array(
        [
            (additive**2).mean(axis=0).sum(),
            (pairwise**2).mean(axis=0).sum(),
            max(rest[0] + rest[1], 0),
            max(rest[2], 0),
        ]
    )


def _few(rows: Rows, effects: list[Effect], n_known: int) -> Rows:
    """Choose sequences of which words are exchanged."""
    n_effects = max(1, sum(len(effect.codes) for effect in effects))
    n = min(_CHANGED // n_effects, _PAIRS // (n_effects * n_known))
    return rows[:: max(1, len(rows) // max(_FEWEST, n))]


def _projected(values: Array, direction: Array) -> Array:
    """Project columns on those of something else, both less their means."""
    direction = direction - direction.mean(axis=0)
    size = np.maximum((direction**2).sum(axis=0), _TINY)
    # that of effects is smaller than it should be, as all that is shrunk
    projected: Array = (direction * values).sum(axis=0) / size * direction
    return projected
