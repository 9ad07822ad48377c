"""Text becomes codes; unknown characters and wrong options are named."""

from __future__ import annotations

import re
import string
import sys
import warnings

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sklyra import DNA, PROTEIN, RNA, Alphabet
from sklyra.exceptions import AlphabetWarning, SklyraWarning, UnknownCharacterError
from sklyra.sequences import check_option, check_sequences
from tests.sequences.forms import EVERY, METHYLATED, texts

every_alphabet = pytest.mark.parametrize("alphabet", EVERY, ids=lambda a: a.name)


@given(texts(), st.integers(0, 1))
@settings(max_examples=60, deadline=None)
def test_decode_gives_back_what_was_read_in_upper_case(drawn, parity):
    alphabet, written = drawn
    kept = {*alphabet.letters, "p"}  # pS would be a phosphorylated serine
    mixed = [
        "".join(
            c.lower() if i % 2 == parity and c.lower() not in kept else c
            for i, c in enumerate(text)
        )
        for text in written
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AlphabetWarning)  # of lower case among gaps
        assert check_sequences(mixed, alphabet=alphabet).decode() == written


@every_alphabet
def test_an_alias_is_read_as_the_character_it_stands_for(alphabet):
    for alias, character in alphabet.aliases.items():
        sequences = check_sequences(["A" + alias], alphabet=alphabet)
        assert sequences.decode() == ["A" + character]


@given(texts())
@settings(max_examples=60, deadline=None)
def test_values_and_offsets_are_those_of_a_loop(drawn):
    alphabet, written = drawn
    sequences = check_sequences(written, alphabet=alphabet)
    characters = sequences.alphabet.characters
    assert sequences.values.tolist() == [
        characters.index(c) for text in written for c in text
    ]
    assert sequences.offsets.tolist() == [
        sum(map(len, written[:i])) for i in range(len(written) + 1)
    ]
    assert sequences.values.dtype == np.uint8
    assert sequences.offsets.dtype == np.int64


@given(texts())
@settings(max_examples=60, deadline=None)
def test_silent_characters_that_occur_become_letters_unless_fitted(drawn):
    alphabet, written = drawn
    found = "".join(c for c in alphabet.silent if c in "".join(written))
    read = check_sequences(written, alphabet=alphabet).alphabet
    assert read == alphabet.with_letters(found)


def test_a_fitted_alphabet_is_used_as_it_is():
    sequences = check_sequences(["AC"], alphabet=DNA.with_letters("-"), fitted=True)
    assert sequences.alphabet == DNA.with_letters("-")


@pytest.mark.parametrize(
    ("alphabet", "text"),
    [
        (METHYLATED, "AC.T"),
        (Alphabet("masked", "ACGT", silent="N"), "ACnT"),
    ],
    ids=["alias", "lower case"],
)
def test_a_silent_character_in_other_writing_becomes_a_letter_too(alphabet, text):
    read = check_sequences([text], alphabet=alphabet).alphabet
    assert read == alphabet.with_letters(alphabet.silent)


def test_sequences_are_read_without_python_code_for_each_of_them():
    """Vectorized: the number of Python calls depends on nothing."""

    def calls(written):
        count = 0

        def count_calls(frame, event, argument):
            nonlocal count
            # and not those of finalizers, should garbage be collected meanwhile
            own = frame.f_globals.get("__name__", "").startswith("sklyra")
            count += event == "call" and own

        before = sys.getprofile()
        sys.setprofile(count_calls)
        try:
            check_sequences(written, alphabet="protein")
        finally:
            sys.setprofile(before)
        return count

    calls(["MKVLWE"])  # fill the caches
    few, many = calls(["MKVLWE"] * 3), calls(["MKVLWE" * 20] * 500)
    assert few == many


@pytest.mark.parametrize(
    ("name", "alphabet"), [("dna", DNA), ("rna", RNA), ("protein", PROTEIN)]
)
def test_an_alphabet_is_given_by_name_or_as_itself(name, alphabet):
    assert check_sequences(["ACG"], alphabet=name).alphabet == alphabet
    assert check_sequences(["ACG"], alphabet=alphabet).alphabet == alphabet


@pytest.mark.parametrize(
    ("name", "read"), [("dna", ["ACT", "ACT"]), ("rna", ["ACU", "ACU"])]
)
def test_t_and_u_are_one_nucleotide_once_the_alphabet_is_named(name, read):
    assert check_sequences(["ACT", "ACU"], alphabet=name).decode() == read


