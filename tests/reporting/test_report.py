"""Reports: what is on the page, that it is true, and that it needs nothing else."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sklyra
from sklyra import LyraClassifier, LyraPositionClassifier, LyraRegressor
from sklyra.inspection import mutation_scan
from sklyra.reporting.pictures import heatmap
from tests.inspection.models import PARENT, SETTINGS, X, Y, planted, variants
from tests.settings import MOTIFS

TEST_X, TEST_Y = variants(140)
TEST_X, TEST_Y = TEST_X[80:], TEST_Y[80:]
VOID = {"meta", "br", "path", "use", "rect", "circle", "image", "link"}
SECTIONS = [
    "In short",
    *("What was learned from what", "How good it is", "How honest that is"),
    *("What it found", "What to measure next", "How to use it"),
    "Methods, for a paper",
]


class Page(HTMLParser):
    """Headings, links, fields of tables, and whether elements are closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []
        self.fields: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag not in VOID:
            self.open.append(tag)
        if tag == "td":
            self.fields.append("")

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, text):
        if "h2" in self.open:
            self.headings.append(text)
        if "td" in self.open:
            self.fields[-1] += text


@pytest.fixture(scope="module")
def regressor():
    return LyraRegressor(**SETTINGS).fit(X, Y)


@pytest.fixture(scope="module")
def page(regressor):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sklyra.design.evolution._CHILDREN", 40)
        patch.setattr("sklyra.design.evolution._GENERATIONS", 3)
        return sklyra.report(
            regressor,
            data=(X, Y),
            test=(TEST_X, TEST_Y),
            parent=PARENT,
            n_proposals=4,
            title="Lysozyme <T4>",
        )


def test_the_page_is_whole_and_needs_nothing_else(page):
    read = Page(page.html)
    assert not read.open
    assert read.headings == SECTIONS
    assert read.tags.count("svg") == 6
    linked = [
        value
        for name, value in read.attributes
        if name in ("src", "href", "xlink:href", "data") and value[:1] != "#"
    ]
    assert linked == []
    assert "Lysozyme &lt;T4&gt;" in page.html
    assert "url(http" not in page.html
    names = [value for name, value in read.attributes if name == "id"]
    assert len(names) == len(set(names))


def test_numbers_are_those_of_the_model(page, regressor):
    fields = Page(page.html).fields
    score = regressor.score(TEST_X, TEST_Y)
    assert fields[fields.index("R2") + 1] == f"{score:.4g}"
    low, high = regressor.predict_interval(TEST_X, confidence=0.9).T
    inside = np.mean((low <= TEST_Y) & (high >= TEST_Y))
    assert fields[fields.index("inside 90% intervals") + 1] == f"{inside:.4g}"
    assert f"R2 is {regressor.oof_score_:.3f}" in page.html
    best = mutation_scan(regressor, PARENT).to_frame().sort_values("effect").iloc[-1]
    assert fields[fields.index(best["mutation"]) + 1] == f"{best['effect']:.4g}"


def test_a_test_that_was_learned_is_not_called_good(page, regressor):
    assert f"0 of {len(TEST_X)} test sequences are in training." in page.html
    assert "Scores on the test are too good" not in page.html
    mixed = ([*TEST_X[:20], *X[:5]], np.r_[TEST_Y[:20], Y[:5]])
    again = sklyra.report(regressor, test=mixed, n_proposals=0).html
    assert "5 of 25 test sequences are in training. Scores on the test are" in again
    frame = pd.DataFrame({"variant": mixed[0]}), mixed[1]
    again = sklyra.report(regressor, test=frame, n_proposals=0).html
    assert "5 of 25 test sequences are in training." in again


def test_what_was_not_compared_is_said(page, monkeypatch):
    assert "that the model keeps" not in page.html
    monkeypatch.setattr("sklyra.uncertainty.novelty._MOST_ROWS", 30)
    model = LyraRegressor(**SETTINGS).fit(X, Y)
    found = sklyra.report(model, test=(TEST_X, TEST_Y), n_proposals=0).html
    assert "Compared with the 30 that the model keeps." in found


@pytest.mark.slow
def test_motifs_of_promoters_are_found(page):
    assert "Motifs" not in page.html  # of variants of one parent
    promoters, strength = planted(300, 32, "ACGT", {"GATTA": 2.0})
    promoters = [x + "A" * (row % 2) for row, x in enumerate(promoters)]
    model = LyraRegressor(**MOTIFS, alphabet="dna").fit(promoters, strength)
    found = sklyra.report(model, data=(promoters, strength), n_proposals=0)
    read = Page(found.html)
    assert not read.open
    assert "Motifs" not in sklyra.report(model, n_proposals=0).html  # it keeps none
    row = read.fields.index("GATTA")
    assert float(read.fields[row + 1]) == pytest.approx(2, abs=0.8)
    assert read.fields[row + 3] == str(sum("GATTA" in x for x in promoters))
    names = [value for name, value in read.attributes if name == "id"]
    assert len(names) == len(set(names))


def test_cells_of_the_heatmap_say_what_they_are(regressor):
    scan = mutation_scan(regressor, PARENT, start=5)
    found = re.findall(r"<title>(\w+) ([^ ]+) ± ([^<]+)</title>", heatmap(scan))
    frame = scan.to_frame().set_index("mutation")
    assert len(found) == len(frame)
    for name, effect, std in found:
        assert float(effect) == pytest.approx(frame.loc[name, "effect"], rel=0.01)
        assert float(std) == pytest.approx(frame.loc[name, "std"], rel=0.1)


