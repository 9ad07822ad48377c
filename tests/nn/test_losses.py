"""Losses against loops over sequences and pairs."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sklyra import LyraRegressor
from sklyra.batching import SequenceDataset, TrainingBatches
from sklyra.datasets import make_epistasis
from sklyra.nn import VALUE_LOSSES, BinaryCrossEntropy, CrossEntropy
from sklyra.sequences import Inputs, check_sequences
from tests.settings import LOSSES


def squared(output, target, weight):
    """Missing targets are left out of sums, and counted in what sums are divided by."""
    error = [
        w * sum((o - t) ** 2 for o, t in measured(os, ts)) / len(os)
        for os, ts, w in zip(output, target, weight, strict=True)
    ]
    return sum(error) / len(error)


def measured(output, target):
    pairs = zip(output, target, strict=True)
    return [(o, t) for o, t in pairs if not math.isnan(t)]


def huber(output, target, weight):
    total = 0.0
    for os, ts, w in zip(output, target, weight, strict=True):
        for o, t in measured(os, ts):
            off = abs(o - t)
            total += w / len(os) * (off**2 if off < 1 else 2 * off - 1)
    return total / len(output)


def ranking(output, target, weight):
    total, count = 0.0, 0.0
    for i in range(len(output)):
        for j in range(len(output)):
            for k in range(len(output[0])):
                if target[i][k] > target[j][k]:  # never true of NaN
                    recognized = 1 / (1 + math.exp(output[j][k] - output[i][k]))
                    total -= weight[i] * weight[j] * math.log(recognized)
                    count += weight[i] * weight[j]
    return squared(output, target, weight) + (total / count if count else 0)


PLAIN = {"squared_error": squared, "huber": huber, "ranking": ranking}


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(PLAIN)), st.integers(1, 7), st.integers(1, 3), st.data())
def test_value_losses_are_their_equations(name, n, n_outputs, data):
    # whole targets tie now and then
    number = st.one_of(st.integers(-3, 3), st.just(math.nan))
    draw = [data.draw(number) for _ in range(n * n_outputs)]
    target = torch.tensor(draw, dtype=torch.float64).reshape(n, n_outputs)
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    output = torch.from_numpy(rng.normal(0, 2, (n, n_outputs))).requires_grad_()
    weight = torch.from_numpy(rng.uniform(0.1, 2, n))
    got = VALUE_LOSSES[name]()(output, target, weight)
    expected = PLAIN[name](output.tolist(), target.tolist(), weight.tolist())
    assert got.item() == pytest.approx(expected, rel=1e-9)
    got.backward()
    step = 1e-6
    for index in np.ndindex(n, n_outputs):
        sides = []
        for sign in (1, -1):
            moved = output.detach().clone()
            moved[index] += sign * step
            sides.append(PLAIN[name](moved.tolist(), target.tolist(), weight.tolist()))
        slope = (sides[0] - sides[1]) / (2 * step)
        assert output.grad[index].item() == pytest.approx(slope, rel=1e-4, abs=1e-7)
        if target[index].isnan():
            assert output.grad[index] == 0


@pytest.mark.parametrize("name", sorted(VALUE_LOSSES))
def test_where_nothing_was_measured_nothing_is_lost(name):
    output = torch.tensor([[5.0, 1.0], [2.0, 3.0]], requires_grad=True)
    loss = VALUE_LOSSES[name]()(output, torch.full((2, 2), torch.nan), torch.ones(2))
    loss.backward()
    assert loss == 0
    assert (output.grad == 0).all()


def test_cross_entropy_is_its_equation():
    rng = np.random.default_rng(0)
    logits, weight = rng.normal(0, 2, (6, 3)), rng.uniform(0.1, 2, 6)
    classes = [0, 2, -1, 1, 1, 2]
    proba = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    known = [i for i in range(6) if classes[i] >= 0]
    expected = sum(-weight[i] * np.log(proba[i, classes[i]]) for i in known) / 6
    slope = np.zeros((6, 3))
    slope[known] = (proba - np.eye(3)[classes])[known] * weight[known, None] / 6
    parts = [torch.from_numpy(np.asarray(x)) for x in (logits, classes, weight)]
    loss = CrossEntropy()(parts[0].requires_grad_(), *parts[1:])
    loss.backward()
    assert loss.item() == pytest.approx(expected)
    np.testing.assert_allclose(parts[0].grad, slope, atol=1e-12)
    assert (parts[0].grad[2] == 0).all()


def test_binary_cross_entropy_is_its_equation():
    """Signs are labels, sizes are weights, and NaN is neither lost nor learned."""
    rng = np.random.default_rng(0)
    logits, weight = rng.normal(0, 2, (6, 3)), rng.uniform(0.1, 2, 6)
    target = rng.choice([-1.0, -0.3, 2.0], (6, 3))
    target[[0, 0, 3], [0, 2, 1]] = math.nan
    target[5] = math.nan
    proba, size = 1 / (1 + np.exp(-logits)), np.abs(target)
    right = np.where(target > 0, proba, 1 - proba)
    expected = (weight[:, None] * np.nan_to_num(-size * np.log(right))).mean()
    slope = np.nan_to_num(size * (proba - (target > 0))) * weight[:, None] / 18
    parts = [torch.from_numpy(np.asarray(x)) for x in (logits, target, weight)]
    loss = BinaryCrossEntropy()(parts[0].requires_grad_(), *parts[1:])
    loss.backward()
    assert loss.item() == pytest.approx(expected)
    np.testing.assert_allclose(parts[0].grad, slope, atol=1e-12)
    assert (parts[0].grad[np.isnan(target)] == 0).all()
    far = torch.tensor([[90.0, -90.0]], requires_grad=True)
    loss = BinaryCrossEntropy()(far, torch.tensor([[-1.0, 1.0]]), torch.ones(1))
    loss.backward()
    assert loss.item() == pytest.approx(90)
    assert far.grad.tolist() == [[0.5, -0.5]]


@pytest.mark.parametrize("name", sorted(VALUE_LOSSES))
def test_gradient_of_a_batch_is_that_of_the_loss_of_all_its_sequences(name):
    """With so many positions that other losses are worked on in pieces."""
    data = make_epistasis(24, length=200, order=2, random_state=0)
    fit = LyraRegressor(**LOSSES, loss=name, max_epochs=1, dropout=0)
    net = fit.fit(data.sequences, data.y).nets_[0]
    target = np.float32(data.y - data.y.mean())[:, None]
    weight = np.linspace(0.5, 1.5, 24, dtype=np.float32)
    rows = SequenceDataset(Inputs((check_sequences(data.sequences),)), target, weight)
    inputs, wanted = next(iter(TrainingBatches(rows, 24, None, net.module_.n_blocks)))
    parameters = list(net.module_.parameters())
    net.module_.zero_grad()
    loss = net.train_step_single((inputs, wanted))["loss"]
    ours = [p.grad.clone() for p in parameters]
    net.module_.zero_grad()
    prepared = net.module_.prepare(200, inputs.get("triples", ()))
    output = net.module_(inputs["values"], inputs.get("mask"), prepared=prepared)
    whole = VALUE_LOSSES[name]()(output, wanted, inputs["weight"])
    whole.backward()
    assert loss.item() == pytest.approx(whole.item(), rel=1e-5)
    for got, p in zip(ours, parameters, strict=True):
        torch.testing.assert_close(got, p.grad, rtol=1e-3, atol=1e-6)


@pytest.mark.slow
def test_huber_is_led_astray_less_by_outliers():
    data = make_epistasis(260, length=6, order=1, random_state=0)
    clean = (data.y - data.y.mean()) / data.y.std()
    spoilt = clean.copy()
    spoilt[::20] += 15
    off = {}
    for name in ("squared_error", "huber"):
        fit = LyraRegressor(**LOSSES, loss=name, max_epochs=8)
        fit.fit(data.sequences[:160], spoilt[:160])
        off[name] = np.mean((fit.predict(data.sequences[160:]) - clean[160:]) ** 2)
    assert off["huber"] < off["squared_error"] / 2


def test_warm_start_takes_the_loss_of_now():
    data = make_epistasis(40, length=6, order=2, random_state=0)
    fit = LyraRegressor(**LOSSES, max_epochs=1, warm_start=True)
    fit.fit(data.sequences, data.y).set_params(loss="ranking")
    fit.fit(data.sequences, data.y)
    assert isinstance(fit.nets_[0].criterion_, VALUE_LOSSES["ranking"])
