"""Effects of letters at aligned positions, single and in pairs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from sklyra._typing import Array
from sklyra.gaussian_process.features import Features
from sklyra.gaussian_process.kernel import Kernel

# Numbers that are looked up at a time.
_NUMBERS = 2**21


class LetterEffects(NamedTuple):
    """Average effects of characters at one position.

    Parameters
    ----------
    codes : ndarray of shape (n_characters,), uint8
        Characters that occur there in training.
    values : ndarray of shape (n_characters, n_outputs), float64
        What each adds, up to a constant.
    """

    codes: npt.NDArray[np.uint8]
    values: Array


def average_effects(
    kernel: Kernel,
    training: Features,
    solution: Array,
    backgrounds: Features,
    similarity: Array,
) -> list[LetterEffects]:
    r"""Put each character into each position of sequences, and average predictions.

    Of the terms of the kernel that depend on positions, :math:`a\,k_A + k_E`. Both hold
    effects of single letters, since :math:`k_E` is a prior over all orders at once; the
    average over backgrounds is what does not depend on the other letters. With
    :math:`E_{bi} = k_E(x_b, x_i)` and :math:`d` the distance of characters,

    .. math::
       k_E(x_b^{l \to c}, x_i) = E_{bi} e^{w_l d(x_{bl}, x_{il})} e^{-w_l d(c, x_{il})},

    and sums over backgrounds come before those over training sequences, so that time
    hardly grows with the number of outputs.

    Parameters
    ----------
    kernel : Kernel
        The kernel.
    training : Features
        Training sequences.
    solution : ndarray of shape (n, n_outputs), float64
        Their weights.
    backgrounds : Features
        Sequences in which letters are substituted.
    similarity : ndarray of shape (n_backgrounds, n), float64
        :math:`E`.

    Returns
    -------
    list of LetterEffects
        One for each position.
    """
    gram = training.table @ training.table.T
    distance = _distances(gram)
    scale = (kernel.additive / kernel.relevance.sum().clamp(min=1e-300)).item()
    effects = []
    for position, relevance in enumerate(kernel.relevance.tolist()):
        codes, which = np.unique(training.codes[:, position], return_inverse=True)
        is_code = (which == np.arange(len(codes))[:, None]).astype(float)
        old, row = np.unique(backgrounds.codes[:, position], return_inverse=True)
        without = np.exp(relevance * distance[np.ix_(old, codes)])
        # summed over backgrounds first: that does not depend on the outputs
        by_old = (row == np.arange(len(old))[:, None]) @ similarity  # (n_old, n)
        weight = (by_old * without[:, which]).sum(axis=0) / len(similarity)
        mean = (is_code * weight) @ solution  # (n_characters, n_outputs)
        values = np.exp(-relevance * distance[np.ix_(codes, codes)]) @ mean
        values += scale * relevance * gram[np.ix_(codes, codes)] @ (is_code @ solution)
        effects.append(LetterEffects(codes, values))
    return effects


def centered(effects: list[LetterEffects], training: Features) -> list[LetterEffects]:
    """Make the mean of the effects at each position 0.

    Parameters
    ----------
    effects : list of LetterEffects
        One for each position.
    training : Features
        The sequences over which the mean is taken.

    Returns
    -------
    list of LetterEffects
        One for each position.
    """
    found = []
    for position, (codes, values) in enumerate(effects):
        column = training.codes[:, position]
        counts = np.bincount(column, minlength=codes[-1] + 1)[codes]
        mean = np.average(values, axis=0, weights=counts)
        found.append(LetterEffects(codes, values - mean))
    return found


def pair_effects(
    kernel: Kernel, training: Features, solution: Array, sequences: Features
) -> Array:
    r"""Sum the effects of pairs of letters beyond those of each of the two.

    Of the term of epistasis, which alone has any: a product over positions of
    :math:`g_l(x, x_i) = e^{-w_l d(x_l, x_{il})}`. With :math:`m_l(x_i)` its mean over
    the letters of training at the position and :math:`r_l = g_l / m_l - 1`, of mean
    zero,

    .. math::
       k_E(x, x_i) = \prod_l m_l(x_i) \, \Bigl(1 + \sum_l r_l + \sum_{l < k} r_l r_k +
       \dots\Bigr).

    Each sum has what its order adds to those below, if letters at positions are
    independent [1]_. That of pairs is :math:`((\sum_l r_l)^2 - \sum_l r_l^2) / 2`.

    Parameters
    ----------
    kernel : Kernel
        The kernel.
    training : Features
        Training sequences.
    solution : ndarray of shape (n, n_outputs), float64
        Their weights.
    sequences : Features
        Sequences, of characters that occur in training at these positions.

    Returns
    -------
    ndarray of shape (n_sequences, n_outputs), float64
        The sums over all pairs of positions.

    References
    ----------
    .. [1] Efron, B. & Stein, C. (1981). The Jackknife Estimate of Variance. Annals of
       Statistics 9, 586-596.
    """
    distance = _distances(training.table @ training.table.T)
    similarity = np.exp(-kernel.relevance.numpy()[:, None, None] * distance)  # (S C C)
    n_positions, n_characters, _ = similarity.shape
    counts = [
        np.bincount(position, minlength=n_characters) for position in training.codes.T
    ]
    frequency = np.reshape(counts, (n_positions, n_characters)) / len(training)
    mean = np.einsum("sc,scd->sd", frequency, similarity)
    beyond = similarity / mean[:, None] - 1  # of a sequence's and a training character
    positions = np.arange(n_positions)
    columns = sequences.codes + n_characters * positions
    ones = np.ones(columns.size)
    starts = n_positions * np.arange(len(columns) + 1)
    shape = (len(columns), n_positions * n_characters)
    one_hot = sparse.csr_matrix((ones, columns.ravel(), starts), shape=shape)
    out = np.zeros((len(sequences), solution.shape[1]))
    at_once = max(1, _NUMBERS // max(1, one_hot.shape[1]))
    for start in range(0, len(training), at_once):
        codes = training.codes[start : start + at_once]
        block = beyond[positions, :, codes].reshape(len(codes), -1).T  # (S C, n)
        pairs = ((one_hot @ block) ** 2 - one_hot @ block**2) / 2
        weight = np.exp(np.log(mean[positions, codes]).sum(axis=1))
        out += pairs @ (weight[:, None] * solution[start : start + at_once])
    return out


def sum_effects(
    effects: list[LetterEffects], sequences: Features, n_outputs: int
) -> Array:
    """Sum the effects of the characters of sequences.

    Parameters
    ----------
    effects : list of LetterEffects
        One for each position.
    sequences : Features
        Sequences, of characters that occur in training at these positions.
    n_outputs : int
        Number of outputs: there may be no effects to read it from.

    Returns
    -------
    ndarray of shape (n_sequences, n_outputs), float64
        The sums.
    """
    total = np.zeros((len(sequences), n_outputs))
    for position, (codes, values) in enumerate(effects):
        total += values[np.searchsorted(codes, sequences.codes[:, position])]
    return total


def _distances(gram: Array) -> Array:
    """Distances of characters, half the squared ones of their vectors."""
    squares = np.diag(gram)
    distance: Array = (squares[:, None] + squares) / 2 - gram
    return distance
