"""Messages about X that name a column instead."""

from __future__ import annotations

import warnings

import pytest

from sklyra._warnings import warn
from sklyra.exceptions import AlphabetWarning, SklyraWarning, UnknownCharacterError
from sklyra.sequences import check_sequences
from sklyra.sequences.naming import about_column, rewrite


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("X[3] is empty, as X[12] is.", 'X["a"][3] is empty, as X["a"][12] is.'),
        ("X mixes alphabets", 'X["a"] mixes alphabets'),
        (
            "Join: X = [x.strip() for x in X].",
            'Join: X["a"] = [x.strip() for x in X["a"]].',
        ),
        ('pass alphabet="dna" here', 'pass columns={"a": "dna"} here'),
        ("fit alphabet='rna'.", 'fit columns={"a": "rna"}.'),
        ("Write X for each residue", "Write X for each residue"),
    ],
)
def test_messages_are_about_the_column(message, expected):
    assert rewrite("a", message) == expected


def test_any_name_is_written_as_it_is():
    assert rewrite(r"a\1b", "X[0] is") == r'X["a\1b"][0] is'


def test_errors_stay_what_they_are():
    cases = [
        (["AC%"], UnknownCharacterError, r'^X\["guide"\]\[0\] has .* A hint\.$'),
        ([""], ValueError, r'^X\["guide"\]\[0\] is an empty sequence.*rows\.$'),
        (["ACD", 3], TypeError, r'^X\["guide"\]\[1\] is 3 of type int'),
    ]
    for X, error, message in cases:
        with (
            pytest.raises(error, match=message) as caught,
            about_column("guide", " A hint."),
        ):
            check_sequences(X)
        assert type(caught.value) is error
    with pytest.raises(KeyError), about_column("guide"):
        raise KeyError("X[0]")


def test_warnings_name_the_column_and_the_line_of_the_caller():
    message = r'^X\["guide"\]\[1\] \(1 of 2 sequences\) looks like a nucleic'
    with pytest.warns(AlphabetWarning, match=message) as caught, about_column("guide"):
        check_sequences(["MKV", "ACGT" * 9], alphabet="protein")
    assert caught[0].filename == __file__
    with warnings.catch_warnings(record=True) as after:
        warnings.simplefilter("always")
        warn("X[0] is itself again", SklyraWarning)
    assert str(after[0].message) == "X[0] is itself again"
