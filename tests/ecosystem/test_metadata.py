"""Metadata: weights, groups and validation data on their way to fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sklearn
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer

from tests.ecosystem.cases import X_NEW, Y_NEW, X, Y, regressor, without_primer

WEIGHTS = np.random.default_rng(3).uniform(0.01, 2, len(X))
GROUPS = np.unique(X, return_inverse=True)[1] % 10  # copies stay together


@pytest.fixture(scope="module")
def by_metadata() -> dict[str, np.ndarray]:
    """Predict with each combination of metadata, given to fit by hand."""
    return {
        name: regressor(max_epochs=1).fit(X, Y, **metadata).predict(X_NEW)
        for name, metadata in {
            "nothing": {},
            "sample_weight": {"sample_weight": WEIGHTS},
            "groups": {"groups": GROUPS},
            "both": {"sample_weight": WEIGHTS, "groups": GROUPS},
        }.items()
    }


def test_each_kind_of_metadata_makes_another_model(
    by_metadata: dict[str, np.ndarray],
) -> None:
    found = [tuple(prediction) for prediction in by_metadata.values()]
    assert len(set(found)) == 4


@pytest.mark.parametrize("name", ["sample_weight", "groups", "both"])
def test_requested_metadata_reach_fit(
    name: str, by_metadata: dict[str, np.ndarray]
) -> None:
    wanted = {"sample_weight": WEIGHTS, "groups": GROUPS}
    if name != "both":
        wanted = {name: wanted[name]}
    with sklearn.config_context(enable_metadata_routing=True):
        model = (
            regressor(max_epochs=1)
            .set_fit_request(**dict.fromkeys(wanted, True))
            .set_score_request(sample_weight=False)
        )
        search = GridSearchCV(model, {"lr": [0.02]}, cv=KFold(2), error_score="raise")
        search.fit(X, Y, **wanted)
        pipeline = make_pipeline(FunctionTransformer(), model).fit(X, Y, **wanted)
    np.testing.assert_array_equal(search.predict(X_NEW), by_metadata[name])
    np.testing.assert_array_equal(pipeline.predict(X_NEW), by_metadata[name])
    # each fold gets its own rows of them
    train, test = next(KFold(2).split(X))
    rows = {key: value[train] for key, value in wanted.items()}
    fold = regressor(max_epochs=1).fit(X[train], Y[train], **rows)
    score = search.cv_results_["split0_test_score"][0]
    assert score == fold.score(X[test], Y[test])


def test_without_routing_weights_reach_fit_and_groups_only_the_splitter(
    by_metadata: dict[str, np.ndarray],
) -> None:
    search = GridSearchCV(
        regressor(max_epochs=1), {"lr": [0.02]}, cv=GroupKFold(2), error_score="raise"
    ).fit(X, Y, sample_weight=WEIGHTS, groups=GROUPS)
    np.testing.assert_array_equal(search.predict(X_NEW), by_metadata["sample_weight"])


def test_weights_reach_fit_in_a_pipeline_without_routing(
    by_metadata: dict[str, np.ndarray],
) -> None:
    pipeline = Pipeline([("edit", FunctionTransformer()), ("lyra", regressor())])
    pipeline.set_params(lyra__max_epochs=1)
    pipeline.fit(X, Y, lyra__sample_weight=WEIGHTS, lyra__groups=GROUPS)
    np.testing.assert_array_equal(pipeline.predict(X_NEW), by_metadata["both"])


def test_validation_sequences_go_through_the_steps_of_a_pipeline() -> None:
    def primed(sequences: Any) -> list[str]:
        return [f"GG{sequence}" for sequence in sequences]

    with sklearn.config_context(enable_metadata_routing=True):
        model = regressor().set_fit_request(X_val=True, y_val=True)
        pipeline = Pipeline(
            [("edit", FunctionTransformer(without_primer)), ("lyra", model)],
            transform_input=["X_val"],
        )
        pipeline.fit(primed(X), Y, X_val=primed(X_NEW), y_val=Y_NEW)
        found = pipeline.predict(primed(X_NEW))
    alone = regressor().fit(X, Y, X_val=X_NEW, y_val=Y_NEW)
    np.testing.assert_array_equal(found, alone.predict(X_NEW))
    assert alone.score(X_NEW, Y_NEW) > 0.8
