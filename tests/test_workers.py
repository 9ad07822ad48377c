from __future__ import annotations

import threading

import pytest
import torch

from sklyra._workers import in_threads


@pytest.fixture(params=[1, 3])
def n_threads(request):
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


@pytest.mark.parametrize("n_blocks", [0, 1, 2, 7])
def test_each_block_is_worked_on_once(n_threads, n_blocks):
    seen = []
    in_threads(seen.append, range(n_blocks))
    assert sorted(seen) == list(range(n_blocks))
    assert torch.get_num_threads() == n_threads


def test_blocks_are_worked_on_side_by_side(n_threads):
    """Each waits for as many others as there are threads."""
    barrier = threading.Barrier(n_threads, timeout=20)
    threads = []

    def work(block):
        barrier.wait()
        threads.append(torch.get_num_threads())

    in_threads(work, range(2 * n_threads))
    assert set(threads) == {1}


def test_errors_are_raised(n_threads):
    def fail(block):
        if block == 3:
            raise MemoryError(block)

    with pytest.raises(MemoryError, match="3"):
        in_threads(fail, range(8))
    assert torch.get_num_threads() == n_threads
