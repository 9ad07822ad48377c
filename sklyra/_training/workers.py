"""Threads of Python that call torch."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

import torch


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
