"""The network and its parts. They know torch and nothing of scikit-learn.

Shapes: ``B`` sequences of a batch, ``L`` positions, ``D`` channels, ``N`` states.
"""

from sklyra.nn.dropout import Dropout, set_generator
from sklyra.nn.heads import LinearHead, MLPHead
from sklyra.nn.losses import (
    VALUE_LOSSES,
    CrossEntropy,
    HuberError,
    RankedSquaredError,
    RowLoss,
    SquaredError,
)
from sklyra.nn.lyra import LyraNet, parameter_groups
from sklyra.nn.norm import RMSNorm
from sklyra.nn.perceptron import Perceptron
from sklyra.nn.pgc import ProjectedGatedConv
from sklyra.nn.pooling import (
    POOLINGS,
    AttentionPooling,
    MaxPooling,
    MeanMaxPooling,
    MeanPooling,
    Pooling,
)
from sklyra.nn.s4d import S4D, S4DKernel
from sklyra.nn.shared import Shared

__all__ = [
    "POOLINGS",
    "S4D",
    "VALUE_LOSSES",
    "AttentionPooling",
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
    "ProjectedGatedConv",
    "RMSNorm",
    "RankedSquaredError",
    "RowLoss",
    "S4DKernel",
    "Shared",
    "SquaredError",
    "parameter_groups",
    "set_generator",
]
