"""Covariates that tell nothing of the target, left out of models of tables."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import sklyra
from sklyra import LyraClassifier, LyraRegressor
from sklyra.cli.main import main
from sklyra.exceptions import CovariateWarning
from tests.settings import SINGLE

NETWORKS = {**SINGLE, "gaussian_process": False}

N = 500
_RNG = np.random.default_rng(0)
TEXT = ["".join(_RNG.choice(list("ACGT"), 6)) for _ in range(N)]
Y = np.array([text.count("A") for text in TEXT]) + 0.3 * _RNG.normal(size=N)
PLATE = np.where(_RNG.random(N) < 0.5, "first", "second")
DOSE = _RNG.normal(size=N)
TABLE = pd.DataFrame({"sequence": TEXT, "plate": PLATE})


def used(model):
    return {row["name"]: row["used"] for row in model.columns_}


@pytest.fixture(scope="module")
def model():
    with pytest.warns(CovariateWarning, match="tell nothing of y .*: 'plate'"):
        return LyraRegressor(**SINGLE).fit(TABLE, Y)


@pytest.mark.slow
def test_a_model_without_a_useless_covariate_is_that_of_its_sequences(model):
    assert used(model) == {"sequence": True, "plate": False}
    alone = LyraRegressor(**SINGLE).fit(TEXT, Y)
    np.testing.assert_array_equal(model.predict(TABLE), alone.predict(TEXT))
    np.testing.assert_array_equal(model.oof_prediction_, alone.oof_prediction_)
    assert model.variance_shares_ == alone.variance_shares_


@pytest.mark.slow
def test_what_a_useless_column_holds_makes_no_difference(model, tmp_path, capsys):
    odd = TABLE.assign(plate=["", None, "third", "first"] * (N // 4))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(model.predict(odd), model.predict(TABLE))
    with pytest.raises(ValueError, match="plate"):
        model.predict(TABLE[["sequence"]])
    model.save(tmp_path / "model.lyra")
    again = sklyra.load(tmp_path / "model.lyra")
    assert used(again) == used(model)
    assert main(["info", str(tmp_path / "model.lyra")]) == 0
    assert "sequence, plate (not used)" in capsys.readouterr().out
    assert "plate (category, not used)" in sklyra.report(again).html
    np.testing.assert_array_equal(again.predict(odd), model.predict(TABLE))


@pytest.mark.slow
def test_columns_that_are_named_stay():
    model = LyraRegressor(**SINGLE, columns={"plate": "category"})
    with warnings.catch_warnings():
        warnings.simplefilter("error", CovariateWarning)
        model.fit(TABLE, Y)
    assert used(model) == {"sequence": True, "plate": True}


@pytest.mark.slow
def test_classes_and_facing_letters():
    other = "ACGT"
    target = [t[:3] + other[k % 4] + t[4:] for k, t in enumerate(TEXT)]
    table = pd.DataFrame(
        {"plate": PLATE, "guide": TEXT, "dose": DOSE, "target": target, "x": 1.0}
    )
    y = (np.median(Y) < Y + 2 * DOSE).astype(int)
    with pytest.warns(CovariateWarning, match="y .*: 'plate'"):
        model = LyraClassifier(**NETWORKS).fit(table, y)
    found = used(model)
    assert found["dose"]
    assert not found["plate"]
    assert not found["x"]
    without = table[["guide", "dose", "target"]]
    alone = LyraClassifier(**NETWORKS).fit(without, y)
    np.testing.assert_array_equal(
        model.predict_proba(table), alone.predict_proba(without)
    )


@pytest.mark.slow
def test_training_goes_on_with_the_same_covariates():
    with pytest.warns(CovariateWarning, match="y .*: 'plate'"):
        model = LyraRegressor(**SINGLE, warm_start=True).fit(TABLE, Y)
    model.fit(TABLE, Y + (PLATE == "first"))  # of use by now, but too late
    assert not used(model)["plate"]


def test_the_first_of_many_batches_leaves_nothing_out():
    model = LyraRegressor(**SINGLE).partial_fit(TABLE, Y)
    assert used(model) == {"sequence": True, "plate": True}
