"""How well each base of an RNA can pair: the stems that it may be part of."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from sklyra._typing import Array, Rows
from sklyra.alphabets import Alphabet
from sklyra.sequences import EncodedSequences

# Hydrogen bonds of each pair.
_BONDS = {"AU": 2.0, "GC": 3.0, "GU": 1.0}
# The least and the greatest distance of bases that pair.
_LOOP = 4
_SPAN = 150
# Stems count as much more as they have more bonds: e to the power of rate (bonds - at).
_RATES = ((0.5, 6.0), (1.0, 9.0))
#: Number of features.
N_STEMS = 2 + 3 * len(_RATES)
# Positions whose stems are in memory at a time.
_POSITIONS = 2**13


def can_pair(alphabet: Alphabet | None) -> bool:
    """Check whether bases of sequences pair with one another.

    Parameters
    ----------
    alphabet : Alphabet or None
        That of the sequences; None for numbers.

    Returns
    -------
    bool
        True for RNA.
    """
    return alphabet is not None and alphabet.name.startswith("rna")


def stems(sequences: EncodedSequences) -> npt.NDArray[np.float32]:
    r"""Find out which stems each base may be part of.

    Bases :math:`i < j` that are complementary are part of a stem: of all pairs
    :math:`(i - k, j + k)` around them without a gap, as many hydrogen bonds strong as
    these have together, 3 for GC, 2 for AU and 1 for GU. Pairs are 4 to 150 positions
    apart. It is what a dynamic program would choose from [1]_, without the choice.

    Parameters
    ----------
    sequences : EncodedSequences
        RNA.

    Returns
    -------
    ndarray of shape (n_positions_total, 8), float32
        For each base the bonds of the strongest stem with a partner to its right, and
        to its left, in tens. Then, for two rates :math:`(r, a)`, of the sums :math:`z`
        of :math:`e^{r (b - a)}` over all partners, with the bonds :math:`b`, to the
        right and to the left: a fifth of :math:`\log(1 + z)` of either, and
        :math:`1 / (1 + z + z')`, near 1 where a base has nothing to pair with.

    References
    ----------
    .. [1] Nussinov, R. & Jacobson, A. B. (1980). Fast algorithm for predicting the
       secondary structure of single-stranded RNA. PNAS 77, 6309-6313.
    """
    assert sequences.alphabet is not None
    bonds = _bond_table(sequences.alphabet)
    out = np.empty((len(sequences.values), N_STEMS), np.float32)
    stops = np.repeat(sequences.offsets[1:], sequences.lengths)
    for seen, own in _blocks(len(out)):
        high = np.minimum(stops[seen], seen.stop) - seen.start
        found = _of_block(sequences.values[seen], high, bonds)
        out[own] = found[own.start - seen.start : own.stop - seen.start]
    return out


def _bond_table(alphabet: Alphabet) -> Array:
    """Bonds between any two characters; none of those that stand for several."""
    table = np.zeros((len(alphabet.characters),) * 2)
    for pair, bonds in _BONDS.items():
        a, b = (alphabet.characters.index(letter) for letter in pair)
        table[a, b] = table[b, a] = bonds
    return table


def _blocks(n_positions: int) -> Iterator[tuple[slice, slice]]:
    """Cut into blocks that see far enough: no stem is wider than the span of a pair."""
    for start in range(0, n_positions, _POSITIONS):
        own = slice(start, min(start + _POSITIONS, n_positions))
        yield slice(max(0, own.start - _SPAN), min(own.stop + _SPAN, n_positions)), own


def _of_block(codes: npt.NDArray[np.integer], high: Rows, bonds: Array) -> Array:
    """Features of positions, whose sequences end at `high`."""
    n = len(codes)
    place = np.arange(n)
    # row d: the bonds of the pair of i and i + d, and of all pairs inside it
    inside = np.zeros((_SPAN + 1, n + 1))
    own = np.zeros((_SPAN + 1, n))
    for d in range(_LOOP, min(_SPAN, n - 1) + 1):
        pair = bonds[codes[: n - d], codes[d:]]
        pair[place[: n - d] + d >= high[: n - d]] = 0
        own[d, : n - d] = pair
        inside[d, :n] = np.where(own[d] > 0, own[d] + inside[d - 2, 1:], 0)
    best = np.zeros((2, n))
    total = np.zeros((len(_RATES), 2, n))
    # of pairs whose partners are two positions further apart, and one
    outside = np.zeros((2, n + 1))
    for d in range(min(_SPAN, n - 1), _LOOP - 1, -1):
        wider = outside[0, :n]  # of i - 1, at i
        around = np.where(own[d] > 0, own[d] + wider, 0)
        strength = np.where(own[d] > 0, inside[d, :n] + around - own[d], 0)
        outside[0] = outside[1]
        outside[1, 1:] = around
        left, right = strength[: n - d], slice(d, n)
        np.maximum(best[0], strength, out=best[0])
        np.maximum(best[1, right], left, out=best[1, right])
        for (rate, at), sums in zip(_RATES, total, strict=True):
            weight = np.where(strength > 0, np.exp(rate * (strength - at)), 0)
            sums[0] += weight
            sums[1, right] += weight[: n - d]
    columns = [*(best / 10)]
    for to_right, to_left in total:
        columns += [np.log1p(to_right) / 5, np.log1p(to_left) / 5]
        columns.append(1 / (1 + to_right + to_left))
    return np.stack(columns, axis=1)
