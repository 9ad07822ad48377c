"""States of nets: plain values and arrays, instead of skorch's and torch's objects."""

from __future__ import annotations

import math
from sys import intern
from typing import Any

import numpy as np
import torch
from skorch.history import History
from torch.nn import init
from torch.overrides import TorchFunctionMode

from sklyra._state import check_version
from sklyra.nn import RowLoss, SequenceModule

_VERSION = 1
# Numbers that are attributes of nets.
_SETTINGS = ("lr", "weight_decay", "state_weight_decay", "seed")
_RUNNING = ("batch_size", "precision")


def write_state(net: Any) -> dict[str, Any]:
    """Convert a net to plain values.

    Parameters
    ----------
    net : SequenceNet
        Any net.

    Returns
    -------
    dict
        Name and options of its module, weights, settings, history, the state of its
        random numbers, and what its optimizer has accumulated, if it has.
    """
    steps = [
        {name: _array(value) for name, value in net.optimizer_.state[weights].items()}
        for group in net.optimizer_.param_groups
        for weights in group["params"]
        if weights in net.optimizer_.state
    ]
    return {
        "version": _VERSION,
        "module": net.module.__name__,
        "options": net.module_options(),
        "weights": {k: _array(v) for k, v in net.module_.state_dict().items()},
        "loss": net.criterion.__name__,
        "settings": {name: getattr(net, name) for name in _SETTINGS},
        "running": {name: getattr(net, name) for name in _RUNNING},
        # the same string for the same key, which a file then holds once
        "history": [{intern(k): _plain(v) for k, v in r.items()} for r in net.history],
        "random": net.rng_.bit_generator.state,
        "optimizer": steps,
    }


def read_state(state: dict[str, Any], make_net: Any) -> Any:
    """Convert plain values to a net, on the CPU.

    Parameters
    ----------
    state : dict
        What `write_state` returned.
    make_net : callable
        The function of this name, whose module imports this one.

    Returns
    -------
    SequenceNet
        The net.

    Raises
    ------
    ValueError
        If the state is of another version.
    """
    check_version(state, "SequenceNet", _VERSION)
    options = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in state["options"].items()
    }
    modules = {module.__name__: module for module in SequenceModule.__subclasses__()}
    losses = {loss.__name__: loss for loss in RowLoss.__subclasses__()}
    module, loss = modules[state["module"]], losses[state["loss"]]
    n_layers: Any = options.get("n_s4d_layers", 0)
    if n_layers > len(state["weights"]):
        raise ValueError("A network has fewer weights than layers.")
    settings = state["settings"]
    with _Budget(state["weights"]):
        net = make_net(module, options, criterion=loss, device="cpu", **settings)
    _fill(net.module_, state["weights"])
    for name in _RUNNING:
        setattr(net, name, state["running"][name])
    net.history_ = History(dict(row) for row in state["history"])
    net.rng_.bit_generator.state = state["random"]
    weights = [w for group in net.optimizer_.param_groups for w in group["params"]]
    for parameter, step in zip(weights, state["optimizer"], strict=False):
        accumulated = {name: to_tensor(value) for name, value in step.items()}
        if any(
            part.shape not in ((), parameter.shape) for part in accumulated.values()
        ):
            raise ValueError("The memory of the optimizer does not fit its weights.")
        net.optimizer_.state[parameter] = accumulated
    return net


def _fill(module: torch.nn.Module, weights: dict[str, Any]) -> None:
    """Copy weights one by one, and free each: no memory for a second copy of a file."""
    own = module.state_dict()
    if own.keys() != weights.keys():
        raise ValueError("The weights of a network are not those of its options.")
    for name, tensor in own.items():
        array = weights.pop(name)
        if tensor.shape != array.shape:
            raise ValueError(f"Weights of a network have another shape: {name!r:.60}")
        tensor.copy_(
            torch.from_numpy(array) if array.flags.writeable else to_tensor(array)
        )


# What draws weights, which are then filled from the file.
_DRAWS = (init.kaiming_uniform_, init.uniform_)


class _Budget(TorchFunctionMode):
    """Refuse to make more numbers than there are weights to fill them.

    A file that was altered must not take more memory than its size allows. Numbers that
    would be drawn take none before they are filled.
    """

    def __init__(self, weights: dict[str, Any]) -> None:
        super().__init__()
        # each is made, and perhaps repeated or scaled before it is
        self._left = 2**20 + 4 * sum(array.size for array in weights.values())

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        if func in _DRAWS:
            return kwargs["tensor"] if kwargs else args[0]
        sizes = [
            part for arg in args for part in (arg if type(arg) is tuple else [arg])
        ]
        sizes = [size for size in sizes if type(size) is int]
        if sizes:
            self._left -= max(0, math.prod(sizes))
        if self._left < 0:
            raise ValueError("The options of a network do not fit its weights.")
        return func(*args, **(kwargs or {}))


def _array(value: Any) -> Any:
    """Copy a tensor to an array."""
    return value.detach().cpu().numpy().copy() if torch.is_tensor(value) else value


def to_tensor(value: Any) -> Any:
    """Copy an array, which may be a file mapped into memory, to a tensor.

    Parameters
    ----------
    value : object
        An array, or anything else.

    Returns
    -------
    Tensor or object
        The copy, or the same.
    """
    return torch.tensor(value) if isinstance(value, np.ndarray) else value


def _plain(value: Any) -> Any:
    """Strip a number of numpy's type."""
    return value.item() if isinstance(value, np.generic) else value


def to_plain(value: Any) -> Any:
    """Copy a tensor to an array, and strip numbers and sequences of their types.

    Parameters
    ----------
    value : object
        A tensor, number, sequence of these, or anything else.

    Returns
    -------
    ndarray, list or object
        The copy, or the same.
    """
    if isinstance(value, (list, tuple)):
        return [to_plain(part) for part in value]
    return _array(_plain(value))
