r"""How alike sequences are in their letters, position by position.

With :math:`v(c)` the vector of a character, :math:`\langle x, x' \rangle = \sum_l w_l
\, v(x_l) \cdot v(x'_l)`. Two ways to the same numbers: one for all sequences, one for
variants of a parent.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse
from torch import Tensor

from sklyra._typing import Array, Codes


class Products(NamedTuple):
    """Products of some sequences with others, and of each with itself.

    Parameters
    ----------
    between : Tensor of shape (n, m), float64
        Of all of some with all of others.
    one : Tensor of shape (n,), float64
        Of each with itself.
    two : Tensor of shape (m,), float64
        The same for the others.
    """

    between: Tensor
    one: Tensor
    two: Tensor


def products(one: Tensor, two: Tensor, relevance: Tensor) -> Products:
    """Multiply vectors of letters, as one product of matrices.

    Parameters
    ----------
    one, two : Tensor of shape (n or m, n_positions, n_channels), float64
        Vectors of the letters.
    relevance : Tensor of shape (n_positions,), float64
        The weight of each position. Gradients reach it.

    Returns
    -------
    Products
        Their products.
    """
    between = (one * relevance.unsqueeze(1)).flatten(1) @ two.flatten(1).T
    own = (torch.einsum("nla,nla,l->n", x, x, relevance) for x in (one, two))
    return Products(between, *own)


def products_of_variants(
    one: Codes, two: Codes, table: Array, parent: npt.NDArray[np.intp], relevance: Array
) -> Products:
    r"""Multiply vectors of letters where few differ from those of a parent.

    With :math:`p` the parent and :math:`d(x_l) = v(x_l) - v(p_l)`, mostly zero,

    .. math::
       \langle x, x' \rangle = \langle x, p \rangle + \langle p, x' \rangle - \langle p,
       p \rangle + \sum_l w_l \, d(x_l) \cdot d(x'_l).

    Parameters
    ----------
    one, two : ndarray of shape (n, n_positions), (m, n_positions), uint8
        Characters at the positions.
    table : ndarray of shape (n_characters, n_channels), float64
        The vector of each character.
    parent : ndarray of shape (n_positions,), int
        Any characters. The more sequences have them, the faster.
    relevance : ndarray of shape (n_positions,), float64
        The weight of each position.

    Returns
    -------
    Products
        Their products.
    """
    gram = table @ table.T
    positions, n_characters = np.arange(len(parent)), len(table)
    own = relevance[:, None] * gram.diagonal()
    with_parent = relevance[:, None] * gram[parent]
    # of differences, with those of all characters at the position
    row, position = np.nonzero(one != parent)
    here, before = one[row, position], parent[position]
    apart = gram[here] - gram[before]
    apart -= (gram[here, before] - gram[before, before])[:, None]
    apart *= relevance[position, None]
    columns = position[:, None] * n_characters + np.arange(n_characters)
    differences = _matrix(row, columns, apart, len(one), own.size)
    row, position = np.nonzero(two != parent)
    columns = position[:, None] * n_characters + two[row, position, None]
    where = _matrix(row, columns, np.ones((len(row), 1)), len(two), own.size)
    between = (differences @ where.T).toarray()
    between += with_parent[positions, one].sum(axis=1)[:, None]
    between += with_parent[positions, two].sum(axis=1) - own[positions, parent].sum()
    sizes = (own[positions, codes].sum(axis=1) for codes in (one, two))
    return Products(*map(torch.from_numpy, (between, *sizes)))


def _matrix(
    row: npt.NDArray[np.intp],
    columns: npt.NDArray[np.intp],
    values: Array,
    n_rows: int,
    n_columns: int,
) -> sparse.csr_matrix:
    """Put lines of values into sorted rows of a sparse matrix."""
    each = columns.shape[1] * np.bincount(row, minlength=n_rows)
    start = np.concatenate([[0], np.cumsum(each)])
    shape = (n_rows, n_columns)
    return sparse.csr_matrix((values.ravel(), columns.ravel(), start), shape)
