"""Device, precision and thread count of training and prediction."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
from joblib.parallel import get_active_backend

PRECISIONS = ("float32", "bfloat16")

Function = TypeVar("Function", bound=Callable[..., Any])

_forked = False


def _note_fork() -> None:
    global _forked
    _forked = True


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_note_fork)


def resolve_device(device: str) -> str:
    """Resolve the name of a device on this machine.

    Parameters
    ----------
    device : str
        A torch device, or "auto": CUDA where there is one, else the CPU.

    Returns
    -------
    str
        A torch device.

    Raises
    ------
    ValueError
        If torch knows no such device, or this machine has none.
    """
    cuda = torch.cuda.is_available()
    if device == "auto":
        return "cuda" if cuda else "cpu"
    try:
        kind = torch.device(device).type
    except (RuntimeError, TypeError) as error:
        raise ValueError(
            f"device={device!r} is not an option: choose 'auto', 'cpu' or 'cuda'."
        ) from error
    if kind == "cuda" and not cuda:
        raise ValueError(
            f"device={device!r}, but torch finds no CUDA device here. Choose 'auto'."
        )
    return device


@contextmanager
def ordinary_mode() -> Iterator[None]:
    """Work with gradients and without autocast, whatever mode the caller is in.

    Yields
    ------
    None
        Nothing.
    """
    with (
        torch.inference_mode(False),
        torch.enable_grad(),
        torch.autocast("cpu", enabled=False),
        torch.autocast("cuda", enabled=False),
    ):
        yield


def in_precision(function: Function, precision: str, device: str) -> Function:
    """Wrap a function so that it multiplies matrices in a precision.

    Parameters
    ----------
    function : callable
        Any function that calls torch. It should not compute gradients: these follow the
        types of what they are gradients of.
    precision : {"float32", "bfloat16"}
        Type of numbers.
    device : str
        Where the work is done.

    Returns
    -------
    callable
        The function in that precision.
    """
    if precision == "float32":
        return function
    # torch would keep narrow copies of weights until the outermost autocast ends, and
    # `ordinary_mode` is one that lasts for the whole of training.
    narrow: Any = torch.autocast(
        torch.device(device).type, dtype=torch.bfloat16, cache_enabled=False
    )
    narrowed: Function = narrow(function)
    return narrowed


def send(batch: Any, device: str) -> Any:
    """Bring a batch to where the work is done, without waiting for it to arrive.

    Parameters
    ----------
    batch : Tensor, or dict, list or tuple of batches
        Any tensors.
    device : str
        A torch device.

    Returns
    -------
    object
        The same with all tensors there.
    """
    if isinstance(batch, dict):
        return {name: send(part, device) for name, part in batch.items()}
    if isinstance(batch, (list, tuple)):
        return type(batch)(send(part, device) for part in batch)
    if torch.device(device).type == "cuda" and not batch.is_cuda:
        # From memory that may be paged out, a copy would wait for all work before it.
        batch = batch.pin_memory()
    return batch.to(device, non_blocking=True)


@contextmanager
def threads(n_threads: int | None) -> Iterator[None]:
    """Work with a number of threads, then with as many as before.

    In a forked process it is one: the threads that OpenMP counts on stayed behind in
    the parent, and waiting for them takes forever. In threads of joblib it is one if
    nothing else was asked for: others are at work beside them.

    Parameters
    ----------
    n_threads : int or None
        Threads of torch; None leaves them alone.

    Yields
    ------
    None
        Nothing.
    """
    before = torch.get_num_threads()
    if _forked or (n_threads is None and _in_thread_of_joblib()):
        n_threads = 1
    if n_threads is not None:
        torch.set_num_threads(n_threads)
    try:
        yield
    finally:
        if n_threads is not None:
            torch.set_num_threads(before)


def _in_thread_of_joblib() -> bool:
    backend, _ = get_active_backend()
    nested = bool(backend.nesting_level)
    # processes of joblib work in their main thread, and know how many they may use
    return nested and threading.current_thread() is not threading.main_thread()
