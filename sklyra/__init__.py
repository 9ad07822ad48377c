"""Estimators for biological sequences that go wherever scikit-learn goes."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sklyra._version import __version__ as __version__

if TYPE_CHECKING:
    from sklyra.alphabets import DNA, PROTEIN, RNA, Alphabet
    from sklyra.encoders import (
        KmerVectorizer,
        PhysicochemicalEncoder,
        SequenceOneHotEncoder,
        SubstitutionMatrixEncoder,
    )
    from sklyra.estimators import (
        PUBLISHED,
        TRUSTED_TYPES,
        CoverageDisplay,
        IntervalDisplay,
        LyraClassifier,
        LyraPositionClassifier,
        LyraPositionRegressor,
        LyraRegressor,
        PositionDisplay,
        TrainingDisplay,
        predict_stream,
    )
    from sklyra.persistence import file_info, load
    from sklyra.reporting import report
    from sklyra.search import LyraSearchCV, suggest_params

__all__ = [
    "DNA",
    "PROTEIN",
    "PUBLISHED",
    "RNA",
    "TRUSTED_TYPES",
    "Alphabet",
    "CoverageDisplay",
    "IntervalDisplay",
    "KmerVectorizer",
    "LyraClassifier",
    "LyraPositionClassifier",
    "LyraPositionRegressor",
    "LyraRegressor",
    "LyraSearchCV",
    "PhysicochemicalEncoder",
    "PositionDisplay",
    "SequenceOneHotEncoder",
    "SubstitutionMatrixEncoder",
    "TrainingDisplay",
    "file_info",
    "load",
    "predict_stream",
    "report",
    "suggest_params",
]

# torch, scikit-learn and Optuna take seconds to import, and `sklyra --help` none of
# them. A row for each public name: the module that it is imported from.
_MODULES = {
    "DNA": "alphabets",
    "PROTEIN": "alphabets",
    "PUBLISHED": "estimators",
    "RNA": "alphabets",
    "TRUSTED_TYPES": "estimators",
    "Alphabet": "alphabets",
    "CoverageDisplay": "estimators",
    "IntervalDisplay": "estimators",
    "KmerVectorizer": "encoders",
    "LyraClassifier": "estimators",
    "LyraPositionClassifier": "estimators",
    "LyraPositionRegressor": "estimators",
    "LyraRegressor": "estimators",
    "LyraSearchCV": "search",
    "PhysicochemicalEncoder": "encoders",
    "PositionDisplay": "estimators",
    "SequenceOneHotEncoder": "encoders",
    "SubstitutionMatrixEncoder": "encoders",
    "TrainingDisplay": "estimators",
    "file_info": "persistence",
    "load": "persistence",
    "predict_stream": "estimators",
    "report": "reporting",
    "suggest_params": "search",
}
_SUBMODULES = (
    "datasets",
    "design",
    "exceptions",
    "inspection",
    "metrics",
    "model_selection",
    "nn",
)


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        value = getattr(import_module(f"sklyra.{_MODULES[name]}"), name)
        globals()[name] = value
        return value
    if name in {*_MODULES.values(), *_SUBMODULES}:
        return import_module(f"sklyra.{name}")
    raise AttributeError(f"module 'sklyra' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
