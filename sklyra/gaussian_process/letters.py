r"""Products of letters of two sequences, summed over aligned positions.

With :math:`v(c)` the vector of a character, :math:`\langle x, x' \rangle = \sum_l w_l
\, v(x_l) \cdot v(x'_l)`. Two ways to the same numbers: one for any sequences, one for
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
    """Products of all sequences with all of a second set, and of each with itself.

    Parameters
    ----------
    between : Tensor of shape (n, m), float64
        Of each of the first set with each of the second.
    one : Tensor of shape (n,), float64
        Of each of the first set with itself.
    two : Tensor of shape (m,), float64
        Of each of the second set with itself.
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
    squares = (torch.einsum("nla,nla,l->n", x, x, relevance) for x in (one, two))
    return Products(between, *squares)


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
    squares = relevance[:, None] * gram.diagonal()
    with_parent = relevance[:, None] * gram[parent]
    # of differences, with those of all characters at the position
    row, position = np.nonzero(one != parent)
    here, before = one[row, position], parent[position]
    change = gram[here] - gram[before]
    change -= (gram[here, before] - gram[before, before])[:, None]
    change *= relevance[position, None]
    columns = position[:, None] * n_characters + np.arange(n_characters)
    differences = _matrix(row, columns, change, len(one), squares.size)
    row, position = np.nonzero(two != parent)
    columns = position[:, None] * n_characters + two[row, position, None]
    places = _matrix(row, columns, np.ones((len(row), 1)), len(two), squares.size)
    between = (differences @ places.T).toarray()
    between += with_parent[positions, one].sum(axis=1)[:, None]
    between += (
        with_parent[positions, two].sum(axis=1) - squares[positions, parent].sum()
    )
    own = (squares[positions, codes].sum(axis=1) for codes in (one, two))
    return Products(*map(torch.from_numpy, (between, *own)))


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
