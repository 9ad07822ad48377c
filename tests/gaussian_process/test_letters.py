"""Both products of letters against the sum over positions, written out."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sklyra import DNA, PROTEIN
from sklyra.features.similarity import letter_vectors
from sklyra.gaussian_process import features
from sklyra.gaussian_process.feature_map import FeatureMap
from sklyra.gaussian_process.letters import (
    products,
    products_of_variants,
)
from sklyra.sequences import check_sequences, find_consensus
from tests.gaussian_process.cases import fit


def written_out(one, two, table, relevance):
    """The definition, a pair at a time."""
    vectors = [[table[code] for code in row] for row in one]
    others = [[table[code] for code in row] for row in two]
    out = np.zeros((len(one), len(two)))
    for i, x in enumerate(vectors):
        for j, z in enumerate(others):
            pairs = zip(relevance, x, z, strict=True)
            out[i, j] = sum(w * (a @ b) for w, a, b in pairs)
    return out


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([DNA, PROTEIN]),
    st.integers(1, 6),
    st.integers(1, 6),
    st.integers(0, 7),
    st.floats(0, 1),
    st.integers(0, 2**32 - 1),
)
def test_both_are_the_sum_over_positions(alphabet, n, m, n_positions, mutated, seed):
    rng = np.random.default_rng(seed)
    table = letter_vectors(alphabet)
    parent = rng.integers(len(table), size=n_positions)
    one, two = (
        np.where(
            rng.random((rows, n_positions)) < mutated,
            rng.integers(len(table), size=(rows, n_positions)),
            parent,
        ).astype(np.uint8)
        for rows in (n, m)
    )
    relevance = rng.gamma(1, 1, n_positions)
    expected = (
        written_out(one, two, table, relevance),
        written_out(one, one, table, relevance).diagonal(),
        written_out(two, two, table, relevance).diagonal(),
    )
    dense = products(
        torch.from_numpy(table[one]),
        torch.from_numpy(table[two]),
        torch.from_numpy(relevance),
    )
    guess = find_consensus(two)
    for found in (
        dense,
        products_of_variants(one, two, table, parent, relevance),
        products_of_variants(one, two, table, guess, relevance),
    ):
        for part, value in zip(found, expected, strict=True):
            np.testing.assert_allclose(part.numpy(), value, rtol=1e-12, atol=1e-12)


def variants(rng, n, mutations, length=40):
    letters = np.array(list(PROTEIN.letters))
    rows = np.tile(rng.integers(20, size=length), (n, 1))
    for row in rows:
        sites = rng.choice(length, mutations, replace=False)
        row[sites] = rng.integers(20, size=mutations)
    return check_sequences(["".join(letters[row]) for row in rows], alphabet=PROTEIN)


@pytest.mark.parametrize("mutations", [2, 20])
def test_the_faster_one_is_chosen(rng, mutations, monkeypatch):
    """By what most sequences have in common, whatever is compared with them."""
    called = []

    def note(name):
        wrapped = getattr(features, name)

        def noting(*args):
            called.append(name)
            return wrapped(*args)

        monkeypatch.setattr(features, name, noting)

    note("products")
    note("products_of_variants")
    sequences = variants(rng, 50, mutations)
    known = FeatureMap(sequences)(sequences)
    relevance = torch.ones(known.codes.shape[1], dtype=torch.float64)
    known.letter_products(known)(relevance)
    known.take(np.arange(1)).letter_products(known)(relevance)
    expected = "products_of_variants" if mutations == 2 else "products"
    assert called == [expected] * 2


def test_predictions_of_variants_do_not_depend_on_the_way(rng, monkeypatch):
    """Gaps and unknown residues are among the variants."""
    sequences = variants(rng, 80, 2)
    y = rng.normal(size=(80, 1))
    model = fit(sequences, y)
    text = "".join(PROTEIN.letters)[:20] * 2
    asked = check_sequences([text, "-" * 40, "X" * 40, "M"], alphabet=PROTEIN)
    found = model.predict(asked), model.predict(sequences)
    monkeypatch.setattr(features, "_MUTATED", 0)
    again = model.predict(asked), model.predict(sequences)
    for one, two in zip(found, again, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-10, atol=1e-10)
