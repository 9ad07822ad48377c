"""Clusters of similar sequences."""

from __future__ import annotations

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
