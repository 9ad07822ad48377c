"""Jobs: training of several nets at the same time."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import as_completed
from contextlib import contextmanager
from typing import Any, NamedTuple

from tqdm.auto import tqdm

from sklyra._training.callbacks import EpochOutputs, ProgressBar
from sklyra._training.net import SequenceNet
from sklyra._workers import workers
from sklyra.batching import SequenceDataset


class Job(NamedTuple):
    """A net, and what its `train` is to be called with."""

    net: SequenceNet
    train: SequenceDataset
    valid: SequenceDataset | None
    epochs: int
    callbacks: list[Any]
    record: EpochOutputs | None = None

    def do(self) -> None:
        """Train."""
        self.net.train(self.train, self.valid, self.epochs, self.callbacks)


def train_all(jobs: Sequence[Job], at_once: int) -> None:
    """Train the nets of all jobs.

    A step of a small network is mostly overhead, which more threads do not shorten, but
    it leaves Python's lock free most of the time. So each net trains in its own
    thread, and the threads of torch are divided.

    Parameters
    ----------
    jobs : sequence of Job
        Nets that have nothing in common, and how to train them.
    at_once : int
        How many to train at the same time.

    Raises
    ------
    BaseException
        What the first training to fail raised, when all others have stopped.
    """
    at_once = min(at_once, len(jobs))
    if at_once == 1:
        for job in jobs:
            job.do()
        return
    with workers(at_once) as pool:
        try:
            waiting = [pool.submit(job.do) for job in jobs]
            for done in as_completed(waiting):
                done.result()
        except BaseException:
            for job in jobs:
                job.net.stopped_ = True
            raise


@contextmanager
def one_bar(jobs: Sequence[Job]) -> Iterator[None]:
    """Show how far the nets of all jobs are, and how much time is left.

    Parameters
    ----------
    jobs : sequence of Job
        What is about to be trained.

    Yields
    ------
    None
        Nothing.
    """
    total = sum(job.epochs for job in jobs)
    names = "network" if len(jobs) == 1 else "networks"
    lock = threading.Lock()
    with tqdm(total=total, unit="epoch", desc=f"training {len(jobs)} {names}") as bar:
        for job in jobs:
            job.callbacks.append(ProgressBar(bar, lock, job.epochs))
        yield
