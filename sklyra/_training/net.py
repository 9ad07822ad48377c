"""Net of skorch that trains a network on sequences."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
import numpy.typing as npt
import skorch
import torch
from sklearn.utils import Tags
from skorch.callbacks import Callback, EarlyStopping, EpochTimer, PassthroughScoring
from torch import Tensor

from sklyra._training.callbacks import NotifyListener, ProgressBar, StopTraining
from sklyra._training.device import in_precision, send
from sklyra._training.memory import halved, is_out_of_memory, keep_freed_memory
from sklyra._training.net_state import (
    read_state,
    to_plain,
    to_tensor,
    write_state,
)
from sklyra._training.optimizer import AdamW
from sklyra._training.pieces import (
    back_propagate,
    forward,
    piece_size,
)
from sklyra.batching import SequenceDataset, TrainingBatches
from sklyra.nn import (
    CrossEntropy,
    RowLoss,
    SequenceModule,
    parameter_groups,
    set_generator,
)

_SEEDING = threading.Lock()


class SequenceNet(skorch.NeuralNet):
    """Train a network of `sklyra.nn` on a `SequenceDataset`.

    Differs from skorch's own nets in what it is given (a pair of data sets, of which
    the second may be None), in drawing all random numbers from its own generators,
    in weighing sequences, and in letting a Ctrl-C through.
    """

    def __init__(
        self,
        *args: Any,
        weight_decay: float,
        state_weight_decay: float,
        seed: int,
        **kwargs: Any,
    ) -> None:
        self.weight_decay = weight_decay
        self.state_weight_decay = state_weight_decay
        self.seed = seed
        super().__init__(*args, **kwargs)

    def __sklearn_tags__(self) -> Tags:
        """Name the kind of target, for scikit-learn's scorers in skorch's callbacks."""
        tags = super().__sklearn_tags__()
        tags.estimator_type = "classifier" if self._classifies() else "regressor"
        return tags

    def _classifies(self) -> bool:
        return issubclass(self.criterion, CrossEntropy)

    @property
    def classes_(self) -> npt.NDArray[np.int64]:
        """Class numbers, which scikit-learn's scorers read from a classifier."""
        if not self._classifies():
            raise AttributeError("A net of values has no classes.")
        return np.arange(self.module__n_outputs)

    @property
    def _default_callbacks(self) -> list[tuple[str, Callback]]:
        return [
            ("epoch_timer", EpochTimer()),
            ("train_loss", PassthroughScoring(name="train_loss", on_train=True)),
            ("valid_loss", PassthroughScoring(name="valid_loss")),
        ]

    def initialize(self) -> SequenceNet:
        """Build network, loss and optimizer."""
        with _seeded(self.seed):
            super().initialize()
        self.rng_ = np.random.default_rng(self.seed)
        self._set_piece_size()
        self.precision = "float32"
        self.stopped_ = False
        return self

    def initialize_optimizer(self) -> SequenceNet:
        """Build the optimizer."""
        groups = parameter_groups(
            self.module_, self.lr, self.weight_decay, self.state_weight_decay
        )
        self.optimizer_ = self.optimizer(groups, fused=True)
        return self

    def set_rates(
        self, lr: float, weight_decay: float, state_weight_decay: float
    ) -> None:
        """Change the settings of the optimizer, and keep its memory."""
        self.lr = lr
        self.weight_decay = weight_decay
        self.state_weight_decay = state_weight_decay
        groups = parameter_groups(self.module_, lr, weight_decay, state_weight_decay)
        for old, new in zip(self.optimizer_.param_groups, groups, strict=True):
            old.update({name: new[name] for name in ("lr", "weight_decay")})

    def set_loss(self, criterion: type[RowLoss]) -> None:
        """Change the loss function."""
        self.criterion = criterion
        self.criterion_ = criterion().to(self.device)
        self._set_piece_size()

    def _set_piece_size(self) -> None:
        """Train on whole batches if the loss compares their sequences."""
        self.whole_ = self.criterion_.compares
        self.piece_size_ = piece_size(self.device)

    def get_split_datasets(
        self, X: tuple[SequenceDataset, SequenceDataset | None], y: None = None
    ) -> tuple[SequenceDataset, SequenceDataset | None]:
        """Return the pair of data sets."""
        return X

    def get_iterator(
        self, dataset: SequenceDataset, training: bool = False
    ) -> TrainingBatches:
        """Iterate over batches."""
        rng = self.rng_ if training else None
        return TrainingBatches(dataset, self.batch_size, rng, self.module_.n_blocks)

    def run_single_epoch(
        self,
        iterator: TrainingBatches | None,
        training: bool,
        prefix: str,
        step_fn: Callable[..., dict[str, Tensor]],
        **fit_params: Any,
    ) -> None:
        """Go through the batches, whose size skorch cannot know."""
        if iterator is None:
            return
        rows, losses = [], []
        for batch in iterator:
            if self.stopped_:
                raise StopTraining
            self.notify("on_batch_begin", batch=batch, training=training)
            step = step_fn(batch, **fit_params)
            losses.append(step["loss"].detach())
            self.history.record_batch(f"{prefix}_batch_size", len(batch[1]))
            rows.append(self.history[-1]["batches"][-1])
            self.notify("on_batch_end", batch=batch, training=training, **step)
        # Asking a GPU for each loss at once would make it wait for each.
        for row, loss in zip(rows, torch.stack(losses).tolist(), strict=True):
            row[f"{prefix}_loss"] = loss
        self.history.record(f"{prefix}_batch_count", len(iterator))

    def _set_training(self, training: bool = True) -> None:
        """Put the network into a mode, unless it is in it: that takes a while."""
        if self.module_.training != training or self.criterion_.training != training:
            super()._set_training(training)

    def train_step_single(
        self, batch: tuple[dict[str, Any], Tensor], **fit_params: Any
    ) -> dict[str, Tensor]:
        """Compute the gradient of a batch."""
        self._set_training(True)
        inputs, target = send(batch, self.device)

        def loss_of(output: Tensor, entries: slice) -> Tensor:
            # Losses are means over rows, or over pairs of rows. Only when memory
            # runs out are pairs of different pieces left out.
            weight = inputs["weight"][entries]
            part: Tensor = self.criterion_(output, target[entries], weight)
            return part * (len(output) / len(target))

        prepare, function = self._functions()
        at_once, length = inputs["values"].shape[:2]
        if not self.whole_:
            at_once = max(1, min(at_once, self.piece_size_ // length))
        while True:
            try:
                loss, output = back_propagate(
                    prepare, function, loss_of, inputs, at_once * length
                )
                return {"loss": loss, "y_pred": output}
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
            # Only here, when the error no longer holds on to what it was about.
            at_once = halved(at_once, length, self.module_.bytes_per_position)
            self.piece_size_, self.whole_ = at_once * length, False
            self._zero_grad_optimizer()

    def infer(self, x: dict[str, Any], **fit_params: Any) -> Tensor:
        """Run the network on a batch."""
        x = send(x, self.device)
        prepare, function = self._functions()
        prepared = prepare(x["values"].shape[1], x.get("triples", ()))
        return forward(function, prepared, x, self.piece_size_)

    def _functions(self) -> list[Callable[..., Any]]:
        """`SequenceModule.prepare` and the network, in the precision of training."""
        functions = (self.module_.prepare, self.module_)
        return [in_precision(f, self.precision, self.device) for f in functions]

    def get_loss(
        self,
        y_pred: Tensor,
        y_true: Tensor,
        X: dict[str, Any],
        training: bool = False,
    ) -> Tensor:
        """Weigh the loss of a batch."""
        device = y_pred.device
        loss: Tensor = self.criterion_(
            y_pred, y_true.to(device), X["weight"].to(device)
        )
        return loss

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Predict for skorch's scoring callbacks: scaled targets, or class numbers."""
        output = self.predict_proba(X)
        if self._classifies():
            return np.asarray(output.argmax(axis=1))
        return np.asarray(output)

    def notify(self, method_name: str, **cb_kwargs: Any) -> None:
        """Call every callback."""
        getattr(self, method_name)(self, **cb_kwargs)
        stop = False
        for _, callback in self.callbacks_:
            try:
                getattr(callback, method_name)(self, **cb_kwargs)
            except StopTraining:
                stop = True
            except KeyboardInterrupt:
                # skorch's early stopping raises what a Ctrl-C raises
                if not isinstance(callback, EarlyStopping):
                    raise
                stop = True
        if stop:  # when all callbacks have seen the epoch
            raise StopTraining

    def train(
        self,
        train: SequenceDataset,
        valid: SequenceDataset | None,
        epochs: int,
        callbacks: list[Any],
    ) -> None:
        """Train on, from wherever the weights are."""
        self.callbacks = callbacks
        self.stopped_ = False
        self._initialize_callbacks()
        for name, callback in self.callbacks_:
            if not getattr(callback, "use_caching", True):
                raise ValueError(
                    f"The callback {name} has use_caching=False, but batches are "
                    "sorted by length: it would compare predictions with the targets "
                    "of other sequences. Leave use_caching=True."
                )
        generator = torch.Generator(self.device)
        generator.manual_seed(int(self.rng_.integers(2**63)))
        set_generator(self.module_, generator)
        keep_freed_memory()
        self.notify("on_train_begin", X=train, y=None)
        try:
            with suppress(StopTraining):
                self.fit_loop((train, valid), epochs=epochs)
            self.notify("on_train_end", X=train, y=None)
        finally:
            set_generator(self.module_, None)
            for _, callback in self.callbacks_:
                if isinstance(callback, (ProgressBar, NotifyListener)):
                    callback.close()
        for row in self.history:
            row.pop("batches", None)

    def module_options(self) -> dict[str, Any]:
        """Return what the network was built with, as `make_net` takes it.

        With the name of its class and the arrays of its ``state_dict()``, it is all
        that a file must hold to build the network again.

        Returns
        -------
        dict
            Arguments of the module: strings, numbers, None, lists of these, and arrays.
        """
        options = self.get_params_for("module")
        return {name: to_plain(value) for name, value in options.items()}

    def snapshot(self) -> SequenceNet:
        """Copy what it takes to predict as the net does now."""
        twin = SequenceNet.__new__(SequenceNet)
        twin.__dict__.update(self.__dict__)
        twin.module_ = copy.deepcopy(self.module_)
        return twin

    def to(self, device: str) -> None:
        """Move everything to a device."""
        self.device = device
        self.module_.to(device)
        self.criterion_.to(device)
        self._set_piece_size()
        for state in self.optimizer_.state.values():
            for key, value in state.items():
                state[key] = value.to(device)

    def forget_training(self) -> None:
        """Free what only further training needs: moments of weights, and callbacks."""
        self.optimizer_.state.clear()
        self.callbacks = []
        self.callbacks_: list[tuple[str, Callback]] = []

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values and arrays."""
        return write_state(self)

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> SequenceNet:
        """Convert from plain values and arrays, on the CPU."""
        net: SequenceNet = read_state(state, make_net)
        return net

    def __getstate__(self) -> dict[str, Any]:
        return self.to_state()

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(self.from_state(state).__dict__)


def make_net(
    module: type[SequenceModule],
    options: dict[str, Any],
    *,
    criterion: type[RowLoss],
    lr: float,
    weight_decay: float,
    state_weight_decay: float,
    device: str,
    seed: int,
) -> SequenceNet:
    """Build an untrained net of a module with options; arrays become tensors."""
    net = SequenceNet(
        module,
        criterion=criterion,
        **{f"module__{name}": to_tensor(value) for name, value in options.items()},
        optimizer=AdamW,
        # One pass over all parameters: a loop over them takes five times as long.
        optimizer__fused=True,
        lr=lr,
        weight_decay=weight_decay,
        state_weight_decay=state_weight_decay,
        device=device,
        seed=seed,
        predict_nonlinearity=criterion.nonlinearity,
        verbose=0,
    )
    return net.initialize()


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Make torch draw initial weights from a seed, and leave it as it was.

    Layers draw from the global generator in the global dtype; the lock keeps threads
    that build networks at the same time apart.
    """
    with _SEEDING, torch.random.fork_rng(devices=[]):
        dtype = torch.get_default_dtype()
        torch.default_generator.manual_seed(seed)
        torch.set_default_dtype(torch.float32)
        try:
            yield
        finally:
            torch.set_default_dtype(dtype)
