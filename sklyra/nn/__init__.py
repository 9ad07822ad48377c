"""Networks and their parts, in torch alone.

Shapes: ``B`` sequences of a batch, ``L`` positions, ``D`` channels, ``N`` states.
"""

from sklyra.nn.dropout import Dropout, set_generator
from sklyra.nn.heads import LinearHead, MLPHead
from sklyra.nn.losses import (
    VALUE_LOSSES,
    BinaryCrossEntropy,
    CrossEntropy,
    HuberError,
    RankedSquaredError,
    RowLoss,
    SquaredError,
)
from sklyra.nn.lyra import LyraNet
from sklyra.nn.module import Preparer, SequenceModule
from sklyra.nn.norm import RMSNorm
from sklyra.nn.optimizer_groups import parameter_groups
from sklyra.nn.perceptron import Perceptron
from sklyra.nn.pgc import ProjectedGatedConv
from sklyra.nn.pooling import (
    AttentionPooling,
    MaxPooling,
    MeanMaxPooling,
    MeanPooling,
    Pooling,
)
from sklyra.nn.poolings import POOLINGS
from sklyra.nn.positions import PositionNet
from sklyra.nn.prepared import Prepared
from sklyra.nn.s4d import S4D, S4DKernel
from sklyra.nn.wide import WideGatedConv

__all__ = [
    "POOLINGS",
    "S4D",
    "VALUE_LOSSES",
    "AttentionPooling",
    "BinaryCrossEntropy",
    "CrossEntropy",
    "Dropout",
    "HuberError",
    "LinearHead",
    "LyraNet",
    "MLPHead",
    "MaxPooling",
    "MeanMaxPooling",
    "MeanPooling",
    "Perceptron",
    "Pooling",
    "PositionNet",
    "Prepared",
    "Preparer",
    "ProjectedGatedConv",
    "RMSNorm",
    "RankedSquaredError",
    "RowLoss",
    "S4DKernel",
    "SequenceModule",
    "SquaredError",
    "WideGatedConv",
    "parameter_groups",
    "set_generator",
]
