"""Pooling of chains that were joined to one sequence, each by itself."""

from __future__ import annotations

import itertools

import torch
from torch import Tensor

from sklyra.nn.pooling import Pooling


def n_joined_features(pooling: Pooling, n_chains: int) -> int:
    """Count the features of pooled chains.

    Parameters
    ----------
    pooling : Pooling
        What pools a chain.
    n_chains : int
        How many chains there are.

    Returns
    -------
    int
        Length of what `pool_chains` returns for each sample.
    """
    n_pairs = n_chains * (n_chains - 1) // 2
    return pooling.n_features * (n_chains + n_pairs)


def pool_chains(pooling: Pooling, x: Tensor, ends: Tensor) -> Tensor:
    """Pool each chain, and multiply the vectors of each two of them.

    What makes one chain fit another is in no sum of what each is by itself; products
    are there to say it.

    Parameters
    ----------
    pooling : Pooling
        What pools a chain.
    x : Tensor of shape (B, L, D), float
        Channels of each position of the joined sequences.
    ends : Tensor of shape (B, n_chains), int64
        Where each chain ends, one position before the next begins.

    Returns
    -------
    Tensor of shape (B, n_features), float
        The vector of each chain, then the products of each two.
    """
    positions = torch.arange(x.shape[1], device=x.device)
    pooled, start = [], torch.zeros_like(ends[:, 0])
    for end in ends.unbind(dim=1):
        chain = (positions >= start.unsqueeze(1)) & (positions < end.unsqueeze(1))
        pooled.append(pooling(x, chain))
        start = end + 1
    products = [one * two for one, two in itertools.combinations(pooled, 2)]
    return torch.cat([*pooled, *products], dim=1)
