"""Encoders against loops over characters, and the contract that all of them keep."""

import inspect
import io
import itertools
import pickle
import re
import warnings
from collections import Counter

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
from Bio.Align import substitution_matrices
from Bio.Data.IUPACData import protein_weights
from Bio.SeqUtils import IsoelectricPoint, ProtParamData
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import TransformerMixin, clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils import get_tags

import sklyra
from sklyra import (
    DNA,
    PROTEIN,
    RNA,
    Alphabet,
    KmerVectorizer,
    PhysicochemicalEncoder,
    SequenceOneHotEncoder,
    SubstitutionMatrixEncoder,
)
from sklyra.encoders import ENCODINGS, PositionEncoder
from sklyra.exceptions import AlphabetWarning, UnknownCharacterError
from sklyra.features import kmers
from tests.sequences.forms import ALIGNED_FORMS, FORMS

ENCODERS = [
    item
    for item in (getattr(sklyra, name) for name in sklyra.__all__)
    if isinstance(item, type) and issubclass(item, TransformerMixin)
]
every_encoder = pytest.mark.parametrize("Encoder", ENCODERS)
every_position_encoder = pytest.mark.parametrize(
    "Encoder", [encoder for encoder in ENCODERS if issubclass(encoder, PositionEncoder)]
)
# Those that read nucleic acids, and how.
NUCLEIC = {
    KmerVectorizer: {},
    SequenceOneHotEncoder: {},
    SubstitutionMatrixEncoder: {"matrix": "NUC.4.4"},
}
# A value that is no default, for every parameter there is.
OTHER_VALUES = {
    "alphabet": "protein",
    "flatten": True,
    "k": (1, 2),
    "matrix": "PAM250",
    "scales": ("mass", "charge"),
    "unknown": "mask",
    "sparse_output": False,
}
PROTEINS = ["MKVLWAALLVTFLAGCQA", "MKVE", "PRXWDHNSIYQ", "GUAVCKFT"]


def dense(encoded):
    """Bring what any encoder gives to a list of arrays, one for each sequence."""
    if sparse.issparse(encoded):
        encoded = encoded.toarray()
    return [np.asarray(part) for part in encoded]


def assert_same(encoded, expected):
    """Compare two encodings bit for bit."""
    assert type(encoded) is type(expected)
    for part, other in zip(dense(encoded), dense(expected), strict=True):
        np.testing.assert_array_equal(part, other)


def flattened(Encoder, **options):
    """Make an encoder whose output is 2-D."""
    if "flatten" in inspect.signature(Encoder).parameters:
        options["flatten"] = True
    return Encoder(**options)


@st.composite
def texts(draw, alphabets=(DNA, RNA, PROTEIN), max_length=10):
    """Draw an alphabet and sequences of it, with degenerate characters and gaps."""
    alphabet = draw(st.sampled_from(alphabets))
    text = st.text(alphabet.characters, min_size=1, max_size=max_length)
    return alphabet, draw(st.lists(text, min_size=1, max_size=5))


# ------------------------------------------------------------- the contract of all


def test_the_encoders_of_the_package_are_all_found():
    assert {*ENCODINGS.values(), KmerVectorizer} <= set(ENCODERS)


@every_encoder
@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_sequences_is_encoded_alike(Encoder, form):
    expected = Encoder().fit_transform(PROTEINS)
    assert_same(Encoder().fit_transform(FORMS[form](PROTEINS)), expected)
    assert_same(Encoder().fit(PROTEINS).transform(FORMS[form](PROTEINS)), expected)


@every_encoder
@pytest.mark.parametrize("form", ALIGNED_FORMS)
def test_every_form_of_aligned_sequences_is_encoded_alike(Encoder, form):
    aligned = ["MK-VLW", "MKEVLW", "XKEVL*"]
    expected = flattened(Encoder).fit_transform(aligned)
    assert_same(
        flattened(Encoder).fit_transform(ALIGNED_FORMS[form](aligned)), expected
    )


@every_encoder
def test_clone_makes_an_unfitted_encoder_with_the_same_parameters(Encoder):
    options = {name: OTHER_VALUES[name] for name in Encoder().get_params()}
    encoder = clone(Encoder(**options).fit(PROTEINS))
    assert encoder.get_params() == options
    with pytest.raises(NotFittedError, match="not fitted"):
        encoder.transform(PROTEINS)


