"""Models that are loaded where the device is another."""

from __future__ import annotations

import pickle
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

from sklyra import LyraRegressor
from sklyra.estimators import saving
from sklyra.exceptions import SklyraWarning
from tests.persistence.cases import X, Y, in_new_process, regressor, reload


def test_auto_is_what_it_means_where_the_model_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """torch's device without data stands for a CUDA that may not be there."""
    model = regressor(warm_start=True).fit(X, Y)
    saved = pickle.dumps(model)
    devices = {"auto": "meta"}
    monkeypatch.setattr(saving, "resolve_device", devices.__getitem__)
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
        assert reload(model).nets_[0].device == saving.resolve_device("auto")


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
