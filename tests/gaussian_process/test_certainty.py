"""Variance of held-out rows and of parts of the training rows, against `Posterior`."""

import numpy as np
import pytest

from sklyra.alphabets import DNA
from sklyra.gaussian_process import Certainty, GaussianProcess, Posterior
from sklyra.sequences import check_sequences


@pytest.fixture(scope="module")
def fitted():
    rng = np.random.default_rng(0)
    letters = rng.choice(list("ACGT"), size=(80, 6))
    sequences = check_sequences(["".join(row) for row in letters], alphabet=DNA)
    y = (letters == "A").sum(axis=1) + 0.1 * rng.normal(size=80)
    target = np.stack([y, -2 * y + 1], axis=1)
    target[:20, 1] = np.nan  # two groups of outputs
    process = GaussianProcess()
    weight = rng.uniform(0.5, 1.5, 80)
    return sequences, process.fit(sequences, target, weight, np.random.RandomState(0))


def without(posterior, rows):
    """Condition on the other rows, by the same kernel and scale."""
    training = posterior.training.take(rows)
    return Posterior(
        posterior.kernel,
        posterior.feature_map,
        training,
        posterior.solution[rows],
        posterior.scale,
    )


def test_the_variance_is_that_of_the_posterior(fitted):
    sequences, posterior = fitted
    found = Certainty(posterior).variance(sequences)
    assert found == pytest.approx(posterior.variance(sequences), rel=1e-8, abs=1e-12)


def test_rows_held_out_are_as_uncertain_as_if_never_seen(fitted):
    sequences, posterior = fitted
    fold = np.arange(80) % 4
    folds = [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(3)]
    found = Certainty(posterior).held_out(sequences, folds)
    for train, valid in folds:
        expected = without(posterior, train).variance(sequences.take(valid))
        assert found[valid] == pytest.approx(expected, rel=1e-6)
    assert np.isnan(found[fold == 3]).all()


def test_a_part_of_the_rows_is_less_certain(fitted, monkeypatch):
    sequences, posterior = fitted
    whole = Certainty(posterior).variance(sequences)
    monkeypatch.setattr("sklyra.gaussian_process.certainty._MOST", 30)
    part = Certainty(posterior).variance(sequences)
    assert (part >= whole - 1e-9).all()
    assert part.mean() > 1.1 * whole.mean()


def test_the_covariance_has_the_variance_on_its_diagonal(fitted):
    sequences, posterior = fitted
    few = sequences.take(np.arange(0, 80, 7))
    variance = posterior.variance(few)
    for output in range(2):
        found = Certainty(posterior).covariance(few, output)
        assert np.diag(found) == pytest.approx(variance[:, output], rel=1e-6)
        assert found == pytest.approx(found.T)
        assert np.linalg.eigvalsh(found).min() > -1e-9


def test_of_an_output_that_no_row_has_the_prior_is_known(fitted):
    sequences, posterior = fitted
    certainty = Certainty(without(posterior, np.arange(20)))  # of which none has two
    found = certainty.variance(sequences)
    prior = np.diag(certainty.covariance(sequences, 1))
    np.testing.assert_allclose(found[:, 1], prior, rtol=1e-10)
    assert (found[:, 0] / posterior.scale[0] < found[:, 1] / posterior.scale[1]).all()
