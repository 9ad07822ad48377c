"""Training and prediction of networks. Only this folder imports skorch."""

from sklyra._training.callbacks import (
    SCHEDULES,
    BestWeights,
    EpochOutputs,
    NotifyListener,
    Schedule,
)
from sklyra._training.device import (
    PRECISIONS,
    ordinary_mode,
    resolve_device,
    threads,
)
from sklyra._training.memory import is_out_of_memory
from sklyra._training.net import SequenceNet, make_net
from sklyra._training.prediction import predict_nets
from sklyra._training.side_by_side import Job, one_bar, train_all

__all__ = [
    "PRECISIONS",
    "SCHEDULES",
    "BestWeights",
    "EpochOutputs",
    "Job",
    "NotifyListener",
    "Schedule",
    "SequenceNet",
    "is_out_of_memory",
    "make_net",
    "one_bar",
    "ordinary_mode",
    "predict_nets",
    "resolve_device",
    "threads",
    "train_all",
]
