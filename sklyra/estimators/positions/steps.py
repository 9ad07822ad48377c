"""Batch size and number of epochs of networks of positions, where they are "auto"."""

from __future__ import annotations

import numpy as np

# A step sees about so many positions: each is an answer to learn from.
_OF_STEP = 3000
# Positions that a network sees in training: at least so many, and up to so many in 8
# epochs, which take a core two minutes.
_LEAST = 1_000_000
_MOST = 2_700_000
_EPOCHS = (3, 16)


def position_steps(
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
        wanted = _OF_STEP * n_samples / n_positions
        batch_size = int(np.clip(wanted, 1, max(4, n_samples / 24)))
    if isinstance(max_epochs, str):
        wanted = max(_LEAST / n_positions, min(8, _MOST / n_positions))
        max_epochs = int(np.clip(wanted, *_EPOCHS))
    return batch_size, max_epochs
