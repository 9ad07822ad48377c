"""A saved model is the same model wherever it is loaded, and holds no training data."""

from __future__ import annotations

import copy
import importlib
import io
import os
import pickle
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
import torch
from skops import io as skops_io
from skorch.callbacks import EpochScoring

from sklyra import (
    PROTEIN,
    TRUSTED_TYPES,
    LyraClassifier,
    LyraRegressor,
    PhysicochemicalEncoder,
    SubstitutionMatrixEncoder,
)
from sklyra.datasets import load_splice_junctions, make_epistasis
from sklyra.ensemble import Ensemble
from sklyra.estimators import base
from sklyra.exceptions import SklyraWarning, VersionWarning
from sklyra.sequences import check_sequences

SMALL: dict[str, Any] = {
    "n_members": 2,
    "d_model": 16,
    "pgc_hidden": (8, 16),
    "d_state": 8,
    "head_hidden": 16,
    "max_epochs": 3,
    "batch_size": 32,
    "n_threads": 1,
    "random_state": 0,
}

Model = LyraRegressor | LyraClassifier


def regressor(**changes: Any) -> LyraRegressor:
    return LyraRegressor(**(SMALL | changes))


def classifier(**changes: Any) -> LyraClassifier:
    return LyraClassifier(**(SMALL | changes))


X, Y, *_ = make_epistasis(100, length=12, random_state=0)
RAGGED = [sequence[: 4 + i % 9] for i, sequence in enumerate(X)]
GENES, SITES = load_splice_junctions(return_X_y=True)
GENES, SITES = GENES[::30], SITES[::30]


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


def outputs(model: Model, X: Any) -> np.ndarray:
    """Predict numbers, whatever the model."""
    if isinstance(model, LyraClassifier):
        return model.predict_proba(X)
    return model.predict(X)


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


