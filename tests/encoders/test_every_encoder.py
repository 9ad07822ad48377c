"""The contract that all encoders keep."""

import io
import pickle

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils import get_tags

from sklyra import PROTEIN, KmerVectorizer
from sklyra.encoders import ENCODINGS
from tests.encoders.cases import (
    ENCODERS,
    OTHER_VALUES,
    PROTEINS,
    assert_same,
    dense,
    every_encoder,
    every_position_encoder,
    flattened,
)
from tests.sequences.forms import ALIGNED_FORMS, FORMS


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
