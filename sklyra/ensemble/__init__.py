"""Ensembles: base models of several kinds, trained together and stacked."""

from sklyra.ensemble.ensemble import Ensemble
from sklyra.ensemble.folds import plan_folds
from sklyra.ensemble.gaussian_process import GaussianProcessPart
from sklyra.ensemble.networks import AlignedPerceptron, Lyra, Networks
from sklyra.ensemble.part import HeldOut, Part, Split
from sklyra.ensemble.settings import TrainingSettings
from sklyra.ensemble.strands import Strands

__all__ = [
    "AlignedPerceptron",
    "Ensemble",
    "GaussianProcessPart",
    "HeldOut",
    "Lyra",
    "Networks",
    "Part",
    "Split",
    "Strands",
    "TrainingSettings",
    "plan_folds",
]
