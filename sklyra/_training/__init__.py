"""Parameters of an estimator become a skorch net. Only this folder knows skorch."""

from sklyra._training.callbacks import (
    SCHEDULES,
    BestWeights,
    EpochOutputs,
    Schedule,
    Tell,
)
from sklyra._training.device import (
    PRECISIONS,
    ordinary_mode,
    resolve_device,
    threads,
)
from sklyra._training.memory import ran_out
from sklyra._training.net import SequenceNet, make_net
from sklyra._training.prediction import run
from sklyra._training.side_by_side import Job, one_bar, train_all

__all__ = [
    "PRECISIONS",
    "SCHEDULES",
    "BestWeights",
    "EpochOutputs",
    "Job",
    "Schedule",
    "SequenceNet",
    "Tell",
    "make_net",
    "one_bar",
    "ordinary_mode",
    "ran_out",
    "resolve_device",
    "run",
    "threads",
    "train_all",
]
