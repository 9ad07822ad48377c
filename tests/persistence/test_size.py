"""Size of saved models, which hold no training data."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import numpy as np
import pytest
from skorch.callbacks import EpochScoring

from sklyra import PROTEIN, LyraRegressor
from sklyra.datasets import make_epistasis
from sklyra.sequences import check_sequences
from tests.persistence.cases import Model, X, Y, classifier, regressor


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
    residues = rng.choice(list(PROTEIN.letters), (1000, 30))
    proteins = ["".join(row) for row in residues]
    y = rng.normal(size=1000)
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
        model.fit(proteins[:500], y[:500], X_val=proteins[500:], y_val=y[500:])
    saved = pickle.dumps(model)
    assert len(saved) < 3_000_000
    codes = check_sequences(proteins, alphabet="protein").values.reshape(1000, 30)
    target = model._ensemble.target
    scaled = target.read(y, np.arange(1000), learn=False)
    data = pickle.dumps((proteins, codes, codes.astype(np.int64), y, scaled))
    for row in (0, 1, 499, 500, 998):
        traces = [proteins[row][start : start + 10].encode() for start in (0, 10, 20)]
        traces += windows(codes[row], 10) + windows(codes[row].astype(np.int64), 10)
        traces += [y[row].tobytes(), scaled[row : row + 2].tobytes()]
        assert all(trace in data for trace in traces)  # the search is not a blind one
        assert not any(trace in saved for trace in traces)


@pytest.mark.parametrize("make", [regressor, classifier])
def test_networks_of_more_sequences_are_not_larger(make: Callable[..., Model]) -> None:
    P, values, *_ = make_epistasis(1000, length=12, random_state=1)
    if make is classifier:
        values = values > 0
    scoring = EpochScoring("r2" if make is regressor else "accuracy")
    model = make(callbacks=[scoring], max_epochs=2, gaussian_process=False)
    sizes = []
    for n in (200, 1000):
        model.fit(P[:n], values[:n])
        # numbers for each sequence, which users ask for
        model.oof_prediction_ = None
        model._ensemble.held_out = np.empty(0)
        doubt = model._ensemble.doubt
        doubt.rows, doubt.output, doubt.encoded = np.empty((3, 0))
        doubt.intervals = []
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


@pytest.mark.slow
def test_an_epoch_adds_little_to_a_model() -> None:
    sizes = [
        len(pickle.dumps(regressor(max_epochs=epochs, batch_size=8).fit(X, Y)))
        for epochs in (2, 7)
    ]
    assert sizes[1] - sizes[0] < 2 * 5 * 500  # networks and perceptrons


def test_what_only_training_needs_is_not_kept(model: LyraRegressor) -> None:
    """Moments of weights, and callbacks, unless training goes on."""
    for net in model.nets_ + model.perceptrons_:
        assert not net.optimizer_.state
        assert net.callbacks_ == []
        assert all("batches" not in row for row in net.history)
    warm = regressor(warm_start=True).fit(X, Y)
    assert all(net.optimizer_.state for net in warm.nets_)
    assert len(pickle.dumps(warm)) > 2 * len(pickle.dumps(model))
