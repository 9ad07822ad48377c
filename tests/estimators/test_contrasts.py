"""Standard deviations of contrasts, against draws and the variances of predictions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from sklyra import LyraRegressor
from sklyra.estimators import uncertain
from sklyra.estimators.contrasts import predict_contrasts
from sklyra.estimators.draws import find_latent, posterior_covariance, without_noise
from tests.ensemble.cases import X, Y
from tests.settings import BOTH_STRANDS, ENSEMBLE

BOTH_OUTPUTS = np.column_stack([Y, np.where(np.arange(len(Y)) % 3 == 0, np.nan, -Y)])


@pytest.fixture(
    scope="module",
    params=[ENSEMBLE, BOTH_STRANDS, {**ENSEMBLE, "gaussian_process": False}],
    ids=["ensemble", "both strands", "no Gaussian process"],
)
def model(request) -> LyraRegressor:
    return LyraRegressor(**request.param).fit(X, BOTH_OUTPUTS)


def test_the_covariance_has_the_variances_of_predictions(model) -> None:
    ensemble, inputs = model._ensemble, model._read_known(X[:9])
    expected = ensemble.doubt._latent(ensemble, inputs)
    assert bool(expected.any()) is (ensemble.gaussian_process is not None)
    for k in range(2):
        latent = find_latent(ensemble, ensemble.doubt, inputs, k)
        np.testing.assert_allclose(latent.variance, expected[:, k], rtol=1e-7)


def test_contrasts_are_those_of_all_samples_together(model, monkeypatch) -> None:
    monkeypatch.setattr("sklyra.estimators.contrasts._BLOCK", 2)
    contrasts = np.zeros((5, 9))
    contrasts[np.arange(5), np.arange(4, 9)] = 1
    contrasts[:, 0] = -1
    contrasts[3, :3] = 2
    predicted, effect, std = predict_contrasts(
        model, X[:9], sparse.csr_array(contrasts)
    )
    np.testing.assert_allclose(predicted, model.predict(X[:9]), rtol=1e-6)
    np.testing.assert_allclose(effect, contrasts @ predicted, rtol=1e-9, atol=1e-12)
    ensemble, inputs = model._ensemble, model._read_known(X[:9])
    parts = uncertain.predict_members(model, inputs)
    total = uncertain.predict_std(model, inputs, parts)
    expected = np.empty((5, 2))
    for k in range(2):
        belief = posterior_covariance(ensemble, ensemble.doubt, inputs, parts, k)
        correlation, sure = without_noise(*belief, total[:, k])
        scaled = contrasts * sure
        expected[:, k] = np.sqrt(np.diag(scaled @ correlation @ scaled.T))
    np.testing.assert_allclose(std, ensemble.target.effects(expected), rtol=1e-6)
    assert (std > 0).all()
