"""Targets: how y is read, learned, predicted and scored.

A new kind of target is a file here, and a row in `CLASS_TARGETS` or `VALUE_TARGETS`
of `kinds.py`.
"""

from sklyra.targets.classes import ClassTarget
from sklyra.targets.kinds import CLASS_TARGETS, ROW_TARGETS, VALUE_TARGETS
from sklyra.targets.multilabel import MultilabelTarget
from sklyra.targets.positions import PositionTarget
from sklyra.targets.target import LabelTarget, Target
from sklyra.targets.values import ValueTarget

# All of them by name, as states have them.
TARGETS: dict[str, type[Target]] = {**ROW_TARGETS, "PositionTarget": PositionTarget}

__all__ = [
    "CLASS_TARGETS",
    "TARGETS",
    "VALUE_TARGETS",
    "ClassTarget",
    "LabelTarget",
    "MultilabelTarget",
    "PositionTarget",
    "Target",
    "ValueTarget",
]
