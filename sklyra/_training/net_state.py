"""States of nets: plain values and arrays, instead of skorch's and torch's objects."""

from __future__ import annotations

from sys import intern
from typing import Any

import numpy as np
import torch
from skorch.history import History

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
    net = make_net(module, options, criterion=loss, device="cpu", **state["settings"])
    net.module_.load_state_dict({k: _tensor(v) for k, v in state["weights"].items()})
    for name, value in state["running"].items():
        setattr(net, name, value)
    net.history_ = History(dict(row) for row in state["history"])
    net.rng_.bit_generator.state = state["random"]
    weights = [w for group in net.optimizer_.param_groups for w in group["params"]]
    for parameter, step in zip(weights, state["optimizer"], strict=False):
        accumulated = {name: _tensor(value) for name, value in step.items()}
        net.optimizer_.state[parameter] = accumulated
    return net


def _array(value: Any) -> Any:
    """Copy a tensor to an array."""
    return value.detach().cpu().numpy().copy() if torch.is_tensor(value) else value


def _tensor(value: Any) -> Any:
    """Copy an array, which may be a file mapped into memory, to a tensor."""
    return torch.tensor(value) if isinstance(value, np.ndarray) else value


def _plain(value: Any) -> Any:
    """Strip a number of numpy's type."""
    return value.item() if isinstance(value, np.generic) else value