def in_new_process(script: str, *arguments: str, **environment: str) -> str:
    """Run a script with warnings as errors, and give what it prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


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


@pytest.fixture(scope="module")
def model() -> LyraRegressor:
    """Fit one for tests that only read it."""
    return regressor().fit(X, Y)


def reload(model: Any, **options: Any) -> Any:
    return pickle.loads(pickle.dumps(model, **options))


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


# Training data


def windows(values: np.ndarray, size: int) -> list[bytes]:
    """Cut the first row of an array into pieces that overlap by half."""
    return [
        values[start : start + size].tobytes()
        for start in range(0, len(values) - size + 1, size // 2)
    ]


@pytest.mark.parametrize("method", ["fit", "validated fit", "partial_fit"])
def test_networks_of_many_sequences_are_small_and_hold_none(method: str) -> None:
    """The default networks; ten residues in a row never come up by chance."""
    rng = np.random.default_rng(0)
    residues = rng.choice(list(PROTEIN.letters), (2000, 30))
    proteins = ["".join(row) for row in residues]
    y = rng.normal(size=2000)
    model = LyraRegressor(
        gaussian_process=False,
        n_members=2,
        max_epochs=1,
        batch_size=64,
        n_threads=1,
        random_state=0,
        callbacks=[EpochScoring("r2"), EpochScoring("r2", name="on", on_train=True)],
    )
    if method == "partial_fit":
        model.partial_fit(proteins, y)
    elif method == "fit":
        model.fit(proteins, y)
    else:
        model.fit(proteins[:1000], y[:1000], X_val=proteins[1000:], y_val=y[1000:])
    saved = pickle.dumps(model)
    assert len(saved) < 3_000_000
    codes = check_sequences(proteins, alphabet="protein").values.reshape(2000, 30)
    target = model._ensemble.target
    scaled = target.read(y, np.arange(2000), learn=False)
    data = pickle.dumps((proteins, codes, codes.astype(np.int64), y, scaled))
    for row in (0, 1, 999, 1000, 1998):
        traces = [proteins[row][start : start + 10].encode() for start in (0, 10, 20)]
        traces += windows(codes[row], 10) + windows(codes[row].astype(np.int64), 10)
        traces += [y[row].tobytes(), scaled[row : row + 2].tobytes()]
        assert all(trace in data for trace in traces)  # the search is not a blind one
        assert not any(trace in saved for trace in traces)


@pytest.mark.parametrize("make", [regressor, classifier])
def test_networks_of_more_sequences_are_not_larger(make: Callable[..., Model]) -> None:
    P, values, *_ = make_epistasis(2000, length=12, random_state=1)
    if make is classifier:
        values = values > 0
    scoring = EpochScoring("r2" if make is regressor else "accuracy")
    model = make(callbacks=[scoring], max_epochs=2, gaussian_process=False)
    sizes = []
    for n in (200, 2000):
        model.fit(P[:n], values[:n])
        # numbers for each sequence, which users ask for
        model.oof_prediction_ = None
        model._ensemble.held_out = np.empty(0)
        sizes.append(len(pickle.dumps(model)))
    assert abs(sizes[1] - sizes[0]) < 2000


@pytest.mark.slow
def test_a_gaussian_process_holds_a_byte_for_each_residue() -> None:
    rng = np.random.default_rng(0)
    proteins = ["".join(row) for row in rng.choice(list(PROTEIN.letters), (400, 150))]
    model = regressor(n_members=1, max_epochs=1)
    sizes = [
        len(pickle.dumps(model.fit(proteins[:n], np.arange(n)).gaussian_process_))
        for n in (200, 400)
    ]
    assert sizes[1] - sizes[0] < 200 * (150 + 125)


def test_an_epoch_adds_little_to_a_model() -> None:
    sizes = [
        len(pickle.dumps(regressor(max_epochs=epochs, batch_size=8).fit(X, Y)))
        for epochs in (2, 7)
    ]
    assert sizes[1] - sizes[0] < 2 * 5 * 500  # networks and perceptrons


# Training that goes on


def test_partial_fit_goes_on_as_if_never_saved() -> None:
    model = regressor().partial_fit(X, Y).partial_fit(X, Y)
    loaded = reload(model)
    for again in (model, loaded):
        again.partial_fit(X, Y)
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    # it is the third epoch, not a first one
    losses = [row["train_loss"] for row in loaded.history_]
    assert losses == [row["train_loss"] for row in model.history_]
    assert losses[-1] < losses[0]
    first = regressor().partial_fit(X, Y)
    assert (first.predict(X) != loaded.predict(X)).all()


@pytest.mark.slow
@pytest.mark.parametrize("make", [regressor, classifier])
def test_warm_fits_go_on_as_if_never_saved(make: Callable[..., Model]) -> None:
    target = Y if make is regressor else np.where(Y > 0, "high", "low")
    model = make(warm_start=True, lr=0.01, max_epochs=6, early_stopping=False)
    model.fit(X, target)
    start = model.history_[0]["train_loss"]
    end = model.history_[-1]["train_loss"]
    loaded = reload(model)
    for again in (model, loaded):
        again.fit(X, target)
    np.testing.assert_array_equal(outputs(loaded, X), outputs(model, X))
    # the first new epoch is nearer to the last old one than to the first
    goes_on = loaded.history_[-6]["train_loss"]
    assert abs(goes_on - end) < abs(goes_on - start)


# Devices


def test_auto_is_what_it_means_where_the_model_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """torch's device without data stands for a CUDA that may not be there."""
    model = regressor(warm_start=True).fit(X, Y)
    saved = pickle.dumps(model)
    devices = {"auto": "meta"}
    monkeypatch.setattr(base, "resolve_device", devices.__getitem__)
    loaded = pickle.loads(saved)
    assert loaded.device == "auto"
    assert loaded.nets_[0].device == "meta"
    assert {p.device.type for p in loaded.nets_[0].module_.parameters()} == {"meta"}
    states = loaded.nets_[0].optimizer_.state.values()
    moments = [value for state in states for value in state.values() if value.dim()]
    assert {moment.device.type for moment in moments} == {"meta"}


