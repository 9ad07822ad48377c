"""What letters are worth, alone and in pairs, averaged over what may stand around."""

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


class Effect(NamedTuple):
    """The average effects of characters at one position.

    Parameters
    ----------
    codes : ndarray of shape (n_characters,), uint8
        Characters that occur there in training.
    worth : ndarray of shape (n_characters, n_outputs), float64
        What each adds, up to a constant.
    """

    codes: npt.NDArray[np.uint8]
    worth: Array


def average_effects(
    kernel: Kernel,
    known: Features,
    solution: Array,
    backgrounds: Features,
    alike: Array,
) -> list[Effect]:
    r"""Put each character into each position of sequences, and average predictions.

    Of the terms of the kernel that know positions, :math:`a\,k_A + k_E`. Both hold
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
        How sequences are compared.
    known : Features
        Training sequences.
    solution : ndarray of shape (n, n_outputs), float64
        Their weights.
    backgrounds : Features
        Sequences whose letters are exchanged.
    alike : ndarray of shape (n_backgrounds, n), float64
        :math:`E`.

    Returns
    -------
    list of Effect
        One for each position.
    """
    table = known.table
    gram = table @ table.T
    apart = (np.diag(gram)[:, None] + np.diag(gram)) / 2 - gram
    scale = (kernel.additive / kernel.relevance.sum().clamp(min=1e-300)).item()
    effects = []
    for position, relevance in enumerate(kernel.relevance.tolist()):
        codes, which = np.unique(known.codes[:, position], return_inverse=True)
        there = (which == np.arange(len(codes))[:, None]).astype(float)
        own, row = np.unique(backgrounds.codes[:, position], return_inverse=True)
        without = np.exp(relevance * apart[np.ix_(own, codes)])
        # summed over backgrounds first: that does not depend on the outputs
        by_own = (row == np.arange(len(own))[:, None]) @ alike  # (n_own, n)
        weight = (by_own * without[:, which]).sum(axis=0) / len(alike)
        mean = (there * weight) @ solution  # (n_characters, n_outputs)
        worth = np.exp(-relevance * apart[np.ix_(codes, codes)]) @ mean
        worth += scale * relevance * gram[np.ix_(codes, codes)] @ (there @ solution)
        effects.append(Effect(codes, worth))
    return effects


def centred(effects: list[Effect], known: Features) -> list[Effect]:
    """Make the mean of the effects at each position 0.

    Parameters
    ----------
    effects : list of Effect
        One for each position.
    known : Features
        The sequences over which the mean is taken.

    Returns
    -------
    list of Effect
        One for each position.
    """
    found = []
    for position, (codes, worth) in enumerate(effects):
        often = np.bincount(known.codes[:, position], minlength=codes[-1] + 1)[codes]
        mean = np.average(worth, axis=0, weights=often)
        found.append(Effect(codes, worth - mean))
    return found


def pair_effects(
    kernel: Kernel, known: Features, solution: Array, sequences: Features
) -> Array:
    r"""Add up what pairs of letters do beyond what each of the two does.

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
        How sequences are compared.
    known : Features
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
    gram = known.table @ known.table.T
    apart = (np.diag(gram)[:, None] + np.diag(gram)) / 2 - gram
    alike = np.exp(-kernel.relevance.numpy()[:, None, None] * apart)  # (S, C, C)
    n_positions, n_characters, _ = alike.shape
    counts = [
        np.bincount(position, minlength=n_characters) for position in known.codes.T
    ]
    often = np.reshape(counts, (n_positions, n_characters)) / len(known)
    mean = np.einsum("sc,scd->sd", often, alike)
    beyond = alike / mean[:, None] - 1  # of a sequence's character and a training one's
    positions = np.arange(n_positions)
    columns = sequences.codes + n_characters * positions
    there = (
        np.ones(columns.size),
        columns.ravel(),
        n_positions * np.arange(len(columns) + 1),
    )
    here = sparse.csr_matrix(there, shape=(len(columns), n_positions * n_characters))
    out = np.zeros((len(sequences), solution.shape[1]))
    at_once = max(1, _NUMBERS // max(1, here.shape[1]))
    for start in range(0, len(known), at_once):
        codes = known.codes[start : start + at_once]
        part = beyond[positions, :, codes].reshape(len(codes), -1).T  # (S C, n)
        pairs = ((here @ part) ** 2 - here @ part**2) / 2
        weight = np.exp(np.log(mean[positions, codes]).sum(axis=1))
        out += pairs @ (weight[:, None] * solution[start : start + at_once])
    return out


def add_up(effects: list[Effect], sequences: Features, n_outputs: int) -> Array:
    """Add the effects of the characters of sequences.

    Parameters
    ----------
    effects : list of Effect
        One for each position.
    sequences : Features
        Sequences, of characters that occur in training at these positions.
    n_outputs : int
        Number of outputs: there may be no effect to tell.

    Returns
    -------
    ndarray of shape (n_sequences, n_outputs), float64
        The sums.
    """
    total = np.zeros((len(sequences), n_outputs))
    for position, (codes, worth) in enumerate(effects):
        total += worth[np.searchsorted(codes, sequences.codes[:, position])]
    return total