@every_encoder
def test_clone_copies_an_alphabet_of_one_s_own(Encoder):
    encoder = Encoder(alphabet=PROTEIN.with_letters("*"))
    assert clone(encoder).alphabet == encoder.alphabet


@every_encoder
def test_parameters_are_stored_as_given_and_set_again(Encoder):
    options = {name: OTHER_VALUES[name] for name in Encoder().get_params()}
    encoder = Encoder(**options)
    assert all(getattr(encoder, name) is value for name, value in options.items())
    other = Encoder().set_params(**encoder.get_params())
    assert other.get_params() == options
    assert_same(other.fit_transform(PROTEINS), encoder.fit_transform(PROTEINS))


@every_encoder
def test_parameters_are_not_changed_by_fit(Encoder):
    encoder = Encoder()
    before = encoder.get_params()
    encoder.fit(PROTEINS)
    assert encoder.get_params() == before


@every_encoder
def test_nothing_is_checked_before_fit(Encoder):
    Encoder(**dict.fromkeys(Encoder().get_params(), "nonsense"))


@every_encoder
@pytest.mark.parametrize("store", ["pickle", "joblib"])
def test_a_stored_encoder_gives_the_same_numbers(Encoder, store):
    encoder = Encoder().fit([*PROTEINS, "MK-*"])
    if store == "pickle":
        again = pickle.loads(pickle.dumps(encoder))
    else:
        file = io.BytesIO()
        joblib.dump(encoder, file)
        file.seek(0)
        again = joblib.load(file)
    assert_same(again.transform(PROTEINS), encoder.transform(PROTEINS))
    assert again.alphabet_ == encoder.alphabet_


@every_encoder
def test_fit_forgets_what_it_was_fitted_on_before(Encoder):
    once = flattened(Encoder).fit(PROTEINS)
    twice = flattened(Encoder).fit(["MKVLW-" * 10]).fit(PROTEINS)
    assert_same(twice.transform(PROTEINS), once.transform(PROTEINS))
    assert list(twice.get_feature_names_out()) == list(once.get_feature_names_out())


@every_encoder
def test_fit_gives_the_encoder_back(Encoder):
    encoder = Encoder()
    assert encoder.fit(PROTEINS, y=[0] * len(PROTEINS)) is encoder


@every_encoder
def test_fit_transform_is_fit_and_then_transform(Encoder):
    assert_same(
        Encoder().fit_transform(PROTEINS), Encoder().fit(PROTEINS).transform(PROTEINS)
    )


@every_encoder
@pytest.mark.parametrize("method", ["transform", "get_feature_names_out"])
def test_an_encoder_that_is_not_fitted_says_so(Encoder, method):
    arguments = [PROTEINS] if method == "transform" else []
    encoder = Encoder(flatten=True) if hasattr(Encoder(), "flatten") else Encoder()
    with pytest.raises(NotFittedError, match=f"{Encoder.__name__} .* not fitted"):
        getattr(encoder, method)(*arguments)


@every_position_encoder
def test_an_encoder_that_is_not_fitted_cannot_decode(Encoder):
    with pytest.raises(NotFittedError, match="not fitted"):
        Encoder().inverse_transform(np.zeros((1, 1, 1)))


@every_encoder
@pytest.mark.parametrize("form", ["list", "object array", "str Series"])
def test_an_encoder_works_inside_a_pipeline_on_text(Encoder, form):
    rng = np.random.default_rng(0)
    written = ["".join(rng.choice(list("ADKLW"), 8)) for _ in range(60)]
    charge = [text.count("K") - text.count("D") + 0.0 for text in written]
    model = make_pipeline(flattened(Encoder), Ridge())
    if Encoder is KmerVectorizer:
        model.set_params(kmervectorizer__k=1)
    X = FORMS[form](written)
    scores = cross_val_score(model, X, charge, cv=3, error_score="raise")
    assert scores.min() > 0.8


