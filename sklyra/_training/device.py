"""Where and with how many threads the work is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


def resolve_device(device: str) -> str:
    """Say which device a name means on this machine.

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


@contextmanager
def threads(n_threads: int | None) -> Iterator[None]:
    """Work with a number of threads, then with as many as before.

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
    if n_threads is not None:
        torch.set_num_threads(n_threads)
    try:
        yield
    finally:
        if n_threads is not None:
            torch.set_num_threads(before)
