"""The Gaussian process as a base model: memory, effects and shares of variance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.metrics import r2_score

import sklyra
import sklyra.ensemble.gaussian_process as part_of_process
from sklyra import LyraRegressor
from sklyra.datasets import make_pairs
from sklyra.ensemble.gaussian_process import _explained, _limited
from sklyra.exceptions import MemoryWarning
from sklyra.gaussian_process import Posterior, column_evidence, posterior
from sklyra.gaussian_process.factors import Factors
from tests.ensemble.cases import X, Y
from tests.settings import ENSEMBLE, SINGLE


def test_shares_explain_no_more_than_what_is_held_out():
    shares = {"additive": 0.5, "pairwise": 0.1, "unexplained": 0.4}
    found = _limited(shares, 0.3)
    assert found == pytest.approx(
        {"additive": 0.25, "pairwise": 0.05, "unexplained": 0.7}
    )
    assert _limited(shares, 0.9) == pytest.approx(shares)
    assert _limited(dict.fromkeys(shares, 0.0), 0.0) == dict.fromkeys(shares, 0.0)
    target = np.arange(10.0)[:, None]
    weight = np.arange(1.0, 11)
    error = target + np.sin(target)
    expected = r2_score(target, error, sample_weight=weight)
    assert _explained(error, target, weight) == pytest.approx(expected)
    assert _explained(-target, target, weight) == 0
    assert _explained(target, np.ones_like(target), weight) == 0


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("can't allocate memory")]
)
@pytest.mark.parametrize(
    ("owner", "scarce"), [(Factors, "compute"), (Posterior, "held_out")]
)
def test_process_goes_on_with_fewer_sequences(
    regressor, monkeypatch, owner, scarce, error
):
    function = getattr(owner, scarce)

    def crowded(self, *args):
        if len(self.training) > 20:
            raise error
        return function(self, *args)

    monkeypatch.setattr(owner, scarce, crowded)
    with pytest.warns(MemoryWarning, match="goes on with") as caught:
        model = LyraRegressor(**ENSEMBLE).fit(X, Y)
    assert len(caught) == 2  # 60 to 30, 15
    assert len(model.gaussian_process_.training) == 15
    np.testing.assert_array_equal(
        np.isfinite(model.oof_prediction_), np.isfinite(regressor.oof_prediction_)
    )
    assert model.stacking_weights_.shape == regressor.stacking_weights_.shape


def test_process_predicts_fewer_sequences_at_a_time(regressor, monkeypatch):
    function = Posterior.predict
    expected = regressor.predict(X)

    def crowded(self, sequences):
        if len(sequences) > 20:
            raise MemoryError
        return function(self, sequences)

    monkeypatch.setattr(Posterior, "predict", crowded)
    with pytest.warns(MemoryWarning, match="at a time") as caught:
        found = regressor.predict(X)
    assert len(caught) == 2  # 60 to 30, 15
    assert found == pytest.approx(expected, rel=1e-9)


def test_process_says_that_one_sequence_is_too_many(regressor, monkeypatch):
    def full(self, sequences):
        raise MemoryError

    monkeypatch.setattr(Posterior, "predict", full)
    with pytest.raises(MemoryError, match="gaussian_process=False"):
        regressor.predict(X[:1])


def test_other_errors_of_the_process_are_not_taken_for_memory(monkeypatch):
    def broken(self, *args):
        raise RuntimeError("something else")

    monkeypatch.setattr(Factors, "compute", broken)
    with pytest.raises(RuntimeError, match="something else"):
        LyraRegressor(**ENSEMBLE).fit(X, Y)


def test_additive_effects_are_found(rng):
    text = ["".join(rng.choice(list("ACGT"), 10)) for _ in range(300)]
    worth = {"A": -2.0, "C": 0.0, "G": 1.0, "T": 4.0}
    y = 10 + np.array([worth[x[3]] - worth[x[8]] for x in text])
    model = LyraRegressor(**{**ENSEMBLE, "max_epochs": 1}).fit(text, y)
    found = model.additive_effects_
    assert len(found["position"]) == len(found["letter"]) == len(found["effect"]) == 40
    table = dict(
        zip(
            zip(found["position"].tolist(), found["letter"], strict=True),
            found["effect"],
            strict=True,
        )
    )
    for letter, value in worth.items():
        assert table[3, letter] - table[3, "C"] == pytest.approx(value, abs=0.8)
        assert table[8, letter] - table[8, "C"] == pytest.approx(-value, abs=0.8)
        assert abs(table[5, letter]) < 0.1
    shares = model.variance_shares_
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["additive"] > 0.8


@pytest.mark.slow
def test_variance_that_is_epistasis_is_found(rng):
    text = ["".join(rng.choice(list("AC"), 10)) for _ in range(300)]
    y = np.array([(1.0 if x[2] == x[7] else -1.0) for x in text])
    model = LyraRegressor(**{**ENSEMBLE, "max_epochs": 1}).fit(text, y)
    assert model.variance_shares_["pairwise"] > 0.6
    noise = LyraRegressor(**{**ENSEMBLE, "max_epochs": 1}).fit(
        text, rng.normal(size=300)
    )
    assert noise.variance_shares_["unexplained"] > 0.5


def test_without_a_gaussian_process_nothing_is_explained(regressor):
    model = clone(regressor).fit(X, Y)
    assert model.additive_effects_["effect"].shape == (48,)
    model.set_params(gaussian_process=False).fit(X, Y)
    assert not hasattr(model, "additive_effects_")
    assert not hasattr(model, "variance_shares_")


def test_effects_of_several_outputs_have_a_column_each(classifier):
    assert classifier.additive_effects_["effect"].shape == (48, 3)


@pytest.fixture
def pairs(monkeypatch):
    """Pairs, and kernels of tables that are found once, from 30 and 40 rows."""
    monkeypatch.setattr(part_of_process, "FEW_ROWS", 30)
    monkeypatch.setattr(posterior, "_LEARN_AGAIN", 0)
    stages = ((30, 3, True), (40, 2, False))
    monkeypatch.setattr(column_evidence, "_STAGES", stages)
    table, y, _ = make_pairs(90, random_state=0)
    return pd.DataFrame(table), y


@pytest.mark.slow
def test_kernels_of_tables_are_averaged(pairs, tmp_path):
    table, y = pairs
    fitted, new = table[:60], table[60:]
    model = LyraRegressor(**ENSEMBLE).fit(fitted, y[:60])
    part = model._part("gaussian_process")
    posteriors = [part.posterior, *part.others]
    noises = {one.kernel.noise.item() for one in posteriors}
    assert len(noises) == 3  # each from other rows

    inputs = model._read_known(new)
    both = np.mean([one.predict(inputs) for one in posteriors], axis=0)
    expected = model._ensemble.target.decode(part.scores.mix(both), "level")
    found = model.predict_parts(new)["gaussian_process"][0]
    assert found == pytest.approx(expected, rel=1e-9)

    out = np.flatnonzero(model._ensemble.held_by == 0)
    folds = [(np.setdiff1d(np.arange(60), out), out)]
    known = model._read_known(fitted)
    both = np.mean([one.held_out(folds, known)[1] for one in posteriors], axis=0)
    number = model._ensemble.parts.index(part)
    found = model._ensemble.held_out[number]
    assert found[out] == pytest.approx(part.scores.mix(both)[out], rel=1e-5)

    model.save(tmp_path / "model.lyra")
    again = sklyra.load(tmp_path / "model.lyra")
    np.testing.assert_array_equal(again.predict(new), model.predict(new))


@pytest.mark.slow
def test_kernels_are_averaged_where_rows_leave_a_choice(pairs, monkeypatch):
    table, y = pairs

    def count(n, X=table):
        model = LyraRegressor(**SINGLE, perceptron=False).fit(X[:n], y[:n])
        return 1 + len(model._part("gaussian_process").others)

    assert count(30) == 1  # all rows are compared
    assert count(31) == 3
    assert count(31, table["target"]) == 1  # sequences alone
    monkeypatch.setattr(part_of_process, "_MOST_AVERAGED", 40)
    assert (count(40), count(41)) == (3, 1)
