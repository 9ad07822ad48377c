"""Case of letters, where it may mean something that is not read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sklyra._warnings import warn
from sklyra.alphabets import DNA
from sklyra.exceptions import AlphabetWarning


def check_case(
    items: Sequence[str],
    characters: npt.NDArray[np.uint8],
    offsets: npt.NDArray[np.int64],
) -> None:
    """Warn of lower case that may mean something: it is read as upper case.

    Parameters
    ----------
    items : sequence of str
        Sequences, as they were given.
    characters : ndarray of shape (n_positions_total,), uint8
        The same as ASCII codes, one behind the other.
    offsets : ndarray of shape (n_samples + 1,), int64
        Where each begins and ends.

    Warns
    -----
    AlphabetWarning
        If sequences differ only in case, or lower case stands among gaps as insertions
        of an alignment do.
    """
    small = (characters >= ord("a")) & (characters <= ord("z"))
    if not small.any():
        return
    large = [item.upper() for item in items]
    if len(set(large)) < len(set(items)):
        one, two = _find_case_pair(items, large)
        warn(
            f"X[{one}] and X[{two}] differ only in case, which is not read: they are "
            "the same sequence. Where lower case means something, such as D-amino "
            "acids, give these letters a place in an Alphabet of your own.",
            AlphabetWarning,
        )
    gap = (characters == ord("-")) | (characters == ord("."))
    if not gap.any():
        return
    starts, lengths = offsets[:-1], np.diff(offsets)
    mixed = np.logical_or.reduceat(small, starts)
    mixed &= ~np.logical_and.reduceat(small | gap, starts)
    # aligned DNA may be soft-masked: then all lengths are equal
    nucleotides = (DNA.codes[characters] < 255) | gap
    soft_masked = nucleotides.all() and (lengths == lengths[0]).all()
    if mixed.any() and not soft_masked:
        warn(
            f"X[{int(np.argmax(mixed))}] has lower case, and there are gaps. If lower "
            "case marks insertions of an A2M or A3M alignment, positions do not line "
            'up: take them out, re.sub("[a-z.]", "", x) for each x.',
            AlphabetWarning,
        )


def _find_case_pair(items: Sequence[str], large: list[str]) -> tuple[int, int]:
    first: dict[str, int] = {}
    for row, item in enumerate(large):
        other = first.setdefault(item, row)
        if items[other] != items[row]:
            return other, row
    raise AssertionError("no two sequences differ in case")
