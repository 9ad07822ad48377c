"""Counts of k-mers, against loops over words."""

import itertools
import warnings
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from sklyra import KmerVectorizer
from sklyra.exceptions import AlphabetWarning
from sklyra.features import kmers
from tests.encoders.cases import PROTEINS, texts


@given(texts(), st.sampled_from([1, 2, 3, (1, 2), (2, 3), [1, 3], np.int64(2)]))
@settings(max_examples=60, deadline=None)
def test_counts_of_words_agree_with_a_loop(drawn, k):
    alphabet, written = drawn
    encoder = KmerVectorizer(k, alphabet=alphabet).fit(written)
    sizes = range(k[0], k[1] + 1) if isinstance(k, (tuple, list)) else [k]
    words = encoder.get_feature_names_out()
    counts = encoder.transform(written).toarray()
    for text, row in zip(written, counts, strict=True):
        naive = Counter(
            text[i : i + n] for n in sizes for i in range(len(text) - n + 1)
        )
        assert row.tolist() == [naive[word] for word in words]


@given(texts())
@settings(max_examples=40, deadline=None)
def test_words_over_a_gap_that_fit_did_not_see_count_nowhere(drawn):
    alphabet, written = drawn
    encoder = KmerVectorizer(2, alphabet=alphabet).fit([alphabet.letters])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AlphabetWarning)
        counts = encoder.transform(written).toarray()
    for text, row in zip(written, counts, strict=True):
        naive = Counter(text[i : i + 2] for i in range(len(text) - 1))
        assert row.tolist() == [naive[word] for word in encoder.get_feature_names_out()]


@pytest.mark.parametrize(
    ("k", "sizes"), [(1, [1]), (3, [3]), ((1, 3), [1, 2, 3]), ((2, 2), [2])]
)
@pytest.mark.parametrize("text", ["ACGT", "ACG-"])
def test_words_are_named_shortest_first_in_the_order_of_letters(k, sizes, text):
    encoder = KmerVectorizer(k, alphabet="dna").fit([text])
    letters = "ACGT-" if "-" in text else "ACGT"
    assert encoder.get_feature_names_out().tolist() == [
        "".join(word) for n in sizes for word in itertools.product(letters, repeat=n)
    ]


def test_a_sequence_shorter_than_a_word_counts_nothing():
    counts = KmerVectorizer(3).fit_transform(["AC", "ACG"])
    assert counts.sum(axis=1).ravel().tolist() in ([0, 1], [[0, 1]])


def test_counts_are_a_sparse_matrix():
    counts = KmerVectorizer(4).fit_transform(PROTEINS)
    assert sparse.issparse(counts)
    assert counts.format == "csr"
    assert counts.shape == (len(PROTEINS), 20**4)


@pytest.mark.parametrize(
    ("k", "error", "message"),
    [
        (0, ValueError, "k=0 is not an option: choose an int >= 1 or a tuple of 2"),
        (-2, ValueError, "k=-2 is not an option"),
        ((0, 2), ValueError, r"k=\(0, 2\) is not an option.*each item an int >= 1"),
        ("3", TypeError, "k='3' is not an option: choose an int"),
        (2.0, TypeError, "k=2.0 is not an option: choose an int"),
        (None, TypeError, "k=None is not an option: choose an int"),
        (
            (3, 2),
            ValueError,
            r"k=\(3, 2\) is not an option: the lower length comes first",
        ),
        (16, ValueError, r"k=16 is not an option: .*4 letters.*2\*\*31 at most"),
        (200, ValueError, "k=200 is not an option"),
        pytest.param(
            (1, 2, 3),
            ValueError,
            r"k=\(1, 2, 3\) is not an option",
        ),
    ],
)
def test_a_wrong_length_of_words_is_refused_in_fit(k, error, message):
    with pytest.raises(error, match=message):
        KmerVectorizer(k).fit(["ACGT"])


def test_words_are_counted_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    text = ["".join(rng.choice(list("ACGT"), n)) for n in rng.integers(1, 30, 50)]
    whole = KmerVectorizer(k=(1, 3), alphabet="dna").fit_transform(text)
    monkeypatch.setattr(kmers, "_POSITIONS", 40)
    parts = KmerVectorizer(k=(1, 3), alphabet="dna").fit_transform(text)
    assert (whole != parts).nnz == 0
    assert parts.dtype == np.float32