def test_long_parents_have_rows_of_equal_length(regressor):
    scan = mutation_scan(regressor, PARENT)
    wide = scan._replace(
        parent=PARENT * 16,
        positions=np.arange(1, 129),
        effect=np.tile(scan.effect, 16),
        std=np.tile(scan.std, 16),
    )
    places = {float(x) for x in re.findall(r'<rect x="(\d+)"', heatmap(wide))}
    assert len(places) == 43


def test_only_positions_that_vary_are_shown():
    framed = [f"GG{x[:4]}G{x[4:]}" for x in X]
    model = LyraRegressor(**SETTINGS).fit(framed, Y)
    html = sklyra.report(model, n_proposals=0).html
    cells = re.findall(r"<title>[A-Z](\d+)[A-Z] ", html)
    varied = [3, 4, 5, 6, *range(8, len(framed[0]) + 1)]
    assert sorted({int(number) for number in cells}) == varied
    assert f"differ at {len(varied)} of {len(framed[0])} positions" in html
    assert f"It knows positions {', '.join(map(str, varied))}, where" in html


def test_what_is_said_in_short_is_what_is_found(page, regressor):
    frame = mutation_scan(regressor, PARENT).to_frame().sort_values("effect")
    lower = frame["mutation"][frame["effect"] < -frame["std"]].tolist()
    higher = frame["mutation"][frame["effect"] > frame["std"]].tolist()[::-1]
    said = re.search(r"to raise it: (.*); to lower it: (.*)\.</p>", page.html)
    for names, expected in zip(said.groups(), (higher, lower), strict=True):
        assert names == (", ".join(expected[:5]) or "none")
        listed = [name for name in Page(page.html).fields if name in expected]
        assert listed == expected[:10]
    assert f"explain {regressor.oof_score_:.0%} of the variance" in page.html
    highest = f"the best that was measured is {Y.max():.4g}."
    assert highest in page.html


@pytest.mark.parametrize("n_classes", [2, 3])
def test_classes_have_a_page_too(n_classes):
    levels = np.quantile(Y, np.arange(1, n_classes) / n_classes)
    y, test = (np.array(["a", "b", "c"])[np.digitize(v, levels)] for v in (Y, TEST_Y))
    model = LyraClassifier(**SETTINGS).fit(X, y)
    page = sklyra.report(
        model, data=(X, y), test=(TEST_X, test), parent=PARENT, n_proposals=0
    )
    read = Page(page.html)
    assert read.headings == SECTIONS
    shown = f"{model.score(TEST_X, test):.4g}"
    assert read.fields[read.fields.index("accuracy") + 1] == shown
    assert "svg" in read.tags
    assert ("log odds" in page.html) == (n_classes == 2)


@pytest.mark.slow
def test_tables_and_several_outputs_have_what_applies():
    import pandas as pd

    table = pd.DataFrame({"protein": X, "dose": np.arange(80.0) % 7})
    model = LyraRegressor(**SETTINGS).fit(table, Y)
    page = sklyra.report(model, data=(table, Y), test=(table[:20], Y[:20]))
    assert "dose (number)" in page.html
    assert "Nothing is proposed here" in page.html
    both = LyraRegressor(**SETTINGS).fit(X, np.stack([Y, -Y], axis=1))
    assert "No single mutations are shown" in sklyra.report(both, n_proposals=2).html


def test_a_model_that_keeps_nothing_says_so(tmp_path):
    settings = {**SETTINGS, "gaussian_process": False, "early_stopping": False}
    model = LyraRegressor(**settings).fit(X, Y)
    page = sklyra.report(model, test=(TEST_X, TEST_Y))
    assert "No sequences were held out" in page.html
    assert "Of novelty: " in page.html
    assert "whether the test is among them cannot be said" in page.html
    page.save(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text("utf-8") == page.html
    assert page._repr_html_() == page.html


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"data": (X[::-1], Y)}, ValueError, "not what the model was fitted to"),
        ({"data": X}, TypeError, "data must be a tuple"),
        ({"n_proposals": -1}, ValueError, "n=-1"),
        ({"parent": "MKT"}, ValueError, "3 letters"),
    ],
)
def test_bad_input_is_refused(regressor, options, error, message):
    with pytest.raises(error, match=message):
        sklyra.report(regressor, **{"n_proposals": 0, **options})


def test_other_models_are_refused():
    with pytest.raises(TypeError, match="model is a LyraPositionClassifier"):
        sklyra.report(LyraPositionClassifier())


@pytest.mark.slow
@pytest.mark.parametrize("width", [400, 1400])
def test_a_browser_shows_it_without_complaint(page, tmp_path: Path, width: int):
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("needs Chromium")
    page.save(tmp_path / "page.html")
    shown = subprocess.run(
        [
            browser,
            *("--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"),
            *("--enable-logging=stderr", f"--window-size={width},900"),
            (tmp_path / "page.html").as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "CONSOLE" not in shown.stderr
    # the script made buttons of headings
    assert shown.stdout.count('<button title="sort">') >= 8
