"""Which column is what, guessed and said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sklyra.cli.columns import find_column, find_roles, guess_sequence
from sklyra.cli.data import make_inputs
from sklyra.cli.messages import CommandError

GUIDES = ["ACGTACGT", "ACGTACGA", "ACGTTCGA", "GCGTTCGA"]
NAMES = ["clone A", "clone B", "wild type", "x"]
VALUES = ["1", "2.5", "", "-3e2"]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"a": GUIDES, "b": VALUES}, ("a", "b")),
        ({"b": VALUES, "a": GUIDES}, ("a", "b")),
        ({"id": NAMES, "a": GUIDES, "b": VALUES}, ("a", "b")),
        ({"id": NAMES, "a": GUIDES, "n": VALUES, "Fitness": VALUES}, ("a", "Fitness")),
        ({"a": GUIDES, "Sequence": GUIDES, "y": VALUES}, ("Sequence", "y")),
        ({"a": [g.lower() for g in GUIDES], "kind": list("abab")}, ("a", "kind")),
        (
            {"column_1": ["MKV-*", "MKVL", "MRVL", "MKVX"], "c": NAMES},
            ("column_1", "c"),
        ),
    ],
)
def test_columns_are_guessed(columns: Any, expected: tuple[str, str]) -> None:
    roles = find_roles(columns, "a.csv")
    assert (roles.sequences, roles.targets) == ([expected[0]], [expected[1]])


@pytest.mark.parametrize(
    ("columns", "match"),
    [
        ({"a": NAMES, "b": VALUES}, r"No column of a.csv looks like.*--sequence"),
        ({"a b": ["ACGT 1", "ACGA 2", "AGGA 2"]}, "pass --delimiter"),
        ({"a": GUIDES, "b": GUIDES, "y": VALUES}, r"several.*\['a', 'b'\].*--sequence"),
        ({"a": GUIDES}, "no other column.*--table"),
        ({"id": NAMES, "sequence": GUIDES}, "no other column.*--table"),
        ({"a": GUIDES, "u": VALUES, "v": VALUES}, r"\['u', 'v'\].*--target"),
        ({"a": GUIDES, "u": NAMES, "v": NAMES}, r"\['u', 'v'\].*--target"),
    ],
)
def test_what_is_not_clear_is_asked_for(columns: Any, match: str) -> None:
    with pytest.raises(CommandError, match=match):
        find_roles(columns, "a.csv")


def test_what_is_said_is_taken() -> None:
    columns = {"a": GUIDES, "b": GUIDES, "u": VALUES, "v": VALUES, "g": NAMES}
    roles = find_roles(
        columns, "a.csv", ("b", "a"), ("v", "u"), covariate=("g",), group="g"
    )
    assert roles.inputs == ["b", "a", "g"]
    assert roles.targets == ["v", "u"]
    assert roles.group == "g"
    with pytest.raises(CommandError, match="'u' was given two roles"):
        find_roles(columns, "a.csv", ("a",), ("u",), ("u",))


def test_a_wrong_name_gets_the_closest() -> None:
    with pytest.raises(CommandError, match=r"no column 'fitnes', .*mean 'Fitness'\?"):
        find_column("fitnes", {"Fitness": [], "seq": []}, "a.csv")
    with pytest.raises(CommandError, match=r"no column 'q', but \['Fitness'\]\.$"):
        find_column("q", {"Fitness": []}, "a.csv")


def test_words_are_no_sequences() -> None:
    words = ["control", "treated", "wild", "other"]
    assert guess_sequence({"a": words, "b": GUIDES}, "a.csv") == "b"


def test_inputs_are_text_numbers_and_categories() -> None:
    columns = {"seq": ["NA", "KR"], "dose": ["1.5", "NA"], "cell": ["", "HEK"]}
    assert make_inputs(columns, ["seq"]) == ["NA", "KR"]
    table = make_inputs(columns, ["seq", "dose", "cell"])
    assert table["seq"] == ["NA", "KR"]
    assert table["dose"][0] == 1.5
    assert np.isnan(table["dose"][1])
    assert table["cell"] == [None, "HEK"]
    with pytest.raises(CommandError, match="'dose' holds numbers, and 'low' is none"):
        make_inputs({"a": ["AC"], "dose": ["low"]}, ["a", "dose"], frozenset(["dose"]))
