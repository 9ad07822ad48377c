"""Classes that model files may name."""

from __future__ import annotations

from importlib import import_module
from typing import Any

# A row for each class: its name, which is all of it that files have, and the module
# that it is imported from. Its state is what `to_state` returns and `from_state` takes;
# of a class without these, the arguments of `__init__` and what was fitted.
KINDS = {
    "LyraRegressor": "sklyra.estimators",
    "LyraClassifier": "sklyra.estimators",
    "LyraPositionClassifier": "sklyra.estimators",
    "LyraPositionRegressor": "sklyra.estimators",
    "LyraSearchCV": "sklyra.search",
    "KmerVectorizer": "sklyra.encoders",
    "PhysicochemicalEncoder": "sklyra.encoders",
    "SequenceOneHotEncoder": "sklyra.encoders",
    "SubstitutionMatrixEncoder": "sklyra.encoders",
    "ClusterKFold": "sklyra.model_selection",
    "MutationSplit": "sklyra.model_selection",
    "PositionKFold": "sklyra.model_selection",
    "LaggardPruner": "sklyra.search",
    "Alphabet": "sklyra.alphabets",
    "ColumnReader": "sklyra.estimators.tables",
    "Ensemble": "sklyra.ensemble",
    "PositionEnsemble": "sklyra.ensemble",
    "InputReader": "sklyra.estimators.reading",
}


def find_kind(name: Any) -> Any:
    """Find a class by its name.

    Parameters
    ----------
    name : object
        What a file has.

    Returns
    -------
    type
        The class.

    Raises
    ------
    ValueError
        If it is none of the table.
    """
    if not isinstance(name, str) or name not in KINDS:
        raise ValueError(f"{name!r:.60} is no class that model files may name")
    return getattr(import_module(KINDS[name]), name)


def name_kind(thing: object) -> str | None:
    """Find the name of the class of an object.

    Parameters
    ----------
    thing : object
        Any object.

    Returns
    -------
    str or None
        The name; None if the class is none of the table, but perhaps one of the user's
        that inherits from it.
    """
    name = type(thing).__name__
    return name if name in KINDS and type(thing) is find_kind(name) else None
