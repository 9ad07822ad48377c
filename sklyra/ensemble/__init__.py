"""Ensembles: base models of several kinds, trained together and stacked."""

from sklyra.ensemble.architectures import (
    ARCHITECTURES,
    POSITION_ARCHITECTURES,
    Architecture,
    LyraArchitecture,
    PerceptronArchitecture,
    PositionArchitecture,
)
from sklyra.ensemble.boosted_trees import BoostedTreesPart
from sklyra.ensemble.doubt import Doubt
from sklyra.ensemble.ensemble import Ensemble, Trained
from sklyra.ensemble.extra_trees import ExtraTreesPart
from sklyra.ensemble.folds import plan_folds
from sklyra.ensemble.gaussian_process import GaussianProcessPart
from sklyra.ensemble.kinds import PARTS, POSITION_PARTS
from sklyra.ensemble.networks import Networks
from sklyra.ensemble.part import HeldOut, Part, SinglePart, Split
from sklyra.ensemble.positions import PositionEnsemble
from sklyra.ensemble.settings import TrainingSettings
from sklyra.ensemble.strands import Strands
from sklyra.ensemble.surroundings import SurroundingsPart

__all__ = [
    "ARCHITECTURES",
    "PARTS",
    "POSITION_ARCHITECTURES",
    "POSITION_PARTS",
    "Architecture",
    "BoostedTreesPart",
    "Doubt",
    "Ensemble",
    "ExtraTreesPart",
    "GaussianProcessPart",
    "HeldOut",
    "LyraArchitecture",
    "Networks",
    "Part",
    "PerceptronArchitecture",
    "PositionArchitecture",
    "PositionEnsemble",
    "SinglePart",
    "Split",
    "Strands",
    "SurroundingsPart",
    "Trained",
    "TrainingSettings",
    "plan_folds",
]
