"""Targets: how y is read, learned, predicted and scored.

A new kind of target is a file here, and a row in `CLASS_TARGETS` or `VALUE_TARGETS`.
"""

from sklyra.targets.classes import ClassTarget
from sklyra.targets.multilabel import MultilabelTarget
from sklyra.targets.positions import PositionTarget
from sklyra.targets.target import LabelTarget, Target
from sklyra.targets.values import ValueTarget

# Kinds of y of classifiers and of regressors: the first that reads y is taken.
CLASS_TARGETS: tuple[type[LabelTarget], ...] = (MultilabelTarget, ClassTarget)
VALUE_TARGETS = (ValueTarget,)
# Those of models with an output at every position.
POSITION_TARGETS = (PositionTarget,)

# All of them by name, as states have them.
TARGETS: dict[str, type[Target]] = {
    target.__name__: target
    for target in (*CLASS_TARGETS, *VALUE_TARGETS, *POSITION_TARGETS)
}

__all__ = [
    "CLASS_TARGETS",
    "POSITION_TARGETS",
    "TARGETS",
    "VALUE_TARGETS",
    "ClassTarget",
    "LabelTarget",
    "MultilabelTarget",
    "PositionTarget",
    "Target",
    "ValueTarget",
]
