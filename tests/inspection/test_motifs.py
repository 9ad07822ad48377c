"""Motifs: planted ones are found, noise has none, effects are as they are defined."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sklyra import LyraClassifier, LyraRegressor
from sklyra.inspection import MotifDisplay, motifs
from sklyra.inspection.motif_search import _core
from sklyra.inspection.motifs import _is_part
from sklyra.inspection.planting import Planting, occurrences, starts
from tests.inspection.models import planted
from tests.settings import ENSEMBLE, LEAST, MOTIFS

X, Y = planted(400, 40, "ACGT", {"GATTA": 2.0, "CCGG": -2.0})


@pytest.fixture(scope="module")
def model() -> LyraRegressor:
    return LyraRegressor(**MOTIFS, alphabet="dna").fit(X, Y)


def test_planted_motifs_are_found(model: LyraRegressor) -> None:
    found = motifs(model, X, random_state=0)
    assert found.kmers == ["GATTA", "CCGG"]
    assert found.effect == pytest.approx([2, -2], abs=0.8)
    assert (np.abs(found.effect) > 5 * found.std).all()
    for kmer, table, sign in zip(
        found.kmers, found.letter_effect, (1, -1), strict=True
    ):
        assert table.shape == (len(kmer), 4)
        best = (sign * table).argmax(axis=1)
        assert "".join(found.letters[at] for at in best) == kmer
    # they act anywhere
    assert found.place_effect.shape == found.place_std.shape == (2, len(found.places))
    assert (np.abs(found.place_effect) > 0.7 * np.abs(found.effect)[:, None]).all()
    assert found.n_sequences.tolist() == [
        sum(kmer in x for x in X) for kmer in found.kmers
    ]
    table = found.to_frame()
    assert table["motif"].tolist() == found.kmers
    again = motifs(model, X, random_state=0)
    np.testing.assert_array_equal(again.effect, found.effect)


def test_motifs_are_drawn(model: LyraRegressor) -> None:
    display = MotifDisplay.from_estimator(model, X, n_places=4, random_state=0)
    assert display.axes_.shape == (2, 2)
    titles = [axis.get_title(loc="left") for axis in display.axes_[:, 0]]
    assert titles == display.motifs.kmers
    line = display.axes_[1, 1].lines[1]
    np.testing.assert_array_equal(line.get_ydata(), display.motifs.place_effect[1])
    with pytest.raises(ValueError, match=r"2 motifs need \(2, 2\)"):
        display.plot(axes=display.axes_[:1])


def test_what_learned_nothing_has_none() -> None:
    rng = np.random.default_rng(0)
    model = LyraRegressor(**LEAST, random_state=0).fit(X[:60], rng.normal(size=60))
    found = motifs(model, X[:60], size=5, random_state=0)
    assert found.kmers == []
    assert found.place_effect.shape == (0, 12)
    assert found.to_frame().empty
    with pytest.raises(ValueError, match="no motifs to draw"):
        found.plot()


@pytest.mark.slow
def test_classes_have_motifs_each() -> None:
    letters = "ACDEFGHIKLMNPQRSTVWY"
    proteins, y = planted(400, 30, letters, {"WKD": 1.0, "HPS": 10.0})
    labels = np.digitize(y, [0.5, 5])  # none, WKD, and HPS with or without
    model = LyraClassifier(**MOTIFS, alphabet="protein").fit(proteins, labels)
    found = motifs(model, proteins, output=1, n_motifs=1, random_state=0)
    assert found.kmers == ["WKD"]
    assert found.effect[0] > 0
    assert motifs(model, proteins, output=2, n_motifs=1, random_state=0).kmers == [
        "HPS"
    ]
    with pytest.raises(ValueError, match="output=3 is none of the 3 outputs"):
        motifs(model, proteins, output=3)


def test_effects_are_what_writing_a_kmer_changes() -> None:
    def predict(sequences: list[str]) -> Any:
        """How often there is a G, and where the first CC begins."""
        return np.array([s.count("G") + 0.1 * s.find("CC") for s in sequences])

    rng = np.random.RandomState(0)
    texts = ["AGTTAGTTAG", "TTTTAAAAGGTA", "AGGA"]
    planting = Planting(predict, texts, 6, rng)
    backgrounds = planting.backgrounds
    assert sorted(map(sorted, backgrounds)) == sorted(map(sorted, texts * 2))
    words, places = ["CC", "GGG"], np.array([[0, 0.5, 1], [0.25, 0.25, 0.75]])
    table = planting.table(words, places)
    for i, word in enumerate(words):
        for j, background in enumerate(backgrounds):
            for k, place in enumerate(places[i]):
                start = round(place * (len(background) - len(word)))
                written = background[:start] + word + background[start + len(word) :]
                expected = predict([written])[0] - predict([background])[0]
                assert table[i, j, k] == pytest.approx(expected)
    means = planting.effects(words, places)
    np.testing.assert_allclose(means, table.mean(axis=(1, 2)))
    alike = planting.table(words, places[0])
    np.testing.assert_array_equal(alike[0], table[0])


def test_places_are_those_of_the_sequences() -> None:
    rng = np.random.RandomState(0)
    X = ["ACCA", "TTTTTTCC", "CC", "GGGG"]
    drawn = occurrences("CC", X, 200, rng)
    assert set(drawn) == {0.5, 1.0, 0.0}
    assert starts(np.array([0.5, 1.0]), 4, 2) == [1, 2]


@pytest.mark.slow
def test_motifs_that_act_at_one_place_are_found() -> None:
    """GTAA counts in the middle only, where half of the sequences have it."""
    rng = np.random.default_rng(0)
    rows = rng.choice(list("ACGT"), (300, 24))
    rows[:150, 10:14] = list("GTAA")
    X = ["".join(row) for row in rows]
    y = np.array([x[10:14] == "GTAA" for x in X]) + rng.normal(scale=0.1, size=300)
    model = LyraRegressor(**ENSEMBLE, alphabet="dna").fit(X, y)
    found = motifs(model, X, size=4, n_motifs=1, n_places=21, random_state=0)
    kmer = found.kmers[0]
    assert len(kmer) >= 3
    assert kmer in "GTAA"
    start = found.places[found.place_effect[0].argmax()] * (24 - len(kmer))
    assert start == pytest.approx(10 + "GTAA".find(kmer), abs=0.6)
    assert np.median(found.place_effect[0]) < 0.2 * found.effect[0]


@pytest.mark.slow
def test_on_both_strands_a_motif_is_one() -> None:
    turned = str.maketrans("ACGT", "TGCA")
    strands = X[:150] + [x[::-1].translate(turned) for x in X[150:300]]
    options = {**MOTIFS, "reverse_complement": True}
    model = LyraRegressor(**options, alphabet="dna").fit(strands, Y[:300])
    found = motifs(model, strands, n_motifs=4, random_state=0)
    assert len([kmer for kmer in found.kmers if kmer in ("GATTA", "TAATC")]) == 1


def test_parts_and_cores() -> None:
    assert _is_part("ATTACA", "GATTA")
    assert _is_part("GATT", "GATTACA")
    assert not _is_part("CCGATT", "TATAAA")
    assert not _is_part("WKD", "KDA"[1:] + "W")
    flat, steep = [1.0, 1.1, 1.0, 1.0], [2.0, 0.0, 0.0, 0.0]
    assert _core(np.array([flat, steep, flat, steep, flat])) == (1, 4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"size": 1}, "size=1 is not an option"),
        ({"size": 41}, "size=41 is not an option"),
        ({"X": ["ACGT"] * 3}, "size=6, but no sequence of X is as long"),
        ({"X": ["ACGTEF"]}, "'E'"),
        ({"X": ["ACGTANACGTA"]}, "X has nowhere 6 letters in a row that are known"),
        ({"n_backgrounds": 2}, "n_backgrounds=2 is not an option"),
        ({"output": 1}, "output=1 is none of the 1 outputs: 0 to 0"),
    ],
)
def test_what_cannot_be_is_said(
    model: LyraRegressor, change: dict[str, Any], message: str
) -> None:
    given = {"X": X, **change}
    with pytest.raises(ValueError, match=message):
        motifs(model, **given)


def test_there_may_be_too_many_kmers() -> None:
    model = LyraRegressor(**LEAST, alphabet="protein").fit(["ACDEFGHIK"] * 4, range(4))
    with pytest.raises(ValueError, match=r"20\*\*6 k-mers, but 4,194,304 at most"):
        motifs(model, ["ACDEFGHIK"], size=6)
