"""Encoders of positions: shapes, columns, frames and decoding."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings

from sklyra import (
    DNA,
    PROTEIN,
    RNA,
    PhysicochemicalEncoder,
    SequenceOneHotEncoder,
    SubstitutionMatrixEncoder,
)
from sklyra.encoders import PositionEncoder
from tests.encoders.cases import NUCLEIC, PROTEINS, every_position_encoder, texts


@every_position_encoder
def test_equal_lengths_give_one_array_and_unequal_lengths_a_list(Encoder):
    encoder = Encoder().fit(PROTEINS)
    channels = len(encoder.channels_)
    equal = encoder.transform(["MKV", "LWA"])
    assert equal.shape == (2, 3, channels)
    unequal = encoder.transform(["MKV", "LW"])
    assert isinstance(unequal, list)
    assert [part.shape for part in unequal] == [(3, channels), (2, channels)]


@every_position_encoder
def test_flatten_is_the_same_numbers_in_a_row_with_zeros_behind(Encoder):
    parts = Encoder().fit_transform(PROTEINS)
    rows = Encoder(flatten=True).fit_transform(PROTEINS)
    longest = max(map(len, PROTEINS))
    assert rows.shape == (len(PROTEINS), longest * parts[0].shape[1])
    for part, row in zip(parts, rows, strict=True):
        np.testing.assert_array_equal(row[: part.size], part.ravel())
        assert not row[part.size :].any()


@every_position_encoder
def test_flatten_has_the_columns_of_fit_for_shorter_sequences(Encoder):
    encoder = Encoder(flatten=True).fit(PROTEINS)
    assert encoder.transform(["MK"]).shape[1] == len(encoder.get_feature_names_out())
    assert encoder.max_length_ == max(map(len, PROTEINS))


@every_position_encoder
@pytest.mark.parametrize("longer", ["MKVL", "MKVLW"])
def test_flatten_refuses_a_longer_sequence_than_fit_saw(Encoder, longer):
    encoder = Encoder(flatten=True).fit(["MKV", "MK"])
    with pytest.raises(
        ValueError,
        match=rf"X\[1\] has {len(longer)} positions.* had 3.*Cut the sequence, or fit",
    ):
        encoder.transform(["MKV", longer])


@every_position_encoder
def test_several_channels_for_each_position_have_no_columns(Encoder):
    encoder = Encoder().fit(PROTEINS)
    assert not hasattr(encoder, "set_output")
    with pytest.raises(AttributeError) as raised:
        encoder.get_feature_names_out()
    assert "flatten=True" in str(raised.value.__cause__)


@every_position_encoder
def test_columns_of_flatten_are_named_by_position_and_channel(Encoder):
    text = "MKV"
    channels = Encoder().fit([text]).channels_
    encoder = Encoder(flatten=True).fit([text])
    names = encoder.get_feature_names_out().tolist()
    assert names == [f"p{p}_{channel}" for p in (1, 2, 3) for channel in channels]
    assert encoder.channels_ == list(channels)


@every_position_encoder
@pytest.mark.parametrize("index", [[7, 5, 3, 1], ["d", "a", "c", "b"]])
def test_pandas_output_keeps_the_index_and_has_the_names(Encoder, index):
    encoder = Encoder(flatten=True).set_output(transform="pandas")
    frame = encoder.fit_transform(pd.Series(PROTEINS, index=index))
    assert isinstance(frame, pd.DataFrame)
    assert frame.index.tolist() == index
    assert frame.columns.tolist() == encoder.get_feature_names_out().tolist()
    np.testing.assert_array_equal(
        frame.to_numpy(), Encoder(flatten=True).fit_transform(PROTEINS)
    )


@every_position_encoder
def test_polars_output_has_the_names(Encoder):
    encoder = Encoder(flatten=True).set_output(transform="polars")
    frame = encoder.fit_transform(pl.Series(PROTEINS))
    assert isinstance(frame, pl.DataFrame)
    assert frame.columns == encoder.get_feature_names_out().tolist()
    np.testing.assert_array_equal(
        frame.to_numpy(), Encoder(flatten=True).fit_transform(PROTEINS)
    )


@every_position_encoder
def test_a_gap_or_stop_in_fit_gets_a_channel_of_its_name(Encoder):
    encoder = Encoder().fit(["MK-V*", "MKV"])
    assert encoder.alphabet_ == PROTEIN.with_letters("-*")
    assert encoder.channels_[-2:] == ["-", "*"]
    assert Encoder().fit(["MKV*"]).channels_[-1] == "*"
    assert not {"-", "*"} & set(Encoder().fit(["MKV"]).channels_)


@every_position_encoder
@pytest.mark.filterwarnings("ignore:.*no training sequence:UserWarning")
def test_a_gap_or_stop_that_fit_did_not_see_is_zeros(Encoder):
    encoder = Encoder().fit(["MKV"])
    assert not encoder.transform(["-*"]).any()


@every_position_encoder
def test_a_character_row_of_the_table_is_what_is_encoded(Encoder):
    encoder = Encoder().fit(PROTEINS)
    for row, character in enumerate(PROTEIN.letters):
        encoded = encoder.transform([character])
        np.testing.assert_array_equal(encoded[0, 0], encoder.table_[row])
    assert len(encoder.table_) == len(encoder.alphabet_.characters)


@every_position_encoder
@pytest.mark.parametrize("flatten", [False, True])
@given(drawn=texts(alphabets=[PROTEIN]))
@settings(max_examples=30, deadline=None)
def test_decoding_gives_the_proteins_back(Encoder, flatten, drawn):
    _, written = drawn
    encoder = Encoder(alphabet="protein", flatten=flatten)
    decoded = encoder.inverse_transform(encoder.fit_transform(written))
    # selenocysteine and pyrrolysine are encoded as what they stand for
    assert decoded == [text.translate(str.maketrans("UO", "CK")) for text in written]


@pytest.mark.parametrize(
    "Encoder", [e for e in NUCLEIC if issubclass(e, PositionEncoder)]
)
@pytest.mark.parametrize("flatten", [False, True])
@given(drawn=texts(alphabets=[DNA, RNA]))
@settings(max_examples=30, deadline=None)
def test_decoding_gives_the_nucleic_acids_back(Encoder, flatten, drawn):
    alphabet, written = drawn
    encoder = Encoder(alphabet=alphabet, flatten=flatten, **NUCLEIC[Encoder])
    assert encoder.inverse_transform(encoder.fit_transform(written)) == written


@every_position_encoder
@pytest.mark.parametrize("frame", ["pandas", "polars"])
def test_decoding_reads_a_data_frame(Encoder, frame):
    encoder = Encoder(flatten=True).set_output(transform=frame)
    written = ["MKVLW", "MK"]
    assert encoder.inverse_transform(encoder.fit_transform(written)) == written


@every_position_encoder
@pytest.mark.parametrize("flatten", [False, True])
def test_decoding_names_the_position_that_is_no_character(Encoder, flatten):
    encoder = Encoder(flatten=flatten).fit(["MKVLW"])
    encoded = encoder.transform(["MKVLW", "MKVLA"])
    encoded.reshape(2, 5, -1)[1, 3] += 50
    with pytest.raises(
        ValueError, match=r"X\[1\] at position 3 \(0-based\) is the enc"
    ):
        encoder.inverse_transform(encoded)


def test_decoding_takes_zeros_at_the_end_of_a_row_for_padding():
    encoder = SequenceOneHotEncoder(flatten=True, alphabet="dna").fit(["ACGTA"])
    encoded = encoder.transform(["AC"])
    assert encoded.shape == (1, 20)
    assert encoder.inverse_transform(encoded) == ["AC"]
    assert encoder.inverse_transform(np.zeros((1, 20))) == [""]


@every_position_encoder
@pytest.mark.parametrize("flatten", [False, True])
@pytest.mark.filterwarnings("ignore:.*no training sequence:UserWarning")
def test_decoding_takes_zeros_inside_a_sequence_for_a_gap(Encoder, flatten):
    encoder = Encoder(flatten=flatten).fit(["MKVLW"])
    encoded = encoder.transform(["M--LW"])
    assert encoder.inverse_transform(encoded) == ["M--LW"]


@pytest.mark.parametrize(
    "encoder",
    [
        PhysicochemicalEncoder(scales=("charge",)),
        SubstitutionMatrixEncoder("BENNER6", alphabet=PROTEIN.with_letters("-*")),
    ],
)
def test_decoding_is_refused_where_letters_share_numbers(encoder):
    encoded = encoder.fit_transform(["MKV"])
    with pytest.raises(ValueError, match="several letters the same numbers"):
        encoder.inverse_transform(encoded)


def test_a_subclass_needs_nothing_but_its_table():
    class Purine(PositionEncoder):
        def __init__(self, alphabet="auto", *, unknown="error", flatten=False):
            self.alphabet = alphabet
            self.unknown = unknown
            self.flatten = flatten

        def letter_features(self, alphabet):
            table = [[float(a in "AG")] for a in alphabet.letters]
            return np.array(table, dtype=np.float32), ["purine"]

    encoded = Purine("dna").fit_transform(["ACGR"])
    np.testing.assert_array_equal(encoded, [[[1], [0], [1], [1]]])


def test_a_position_encoder_without_a_table_says_so():
    class Bare(PositionEncoder):
        alphabet, unknown, flatten = "auto", "error", False

    with pytest.raises(NotImplementedError):
        Bare().fit(["ACGT"])