def test_a_lower_case_letter_of_an_alphabet_is_another_letter():
    sequences = check_sequences(["MmA", "am"], alphabet=Alphabet("case", "AMm"))
    assert sequences.decode() == ["MmA", "Am"]


@given(texts(alphabets=[DNA, RNA, PROTEIN]), st.data())
@settings(max_examples=60, deadline=None)
def test_an_unknown_letter_is_named_with_its_sequence_and_position(drawn, data):
    alphabet, written = drawn
    row = data.draw(st.integers(0, len(written) - 1))
    at = data.draw(st.integers(0, len(written[row])))
    odd = data.draw(st.sampled_from("!?0 \n@\0éŁ😀"))  # Ł is A modulo 256
    advice = {" ": "strip", "\n": "strip", "0": "mutations"}.get(odd, "unknown=")
    written[row] = written[row][:at] + odd + written[row][at:]
    with pytest.raises(UnknownCharacterError, match=advice) as caught:
        check_sequences(written, alphabet=alphabet)
    start = f"X[{row}] has character {odd!r} at position {at} (0-based). The alphabet"
    assert str(caught.value).startswith(start)
    assert repr(alphabet.name) in str(caught.value)


@pytest.mark.parametrize("written", [["ACGT", "ACéT"], np.array(["ACGT", "ACéT"])])
def test_a_letter_outside_ascii_is_named_as_it_was_written(written):
    with pytest.raises(
        UnknownCharacterError, match=r"X\[1\] has character 'é' at position 2"
    ):
        check_sequences(written)


def test_a_byte_outside_ascii_is_unknown():
    with pytest.raises(UnknownCharacterError, match=r"X\[1\].*at position 2"):
        check_sequences([b"ACGT", "ACéT".encode("latin-1")])


def test_an_undecodable_byte_of_a_file_is_unknown():
    text = b"ACG\xff".decode("ascii", errors="surrogateescape")
    with pytest.raises(UnknownCharacterError, match=r"X\[0\].*at position 3"):
        check_sequences([text])


def test_sequences_with_unknown_letters_are_counted():
    written = ["AC", "A!C!", "AC", "!", "?"]
    with pytest.raises(
        UnknownCharacterError,
        match=r"X\[1\] has .* position 1 .*\(2 more sequences have such characters\)",
    ):
        check_sequences(written, alphabet="dna")


@pytest.mark.parametrize(
    ("written", "alphabet", "fits"),
    [("MKV*", "dna", "protein"), ("ACGR", Alphabet("pure", "ACGT"), "dna")],
)
def test_the_message_names_an_alphabet_that_would_fit(written, alphabet, fits):
    with pytest.raises(
        UnknownCharacterError, match=f"All characters would fit alphabet='{fits}'"
    ):
        check_sequences([written], alphabet=alphabet)


def test_the_message_names_no_alphabet_where_none_would_fit():
    with pytest.raises(UnknownCharacterError) as caught:
        check_sequences(["AC!"], alphabet="dna")
    assert "would fit" not in str(caught.value)


@pytest.mark.parametrize("alphabet", [DNA, RNA, PROTEIN], ids=lambda a: a.name)
def test_masked_unknown_letters_are_read_as_the_wildcard(alphabet):
    read = check_sequences(["AéC", "éŁA"], alphabet=alphabet, unknown="mask").decode()
    n = alphabet.wildcard
    assert read == [f"A{n}C", f"{n}{n}A"]


def test_mask_leaves_known_characters_alone():
    written = ["MKVX", "M-*B"]
    assert check_sequences(written, unknown="mask").decode() == written


def test_mask_needs_a_wildcard_only_where_something_is_unknown():
    alphabet = Alphabet("two", "AB")
    assert check_sequences(["AB"], alphabet=alphabet, unknown="mask").decode() == ["AB"]
    with pytest.raises(
        ValueError, match=r"unknown=\"mask\" needs .* a wildcard.*'two'"
    ):
        check_sequences(["AC"], alphabet=alphabet, unknown="mask")


@pytest.mark.parametrize(
    ("name", "value"), [("alphabet", "prot"), ("alphabet", None), ("unknown", "drop")]
)
def test_a_wrong_option_is_named_with_what_may_be_chosen(name, value):
    allowed = "'dna', 'rna', 'protein'" if name == "alphabet" else "'error', 'mask'"
    with pytest.raises(
        ValueError,
        match=f"{name}={value!r} is not an option: choose one of .*{allowed}",
    ):
        check_sequences(["ACGT"], **{name: value})


