"""Settings of training: what parts of a model get of an estimator's parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sklyra._typing import Array
from sklyra.alphabets import Alphabet
from sklyra.encoders import PositionEncoder
from sklyra.features import PAIR_ALPHABETS
from sklyra.nn import RowLoss


@dataclass(frozen=True)
class TrainingSettings:
    """How networks are made and trained.

    Parameters
    ----------
    architecture : dict of str to object
        Parameters of `LyraNet`.
    letters : ndarray of shape (n_characters, n_channels), float32, or None
        Channels of each character; None for sequences of numbers.
    n_channels : int
        Channels at each position.
    encoder : PositionEncoder
        Numbers that represent each letter.
    n_outputs : int
        Outputs of a network.
    loss : type of RowLoss
        What is minimized.
    levels : callable
        `Target.levels`: what encoded y is as numbers that may be averaged.
    lr, weight_decay, state_weight_decay : float
        Settings of the optimizer.
    lr_schedule : str
        "cosine" or "constant".
    batch_size, max_epochs : int or "auto"
        Sequences in a step, and epochs.
    n_iter_no_change : int or None
        Epochs without improvement after which training stops.
    device, precision : str
        Where to compute, and in which precision.
    callbacks : list of skorch callbacks
        Called while networks of the first part train.
    verbose : bool
        Whether to show a bar.
    """

    architecture: dict[str, Any]
    letters: npt.NDArray[np.float32] | None
    n_channels: int
    encoder: PositionEncoder
    n_outputs: int
    loss: type[RowLoss]
    levels: Callable[[npt.NDArray[Any]], Array]
    lr: float
    weight_decay: float
    state_weight_decay: float
    lr_schedule: str
    batch_size: int | str
    max_epochs: int | str
    n_iter_no_change: int | None
    device: str
    precision: str
    callbacks: list[Any]
    verbose: bool

    def channels_of(self, alphabet: Alphabet) -> npt.NDArray[np.float32]:
        """Compute the channels of each character.

        Parameters
        ----------
        alphabet : Alphabet
            That of a chain of a table.

        Returns
        -------
        ndarray of shape (n_characters, n_channels), float32
            As `encoder` has them; of pairs of letters, shares of each letter.
        """
        if alphabet in PAIR_ALPHABETS:
            return alphabet.membership
        return self.encoder.character_features(alphabet)[0]