@every_encoder
def test_names_of_columns_are_as_many_as_columns_and_all_different(Encoder):
    encoder = flattened(Encoder).fit([*PROTEINS, "MK-*"])
    names = encoder.get_feature_names_out()
    assert len(names) == encoder.transform(PROTEINS).shape[1]
    assert len(set(names)) == len(names)
    assert names.dtype == object
    assert all(isinstance(name, str) for name in names)


@every_encoder
def test_tags_say_that_text_is_expected(Encoder):
    tags = get_tags(Encoder()).input_tags
    assert tags.string
    assert not tags.two_d_array


@every_encoder
def test_one_sequence_is_encoded_as_it_is_among_others(Encoder):
    encoder = Encoder().fit(PROTEINS)
    together = dense(encoder.transform(PROTEINS))
    for text, part in zip(PROTEINS, together, strict=True):
        np.testing.assert_array_equal(dense(encoder.transform([text]))[0], part)


@every_encoder
def test_output_is_float32(Encoder):
    assert all(
        part.dtype == np.float32 for part in dense(Encoder().fit_transform(["MK"]))
    )


# ----------------------------------------------------------------------- messages


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


# ----------------------------------------------------------------- position encoders


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


# ------------------------------------------------------------------ against naive loops


def shares(character, alphabet):
    """Share of each letter in a character, without the package's tables."""
    meaning = alphabet.degenerate.get(character, character)
    return [(letter in meaning) / len(meaning) for letter in alphabet.letters]


def assert_close(encoded, naive):
    for part, rows in zip(encoded, naive, strict=True):
        np.testing.assert_allclose(part, rows, rtol=1e-5, atol=1e-5)


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
    # letters joined by dashes or asterisks are refused
    assume(not any(re.fullmatch(r"\w([-.*]\w){2,}", text) for text in written))
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


MATRICES = {
    name: substitution_matrices.load(name)
    for name in ("BLOSUM62", "PAM250", "BENNER74", "NUC.4.4")
}


def score(name, a, b):
    """Read one score of a matrix, its least where it has none (a gap or stop)."""
    matrix = MATRICES[name]
    a, b = ({"U": "T"}.get(c, c) if "NUC" in name else c for c in (a, b))
    known = a in matrix.alphabet and b in matrix.alphabet
    return matrix[a, b] if known else matrix.min()


@given(texts(), st.sampled_from(["BLOSUM62", "PAM250", "BENNER74"]))
@settings(max_examples=40, deadline=None)
def test_rows_of_a_substitution_matrix_agree_with_a_loop(drawn, matrix):
    alphabet, written = drawn
    matrix = matrix if alphabet is PROTEIN else "NUC.4.4"
    encoder = SubstitutionMatrixEncoder(matrix, alphabet=alphabet).fit(written)
    letters = encoder.alphabet_.letters
    naive = [
        [
            [np.mean([score(matrix, a, b) for a in meant]) for b in letters]
            for meant in (alphabet.degenerate.get(c, c) for c in text)
        ]
        for text in written
    ]
    assert_close(encoder.transform(written), naive)
    assert encoder.channels_ == list(letters)


@pytest.mark.filterwarnings("ignore:.*no training sequence:UserWarning")
def test_a_gap_that_fit_did_not_see_has_no_substitution_scores():
    encoder = SubstitutionMatrixEncoder().fit(["MKV"])
    assert not encoder.transform(["-"]).any()


@pytest.mark.parametrize("matrix", ["blosum62", "BLOSUM", None, 62])
def test_a_wrong_matrix_is_named_with_what_may_be_chosen(matrix):
    with pytest.raises(
        ValueError, match=f"matrix={matrix!r} is not an option: .*'BLOSUM62'.*'PAM250'"
    ):
        SubstitutionMatrixEncoder(matrix).fit(["MKV"])


@pytest.mark.parametrize("matrix", ["NUC.4.4", "HOXD70", "SCHNEIDER"])
def test_a_matrix_without_rows_for_the_letters_is_refused(matrix):
    with pytest.raises(
        ValueError,
        match=f"'{matrix}' has no row for .*'protein'.*Choose another matrix",
    ):
        SubstitutionMatrixEncoder(matrix).fit(["MKV"])


