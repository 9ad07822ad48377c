"""Candidates: sequences of which some are chosen, and what was measured."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from sklyra._typing import Mask, Rows
from sklyra.ensemble import Strands
from sklyra.sequences import Inputs


def find_first(inputs: Inputs, strands: Strands) -> Mask:
    """Find samples that are the first of their kind.

    Parameters
    ----------
    inputs : Inputs
        Samples.
    strands : Strands
        Whether the two strands of a sequence are equal.

    Returns
    -------
    ndarray of shape (n_samples,), bool
        False for those that an earlier one is equal to.
    """
    number = _numbers([inputs], strands)
    first = np.zeros(len(number), bool)
    first[np.unique(number, return_index=True)[1]] = True
    return first


def find_measured(inputs: Inputs, measured: Sequence[Inputs], strands: Strands) -> Mask:
    """Find samples that were measured.

    Parameters
    ----------
    inputs : Inputs
        Samples.
    measured : sequence of Inputs
        Others, of the same columns.
    strands : Strands
        Whether the two strands of a sequence are equal.

    Returns
    -------
    ndarray of shape (n_samples,), bool
        True for those that are equal to one of these.
    """
    number = _numbers([inputs, *measured], strands)
    found: Mask = np.isin(number[: len(inputs)], number[len(inputs) :])
    return found


def _numbers(several: Sequence[Inputs], strands: Strands) -> Rows:
    """Give each sample a number, equal ones the same."""
    numbers: dict[tuple[bytes, ...], int] = {}
    out = []
    for inputs in map(strands.of_inputs, several):
        chains = [
            [
                chain.values[first:last].tobytes()
                for first, last in itertools.pairwise(chain.offsets.tolist())
            ]
            for chain in inputs.chains
        ]
        if inputs.covariates is not None:
            chains.append([row.tobytes() for row in inputs.covariates])
        keys = zip(*chains, strict=True)
        own = np.array([numbers.setdefault(key, len(numbers)) for key in keys])
        out.append(np.minimum(*np.split(own, 2)) if strands.both else own)
    return np.concatenate(out).astype(np.int64)
