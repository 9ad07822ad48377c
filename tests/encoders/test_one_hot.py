"""One-hot encoding, against loops over characters."""

import warnings

import numpy as np
from hypothesis import given, settings

from sklyra import Alphabet, SequenceOneHotEncoder
from sklyra.exceptions import AlphabetWarning
from tests.encoders.cases import assert_close, shares, texts


@given(texts())
@settings(max_examples=60, deadline=None)
def test_one_hot_agrees_with_a_loop(drawn):
    alphabet, written = drawn
    encoder = SequenceOneHotEncoder(alphabet).fit(written)
    letters = encoder.alphabet_
    assert_close(
        encoder.transform(written), [[shares(c, letters) for c in t] for t in written]
    )
    assert encoder.channels_ == list(letters.letters)


@given(texts())
@settings(max_examples=40, deadline=None)
def test_one_hot_with_gaps_that_fit_did_not_see_agrees_with_a_loop(drawn):
    alphabet, written = drawn
    encoder = SequenceOneHotEncoder(alphabet).fit([alphabet.letters])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AlphabetWarning)
        encoded = encoder.transform(written)
    assert_close(encoded, [[shares(c, alphabet) for c in t] for t in written])


def test_one_hot_reads_an_alphabet_of_one_s_own():
    alphabet = Alphabet("methylated", "ACGTm")
    encoded = SequenceOneHotEncoder(alphabet).fit_transform(["mCa"])
    np.testing.assert_array_equal(
        encoded[0], [[0, 0, 0, 0, 1], [0, 1, 0, 0, 0], [1, 0, 0, 0, 0]]
    )
