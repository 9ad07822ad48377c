"""Targets: how y is read, learned, predicted and scored."""

from sklyra.targets.classes import ClassTarget
from sklyra.targets.multilabel import MultilabelTarget
from sklyra.targets.positions import PositionTarget
from sklyra.targets.target import Target
from sklyra.targets.values import ValueTarget

# Kinds of targets by their names, as states have them.
TARGETS: dict[str, type[Target]] = {
    target.__name__: target
    for target in (ClassTarget, MultilabelTarget, PositionTarget, ValueTarget)
}

__all__ = [
    "TARGETS",
    "ClassTarget",
    "MultilabelTarget",
    "PositionTarget",
    "Target",
    "ValueTarget",
]
