"""Callbacks of training: best weights, schedule, records, listeners, progress bar."""

from __future__ import annotations

import copy
import math
import threading
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import skorch
import torch
from skorch.callbacks import Callback
from torch import Tensor
from tqdm.auto import tqdm

SCHEDULES = ("constant", "cosine")


class StopTraining(Exception):  # noqa: N818 - nothing went wrong
    """Raised by a callback to end training early."""


class BestWeights(Callback):
    """Keep the weights of the epoch with the least validation loss."""

    def __init__(self, patience: int) -> None:
        self.patience = patience

    def on_train_begin(self, net: skorch.NeuralNet, **kwargs: Any) -> None:
        """Reset the records of an earlier training."""
        self.best_, self.epoch_ = math.inf, 0
        self.state_: dict[str, Tensor] | None = None

    def on_epoch_end(self, net: skorch.NeuralNet, **kwargs: Any) -> None:
        """Compare the validation loss with the least so far."""
        epoch, loss = net.history[-1, "epoch"], net.history[-1, "valid_loss"]
        if loss < self.best_:
            self.best_, self.epoch_ = loss, epoch
            state = net.module_.state_dict()
            self.state_ = {name: value.clone() for name, value in state.items()}
        elif epoch - self.epoch_ >= self.patience:
            raise StopTraining

    def on_train_end(self, net: skorch.NeuralNet, **kwargs: Any) -> None:
        """Put the best weights back."""
        if self.state_ is not None:
            net.module_.load_state_dict(self.state_)
        self.state_ = None


class EpochOutputs(Callback):
    """Record predictions of the validation data after each epoch."""

    def on_train_begin(self, net: skorch.NeuralNet, **kwargs: Any) -> None:
        """Reset the records of an earlier training."""
        self.outputs_: list[npt.NDArray[np.float64]] = []
        self.means_: list[npt.NDArray[np.float64]] = []
        self.criterion_ = net.criterion_

    def on_epoch_begin(self, net: skorch.NeuralNet, **kwargs: Any) -> None:
        """Begin an epoch."""
        self.valid_: list[Tensor] = []
        self.sum_: list[Tensor] = []

    def on_batch_end(
        self,
        net: skorch.NeuralNet,
        batch: Any = None,
        training: bool = False,
        y_pred: Any = None,
        **kwargs: Any,
    ) -> None:
        """Keep predictions of validation data, and the sum of those of training."""
        output = y_pred.detach().float()
        if not training:
            self.valid_.append(output)
            return
        weight = batch[0]["weight"].to(output.device)
        total = (weight[:, None] * output).sum(dim=0)
        self.sum_.append(torch.cat([total, weight.sum()[None]]))

    def on_epoch_end(
        self, net: skorch.NeuralNet, dataset_valid: Any = None, **kwargs: Any
    ) -> None:
        """Bring predictions into the order of the rows."""
        outputs = torch.cat(self.valid_).double().cpu().numpy()
        rows = np.concatenate(net.get_iterator(dataset_valid).rows())
        self.outputs_.append(np.empty_like(outputs))
        self.outputs_[-1][dataset_valid.entries(rows)] = outputs
        total = torch.stack(self.sum_).double().sum(dim=0).cpu().numpy()
        self.means_.append(total[:-1] / total[-1])

    def take(
        self,
    ) -> tuple[
        list[npt.NDArray[np.float64]],
        list[npt.NDArray[np.float64]],
        Callable[..., float],
    ]:
        """Return what was recorded and drop it: it must not be saved with the net.

        Returns
        -------
        outputs : list of ndarray of shape (n_rows, n_outputs), float64
            Predictions of validation data after each epoch.
        means : list of ndarray of shape (n_outputs,), float64
            Weighted mean of predictions of training data in each epoch.
        loss : callable
            Takes output, target and weight, as arrays.
        """
        criterion = copy.deepcopy(self.criterion_).cpu()

        def loss(*arrays: npt.NDArray[Any]) -> float:
            output, target, weight = map(torch.from_numpy, arrays)
            return float(criterion(output, target, weight))

        recorded = self.outputs_, self.means_, loss
        for name in ("outputs_", "means_", "criterion_", "valid_", "sum_"):
            del self.__dict__[name]
        return recorded


