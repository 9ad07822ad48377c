"""What the allocator does with freed memory."""

from __future__ import annotations

import torch

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
    torch.empty(_BLOCK, dtype=torch.uint8)
