"""AdamW without torch's compiler."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch.optim import Optimizer


class AdamW(torch.optim.AdamW):
    """Call torch's methods behind their decorators.

    Some methods of torch's optimizers are decorated for `torch.compile`. Calling them
    the first time imports the compiler, which takes 1 to 2 seconds and 100 MB in every
    process that fits: as long as a fit on a few hundred sequences takes.
    """

    add_param_group = inspect.unwrap(Optimizer.add_param_group)
    zero_grad = inspect.unwrap(Optimizer.zero_grad)
    _step = inspect.unwrap(torch.optim.AdamW.step)

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change the parameters along their gradients."""
        return self._step(closure)
