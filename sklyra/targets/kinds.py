"""Kinds of targets. A new one is a file, and a row here."""

from __future__ import annotations

from sklyra.targets.classes import ClassTarget
from sklyra.targets.multilabel import MultilabelTarget
from sklyra.targets.target import LabelTarget, Target
from sklyra.targets.values import ValueTarget

# Of classifiers and of regressors: the first that reads y is taken, of regressors only
# those that have the loss.
CLASS_TARGETS: tuple[type[LabelTarget], ...] = (MultilabelTarget, ClassTarget)
VALUE_TARGETS = (ValueTarget,)

# All by name, as states have them. Targets of positions wrap one of them.
ROW_TARGETS: dict[str, type[Target]] = {
    target.__name__: target for target in (*CLASS_TARGETS, *VALUE_TARGETS)
}
