"""Models of other versions."""

from __future__ import annotations

import copy
import pickle
import warnings
from pathlib import Path

import joblib
import numpy as np
import pytest
import torch

from sklyra import LyraRegressor
from sklyra.exceptions import VersionWarning
from tests.persistence.cases import X, outputs

KEPT = sorted((Path(__file__).parents[1] / "data").glob("models_*.joblib"))


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_models_of_earlier_versions_predict_what_they_did(path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", VersionWarning)
        kept = joblib.load(path)
    assert set(kept) == {"regressor", "ragged", "classifier"}
    for part in kept.values():
        found = outputs(part["model"], part["X"])
        np.testing.assert_allclose(found, part["expected"], rtol=1e-4, atol=1e-5)
        # parameters that came later have their defaults
        assert (
            part["model"].get_params().keys()
            == type(part["model"])().get_params().keys()
        )


def test_there_are_models_of_earlier_versions() -> None:
    assert KEPT


@pytest.mark.parametrize(
    ("package", "version", "warns"),
    [
        ("sklyra", "0.0.1", True),
        ("torch", "1.13.0", True),
        ("torch", torch.__version__.rpartition(".")[0] + ".99", False),
        ("another", "1", False),
    ],
)
def test_other_versions_give_a_warning(
    package: str, version: str, warns: bool, model: LyraRegressor
) -> None:
    old = copy.deepcopy(model)
    old.versions_ = model.versions_ | {package: version}
    saved = pickle.dumps(old)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        loaded = pickle.loads(saved)
    if warns:
        assert [w.category for w in caught] == [VersionWarning]
        assert f"fitted with {package} {version}, and here" in str(caught[0].message)
        assert caught[0].filename == __file__
    else:
        assert not caught
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
