"""Targets: how y is read, learned, predicted and scored."""

from sklyra.targets.classes import ClassTarget
from sklyra.targets.target import Target
from sklyra.targets.values import ValueTarget

__all__ = ["ClassTarget", "Target", "ValueTarget"]
