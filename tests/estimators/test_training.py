"""Training: epochs, early stopping, groups, warm starts and options of the network."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sklyra import PUBLISHED, LyraClassifier, LyraRegressor, SubstitutionMatrixEncoder
from sklyra.nn import POOLINGS
from tests.estimators.cases import LABELS, X, Y
from tests.settings import NETWORK


def test_history_has_a_row_for_each_epoch(regressor: LyraRegressor) -> None:
    frame = pd.DataFrame(regressor.history_)
    columns = ["network", "member", "epoch", "train_loss", "valid_loss", "lr"]
    columns.append("seconds")
    assert sorted(frame.columns) == sorted(columns)
    assert list(frame["epoch"]) == [1, 2, 3]
    assert regressor.n_iter_ == 3


def test_best_epoch_is_kept() -> None:
    """Validated on the opposite of what is learnt, late epochs are worse."""
    options = {**NETWORK, "lr": 0.01, "max_epochs": 20}
    opposite = 2 * Y.mean() - Y
    model = LyraRegressor(**options).fit(X, Y, X_val=X, y_val=opposite)
    losses = [row["valid_loss"] for row in model.history_]
    assert losses[-1] > 1.2 * min(losses)
    error = np.mean((model.predict(X) - opposite) ** 2) / Y.var()
    assert error == pytest.approx(min(losses), rel=1e-3)


def test_training_stops_when_validation_no_longer_improves() -> None:
    options = {**NETWORK, "lr": 0.01, "max_epochs": 50, "n_iter_no_change": 2}
    model = LyraRegressor(**options).fit(X, Y, X_val=X, y_val=2 * Y.mean() - Y)
    losses = [row["valid_loss"] for row in model.history_]
    assert len(losses) == int(np.argmin(losses)) + 3 < 50


def test_groups_are_held_out_whole() -> None:
    """Group-wise targets cannot be validated by members of the same group."""
    groups = np.arange(60) % 6
    y = np.random.default_rng(0).normal(size=6)[groups]
    seen: dict[str, set[int]] = {}

    from skorch.callbacks import Callback

    class Spy(Callback):
        def on_epoch_begin(
            self, net: Any, dataset_train: Any, dataset_valid: Any
        ) -> None:
            for name, data in (("train", dataset_train), ("valid", dataset_valid)):
                rows = data.sequences.decode()
                seen[name] = {int(groups[X.index(row)]) for row in rows}

    LyraRegressor(**NETWORK, callbacks=[Spy()]).fit(X, y, groups=groups)
    assert seen["valid"]
    assert not seen["train"] & seen["valid"]
    assert seen["train"] | seen["valid"] == set(range(6))


def test_partial_fit_trains_one_epoch_a_call() -> None:
    model = LyraRegressor(**{**NETWORK, "lr": 0.01})
    first = model.partial_fit(X, Y).score(X, Y)
    for _ in range(30):
        model.partial_fit(X, Y)
    assert model.n_iter_ == 31
    assert model.score(X, Y) > max(first, 0.3)
    classifier = LyraClassifier(**NETWORK)
    classifier.partial_fit(X[:5], LABELS[:5], classes=["few", "many", "some"])
    classifier.partial_fit(X, LABELS)
    assert list(classifier.classes_) == ["few", "many", "some"]
    assert not any(name.startswith("_given") for name in vars(classifier))


def test_warm_start_goes_on_from_the_last_fit() -> None:
    model = LyraRegressor(**NETWORK, warm_start=True).fit(X, Y)
    before = model.predict(X)
    model.set_params(lr=1e-9).fit(X, Y)
    np.testing.assert_allclose(model.predict(X), before, atol=1e-3)
    assert model.n_iter_ == 6
    assert not np.allclose(
        model.set_params(warm_start=False).fit(X, Y).predict(X), before
    )


def test_embedding_is_what_the_head_sees(regressor: LyraRegressor) -> None:
    features = regressor.embed(X)
    assert features.shape == (60, 32)
    assert features.dtype == np.float32
    import torch

    head = regressor.nets_[0].module_.head.eval()
    out = head(torch.from_numpy(features)).detach().numpy()[:, 0]
    np.testing.assert_allclose(
        out * Y.std() + Y.mean(), regressor.predict(X), atol=0.05
    )


@pytest.mark.parametrize(
    ("encoding", "pooling"),
    [
        *(("one-hot", pooling) for pooling in POOLINGS),
        ("substitution", "mean"),
        ("physicochemical", "attention"),
    ],
)
def test_options_of_the_network_train(encoding: str, pooling: str) -> None:
    options = {**NETWORK, "pooling": pooling, "encoding": encoding, "n_s4d_layers": 2}
    options |= {"max_epochs": 25, "lr": 0.01, "early_stopping": False}
    assert LyraRegressor(**options).fit(X, Y).score(X, Y) > 0.5


def test_encoding_may_be_an_encoder() -> None:
    model = LyraRegressor(**NETWORK, encoding=SubstitutionMatrixEncoder("PAM30"))
    other = LyraRegressor(**NETWORK, encoding="substitution")
    assert not np.allclose(model.fit(X, Y).predict(X), other.fit(X, Y).predict(X))


def test_published_settings_fit() -> None:
    model = LyraRegressor(**{**PUBLISHED, "max_epochs": 1}, random_state=0).fit(X, Y)
    assert model.n_parameters_ == 47_169
    assert np.isfinite(model.predict(X)).all()


def test_parameters_survive_set_and_get() -> None:
    model = LyraRegressor(d_model=32, pgc_hidden=(4,))
    assert model.get_params()["pgc_hidden"] == (4,)
    assert model.set_params(d_model=8).d_model == 8
    assert "d_model=8" in repr(model)


def test_tiny_and_odd_collections_fit() -> None:
    for rows, y in ((["A", "C"], [0.0, 1.0]), (["ACDEF"], [2.0]), (X[:19], Y[:19])):
        model = LyraRegressor(**NETWORK).fit(rows, y)
        assert np.isfinite(model.predict(rows)).all()
    constant = LyraRegressor(**NETWORK).fit(X, np.full(60, 3.5))
    assert np.isfinite(constant.predict(X)).all()
    two = LyraClassifier(**NETWORK).fit(["ACD", "EFG"], ["x", "y"])
    assert set(two.predict(["ACD", "EFG"])) <= {"x", "y"}
