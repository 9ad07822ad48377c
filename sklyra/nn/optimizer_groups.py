"""Parameter groups of the optimizer: slow dynamics of state space layers, the rest."""

from __future__ import annotations

from typing import Any

from torch import nn

from sklyra.nn.s4d import S4DKernel


def parameter_groups(
    net: nn.Module, lr: float, weight_decay: float, state_weight_decay: float
) -> list[dict[str, Any]]:
    """Divide parameters by how the optimizer treats them.

    The dynamics of state space layers (time step, decay, frequency) get a learning rate
    of 0.001 at most and their own weight decay; decaying them means pulling time steps
    towards 1 and frequencies towards 0.

    Parameters
    ----------
    net : Module
        The network.
    lr : float
        Learning rate.
    weight_decay : float
        Decay of all other parameters.
    state_weight_decay : float
        Decay of the dynamics.

    Returns
    -------
    list of dict
        Groups for a torch optimizer; each parameter is in exactly one.
    """
    state: list[nn.Parameter] = [
        getattr(part, name)
        for part in net.modules()
        if isinstance(part, S4DKernel)
        for name in S4DKernel.state_parameters
    ]
    known = {id(parameter) for parameter in state}
    other = [p for p in net.parameters() if id(p) not in known]
    groups = [{"params": other, "lr": lr, "weight_decay": weight_decay}]
    if state:
        slow = {"lr": min(lr, 1e-3), "weight_decay": state_weight_decay}
        groups.append({"params": state, **slow})
    return groups
