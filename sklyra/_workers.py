"""Threads of Python that call torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import TypeVar

import torch

T = TypeVar("T")
# Each thread has matrices of its own in memory.
_MOST_THREADS = 8


@contextmanager
def workers(at_once: int) -> Iterator[ThreadPoolExecutor]:
    """Divide the threads of torch between threads of Python.

    Parameters
    ----------
    at_once : int
        How many threads of Python.

    Yields
    ------
    ThreadPoolExecutor
        What runs functions in them. What has not begun in the end never does.
    """
    n_threads = torch.get_num_threads()
    ready = Barrier(at_once + 1)

    def begin() -> None:
        # A thread that comes to torch for the first time takes over the number that
        # any thread has set last. From then on it has its own.
        torch.get_num_threads()
        torch.set_num_threads(max(1, n_threads // at_once))
        ready.wait()

    with ThreadPoolExecutor(at_once, initializer=begin) as pool:
        for _ in range(at_once):  # all wait for one another, so each begins a thread
            pool.submit(int)
        ready.wait()
        torch.set_num_threads(n_threads)  # for threads that others begin meanwhile
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)


def in_threads(function: Callable[[T], None], blocks: Sequence[T]) -> None:
    """Call a function with each of some blocks, in as many threads as torch may use.

    Threads of torch speed up one product of matrices; threads of Python also all that
    numpy and scipy do between them.

    Parameters
    ----------
    function : callable
        What to call. It writes its result where no other call writes.
    blocks : sequence
        What to call it with.
    """
    at_once = min(torch.get_num_threads(), len(blocks), _MOST_THREADS)
    if at_once <= 1:
        for block in blocks:
            function(block)
        return
    with workers(at_once) as pool:
        for _ in pool.map(function, blocks):
            pass