@pytest.mark.parametrize("device", ["cuda", "cuda:1"])
def test_a_model_for_cuda_warns_and_works_without(
    device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = regressor(device="cpu").fit(X, Y)
    expected = model.predict(X)
    model.device = device
    saved = pickle.dumps(model)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.warns(SklyraWarning, match=rf"device='{device}'.*onto the CPU"):
        loaded = pickle.loads(saved)
    assert loaded.device == device
    assert loaded.nets_[0].device == "cpu"
    np.testing.assert_array_equal(loaded.predict(X), expected)
    # to train there, the device must be chosen
    with pytest.raises(ValueError, match="finds no CUDA device"):
        loaded.partial_fit(X, Y)
    loaded.set_params(device="auto").partial_fit(X, Y)
    assert (loaded.predict(X) != expected).any()


def test_a_model_for_any_device_does_not_warn(model: LyraRegressor) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert reload(model).nets_[0].device == base.resolve_device("auto")


LOAD_WITHOUT_CUDA = """
import pickle, sys
import numpy as np
import torch

assert not torch.cuda.is_available()
with open(sys.argv[1], "rb") as file:
    model, X = pickle.load(file)
assert model.nets_[0].device == "cpu"
np.save(sys.argv[2], model.predict(X))
model.partial_fit(X, np.arange(len(X)))
"""


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_a_model_from_cuda_predicts_without(tmp_path: Path) -> None:
    model = regressor(device="auto").fit(X, Y)
    assert next(model.nets_[0].module_.parameters()).is_cuda
    file, found = tmp_path / "model.pickle", tmp_path / "found.npy"
    file.write_bytes(pickle.dumps((model, X)))
    assert next(model.nets_[0].module_.parameters()).is_cuda
    in_new_process(LOAD_WITHOUT_CUDA, str(file), str(found), CUDA_VISIBLE_DEVICES="")
    # another processor rounds differently
    np.testing.assert_allclose(np.load(found), model.predict(X), rtol=1e-3, atol=1e-3)
    here = pickle.loads(file.read_bytes())[0]
    assert next(here.nets_[0].module_.parameters()).is_cuda
    np.testing.assert_array_equal(here.predict(X), model.predict(X))
    expected = model.partial_fit(X, Y).predict(X)
    np.testing.assert_allclose(
        here.partial_fit(X, Y).predict(X), expected, rtol=1e-3, atol=1e-3
    )


def test_files_and_buffers_hold_the_same(model: LyraRegressor, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    joblib.dump(model, tmp_path / "model.gz", compress=3)
    buffer.seek(0)
    for loaded in (joblib.load(buffer), joblib.load(tmp_path / "model.gz")):
        np.testing.assert_array_equal(loaded.predict(X), model.predict(X))


# Versions


KEPT = sorted((Path(__file__).parent / "data").glob("models_*.joblib"))


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_models_of_earlier_versions_predict_what_they_did(path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", VersionWarning)
        kept = joblib.load(path)
    assert set(kept) == {"regressor", "ragged", "classifier"}
    for part in kept.values():
        found = outputs(part["model"], part["X"])
        np.testing.assert_allclose(found, part["expected"], rtol=1e-4, atol=1e-5)


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


@pytest.mark.parametrize(
    ("make", "changes"),
    [
        (regressor, {"encoding": PhysicochemicalEncoder()}),
        (regressor, {"encoding": SubstitutionMatrixEncoder(), "loss": "huber"}),
        (regressor, {"loss": "ranking", "verbose": 1, "alphabet": PROTEIN}),
        (classifier, {"pooling": "attention"}),
    ],
)
def test_skops_reads_models_by_the_published_list(
    make: Callable[..., Model],
    changes: dict[str, Any],
    capfd: pytest.CaptureFixture[str],
) -> None:
    model = make(max_epochs=1, n_members=1, **changes).fit(RAGGED, (Y > 0).astype(int))
    saved = skops_io.dumps(model)
    assert set(skops_io.get_untrusted_types(data=saved)) <= set(TRUSTED_TYPES)
    loaded = skops_io.loads(saved, trusted=TRUSTED_TYPES)
    np.testing.assert_array_equal(outputs(loaded, RAGGED), outputs(model, RAGGED))


def test_the_published_list_has_names_that_exist() -> None:
    for name in TRUSTED_TYPES:
        module, _, thing = name.rpartition(".")
        assert hasattr(importlib.import_module(module), thing), name


def plain(value: Any) -> bool:
    """Whether a state can be written without knowing any class."""
    if isinstance(value, np.ndarray):
        return value.dtype != object
    if type(value) is dict:
        return all(type(key) is str and plain(part) for key, part in value.items())
    if type(value) is list:
        return all(plain(part) for part in value)
    return value is None or type(value) in (bool, int, float, str)


def test_states_are_plain_values_and_arrays(model: LyraRegressor) -> None:
    labels = np.where(np.median(Y) < Y, "b", "a")
    for each in (model, classifier().fit(X, labels)):
        state = each._ensemble.to_state()
        assert plain(state)
        assert plain(each._reader.to_state())
        again = Ensemble.from_state(state).predict(each._read_known(X), "float32")
        np.testing.assert_array_equal(again, each._predict(each._read_known(X)))
        with pytest.raises(ValueError, match="version 2"):
            Ensemble.from_state({**state, "version": 2})


def test_what_only_training_needs_is_not_kept(model: LyraRegressor) -> None:
    """Moments of weights, and callbacks, unless training goes on."""
    for net in model.nets_ + model.perceptrons_:
        assert not net.optimizer_.state
        assert net.callbacks_ == []
        assert all("batches" not in row for row in net.history)
    warm = regressor(warm_start=True).fit(X, Y)
    assert all(net.optimizer_.state for net in warm.nets_)
    assert len(pickle.dumps(warm)) > 2 * len(pickle.dumps(model))