@pytest.mark.parametrize("value", ["c", "", None, 1, ["a"], ("a",)])
def test_check_option_refuses_whatever_is_not_among_the_allowed(value):
    with pytest.raises(ValueError, match=r"letter=.* choose one of \['a', 'b'\]"):
        check_option("letter", value, ("a", "b"))


def test_check_option_accepts_any_iterable_of_allowed_values():
    for allowed in (["a"], ("a",), {"a"}, {"a": 1}, iter("ba")):
        check_option("letter", "a", allowed)


@pytest.mark.parametrize(
    ("alphabet", "text", "place"),
    [
        (DNA, "ACG-T", "'-' at position 3"),
        (PROTEIN, "MK*V", r"'\*' at position 2"),
        (PROTEIN.with_letters("*"), "MK*-", "'-' at position 3"),
    ],
)
def test_a_silent_character_that_fit_did_not_see_is_warned_of(alphabet, text, place):
    with pytest.warns(
        AlphabetWarning, match=rf"X\[1\] has {place} \(0-based\).*no training sequence"
    ):
        check_sequences(["ACC", text], alphabet=alphabet, fitted=True)


def test_a_silent_character_that_fit_saw_is_not_warned_of():
    alphabet = PROTEIN.with_letters("-*")
    check_sequences(["MK-V*"], alphabet=alphabet, fitted=True)  # warnings are errors


def test_errors_and_warnings_are_what_callers_already_catch():
    assert issubclass(UnknownCharacterError, ValueError)
    assert issubclass(AlphabetWarning, SklyraWarning)
    assert issubclass(SklyraWarning, UserWarning)


@pytest.mark.parametrize("unknown", ["error", "mask"])
@pytest.mark.parametrize(
    ("text", "advice"),
    [(" ACDW", "strip"), ("ACDW\n", "strip"), ("A23V", "names of mutations")],
)
def test_whitespace_and_digits_are_never_letters(unknown, text, advice):
    with pytest.raises(UnknownCharacterError, match=rf"X\[1\].*{advice}"):
        check_sequences(["ACDW", text], alphabet="protein", unknown=unknown)


NEVER = "\ufeff\xa0\u200b\xad\0 \t\n\r!?_/\\|@#$%^&()[]{}<>=+~'\",;:0123456789²\u2028😀"


NEVER += "\u3164\u02bc\uff21ª"  # letters for Unicode, but of no alphabet in use


@given(st.sampled_from(NEVER), st.integers(0, 5), st.sampled_from(["protein", "dna"]))
@settings(max_examples=120, deadline=None)
def test_only_letters_are_masked(odd, at, alphabet):
    good = {"protein": "MKVLWE", "dna": "ACGTAC"}[alphabet]
    written = [good, good[:at] + odd + good[at:]]
    with pytest.raises(UnknownCharacterError) as caught:
        check_sequences(written, alphabet=alphabet, unknown="mask")
    start = f"X[1] has character {odd!r} at position {at} (0-based)"
    assert str(caught.value).startswith(start)
    if not odd.isascii():
        assert f"U+{ord(odd):04X}" in str(caught.value)


@given(st.sampled_from(string.ascii_letters + "éŁЖ"), st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_letters_are_masked(odd, at):
    written = "ACGTAC"[:at] + odd + "ACGTAC"[at:]
    assume(odd not in "dmfrl")  # which may stand for something else
    read = check_sequences([written], alphabet="dna", unknown="mask").decode()[0]
    known = (
        odd.upper() if odd.upper() in DNA.characters else {"U": "T"}.get(odd.upper())
    )
    assert read[at] == (known or "N")


def test_white_space_inside_is_answered_with_join():
    with pytest.raises(UnknownCharacterError, match=re.escape('"".join(x.split())')):
        check_sequences(["MK VLW"])
    with pytest.raises(UnknownCharacterError, match="utf-8-sig"):
        check_sequences(["\ufeffMKVLW"])
    with pytest.raises(UnknownCharacterError, match="utf-8-sig"):
        check_sequences(["\ufeffMKVLW".encode()])


@pytest.mark.parametrize("alphabet", [DNA, RNA, PROTEIN], ids=lambda a: a.name)
def test_a_dot_is_a_gap(alphabet):
    text = alphabet.letters[:2] + "." + alphabet.letters[1:]
    read = check_sequences([text, text.replace(".", "-")], alphabet=alphabet)
    assert read.decode() == [text.replace(".", "-")] * 2
    assert read.alphabet == alphabet.with_letters("-")