@pytest.mark.parametrize("text", ["ACGT", "ACGU"])
def test_a_matrix_of_proteins_is_refused_for_nucleic_acids(text):
    with pytest.raises(ValueError, match=r"BLOSUM62.*NUC\.4\.4"):
        SubstitutionMatrixEncoder("BLOSUM62").fit([text])


def charge(a):
    """Charge of a side chain at pH 7 by Henderson and Hasselbalch."""
    acid, base = IsoelectricPoint.negative_pKs, IsoelectricPoint.positive_pKs
    if a in base:
        return 1 / (1 + 10 ** (7 - base[a]))
    return -1 / (1 + 10 ** (acid[a] - 7)) if a in acid else 0


SCALES = {
    "hydropathy": ProtParamData.kd,
    "hydrophilicity": ProtParamData.hw,
    "flexibility": ProtParamData.Flex,
    "surface": ProtParamData.em,
    "transfer_energy": ProtParamData.ja,
    "mass": protein_weights,
    "charge": {a: charge(a) for a in PROTEIN.letters},
}


@given(
    texts(alphabets=[PROTEIN]),
    st.lists(st.sampled_from(list(SCALES)), min_size=1, max_size=7, unique=True),
)
@settings(max_examples=60, deadline=None)
def test_standardised_scales_agree_with_a_loop(drawn, names):
    _, written = drawn
    encoder = PhysicochemicalEncoder(tuple(names), alphabet="protein").fit(written)
    marks = [c for c in "-*" if c in "".join(written)]
    naive = []
    for text in written:
        rows = []
        for meant in (PROTEIN.degenerate.get(c, c) for c in text):
            row = []
            for name in names:
                all_20 = [SCALES[name][a] for a in PROTEIN.letters]
                values = [
                    (SCALES[name][a] - np.mean(all_20)) / np.std(all_20)
                    for a in meant
                    if a not in marks
                ]
                row.append(np.mean(values) if values else 0)
            rows.append(row + [float(meant == mark) for mark in marks])
        naive.append(rows)
    assert_close(encoder.transform(written), naive)
    assert encoder.channels_ == [*names, *marks]


def test_all_scales_are_used_unless_some_are_named():
    assert PhysicochemicalEncoder().fit(["MKV"]).channels_ == list(SCALES)


def test_charges_have_the_sign_that_textbooks_say():
    encoder = PhysicochemicalEncoder(scales=("charge",)).fit(["MKVL"])
    neutral = encoder.transform(["L"]).item()
    for positive in "KR":
        assert encoder.transform([positive]).item() > neutral + 1
    for negative in "DE":
        assert encoder.transform([negative]).item() < neutral - 1


@pytest.mark.parametrize(
    ("text", "alphabet"), [("ACGT", "auto"), ("ACGU", "auto"), ("ACG", "dna")]
)
def test_nucleic_acids_have_no_physicochemical_scales(text, alphabet):
    with pytest.raises(
        ValueError, match=r"knows amino acids.*SequenceOneHotEncoder.*'protein'"
    ):
        PhysicochemicalEncoder(alphabet=alphabet).fit([text])


@pytest.mark.parametrize("scales", [("size",), ("mass", "size"), ("MASS",)])
def test_a_wrong_scale_is_named_with_what_may_be_chosen(scales):
    with pytest.raises(
        ValueError, match=f"scales={scales[-1]!r} is not an option: .*'hydropathy'"
    ):
        PhysicochemicalEncoder(scales).fit(["MKV"])


@pytest.mark.parametrize("flatten", [False, True])
def test_no_scales_at_all_are_refused(flatten):
    with pytest.raises(ValueError, match=r"scales=\(\)"):
        PhysicochemicalEncoder((), flatten=flatten).fit_transform(["MKV"])


# --------------------------------------------------------------------- more encoders


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


def test_words_are_counted_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    text = ["".join(rng.choice(list("ACGT"), n)) for n in rng.integers(1, 30, 50)]
    whole = KmerVectorizer(k=(1, 3), alphabet="dna").fit_transform(text)
    monkeypatch.setattr(kmers, "_POSITIONS", 40)
    parts = KmerVectorizer(k=(1, 3), alphabet="dna").fit_transform(text)
    assert (whole != parts).nnz == 0
    assert parts.dtype == np.float32
