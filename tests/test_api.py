"""What is public is documented, exported, and does nothing on import."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import sklyra
import sklyra.datasets
import sklyra.design
import sklyra.encoders
import sklyra.inspection
import sklyra.metrics
import sklyra.model_selection
import sklyra.nn
import sklyra.search
from sklyra import (
    LyraClassifier,
    LyraPositionClassifier,
    LyraPositionRegressor,
    LyraRegressor,
)

ROOT = Path(__file__).parent.parent
ESTIMATORS = [
    LyraRegressor,
    LyraClassifier,
    LyraPositionRegressor,
    LyraPositionClassifier,
]
MODULES = [
    sklyra,
    sklyra.nn,
    sklyra.datasets,
    sklyra.design,
    sklyra.encoders,
    sklyra.inspection,
    sklyra.metrics,
    sklyra.model_selection,
    sklyra.search,
]


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__)
def test_every_public_name_exists_and_says_what_it_is(module: object) -> None:
    for name in module.__all__:
        item = getattr(module, name)
        if inspect.isclass(item) or inspect.isfunction(item):
            assert inspect.getdoc(item), name


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_every_parameter_is_documented_in_order(estimator: type) -> None:
    doc = inspect.getdoc(estimator)
    section = doc.split("Parameters\n----------\n")[1].split("\n\nAttributes")[0]
    documented = re.findall(r"^(\w+) : ", section, flags=re.MULTILINE)
    assert documented == list(inspect.signature(estimator).parameters)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_documented_defaults_are_the_defaults(estimator: type) -> None:
    doc = re.sub(r"\\\n\s*", "", inspect.getdoc(estimator)).replace("\\\n", "")
    section = doc.split("Parameters\n----------\n")[1].split("\n\nAttributes")[0]
    stated = dict(re.findall(r"^(\w+) : .*default=(.+)$", section, flags=re.MULTILINE))
    for name, parameter in inspect.signature(estimator).parameters.items():
        assert eval(stated[name]) == parameter.default, name


def test_regressor_and_classifier_share_their_parameters() -> None:
    regressor = inspect.signature(LyraRegressor).parameters
    classifier = inspect.signature(LyraClassifier).parameters
    assert set(classifier) - set(regressor) == {"class_weight"}
    assert set(regressor) - set(classifier) == {"loss"}
    for name in set(regressor) & set(classifier):
        assert classifier[name].default == regressor[name].default
    assert set(sklyra.PUBLISHED) <= set(regressor)


def test_version_is_in_the_metadata() -> None:
    from importlib.metadata import version

    assert version("sklyra") == sklyra.__version__
