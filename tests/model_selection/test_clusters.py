"""Clusters of similar sequences."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklyra.model_selection import cluster_sequences
from tests.model_selection.cases import ALIKE, DNA, PROTEIN, families, linked, turn


def same_partition(one, other) -> bool:
    pairs = set(zip(one, other, strict=True))
    return len(pairs) == len(set(one)) == len(set(other))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10**6),
    st.sampled_from(sorted(ALIKE)),
    st.sampled_from([PROTEIN, DNA]),
    st.integers(4, 40),
    st.sampled_from([0.4, 0.6, 0.75, 0.8, 0.9, 1.0]),
)
def test_clusters_are_single_linkage(seed, similarity, letters, longest, threshold):
    X = families(seed, letters, 30, longest, similarity == "hamming")
    k = 3 if similarity == "kmer" else None
    alphabet = "protein" if letters == PROTEIN else "dna"  # NAN is a peptide, too
    got = cluster_sequences(
        X, similarity=similarity, threshold=threshold, k=k, alphabet=alphabet
    )
    assert same_partition(got, linked(X, ALIKE[similarity], threshold))
    assert list(dict.fromkeys(got.tolist())) == list(range(got.max() + 1))


@pytest.mark.slow
@pytest.mark.parametrize("similarity", ["identity", "hamming", "kmer"])
def test_clusters_of_many_are_the_same_as_of_few(similarity, monkeypatch):
    """Families found by seeds, blocks of rows and words: all at once."""
    import sklyra.model_selection.clusters as module

    X = families(0, PROTEIN, 90, 30, similarity == "hamming")
    X += families(1, PROTEIN, 90, 30, similarity == "hamming")
    monkeypatch.setattr(module, "_BLOCK", 7)
    for large in (0.02, 0.1):
        monkeypatch.setattr(module, "_LARGE", large)
        got = cluster_sequences(X, similarity=similarity, threshold=0.8)
        assert same_partition(got, linked(X, ALIKE[similarity], 0.8))


@given(
    text=st.lists(st.text("ACGT", min_size=1, max_size=12), min_size=1, max_size=12),
    turned=st.sets(st.integers(0, 11)),
    similarity=st.sampled_from(["identity", "kmer"]),
)
def test_clusters_do_not_see_strands(text, turned, similarity):
    """Turning any of the sequences over changes nothing."""

    def clusters(X):
        return cluster_sequences(
            X, alphabet="dna", similarity=similarity, k=1, reverse_complement=True
        ).tolist()

    other = [turn(x) if i in turned else x for i, x in enumerate(text)]
    assert clusters(text) == clusters(other)
    both = clusters([*text, *map(turn, text)])
    assert both[: len(text)] == both[len(text) :]


FAMILY = "MKWTAYIDRH"
ALIGNED = [FAMILY + "-" * 20, "-" * 20 + FAMILY]
OTHERS = ["-" * 10 + x + "-" * 10 for x in ("ACDEFGHIKL", "WWPGSDENLF", "PQRNSTVPQR")]


@pytest.mark.parametrize(
    ("similarity", "expected"),
    [
        ("identity", [0, 0, 1, 2, 3]),
        ("kmer", [0, 0, 1, 2, 3]),
        ("hamming", [0, 1, 2, 3, 4]),
    ],
)
def test_gaps_make_nobody_similar(similarity, expected):
    X = [*ALIGNED, *OTHERS]
    found = cluster_sequences(
        X, similarity=similarity, threshold=0.6, alphabet="protein"
    )
    assert found.tolist() == expected


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text("AC-", min_size=6, max_size=6), min_size=2, max_size=8),
    st.sampled_from([0.3, 0.5, 0.75, 1.0]),
)
def test_positions_where_both_have_a_gap_do_not_count(X, threshold):
    def alike(one, other):
        pairs = [p for p in zip(one, other, strict=True) if p != ("-", "-")]
        return np.mean([a == b for a, b in pairs or ["--"]])

    found = cluster_sequences(
        X, similarity="hamming", threshold=threshold, alphabet="protein"
    )
    assert same_partition(found, linked(X, alike, threshold))


def test_an_error_names_the_row_that_was_given():
    with pytest.raises(ValueError, match=r"X\[2\] has 2 letters and no 3-mer"):
        cluster_sequences(
            ["MKTAYI", "WWLVPG", "AC-"], similarity="kmer", alphabet="protein"
        )
