"""Variants of a parent: the same numbers as any other sequences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sklyra import LyraRegressor
from sklyra._training import prediction
from sklyra.nn import S4D, variants
from sklyra.nn.convolution import convolve
from sklyra.nn.variants import Parent, convolve_variants, find_parent

PROTEINS = list("ACDEFGHIKLMNPQRSTVWY")


@given(
    length=st.integers(1, 40),
    n_sequences=st.integers(1, 6),
    share=st.sampled_from([0.0, 0.05, 0.3, 1.0]),
    bidirectional=st.booleans(),
    seed=st.integers(0, 10**6),
)
@settings(max_examples=60, deadline=None)
def test_changes_of_a_parent_add_up_to_the_convolution(
    length: int, n_sequences: int, share: float, bidirectional: bool, seed: int
) -> None:
    draw = torch.Generator().manual_seed(seed)
    layer = S4D(d_model=3, d_state=4, bidirectional=bidirectional).double()
    table = torch.randn(9, 3, dtype=torch.float64, generator=draw)
    rows = torch.randint(9, (length,), generator=draw)
    other = torch.randint(9, (n_sequences, length), generator=draw)
    changed = torch.rand(n_sequences, length, generator=draw) < share
    values = torch.where(changed, other, rows)
    parent = Parent.of(rows, table, layer.matrices(length))
    expected = convolve(table[values], layer.operator(length))
    torch.testing.assert_close(convolve_variants(values, table, parent), expected)


def variants_of(
    rows: torch.Tensor, n_sequences: int, n_changes: int, rng: np.random.Generator
) -> torch.Tensor:
    values = rows.repeat(n_sequences, 1)
    for row in values:
        at = torch.from_numpy(rng.choice(len(rows), n_changes, replace=False))
        row[at] = torch.from_numpy(rng.integers(1000, 2000, n_changes))
    return values


def test_a_parent_is_found_without_being_there(rng: np.random.Generator) -> None:
    rows = torch.from_numpy(rng.integers(0, 1000, 150))
    values = variants_of(rows, 150, 15, rng)
    assert not (values == rows).all(dim=1).any()
    found = find_parent(values)
    assert found is not None
    assert found.equal(rows)


@pytest.mark.parametrize(
    ("n_sequences", "length", "n_changes"),
    [(150, 150, 45), (149, 150, 5), (400, 128, 5), (400, 385, 5)],
    ids=["too different", "too few", "too short", "too long"],
)
def test_no_parent_is_found_where_it_would_not_help(
    n_sequences: int, length: int, n_changes: int, rng: np.random.Generator
) -> None:
    rows = torch.from_numpy(rng.integers(0, 1000, length))
    assert find_parent(variants_of(rows, n_sequences, n_changes, rng)) is None


@pytest.mark.parametrize(
    "options",
    [{}, {"n_s4d_layers": 2, "pooling": "mean"}, {"pgc_hidden": ()}],
    ids=str,
)
def test_predictions_do_not_depend_on_a_parent(
    options: dict[str, Any],
    rng: np.random.Generator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wild_type = rng.choice(PROTEINS, 140)
    X = []
    for n_changes in rng.integers(0, 6, 300):
        at = rng.choice(140, n_changes, replace=False)
        X.append(wild_type.copy())
        X[-1][at] = rng.choice(PROTEINS, n_changes)
    X = ["".join(x) for x in X]
    small = {"d_model": 8, "pgc_hidden": (4, 8), "d_state": 8, "n_members": 2}
    apart = {"gaussian_process": False, "perceptron": False, "max_epochs": 1}
    model = LyraRegressor(**{**small, **apart, **options}, random_state=0)
    model.fit(X, rng.normal(size=300))
    for call in (model.predict, model.embed):
        check_parents(call, X, monkeypatch)


def check_parents(
    call: Callable[[list[str]], Any], X: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []

    def noted(values: torch.Tensor) -> torch.Tensor | None:
        found.append(variants.find_parent(values))
        return found[-1]

    monkeypatch.setattr(prediction, "find_parent", noted)
    with_parent = call(X)
    assert len(found) == 1
    assert found[0] is not None
    monkeypatch.setattr(prediction, "find_parent", lambda values: None)
    without = call(X)
    np.testing.assert_allclose(with_parent, without, rtol=1e-5, atol=1e-5)
    # and on company: alone, a sequence is no variant of others
    monkeypatch.setattr(prediction, "find_parent", noted)
    alone = np.concatenate([call([x]) for x in X[:5]])
    np.testing.assert_allclose(with_parent[:5], alone, rtol=1e-5, atol=1e-5)
