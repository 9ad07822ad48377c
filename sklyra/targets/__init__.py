"""Targets: how y is read, learned, predicted and scored.

A new kind of target is a file here, and a row in `CLASS_TARGETS` or `VALUE_TARGETS`.
"""

from sklyra.targets.classes import ClassTarget
from sklyra.targets.multilabel import MultilabelTarget
from sklyra.targets.target import Target
from sklyra.targets.values import ValueTarget

# Kinds of y of classifiers and of regressors: the first that reads y is taken.
CLASS_TARGETS = (MultilabelTarget, ClassTarget)
VALUE_TARGETS = (ValueTarget,)

# All of them by name, as states have them.
TARGETS: dict[str, type[Target]] = {
    target.__name__: target for target in (*CLASS_TARGETS, *VALUE_TARGETS)
}

__all__ = [
    "CLASS_TARGETS",
    "TARGETS",
    "VALUE_TARGETS",
    "ClassTarget",
    "MultilabelTarget",
    "Target",
    "ValueTarget",
]
