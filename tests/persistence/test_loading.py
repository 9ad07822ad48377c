"""Pickles and files, and what a loaded model has."""

from __future__ import annotations

import copy
import io
import pickle
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from skorch.callbacks import EpochScoring

from sklyra import (
    PROTEIN,
    LyraRegressor,
    PhysicochemicalEncoder,
    SubstitutionMatrixEncoder,
)
from tests.persistence.cases import (
    GENES,
    RAGGED,
    SITES,
    Model,
    X,
    Y,
    classifier,
    in_new_process,
    outputs,
    regressor,
    reload,
)


@pytest.fixture(scope="module")
def kinds() -> dict[str, tuple[Model, Any]]:
    """Fit a model of each kind, and give what it is to predict for."""
    table = np.random.default_rng(0).normal(size=(60, 10)).astype(np.float32)
    flags, grid = table[:, 0] > 0, table.reshape(60, 5, 2)
    return {
        "regressor": (regressor().fit(X, Y), X),
        "classifier": (classifier().fit(GENES, SITES), GENES),
        "many outputs": (regressor().fit(X, np.column_stack([Y, -Y])), X),
        "other lengths": (regressor(pooling="attention").fit(RAGGED, Y), RAGGED),
        "numbers": (classifier(unknown="mask").fit(table, flags), table),
        "channels": (regressor().fit(grid, table[:, 0]), grid),
        "encoder": (regressor(encoding=PhysicochemicalEncoder()).fit(X, Y), X),
        "matrix": (regressor(encoding=SubstitutionMatrixEncoder()).fit(X, Y), X),
        "gaps": (regressor(alphabet=PROTEIN).fit([f"{s}-*" for s in X], Y), X),
        "callback": (regressor(callbacks=[EpochScoring("r2")]).fit(X, Y), X),
        "trained on": (regressor().fit(X, Y).partial_fit(X, Y), X),
    }


LOAD_AND_PREDICT = """
import pickle, sys
import joblib
import numpy as np

folder, kinds = sys.argv[1], sys.argv[2:]
for kind in kinds:
    with open(f"{folder}/{kind}.data", "rb") as file:
        X = pickle.load(file)
    with open(f"{folder}/{kind}.pickle", "rb") as file:
        models = {"pickle": pickle.load(file)}
    models["joblib"] = joblib.load(f"{folder}/{kind}.joblib")
    for name, model in models.items():
        predict = getattr(model, "predict_proba", model.predict)
        np.save(f"{folder}/{kind}.{name}.npy", predict(X))
"""


@pytest.mark.slow
def test_a_new_process_predicts_the_same_bits(
    tmp_path: Path, kinds: dict[str, tuple[Model, Any]]
) -> None:
    """One process for all models, because importing torch takes seconds."""
    models = kinds
    for kind, (model, data) in models.items():
        joblib.dump(model, tmp_path / f"{kind}.joblib")
        for suffix, content in (("pickle", model), ("data", data)):
            (tmp_path / f"{kind}.{suffix}").write_bytes(pickle.dumps(content))
    in_new_process(LOAD_AND_PREDICT, str(tmp_path), *models)
    for kind, (model, data) in models.items():
        expected = outputs(model, data)
        assert np.ptp(expected, axis=0).min() > 0, kind
        for way in ("pickle", "joblib"):
            found = np.load(tmp_path / f"{kind}.{way}.npy")
            np.testing.assert_array_equal(found, expected, err_msg=f"{kind}, {way}")


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_every_protocol_of_pickle_works(model: LyraRegressor, protocol: int) -> None:
    loaded = reload(model, protocol=protocol)
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))


def test_a_loaded_model_has_all_that_was_learnt(model: LyraRegressor) -> None:
    loaded = reload(model)
    assert list(vars(loaded)) == list(vars(model))
    assert loaded.get_params() == model.get_params()
    assert loaded.history_ == model.history_
    assert loaded.alphabet_ == model.alphabet_
    assert (loaded.n_iter_, loaded.n_parameters_, loaded.max_length_) == (
        model.n_iter_,
        model.n_parameters_,
        model.max_length_,
    )
    np.testing.assert_array_equal(loaded.embed(X), model.embed(X))


def test_an_unfitted_model_is_saved_as_such() -> None:
    loaded = reload(regressor())
    assert vars(loaded) == vars(regressor())
    found = loaded.fit(X, Y).predict(X)
    np.testing.assert_array_equal(found, regressor().fit(X, Y).predict(X))


def test_models_are_mapped_into_memory(tmp_path: Path) -> None:
    model = regressor().fit(X, Y)
    joblib.dump(model, tmp_path / "model.joblib")
    loaded = joblib.load(tmp_path / "model.joblib", mmap_mode="r")
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    # that memory cannot be written to, but training goes on
    expected = model.partial_fit(X, Y).predict(X)
    np.testing.assert_array_equal(loaded.partial_fit(X, Y).predict(X), expected)


def test_a_deep_copy_is_the_same_and_apart(model: LyraRegressor) -> None:
    before = model.predict(X)
    twin = copy.deepcopy(model)
    np.testing.assert_array_equal(twin.predict(X), before)
    assert (twin.partial_fit(X, Y).predict(X) != before).all()
    np.testing.assert_array_equal(model.predict(X), before)


def test_files_and_buffers_hold_the_same(model: LyraRegressor, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    joblib.dump(model, tmp_path / "model.gz", compress=3)
    buffer.seek(0)
    for loaded in (joblib.load(buffer), joblib.load(tmp_path / "model.gz")):
        np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