class Schedule(Callback):
    """Set the learning rate of every step and note it in the history."""

    def __init__(self, name: str, epochs: int) -> None:
        self.name = name
        self.epochs = epochs

    def on_train_begin(
        self, net: skorch.NeuralNet, X: Any = None, **kwargs: Any
    ) -> None:
        """Count the steps."""
        self.step_ = 0
        self.steps_ = self.epochs * -(-len(X) // net.batch_size)
        self.rates_ = [group["lr"] for group in net.optimizer_.param_groups]

    def on_batch_begin(
        self, net: skorch.NeuralNet, training: bool = False, **kwargs: Any
    ) -> None:
        """Set the rate of one step."""
        if not training or self.name == "constant":
            return
        self.step_ += 1
        rise = max(1, self.steps_ // 20)
        if self.step_ <= rise:
            factor = self.step_ / rise
        else:
            done = (self.step_ - rise) / max(1, self.steps_ - rise)
            factor = 0.5 + 0.5 * math.cos(math.pi * done)
        for group, rate in zip(net.optimizer_.param_groups, self.rates_, strict=True):
            group["lr"] = factor * rate

    def on_epoch_end(self, net: skorch.NeuralNet, **kwargs: Any) -> None:
        """Note the rate, and refuse to go on from a broken loss."""
        net.history.record("lr", net.optimizer_.param_groups[0]["lr"])
        if not math.isfinite(net.history[-1, "train_loss"]):
            raise RuntimeError(
                f"Training diverged in epoch {net.history[-1, 'epoch']}: the loss is "
                f"{net.history[-1, 'train_loss']}. Lower lr (now {net.lr})."
            )

    def on_train_end(self, net: skorch.NeuralNet, **kwargs: Any) -> None:
        """Put the rates back, so that training may go on later."""
        for group, rate in zip(net.optimizer_.param_groups, self.rates_, strict=True):
            group["lr"] = rate


class EpochListener(Protocol):
    """Object that is called as training of a network proceeds."""

    def begin(self) -> None:
        """Record that training begins."""

    def begin_epoch(self) -> None:
        """Record that an epoch begins."""

    def end_epoch(self) -> bool:
        """Record that an epoch is done, and return whether to stop."""

    def end(self) -> None:
        """Record that training is done, and the weights are the best."""


class NotifyListener(Callback):
    """Call a listener as training proceeds."""

    def __init__(self, listener: EpochListener) -> None:
        self.listener = listener

    def on_train_begin(self, net: skorch.NeuralNet, **kwargs: Any) -> None:
        """Report the beginning."""
        self.listener.begin()

    def on_epoch_begin(self, net: skorch.NeuralNet, **kwargs: Any) -> None:
        """Report the beginning of an epoch."""
        self.listener.begin_epoch()

    def on_epoch_end(self, net: skorch.NeuralNet, **kwargs: Any) -> None:
        """Report the end of an epoch."""
        if self.listener.end_epoch():
            raise StopTraining

    def on_train_end(self, net: skorch.NeuralNet, **kwargs: Any) -> None:
        """Report the end."""
        self.listener.end()

    def close(self) -> None:
        """Drop what must not be saved with the net."""
        del self.listener


class ProgressBar(Callback):
    """Move a bar on that all nets of a fit share, and show the losses of the last."""

    def __init__(self, bar: tqdm, lock: threading.Lock, epochs: int) -> None:
        self.bar = bar
        self.lock = lock
        self.left = epochs

    def on_epoch_end(self, net: skorch.NeuralNet, **kwargs: Any) -> None:
        """Move it on."""
        row = net.history[-1]
        losses = {k: row[k] for k in ("train_loss", "valid_loss") if k in row}
        with self.lock:
            self.left -= 1
            self.bar.set_postfix(losses, refresh=False)
            self.bar.update()

    def on_train_end(self, net: skorch.NeuralNet, **kwargs: Any) -> None:
        """Count no epochs that will not come."""
        with self.lock:
            self.bar.total -= self.left
            self.bar.refresh()

    def close(self) -> None:
        """Drop what must not be saved with the net."""
        del self.bar, self.lock
