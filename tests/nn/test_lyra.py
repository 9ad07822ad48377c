"""The whole network: the published one, its masks, and its optimizer groups."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from sklyra import DNA, PROTEIN, PUBLISHED, Alphabet
from sklyra._training.pieces import back_propagate
from sklyra.batching import inputs
from sklyra.batching.windows import find_windows
from sklyra.nn import (
    POOLINGS,
    S4D,
    Dropout,
    LyraNet,
    ProjectedGatedConv,
    parameter_groups,
    set_generator,
)
from sklyra.nn.s4d import S4DKernel
from sklyra.sequences import check_sequences
from tests.nn.plain import plain, positions
from tests.nn.published import Published
from tests.settings import NET

ARCHITECTURE = {
    name: PUBLISHED[name]
    for name in (
        *("d_model", "pgc_hidden", "n_s4d_layers", "d_state", "bidirectional"),
        *("residual", "pooling", "head_hidden", "dropout"),
    )
}


def letters(alphabet: Alphabet) -> torch.Tensor:
    return torch.from_numpy(alphabet.membership.copy())


def copy_weights(source: nn.Module, target: nn.Module) -> None:
    """Both define the same parameters in the same order."""
    pairs = zip(source.parameters(), target.parameters(), strict=True)
    with torch.no_grad():
        for a, b in pairs:
            assert a.numel() == b.numel()
            b.copy_(a.reshape(b.shape))


@pytest.mark.parametrize("alphabet", [PROTEIN, DNA], ids=lambda a: a.name)
@pytest.mark.parametrize("length", [1, 9, 121])
def test_published_settings_give_the_published_network(
    alphabet: Alphabet, length: int
) -> None:
    size = len(alphabet.letters)
    published = Published(size).eval()
    with torch.no_grad():  # scales that are not all one
        for parameter in published.parameters():
            parameter += 0.1 * torch.randn_like(parameter)
    net = LyraNet(size, letters=letters(alphabet), **ARCHITECTURE).eval()
    copy_weights(published, net)
    codes = torch.randint(size, (8, length))
    one_hot = nn.functional.one_hot(codes, size).float()
    expected = published(one_hot)
    torch.testing.assert_close(net(codes), expected, atol=1e-5, rtol=0)
    torch.testing.assert_close(net(one_hot), expected, atol=1e-5, rtol=0)


def test_published_network_has_its_published_size() -> None:
    net = LyraNet(20, **ARCHITECTURE)
    assert sum(p.numel() for p in net.parameters()) == 47_169


def test_published_settings_are_the_defaults_of_the_network() -> None:
    torch.default_generator.manual_seed(1)
    explicit = LyraNet(4, **ARCHITECTURE)
    torch.default_generator.manual_seed(1)
    default = LyraNet(4)
    assert str(explicit) == str(default)
    for a, b in zip(explicit.parameters(), default.parameters(), strict=True):
        assert torch.equal(a, b)


@given(
    lengths=st.lists(st.integers(1, 30), min_size=2, max_size=5),
    bidirectional=st.booleans(),
    residual=st.booleans(),
    pooling=st.sampled_from(sorted(POOLINGS)),
    n_s4d_layers=st.integers(0, 2),
    padding=st.integers(0, 20),
)
@settings(max_examples=40, deadline=None)
def test_output_and_gradient_do_not_see_padding(
    lengths: list[int], padding: int, **options: object
) -> None:
    net = LyraNet(5, **NET, **options, head_hidden=3, dropout=0).double()
    longest = max(lengths) + padding
    x = torch.randn(len(lengths), longest, 5, dtype=torch.float64, requires_grad=True)
    mask = torch.arange(longest) < torch.tensor(lengths)[:, None]
    out = net(x, mask)
    out.sum().backward()
    assert (x.grad[~mask] == 0).all()
    assert (x.grad.abs().sum(dim=(1, 2)) > 0).all()
    for row, length in enumerate(lengths):
        alone = net(x[row : row + 1, :length].detach())
        torch.testing.assert_close(out[row], alone[0])


def gradients(net: LyraNet) -> list[torch.Tensor]:
    nothing = (torch.zeros_like(p) for p in net.parameters())
    pairs = zip(net.parameters(), nothing, strict=True)
    grads = [zero if p.grad is None else p.grad for p, zero in pairs]
    net.zero_grad()
    return grads


@pytest.mark.slow
@given(data=st.data(), seed=st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
@pytest.mark.filterwarnings("ignore::sklyra.exceptions.AlphabetWarning")
def test_fast_network_is_the_plain_one(data: st.DataObject, seed: int) -> None:
    """Outputs and every gradient, all at once and in pieces, for codes and channels."""
    alphabet = data.draw(st.sampled_from([DNA, PROTEIN]))
    few = data.draw(st.sampled_from(["A", "AC", "ACGT", "ACGTRN-"]))
    longest = data.draw(st.sampled_from([1, 8, 70, 600]))
    lengths = data.draw(st.lists(st.integers(1, longest), min_size=1, max_size=6))
    if data.draw(st.booleans()):
        lengths = [lengths[0]] * len(lengths)
    rng = np.random.default_rng(seed)
    rows = ["".join(rng.choice(list(few), length)) for length in lengths]
    sequences = check_sequences(rows, alphabet=alphabet)
    n_blocks = data.draw(st.integers(0, 3))
    table = letters(sequences.alphabet)
    net = LyraNet(
        len(sequences.alphabet.letters),
        letters=table,
        d_model=data.draw(st.sampled_from([1, 8, 9])),
        pgc_hidden=(4, 6, 3)[:n_blocks],
        n_s4d_layers=data.draw(st.integers(0, 3)),
        d_state=data.draw(st.sampled_from([2, 8])),
        bidirectional=data.draw(st.booleans()),
        residual=data.draw(st.booleans()),
        pooling=data.draw(st.sampled_from(sorted(POOLINGS))),
        dropout=0,
    ).double()
    with torch.no_grad():  # scales and biases that are not all one or zero
        for parameter in net.parameters():
            parameter += 0.1 * torch.randn_like(parameter)
    codes, _ = sequences.padded()
    channels = table.double()[torch.from_numpy(codes).long()]
    expected = plain(net, channels, torch.tensor(lengths))
    target = torch.randn_like(expected)
    (expected * target).sum().backward()
    expected_grads = gradients(net)
    batch = inputs(find_windows(sequences, n_blocks))
    few_positions = data.draw(st.integers(1, 2 * longest))

    def loss_of(output: torch.Tensor, at: slice) -> torch.Tensor:
        return (output * target[at]).sum()

    mask = torch.arange(channels.shape[1]) < torch.tensor(lengths)[:, None]
    expected_positions = positions(net, channels, mask[..., None])
    for arguments in (batch, {**batch, "values": channels, "triples": ()}):
        torch.testing.assert_close(net.positions(**arguments), expected_positions)
        assert (net.positions(**arguments)[~mask] == 0).all()
        output = net(**arguments)
        (output * target).sum().backward()
        torch.testing.assert_close(output, expected)
        for a, b in zip(gradients(net), expected_grads, strict=True):
            torch.testing.assert_close(a, b)
        loss, output = back_propagate(
            net.prepare, net, loss_of, arguments, few_positions
        )
        torch.testing.assert_close(loss, (expected * target).sum())
        torch.testing.assert_close(output, expected)
        for a, b in zip(gradients(net), expected_grads, strict=True):
            torch.testing.assert_close(a, b)


@pytest.mark.slow
@pytest.mark.parametrize("length", [5, 100, 600])
def test_fast_network_is_the_plain_one_in_single_precision(length: int) -> None:
    rng = np.random.default_rng(0)
    rows = ["".join(rng.choice(list("ACGT"), length)) for _ in range(4)]
    sequences = check_sequences(rows, alphabet="dna")
    net = LyraNet(4, letters=letters(DNA), bidirectional=True, dropout=0)
    batch = inputs(find_windows(sequences, 2))
    channels = letters(DNA)[torch.from_numpy(sequences.padded()[0]).long()]
    lengths = torch.full((4,), length)
    results = []
    for run in (
        lambda: net(**batch),
        lambda: plain(net, channels, lengths),
        lambda: plain(net.double(), channels.double(), lengths),
    ):
        output = run()
        output.sum().backward()
        results.append((output, gradients(net)))
    (fast, fast_grads), (slow, slow_grads), (_, exact_grads) = results
    torch.testing.assert_close(fast, slow, atol=1e-5, rtol=0)
    # Long kernels lose digits in single precision whichever way they are computed.
    for a, b, true in zip(fast_grads, slow_grads, exact_grads, strict=True):
        size = float(true.abs().max())
        allowed = 1e-5 * size + 2 * float((b - true).abs().max())
        torch.testing.assert_close(a.double(), true, atol=allowed, rtol=0)


def test_what_a_preparer_remembers_fits_the_next_batch() -> None:
    """Whatever the length of the one before, with a parent and without."""
    net = LyraNet(4, letters=letters(DNA), **NET, bidirectional=True).eval()
    preparer = net.preparer()
    triples = [torch.zeros(1, 3, dtype=torch.int64)] * net.n_blocks
    with torch.inference_mode():
        for length in (10, 7, 200, 199, 10, 300, 200):
            codes = torch.randint(4, (2, length))
            expected = net(codes)
            torch.testing.assert_close(
                net(codes, prepared=preparer.prepare(length)), expected
            )
            rows = torch.zeros(length, dtype=torch.int64)  # all the same window
            alike = preparer.prepare(length, triples, rows)
            assert alike.parent is not None
            torch.testing.assert_close(
                net(rows[None], prepared=alike),
                net(rows[None], prepared=net.prepare(length, triples)),
            )


def test_degenerate_code_is_embedded_as_the_mean_of_its_letters() -> None:
    net = LyraNet(4, letters=letters(DNA), **NET).eval()
    r, a, g = (DNA.characters.index(c) for c in "RAG")
    table = net.embed(net.letters)
    torch.testing.assert_close(table[r], (table[a] + table[g]) / 2)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_every_parameter_is_in_one_group_and_dynamics_are_slow(
    bidirectional: bool,
) -> None:
    net = LyraNet(4, **NET, n_s4d_layers=2, bidirectional=bidirectional)
    weights, dynamics = parameter_groups(net, 0.01, 0.1, 0.0)
    grouped = [id(p) for group in (weights, dynamics) for p in group["params"]]
    assert sorted(grouped) == sorted(id(p) for p in net.parameters())
    names = {id(p): name.rpartition(".")[2] for name, p in net.named_parameters()}
    assert {names[id(p)] for p in dynamics["params"]} == set(S4DKernel.state_parameters)
    assert len(dynamics["params"]) == 3 * 2 * (1 + bidirectional)
    assert (dynamics["lr"], dynamics["weight_decay"]) == (0.001, 0.0)
    assert (weights["lr"], weights["weight_decay"]) == (0.01, 0.1)


def test_dropout_acts_in_training_only_and_from_its_generator() -> None:
    net = LyraNet(4, **NET, head_hidden=3, dropout=0.5)
    x = torch.randn(2, 6, 4)
    before = torch.get_rng_state()

    def draw(seed: int) -> torch.Tensor:
        set_generator(net, torch.Generator().manual_seed(seed))
        return net(x)

    assert torch.equal(draw(1), draw(1))
    assert not torch.equal(draw(1), draw(2))
    assert torch.equal(torch.get_rng_state(), before)
    net.eval()
    assert torch.equal(draw(1), draw(2))


@pytest.mark.parametrize("tied", [False, True])
def test_dropout_keeps_the_mean_and_ties_positions(tied: bool) -> None:
    out = Dropout(0.25, tied=tied)(torch.ones(50, 40, 30))
    assert out.unique().tolist() == [0.0, pytest.approx(4 / 3)]
    assert out.mean().item() == pytest.approx(1, abs=0.05)
    assert bool((out == out[..., :1]).all()) is tied


@pytest.mark.parametrize(
    "layer",
    [
        ProjectedGatedConv(4, 6),
        S4D(4, 8),
        S4D(4, 8, bidirectional=True),
        *(pooling(4) for pooling in POOLINGS.values()),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_no_layer_sends_a_gradient_to_padding(layer: nn.Module) -> None:
    x = torch.randn(3, 9, 4, requires_grad=True)
    mask = torch.arange(9) < torch.tensor([9, 4, 1])[:, None]
    layer(x, mask).pow(3).sum().backward()
    assert (x.grad[~mask] == 0).all()
    assert (x.grad.abs().sum(dim=(1, 2)) > 0).all()
