"""Features of sequences, counted by hand."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from sklyra import DNA
from sklyra.features import positions
from sklyra.gaussian_process.feature_map import FeatureMap
from sklyra.sequences import check_sequences


def encode(sequences, alphabet="dna"):
    return check_sequences(sequences, alphabet=alphabet)


def test_positions_are_positions_that_vary():
    feature_map = FeatureMap(encode(["ACGT", "ACTT", "TCGT"]))
    assert feature_map.aligned.positions.tolist() == [0, 2]
    letters = feature_map(encode(["GCAT"])).letters
    assert letters.shape == (1, 2, 4)
    assert DNA.letters[letters[0, 0].argmax()] == "G"
    assert DNA.letters[letters[0, 1].argmax()] == "A"


def test_positions_count_from_both_ends_where_lengths_differ():
    feature_map = FeatureMap(encode(["ACG", "TTGAA"]))
    assert feature_map.aligned.positions.tolist() == [0, 1, 3, 4, -5, -4, -3, -2, -1]
    found = feature_map(encode(["CA"]))
    at = {
        position: row
        for position, row in zip(
            feature_map.aligned.positions, found.letters[0], strict=True
        )
    }
    assert DNA.letters[at[0].argmax()] == "C"
    assert DNA.letters[at[-1].argmax()] == "A"
    assert DNA.letters[at[-2].argmax()] == "C"
    assert not at[4].any()
    assert not at[-5].any()


def test_positions_are_few_in_long_sequences(rng, monkeypatch):
    monkeypatch.setattr(positions, "_POSITIONS", 30)
    monkeypatch.setattr(positions, "_ENDS", 4)
    long = ["".join(rng.choice(list("ACGT"), 31)) for _ in range(40)]
    found = FeatureMap(encode(long)).aligned.positions
    assert found.tolist() == [0, 1, 2, 3, -4, -3, -2, -1]
    short = [x[:30] for x in long]
    assert FeatureMap(encode(short)).aligned.positions.tolist() == list(range(30))


def test_a_degenerate_letter_is_the_mean_of_what_it_may_be():
    feature_map = FeatureMap(encode(["A", "R"]))
    assert feature_map(encode(["R"])).letters[0, 0].tolist() == [0.5, 0, 0.5, 0]


def test_kmers_have_unit_length_and_logarithms_of_counts(rng):
    text = ["".join(rng.choice(list("ACGT"), n)) for n in rng.integers(8, 30, 60)]
    feature_map = FeatureMap(encode(text))
    features = feature_map(encode(text))
    counts = [
        Counter(x[i : i + k] for k in range(1, 7) for i in range(len(x) - k + 1))
        for x in text
    ]
    common = {w for w, n in Counter(w for c in counts for w in c).items() if n > 1}
    rows = [{w: 1 + np.log(n) for w, n in c.items() if w in common} for c in counts]
    cosine = np.array(
        [
            [
                sum(v * b.get(w, 0) for w, v in a.items())
                / np.sqrt(sum(v**2 for v in a.values()) * sum(v**2 for v in b.values()))
                for b in rows
            ]
            for a in rows
        ]
    )
    n_having = (features.counts > 0).sum(axis=0)
    assert n_having.min() < 4 < 8 < n_having.max()  # rare k-mers and common ones
    np.testing.assert_allclose(features.kmer_similarity(features), cosine, atol=1e-12)
    asked = feature_map(encode(["ACGT", "GG", *text[:3]]))
    similarity = asked.kmer_similarity(features)
    assert similarity.shape == (5, 60)
    np.testing.assert_allclose(similarity[2:], cosine[:3], atol=1e-12)
    kmers = asked.counts.toarray() @ features.counts.toarray().T
    np.testing.assert_allclose(similarity, kmers, atol=1e-12)


@pytest.mark.parametrize(
    ("alphabet", "text", "n_kmers"),
    # k-mers of 1 to 6 letters in DNA; of 1 to 3 in proteins, and 1 to 4 kinds
    [("dna", "ACGTTGCA", 4 + 7 + 6 + 5 + 4 + 3), ("protein", "ACDE", 4 + 3 + 2 + 8)],
)
def test_lengths_of_kmers(alphabet, text, n_kmers):
    features = FeatureMap(encode([text] * 2, alphabet))(encode([text], alphabet))
    assert features.counts.nnz == n_kmers


def test_residues_of_one_kind_are_more_similar():
    text = ["KAK", "RAK", "DAK"]
    features = FeatureMap(encode(text, "protein"))(encode(text, "protein"))
    letters, kmers = features.letters, features.counts.toarray()
    similarity = np.einsum("nc,mc->nm", letters[:, 0], letters[:, 0])
    np.testing.assert_allclose(similarity.diagonal(), 1)
    assert similarity[0, 1] > 0.5 > 0.2 > similarity[0, 2]
    np.testing.assert_allclose((kmers**2).sum(axis=1), 1)
    same = features.kmer_similarity(features)
    assert same[0, 1] > same[0, 2]


def test_sequences_without_a_known_kmer_have_no_kmers():
    feature_map = FeatureMap(encode(["AAAA", "AAAC"]))
    none = feature_map(encode(["TTT"]))
    assert not none.counts.toarray().any()
    assert not none.kmer_similarity(feature_map(encode(["AAAA"]))).any()
