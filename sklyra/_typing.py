"""Types of arrays, by what the numbers mean."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]  # values computed with
Rows = npt.NDArray[np.intp]  # row numbers, or any others that index an array
Mask = npt.NDArray[np.bool_]  # True where something holds
Codes = npt.NDArray[np.uint8]  # characters as their place in the alphabet
