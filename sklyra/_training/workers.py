"""Threads of Python that call torch."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

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
    # Each thread of Python has a number of torch's threads of its own.
    pool = ThreadPoolExecutor(
        at_once,
        initializer=torch.set_num_threads,
        initargs=(max(1, n_threads // at_once),),
    )
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(n_threads)
