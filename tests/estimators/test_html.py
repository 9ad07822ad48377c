"""What a notebook shows of an estimator."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sklearn.pipeline import make_pipeline

from sklyra import (
    KmerVectorizer,
    LyraClassifier,
    LyraRegressor,
    LyraSearchCV,
    PhysicochemicalEncoder,
    SequenceOneHotEncoder,
    SubstitutionMatrixEncoder,
)

ESTIMATORS = [
    LyraRegressor(),
    LyraClassifier(),
    SequenceOneHotEncoder(),
    SubstitutionMatrixEncoder(),
    PhysicochemicalEncoder(),
    KmerVectorizer(),
    LyraSearchCV(LyraRegressor()),
]


def described(html: str, estimator: Any) -> set[str]:
    """Parameters with a description and a link to the page of the estimator."""
    page = f"/generated/sklyra.{type(estimator).__name__}.html"
    assert f'{page}"' in html  # the page itself
    return set(re.findall(rf"{page}#:~:text=(\w+),", html))


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)
def test_every_parameter_says_what_it_means(estimator: Any) -> None:
    known = described(estimator._repr_html_(), estimator)
    assert known == set(estimator.get_params(deep=False))


def test_steps_of_a_pipeline_say_it_too() -> None:
    steps = [SequenceOneHotEncoder(), LyraRegressor(d_model=8)]
    html = make_pipeline(*steps)._repr_html_()
    for step in steps:
        assert described(html, step) == set(step.get_params())


def test_descriptions_are_those_of_the_docstring() -> None:
    assert "What the characters of X mean." in LyraRegressor()._repr_html_()
