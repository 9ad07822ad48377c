"""scikit-learn's searches of parameters."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import loguniform
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    RandomizedSearchCV,
    cross_val_score,
)
from sklearn.pipeline import Pipeline

from sklyra import PhysicochemicalEncoder, SequenceOneHotEncoder
from tests.ecosystem.cases import (
    LABELS,
    X_NEW,
    X,
    Y,
    classifier,
    hydrophobic_task,
    regressor,
)


def test_grid_search_finds_the_rate_that_learns(values: np.ndarray) -> None:
    grid = [{"lr": [1e-7, 0.02]}, {"encoding": [SequenceOneHotEncoder()]}]
    search = GridSearchCV(regressor(), grid, cv=2, error_score="raise").fit(X, Y)
    assert search.best_params_ == {"lr": 0.02}
    assert search.best_score_ > 0.7
    # an encoder as a parameter is what its name is
    scores = search.cv_results_["mean_test_score"]
    assert scores[0] < scores[1] == scores[2]
    np.testing.assert_array_equal(search.predict(X_NEW), values)


def test_grid_search_reaches_into_a_pipeline() -> None:
    pipeline = Pipeline([("encode", PhysicochemicalEncoder()), ("lyra", regressor())])
    grid = {"encode__scales": [("charge",), ("hydropathy",)], "lyra__lr": [0.02]}
    search = GridSearchCV(pipeline, grid, cv=2, refit=False, error_score="raise")
    search.fit(*hydrophobic_task())
    # none of these residues is charged
    assert search.best_params_["encode__scales"] == ("hydropathy",)
    assert search.best_score_ > 0.7


def test_randomized_search_scores_what_it_drew() -> None:
    space = {"lr": loguniform(1e-6, 2e-2), "pooling": ["mean", "max", "attention"]}
    search = RandomizedSearchCV(
        classifier(), space, n_iter=2, cv=2, random_state=1, refit=False
    ).fit(X, LABELS)
    found = search.cv_results_["mean_test_score"]
    assert found.shape == (2,)
    assert search.best_score_ == found.max() > found.min()
    again = cross_val_score(classifier(**search.best_params_), X, LABELS, cv=2)
    np.testing.assert_allclose(again.mean(), search.best_score_)


@pytest.mark.parametrize(
    ("resource", "limits"),
    [
        ("max_epochs", {"min_resources": 3, "max_resources": 6}),
        ("n_samples", {"min_resources": 75, "max_resources": 150}),
    ],
)
def test_halving_search_gives_the_better_rate_more(
    resource: str, limits: dict[str, int]
) -> None:
    search = HalvingGridSearchCV(
        regressor(),
        {"lr": [1e-7, 0.02]},
        resource=resource,
        factor=2,
        cv=2,
        random_state=0,
        refit=False,
        error_score="raise",
        **limits,
    ).fit(X, Y)
    assert search.n_candidates_ == [2, 1]
    assert search.n_resources_ == [limits["min_resources"], limits["max_resources"]]
    assert search.best_params_["lr"] == 0.02
    assert search.best_score_ > 0.7
