"""S4D against the recurrence that its convolution stands for."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from sklyra.nn import S4D, S4DKernel, convolution
from sklyra.nn.convolution import convolve, kernel_length, transform_size


def recurrence(kernel: S4DKernel, u: Tensor) -> Tensor:
    """x[t] = exp(dt A) x[t-1] + (exp(dt A) - 1)/A u[t], y[t] = 2 Re(C x[t]) + D u[t].

    One step at a time, for u of shape (L, D), in double precision.
    """
    A = torch.complex(-kernel.log_decay.double().exp(), kernel.frequency.double())
    dt_A = A * kernel.log_dt.double().exp()[:, None]  # (D, N/2)
    C = torch.view_as_complex(kernel.C.detach().double())
    B = (dt_A.exp() - 1) / A
    x = torch.zeros_like(A)
    out = []
    for now in u.double():
        x = dt_A.exp() * x + B * now[:, None]
        y = 2 * (C * x).sum(dim=-1).real
        out.append(y if kernel.D is None else y + kernel.D.double() * now)
    return torch.stack(out)


@pytest.mark.parametrize("length", [1, 2, 3, 16, 17, 100, 331])
def test_convolution_is_the_recurrence(length: int) -> None:
    layer = S4D(d_model=6, d_state=8)
    u = torch.randn(2, length, 6)
    expected = torch.stack([recurrence(layer.kernel, row) for row in u])
    got = convolve(u, layer.operator(length)).permute(1, 2, 0)
    torch.testing.assert_close(got.double(), expected, atol=2e-5, rtol=1e-5)


@pytest.mark.parametrize("length", [1, 2, 17, 100])
def test_second_direction_is_the_recurrence_run_backwards(length: int) -> None:
    layer = S4D(d_model=6, d_state=8, bidirectional=True)
    u = torch.randn(length, 6)
    expected = recurrence(layer.kernel, u)
    # the response to what stands behind begins one position away
    behind = recurrence(layer.kernel_back, u.flip(0)).flip(0)
    expected[:-1] += behind[1:]
    got = convolve(u[None], layer.operator(length))[:, 0].T
    torch.testing.assert_close(got.double(), expected, atol=2e-5, rtol=1e-5)


@pytest.mark.parametrize("length", [1, 2, 5, 64, 1000, 4099])
def test_kernel_is_its_closed_form(length: int) -> None:
    kernel = S4DKernel(d_model=4, d_state=64)
    A = torch.complex(-kernel.log_decay.double().exp(), kernel.frequency.double())
    dt_A = A * kernel.log_dt.double().exp()[:, None]
    weight = torch.view_as_complex(kernel.C.detach().double()) * (dt_A.exp() - 1) / A
    powers = (dt_A[..., None] * torch.arange(length)).exp()
    expected = 2 * (weight[..., None] * powers).sum(dim=1).real
    expected[:, 0] += kernel.D
    got = kernel(length)
    assert got.shape == (4, length)
    torch.testing.assert_close(got.double(), expected, atol=2e-4, rtol=1e-4)
    # the same formula in double precision leaves no room for another formula
    torch.testing.assert_close(
        kernel.double()(length), expected, atol=1e-10, rtol=1e-10
    )


def test_longer_kernel_begins_with_the_shorter_one() -> None:
    kernel = S4DKernel(d_model=4, d_state=8).double()
    torch.testing.assert_close(kernel(100)[:, :37], kernel(37))


def test_causal_layer_ignores_what_comes_later() -> None:
    layer = S4D(d_model=6, d_state=8).double()
    u = torch.randn(1, 30, 6, dtype=torch.float64)
    changed = u.clone()
    changed[:, 20:] += 1
    difference = (layer(changed) - layer(u)).abs().amax(dim=-1)[0]
    assert difference[:20].max() < 1e-12
    assert difference[20:].min() > 1e-3


def test_bidirectional_layer_sees_both_ends_from_everywhere() -> None:
    layer = S4D(d_model=6, d_state=8, bidirectional=True).double()
    u = torch.randn(1, 30, 6, dtype=torch.float64)
    for changed_at in (0, 29):
        changed = u.clone()
        changed[:, changed_at] += 1
        assert (layer(changed) - layer(u)).abs().amax(dim=-1).min() > 1e-6


@given(
    lengths=st.lists(st.integers(1, 40), min_size=1, max_size=5),
    bidirectional=st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_padding_changes_nothing(lengths: list[int], bidirectional: bool) -> None:
    layer = S4D(d_model=4, d_state=8, bidirectional=bidirectional).double()
    longest = max(lengths) + 3
    u = torch.randn(len(lengths), longest, 4, dtype=torch.float64)
    mask = torch.arange(longest) < torch.tensor(lengths)[:, None]
    out = layer(u, mask)
    assert (out[~mask] == 0).all()
    for row, length in enumerate(lengths):
        alone = layer(u[row : row + 1, :length])
        torch.testing.assert_close(out[row, :length], alone[0])


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("length", [30, 151])
def test_operator_serves_shorter_sequences(length: int, bidirectional: bool) -> None:
    layer = S4D(d_model=4, d_state=8, bidirectional=bidirectional).double()
    operator = layer.operator(length)
    for shorter in (1, length - 9, kernel_length(length)):
        u = torch.randn(2, shorter, 4, dtype=torch.float64)
        torch.testing.assert_close(layer(u, operator=operator), layer(u))


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("length", [1, 2, 30, 128, 129, 200])
def test_both_forms_of_the_convolution_agree(
    monkeypatch: pytest.MonkeyPatch, length: int, bidirectional: bool
) -> None:
    layer = S4D(d_model=4, d_state=8, bidirectional=bidirectional).double()
    u = torch.randn(3, length, 4, dtype=torch.float64, requires_grad=True)
    parameters = [u, *layer.parameters()]
    weight = torch.randn(3, length, 4, dtype=torch.float64)
    found = []
    for short in (0, 1000):
        monkeypatch.setattr(convolution, "_SHORT", short)
        out = layer(u)
        found.append([out, *torch.autograd.grad((out * weight).sum(), parameters)])
        assert layer.operator(length).is_complex() == (short == 0)
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("length", [1, 2, 7, 121, 237, 1000, 65_536])
def test_transform_is_long_enough_and_not_much_longer(length: int) -> None:
    size = transform_size(length)
    assert size % 2 == 0
    assert 2 * length <= size <= max(16, 2.5 * length)


def test_odd_number_of_states_is_refused() -> None:
    with pytest.raises(ValueError, match="d_state=7 is odd"):
        S4DKernel(d_model=4, d_state=7)


def test_half_precision_keeps_its_dtype(device: str) -> None:
    dtype = torch.bfloat16
    layer = S4D(d_model=4, d_state=8).to(device)
    u = torch.randn(2, 20, 4, device=device)
    reference = layer(u)
    half = layer.to(dtype)(u.to(dtype))
    assert half.dtype == dtype
    torch.testing.assert_close(half.float(), reference, atol=0.1, rtol=0.1)
