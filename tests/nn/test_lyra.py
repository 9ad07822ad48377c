"""The whole network: the published one, its masks, and its optimizer groups."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from sklyra import DNA, PROTEIN, PUBLISHED, Alphabet
from sklyra.batching import inputs
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
from tests.nn.published import Published

ARCHITECTURE = {
    name: PUBLISHED[name]
    for name in (
        *("d_model", "pgc_hidden", "n_s4d_layers", "d_state", "bidirectional"),
        *("residual", "pooling", "head_hidden", "dropout"),
    )
}
SMALL = {"d_model": 8, "pgc_hidden": (4, 6), "d_state": 8}


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
    net = LyraNet(5, **SMALL, **options, head_hidden=3, dropout=0).double()
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


@given(
    data=st.data(),
    n_blocks=st.integers(1, 3),
    residual=st.booleans(),
    alphabet=st.sampled_from([DNA, PROTEIN]),
)
@settings(max_examples=40, deadline=None)
@pytest.mark.filterwarnings("ignore::sklyra.exceptions.AlphabetWarning")
def test_sharing_equal_neighbourhoods_changes_nothing(
    data: st.DataObject, n_blocks: int, residual: bool, alphabet: Alphabet
) -> None:
    """Forward and every gradient, against the layers position by position."""
    few = data.draw(st.sampled_from(["A", "AC", "ACGT", "ACGTRN-"]))
    text = st.text(few, min_size=1, max_size=60)
    rows = data.draw(st.lists(text, min_size=1, max_size=8))
    sequences = check_sequences(rows, alphabet=alphabet)
    codes, _ = sequences.padded()
    batch = inputs(sequences, n_blocks)
    net = LyraNet(
        len(sequences.alphabet.letters),
        letters=letters(sequences.alphabet),
        **{**SMALL, "pgc_hidden": (4, 6, 3)[:n_blocks]},
        residual=residual,
        dropout=0,
    ).double()
    results = []
    for arguments in (
        batch,
        {"values": torch.from_numpy(codes), "mask": batch.get("mask")},
    ):
        net.zero_grad()
        out = net(**arguments)
        out.square().sum().backward()
        results.append((out, [p.grad.clone() for p in net.parameters()]))
    (fast, fast_grads), (plain, plain_grads) = results
    torch.testing.assert_close(fast, plain)
    for a, b in zip(fast_grads, plain_grads, strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize("n_blocks", [1, 2, 3])
def test_neighbourhoods_are_shared_where_they_recur(n_blocks: int) -> None:
    same = inputs(check_sequences(["ACGGT" * 20] * 4, alphabet="dna"), n_blocks)
    assert len(same["triples"]) == n_blocks
    # five different triples inside, and those that see an end
    assert [len(rows) for rows in same["triples"]] == [7, 9, 11][:n_blocks]
    rng = np.random.default_rng(0)
    rows = ["".join(rng.choice(list(PROTEIN.letters), 50)) for _ in range(10)]
    assert "triples" not in inputs(check_sequences(rows), n_blocks)


def test_degenerate_code_is_embedded_as_the_mean_of_its_letters() -> None:
    net = LyraNet(4, letters=letters(DNA), **SMALL).eval()
    r, a, g = (DNA.characters.index(c) for c in "RAG")
    table = net.embed(net.letters)
    torch.testing.assert_close(table[r], (table[a] + table[g]) / 2)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_every_parameter_is_in_one_group_and_dynamics_are_slow(
    bidirectional: bool,
) -> None:
    net = LyraNet(4, **SMALL, n_s4d_layers=2, bidirectional=bidirectional)
    weights, dynamics = parameter_groups(net, 0.01, 0.1, 0.0)
    grouped = [id(p) for group in (weights, dynamics) for p in group["params"]]
    assert sorted(grouped) == sorted(id(p) for p in net.parameters())
    names = {id(p): name.rpartition(".")[2] for name, p in net.named_parameters()}
    assert {names[id(p)] for p in dynamics["params"]} == set(S4DKernel.state_parameters)
    assert len(dynamics["params"]) == 3 * 2 * (1 + bidirectional)
    assert (dynamics["lr"], dynamics["weight_decay"]) == (0.001, 0.0)
    assert (weights["lr"], weights["weight_decay"]) == (0.01, 0.1)


def test_dropout_acts_in_training_only_and_from_its_generator() -> None:
    net = LyraNet(4, **SMALL, head_hidden=3, dropout=0.5)
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
    layer(x, mask).square().sum().backward()
    assert (x.grad[~mask] == 0).all()
    assert (x.grad.abs().sum(dim=(1, 2)) > 0).all()
