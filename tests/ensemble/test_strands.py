"""Sequences that mean the same along either strand."""

from __future__ import annotations

import numpy as np
import pytest
from Bio.Seq import reverse_complement
from sklearn.base import clone

from sklyra import PUBLISHED, LyraClassifier, LyraRegressor
from tests.settings import BOTH_STRANDS

RNG = np.random.default_rng(0)
X = ["".join(RNG.choice(list("ACGT"), n)) for n in RNG.integers(8, 13, size=60)]
Y = np.array([float(x.count("AC") + x.count("GT")) for x in X])
OTHER = [reverse_complement(x) for x in X]


@pytest.mark.parametrize("alphabet", ["rna", "protein"])
def test_what_has_no_other_strand_is_refused(alphabet):
    model = LyraRegressor(**BOTH_STRANDS, alphabet=alphabet)
    with pytest.raises(ValueError, match=f"{alphabet}.*reverse_complement=False"):
        model.fit(["AG", "AC", "CC"], [1, 2, 3])
    with pytest.raises(ValueError, match="numbers"):
        LyraRegressor(**BOTH_STRANDS).fit(RNG.normal(size=(5, 4)), np.arange(5))


@pytest.mark.parametrize("parts", [True, False], ids=["all parts", "networks alone"])
def test_both_strands_predict_the_same(parts):
    options = {**BOTH_STRANDS, "gaussian_process": parts, "perceptron": parts}
    model = LyraRegressor(**options).fit(X, Y)
    np.testing.assert_allclose(model.predict(X), model.predict(OTHER), rtol=1e-5)
    np.testing.assert_allclose(model.embed(X), model.embed(OTHER), rtol=2e-4, atol=1e-5)
    assert len(model.embed(X)) == 60
    plain = clone(model).set_params(reverse_complement=False).fit(X, Y)
    assert np.abs(plain.predict(X) - plain.predict(OTHER)).max() > 1e-3


def test_a_fitted_model_stays_what_it_is():
    model = LyraRegressor(**BOTH_STRANDS).fit(X, Y)
    expected = model.predict(X)
    model.set_params(reverse_complement=False)
    np.testing.assert_array_equal(model.predict(X), expected)


def test_classes_too():
    labels = np.where(np.median(Y) < Y, "high", "low")
    model = LyraClassifier(**BOTH_STRANDS).fit(X, labels)
    proba = model.predict_proba(X)
    np.testing.assert_allclose(proba, model.predict_proba(OTHER), rtol=1e-4)
    assert model.oof_prediction_.shape == (60, 2)


@pytest.mark.slow
def test_training_sees_both_strands():
    """Motifs that training has on one strand only are known on the other."""
    text = [x.replace("GT", "GA") + "C" for x in X]
    y = np.array([float(x.count("AC")) for x in text])
    options = {**BOTH_STRANDS, "max_epochs": 30, "gaussian_process": False}
    model = LyraRegressor(**options).fit(text, y)
    other = [reverse_complement(x) for x in text]
    assert np.corrcoef(model.predict(other), y)[0, 1] > 0.8


def test_strands_are_held_out_together():
    noise = np.random.default_rng(1).normal(size=60)
    model = LyraRegressor(**{**BOTH_STRANDS, "n_members": 5}).fit(X, noise)
    assert model.oof_prediction_.shape == (60,)
    assert np.isfinite(model.oof_prediction_).all()
    # who saw one strand would know the noise of the other
    assert model.oof_score_ < 0.2


def test_validation_data_and_weights():
    weight = np.ones(40)
    weight[::5] = 0
    model = LyraRegressor(**BOTH_STRANDS).fit(
        X[:40], Y[:40], sample_weight=weight, X_val=X[40:], y_val=Y[40:]
    )
    assert model.oof_prediction_.shape == (20,)
    # the epoch and the stacking weights are chosen by other rows of X_val
    assert np.corrcoef(model.oof_prediction_, model.predict(X[40:]))[0, 1] > 0.9


def test_chunk_by_chunk():
    model = LyraRegressor(**BOTH_STRANDS).partial_fit(X, Y).partial_fit(X, Y)
    np.testing.assert_allclose(model.predict(X), model.predict(OTHER), rtol=1e-5)


def test_the_published_network_reads_one_strand():
    assert PUBLISHED["reverse_complement"] is False
