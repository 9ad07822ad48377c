"""Batch size and number of epochs, where they are "auto"."""

from __future__ import annotations

import math

import numpy as np

# Positions that a network sees in training, at most: some six minutes on two cores.
_POSITIONS = 2**27

# From twice so many sequences on steps see more of them. Measured with 50,000: steps of
# 128 are as good as those of 64, and an epoch takes two thirds of the time or less.
_MANY = 2**15


def step_plan(
    n_samples: int, n_positions: int, batch_size: int | str, max_epochs: int | str
) -> tuple[int, int]:
    """Choose how many sequences a step sees, and how many epochs there are.

    Parameters
    ----------
    n_samples : int
        Number of training sequences.
    n_positions : int
        Number of positions of all of them together.
    batch_size, max_epochs : int or "auto"
        The parameters of the estimators.

    Returns
    -------
    batch_size : int
        Sequences in a step.
    epochs : int
        Greatest number of epochs.
    """
    if isinstance(batch_size, str):
        power = int(math.log2(max(n_samples, 24) / 24))
        largest = np.clip(2 ** int(math.log2(max(n_samples, _MANY) / _MANY)), 1, 4)
        batch_size = int(np.clip(2**power, 8, 64 * largest))
    if isinstance(max_epochs, str):
        steps = -(-n_samples // batch_size)
        affordable = max(2, _POSITIONS // n_positions)
        max_epochs = min(int(np.clip(1000 // steps, 20, 40)), affordable)
    return batch_size, max_epochs
