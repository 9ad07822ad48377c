"""Axes of numeric input: positions and channels."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sklyra._warnings import warn
from sklyra.exceptions import AxisWarning

# Letters of nucleic acids and of proteins, without and with a gap.
_RESIDUES = (20, 21)
_LETTERS = (4, 5, *_RESIDUES)


def check_axes(values: npt.NDArray[Any]) -> None:
    """Warn where letters seem to stand on the axis of positions.

    Parameters
    ----------
    values : ndarray of shape (n_samples, n_positions, n_channels)
        Numbers, as they will be read.

    Warns
    -----
    AxisWarning
        If there are as many positions as an alphabet has letters, and numbers are
        shares of letters along that axis but not along the other. With 4 or 5, which
        are few positions, any numbers that are not negative may be meant so.
    """
    _, n_positions, n_channels = values.shape
    if n_positions not in _LETTERS or _are_shares(values, 2):
        return
    few = n_positions < n_channels and n_positions < min(_RESIDUES)
    if _are_shares(values, 1) or (few and (values >= 0).all()):
        warn(
            f"X has shape {values.shape}, which is read as {n_positions} positions "
            f"with {n_channels} channels each. If it is one-hot, {n_positions} letters "
            f"at {n_channels} positions, pass X.transpose(0, 2, 1).",
            AxisWarning,
        )


def _are_shares(values: npt.NDArray[Any], axis: int) -> bool:
    """Check for one-hot vectors, probabilities or nothing along an axis."""
    if not (values >= 0).all():
        return False
    total = values.sum(axis=axis)
    full = np.isclose(total, 1, atol=1e-3)
    return bool(full.any() and (full | (total == 0)).all())
