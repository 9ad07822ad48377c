"""Text that encoders refuse, mask or warn of."""

import numpy as np
import pandas as pd
import pytest

from sklyra import PROTEIN
from sklyra.exceptions import AlphabetWarning, UnknownCharacterError
from tests.encoders.cases import NUCLEIC, PROTEINS, assert_same, dense, every_encoder


@every_encoder
@pytest.mark.parametrize("method", ["fit", "transform"])
@pytest.mark.parametrize(
    "X", [np.ones((3, 4)), [[1, 2]], pd.DataFrame([[1.0]]), np.ones((2, 3, 4)), 3]
)
def test_numbers_are_refused(Encoder, method, X):
    encoder = Encoder().fit(PROTEINS)
    message = f"{Encoder.__name__} encodes sequences.*numbers. Expected 1D array of str"
    with pytest.raises(ValueError, match=message):
        getattr(encoder, method)(X)


@every_encoder
@pytest.mark.parametrize("method", ["fit", "transform"])
@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        ("MKVLW", TypeError, r"one single sequence of type str.*\[sequence\]"),
        (
            ["MKV", "MK%V"],
            UnknownCharacterError,
            r"X\[1\].*'%' at position 2.*unknown=",
        ),
        (
            ["MKV", "MKéV"],
            UnknownCharacterError,
            r"X\[1\].*'é' at position 2.*unknown=",
        ),
        (["MKV", ""], ValueError, r"X\[1\] is an empty sequence.*drop"),
        (["MKV", None], ValueError, r"X\[1\] is missing.*Drop"),
        (["MKV", float("nan")], ValueError, r"X\[1\] is missing.*Drop"),
        (["MKV", pd.NA], ValueError, r"X\[1\] is missing.*Drop"),
        (["MKV", 5], TypeError, r"X\[1\] is 5 of type int.*Pass"),
        ([["MKV", "LW"]], ValueError, "2 columns of text.*Pass one column"),
        (np.array([], "U1"), ValueError, r"0 sample\(s\)"),
        ([], ValueError, r"0 sample\(s\)"),
    ],
    ids=[
        "single",
        "unknown",
        "not ASCII",
        "empty",
        "None",
        "nan",
        "NA",
        "number",
        "columns",
        "no rows",
        "empty list",
    ],
)
def test_text_that_cannot_be_read_is_refused(Encoder, method, X, error, message):
    encoder = Encoder().fit(PROTEINS)
    with pytest.raises(error, match=message):
        getattr(encoder, method)(X)


@every_encoder
@pytest.mark.parametrize(
    ("name", "allowed"),
    [("alphabet", "'dna', 'rna', 'protein'"), ("unknown", "'mask'")],
)
def test_a_wrong_option_is_named_in_fit(Encoder, name, allowed):
    with pytest.raises(ValueError, match=f"{name}='odd' is not an option.*{allowed}"):
        Encoder(**{name: "odd"}).fit(PROTEINS)


@pytest.mark.parametrize("Encoder", NUCLEIC)
def test_another_alphabet_than_the_fitted_one_is_refused(Encoder):
    encoder = Encoder(**NUCLEIC[Encoder]).fit(["ACGT", "ACGA"])
    with pytest.raises(
        UnknownCharacterError, match=r"X\[1\].*'L' at position 1.*alphabet='protein'"
    ):
        encoder.transform(["ACGT", "ALW"])


@every_encoder
def test_text_outside_the_fitted_alphabet_is_refused(Encoder):
    with pytest.raises(UnknownCharacterError, match=r"X\[0\] has character '0'"):
        Encoder().fit(PROTEINS).transform(["0101"])


@every_encoder
def test_nucleic_acids_at_transform_of_proteins_are_warned_of(Encoder):
    encoder = Encoder().fit(["MKVLW" * 6])
    with pytest.warns(AlphabetWarning, match=r"X\[0\].*Translate it first"):
        encoder.transform(["ACGT" * 6])


@every_encoder
@pytest.mark.parametrize("character", "-*")
def test_a_gap_or_stop_that_fit_did_not_see_is_warned_of(Encoder, character):
    encoder = Encoder().fit(["MKVLW"])
    with pytest.warns(
        AlphabetWarning,
        match=rf"X\[1\] has '\{character}' at position 2.*no training sequence",
    ):
        encoder.transform(["MKVLW", f"MK{character}LW"])


@every_encoder
def test_masked_unknown_characters_are_encoded_as_the_wildcard(Encoder):
    encoder = Encoder(unknown="mask").fit(["MKéVLW", "MKV"])
    assert_same(encoder.transform(["MKŁé", "é"]), encoder.transform(["MKXX", "X"]))


@every_encoder
def test_the_alphabet_of_fit_is_used_in_transform(Encoder):
    encoder = Encoder(alphabet="auto").fit(["MKVLW"])
    assert encoder.alphabet_ == PROTEIN
    one = dense(encoder.transform(["ACGT"]))  # auto would take it for DNA
    np.testing.assert_array_equal(
        one, dense(Encoder(alphabet="protein").fit(["MKVLW"]).transform(["ACGT"]))
    )
