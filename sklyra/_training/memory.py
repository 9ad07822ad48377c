"""Memory of a process: how freed blocks are kept, and what to do without any."""

from __future__ import annotations

from contextlib import suppress

import torch

from sklyra._warnings import warn
from sklyra.exceptions import MemoryWarning

# The largest block whose release glibc learns from is 32 MiB.
_BLOCK = 2**25 - 2**16


def keep_freed_memory() -> None:
    """Let the C library keep the memory of freed tensors for the next ones.

    By default glibc returns blocks of more than 128 KiB to the system, and every new
    tensor begins with a page fault for each 4 KiB: that takes longer than arithmetic on
    them does. It adapts to the largest block that it has seen released; so it is shown
    one, which is never touched and takes microseconds. From then on up to 64 MiB of
    freed memory stay with the process. Other C libraries do not mind.
    """
    with suppress(RuntimeError):  # where there is less memory than that
        torch.empty(_BLOCK, dtype=torch.uint8)


def is_out_of_memory(error: Exception) -> bool:
    """Check whether an error means that memory ran out.

    Parameters
    ----------
    error : Exception
        Any error.

    Returns
    -------
    bool
        True for the errors of Python, of CUDA and of torch's allocator for the CPU,
        which has no class for it.
    """
    known = (MemoryError, torch.OutOfMemoryError)
    # the latter on Windows
    messages = ("can't allocate memory", "not enough memory")
    return isinstance(error, known) or any(text in str(error) for text in messages)


def halved(at_once: int, length: int, n_bytes: int) -> int:
    """Halve the number of sequences to work on, after memory ran out.

    Parameters
    ----------
    at_once : int
        How many were too many.
    length : int
        Number of positions of the longest.
    n_bytes : int
        About what one position takes, in bytes.

    Returns
    -------
    int
        Half as many.

    Raises
    ------
    MemoryError
        If it was a single one.
    """
    if at_once == 1:
        raise MemoryError(
            f"A sequence of {length} positions does not fit in memory: it takes about "
            f"{length * n_bytes / 2**30:.2f} GiB. Cut it, or lower d_model or "
            "n_s4d_layers; device='cpu' may have more memory than the device in use."
        )
    warn(
        f"Memory ran out with {at_once} sequences of up to {length} positions at a "
        f"time. Going on with {at_once // 2}.",
        MemoryWarning,
    )
    return at_once // 2
