"""Artificial sites stand where their motifs say."""

from __future__ import annotations

import re

import pytest

from sklyra.datasets import make_positions


@pytest.mark.parametrize("distance", [0, 12])
def test_sites_stand_behind_motifs(distance):
    X, y = make_positions(60, length=40, distance=distance, random_state=0)
    assert {len(x) for x in X} <= set(range(20, 61))
    assert len({len(x) for x in X}) > 10
    n_sites = 0
    for sequence, states in zip(X, y, strict=True):
        starts = [m.start() for m in re.finditer("(?=WKW)", sequence)]
        marked = {s + distance + k for s in starts for k in range(5)}
        inside = {place for place in marked if place < len(sequence)}
        assert {place for place, s in enumerate(states) if s == "S"} == inside
        assert set(states) <= {"S", "N"}
        n_sites += len(inside)
    assert n_sites > 50


def test_missing_states_hide_what_is_there():
    known = make_positions(100, random_state=3)
    hidden = make_positions(100, missing=0.3, random_state=3)
    marks = "".join(hidden.y)
    assert marks.count("-") / len(marks) == pytest.approx(0.3, abs=0.02)
    sequence, states = hidden.X[0], hidden.y[0]
    assert sequence == known.X[0]
    assert all(a in (b, "-") for a, b in zip(states, known.y[0], strict=True))
    assert (
        make_positions(3, random_state=1).y[2] == make_positions(3, random_state=1).y[2]
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"length": 9}, "length=9"),
        ({"missing": 1.0}, "missing=1.0"),
        ({"distance": -1}, "distance=-1"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        make_positions(**arguments)
