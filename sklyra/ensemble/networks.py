"""Networks as parts of a model: several members of one kind, averaged."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any, Self

import numpy as np

from sklyra._state import check_version
from sklyra._training import (
    BestWeights,
    EpochOutputs,
    Job,
    Schedule,
    SequenceNet,
    make_net,
    predict_nets,
)
from sklyra._typing import Array
from sklyra.batching import SequenceDataset
from sklyra.encoders import PositionEncoder
from sklyra.ensemble.architectures import (
    ARCHITECTURES,
    POSITION_ARCHITECTURES,
    Architecture,
)
from sklyra.ensemble.held_out import held_out_outputs, may_choose
from sklyra.ensemble.part import HeldOut, Split
from sklyra.ensemble.settings import TrainingSettings
from sklyra.ensemble.steps import step_plan
from sklyra.sequences import Inputs
from sklyra.targets.target import Scale, Target

_VERSION = 1


class Networks:
    """Members of one kind of network, each with rows of its own held out.

    Parameters
    ----------
    architecture : Architecture
        The kind.
    nets : sequence of SequenceNet, default=()
        Members to go on with, which stay what they are.

    Attributes
    ----------
    nets : list of SequenceNet
        The members, once trained.
    """

    scale: Scale = "output"

    def __init__(
        self, architecture: Architecture, nets: list[SequenceNet] | None = None
    ) -> None:
        self.architecture = architecture
        self.nets = nets or []

    @classmethod
    def learn(
        cls, kind: type[Architecture], inputs: Inputs, encoder: PositionEncoder
    ) -> Self | None:
        """Make a part with networks of one kind.

        Parameters
        ----------
        kind : type of Architecture
            The kind.
        inputs : Inputs
            Training data; both strands, if both count.
        encoder : PositionEncoder
            The channels of letters, as the user chose them.

        Returns
        -------
        Networks or None
            Without members so far; None if there is nothing to learn from.
        """
        architecture = kind.learn(inputs, encoder)
        return None if architecture is None else cls(architecture)

    @property
    def name(self) -> str:
        """Name of the architecture.

        Returns
        -------
        str
            The name.
        """
        return self.architecture.name

    def _viewed(self, data: SequenceDataset) -> SequenceDataset:
        return replace(data, inputs=self.architecture.view(data.inputs))

    def resumed(self) -> Networks:
        """Share the members (see `Part.resumed`): training works on copies."""
        return Networks(self.architecture, self.nets)

    def plan(
        self, split: Split, settings: TrainingSettings, rng: np.random.RandomState
    ) -> list[Job]:
        """Make or take a network for each fold (see `Part.plan`)."""
        data = self._viewed(split.data)
        valid = None if split.valid is None else self._viewed(split.valid)
        jobs = []
        for member, (rows, held) in enumerate(split.folds):
            everything = np.array_equal(rows, np.arange(len(data)))
            train = data if everything else data.take(rows)
            watched = valid
            if valid is None and len(held):
                watched = data.take(held)
            net = self._net(member, data, settings, rng)
            jobs.append(_job(net, train, watched, settings))
        return jobs

    def _net(
        self,
        member: int,
        data: SequenceDataset,
        settings: TrainingSettings,
        rng: np.random.RandomState,
    ) -> SequenceNet:
        """Copy a member that is there, or make one."""
        rates = {
            "lr": settings.lr,
            "weight_decay": settings.weight_decay,
            "state_weight_decay": settings.state_weight_decay,
        }
        if member < len(self.nets):
            # an interrupted fit must not change it
            net = copy.deepcopy(self.nets[member])
            net.to(settings.device)
            net.set_rates(**rates)
            net.set_loss(settings.loss)
            return net
        module, options = self.architecture.options(data, settings)
        return make_net(
            module,
            {"n_outputs": settings.n_outputs, **options},
            criterion=settings.loss,
            **rates,
            device=settings.device,
            seed=int(rng.randint(2**31)),
        )

    def keep(self, jobs: list[Job]) -> None:
        """Take over trained networks (see `Part.keep`)."""
        self.nets = [job.net for job in jobs]

    def finish(
        self,
        jobs: list[Job],
        split: Split,
        target: Target,
        rng: np.random.RandomState,
        precision: str,
    ) -> HeldOut:
        """Predict the rows that each network held out (see `Part.finish`)."""
        self.keep(jobs)
        return held_out_outputs(jobs, self._viewed(split.asked), split, precision)

    def predict(self, inputs: Inputs, precision: str) -> Array:
        """Predict with each network (see `Part.predict`)."""
        return predict_nets(self.nets, self.architecture.view(inputs), precision)

    def represent(self, inputs: Inputs, precision: str) -> Array:
        """Compute what the heads of the networks see.

        Parameters
        ----------
        inputs : Inputs
            Any samples.
        precision : str
            Precision of networks.

        Returns
        -------
        ndarray of shape (n_members, n_samples, n_features), float64
            The representations.
        """
        view = self.architecture.view(inputs)
        return predict_nets(self.nets, view, precision, represent=True)

    def history(self) -> list[dict[str, Any]]:
        """Collect how training went.

        Returns
        -------
        list of dict
            A row for each epoch of each member.
        """
        return [
            {"network": self.name, "member": member, **_shown(row)}
            for member, net in enumerate(self.nets)
            for row in net.history
        ]

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values and arrays.

        Returns
        -------
        dict
            What was learned, and the version of this layout.
        """
        architecture = self.architecture
        return {
            "version": _VERSION,
            "architecture": [type(architecture).__name__, architecture.to_state()],
            "nets": [net.to_state() for net in self.nets],
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Convert from plain values and arrays.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        Networks
            The same.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        name, learned = state["architecture"]
        kinds = (*ARCHITECTURES, *POSITION_ARCHITECTURES)
        kind = next(kind for kind in kinds if kind.__name__ == name)
        architecture = kind.from_state(learned)
        nets = [SequenceNet.from_state(net) for net in state["nets"]]
        return cls(architecture, nets)

    def __getstate__(self) -> dict[str, Any]:
        return self.to_state()

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(vars(self.from_state(state)))


def _job(
    net: SequenceNet,
    train: SequenceDataset,
    watched: SequenceDataset | None,
    settings: TrainingSettings,
) -> Job:
    """Prepare the training of a network."""
    train = train.to_train()
    n_positions = int(train.sequences.offsets[-1])
    net.batch_size, n_epochs = step_plan(
        len(train), n_positions, settings.batch_size, settings.max_epochs
    )
    net.precision = settings.precision
    callbacks = [*settings.callbacks, Schedule(settings.lr_schedule, n_epochs)]
    record = None
    if watched is not None:
        callbacks.append(BestWeights(settings.n_iter_no_change or n_epochs))
        if may_choose(len(watched.target), settings.n_outputs):
            record = EpochOutputs()
            callbacks.append(record)
    return Job(net, train, watched, n_epochs, callbacks, record)


# skorch's names for columns of the history, and what of it is for skorch alone
_COLUMNS = {"dur": "seconds"}
_INTERNAL = ("_best", "_batch_count", "batches")


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """Select what is of use of a row of skorch's history."""
    return {_COLUMNS.get(k, k): v for k, v in row.items() if not k.endswith(_INTERNAL)}
