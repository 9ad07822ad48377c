"""The recipe: steps, schedules, and networks built again."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from sklyra import PUBLISHED, LyraRegressor
from sklyra._training import make_net, predict_nets
from sklyra.datasets import load_cr6261
from sklyra.ensemble.steps import step_plan
from sklyra.features import AlignedPositions
from sklyra.nn import SquaredError
from sklyra.sequences import Inputs, check_sequences
from tests.nn.published import Published
from tests.nn.test_lyra import copy_weights


@pytest.mark.slow
def test_published_settings_take_the_published_steps() -> None:
    """AdamW on all weights, as published: the same weights after the same batches.

    Without dropout, whose random numbers differ. All rows are one batch, so that their
    order does not matter.
    """
    X, y = load_cr6261(return_X_y=True)
    X, y = X[::64], y[::64]
    options = {**PUBLISHED, "dropout": 0.0, "early_stopping": False, "max_epochs": 4}
    model = LyraRegressor(**options, random_state=0)
    start = LyraRegressor(**{**options, "lr": 1e-12, "max_epochs": 1}, random_state=0)
    net = Published(20)
    copy_weights(start.fit(X, y).nets_[0].module_, net)
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.01)
    one_hot = F.one_hot(
        torch.from_numpy(check_sequences(X).padded()[0]).long(), 20
    ).float()
    target = torch.tensor((y - y.mean()) / y.std(), dtype=torch.float32)
    for _ in range(4):
        optimizer.zero_grad()
        F.mse_loss(net(one_hot)[:, 0], target).backward()
        optimizer.step()
    trained = model.fit(X, y).nets_[0].module_
    for ours, theirs in zip(trained.parameters(), net.parameters(), strict=True):
        torch.testing.assert_close(
            ours, theirs.reshape(ours.shape), atol=2e-5, rtol=1e-4
        )


def test_networks_can_be_built_again_from_plain_values_and_arrays() -> None:
    X = ["ACDEF", "EFGHI", "ACDEI"] * 8
    options = {"d_model": np.int64(8), "pgc_hidden": (np.int64(4), 6), "d_state": 4}
    model = LyraRegressor(**options, n_members=1, max_epochs=1, random_state=0)
    model.fit(X, np.arange(24.0))
    sequences = check_sequences(X, alphabet=model.alphabet_)
    for net, rows in (
        (model.nets_[0], sequences),
        (model.perceptrons_[0], AlignedPositions(sequences)(sequences)),
    ):
        held = net.module_options()
        plain = {k: v for k, v in held.items() if not isinstance(v, np.ndarray)}
        assert json.loads(json.dumps(plain)) == plain
        settings = {"lr": 0.1, "weight_decay": 0.0, "state_weight_decay": 0.0}
        again = make_net(
            type(net.module_),
            held,
            criterion=SquaredError,
            device="cpu",
            seed=1,
            **settings,
        )
        arrays = {k: v.numpy() for k, v in net.module_.state_dict().items()}
        again.module_.load_state_dict(
            {k: torch.from_numpy(v) for k, v in arrays.items()}
        )
        expected = predict_nets([net], Inputs((rows,)))
        np.testing.assert_array_equal(predict_nets([again], Inputs((rows,))), expected)


def rates(**options: Any) -> list[float]:
    from skorch.callbacks import Callback

    seen: list[float] = []

    class Spy(Callback):
        def on_grad_computed(self, net: Any, **kwargs: Any) -> None:
            seen.append(net.optimizer_.param_groups[0]["lr"])

    LyraRegressor(
        d_model=8,
        pgc_hidden=(4,),
        d_state=4,
        n_members=1,
        gaussian_process=False,
        perceptron=False,
        callbacks=[Spy()],
        **options,
    ).fit(["ACDEF", "EFGHI"] * 40, np.arange(80.0))
    return seen


def test_schedules_give_their_rates() -> None:
    options = {"max_epochs": 10, "batch_size": 8, "lr": 0.01, "early_stopping": False}
    constant = rates(lr_schedule="constant", **options)
    assert constant == [0.01] * 100
    cosine = np.array(rates(lr_schedule="cosine", **options))
    np.testing.assert_allclose(cosine[:5], 0.01 * np.arange(1, 6) / 5)
    angle = np.pi * np.arange(1, 96) / 95
    np.testing.assert_allclose(cosine[5:], 0.01 * (0.5 + 0.5 * np.cos(angle)))


@pytest.mark.parametrize(
    ("n_samples", "length", "expected"),
    [
        (1, 100, (8, 40)),
        (200, 100, (8, 40)),
        (2000, 100, (64, 31)),
        (50_000, 100, (64, 20)),
        (65_535, 100, (64, 20)),
        (70_000, 100, (128, 19)),
        (200_000, 100, (256, 6)),
        (1000, 16_000, (32, 8)),
        (1000, 10**6, (32, 2)),
    ],
)
def test_steps_follow_the_number_of_sequences_and_positions(
    n_samples: int, length: int, expected: tuple[int, int]
) -> None:
    assert step_plan(n_samples, n_samples * length, "auto", "auto") == expected
    assert step_plan(n_samples, n_samples * length, 7, 3) == (7, 3)
