"""Commands that mutate: scans and proposals, and intervals of predictions."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pandas
import pytest
from Bio.Seq import Seq

from sklyra import load
from sklyra.cli.main import main
from sklyra.design import propose
from sklyra.inspection import mutation_scan
from tests.cli.conftest import QUICK, Run, X, Y, write_csv


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fit a model of two members."""
    folder = tmp_path_factory.mktemp("pair")
    data, path = folder / "data.csv", folder / "pair.lyra"
    write_csv(data, variant=X, activity=Y)
    settings = [*QUICK, "--set=n_members=2"]
    assert main(["fit", str(data), "-o", str(path), "-q", *settings]) == 0
    return path


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_scan_has_what_python_finds(run: Run, pair: Path) -> None:
    where = ("--positions", "2-4,7", "--start", "2", "--insertions", "C")
    result = run("scan", pair, X[0], *where)
    assert result.code == 0, result.err
    found = rows(result.out)
    expected = mutation_scan(
        load(pair), X[0], positions=[2, 3, 4, 7], start=2, insertions="C"
    ).to_frame()
    assert [row["mutation"] for row in found] == expected["mutation"].tolist()
    effects = [float(row["effect"]) for row in found]
    np.testing.assert_allclose(effects, expected["effect"], rtol=1e-5, atol=1e-7)


def test_a_scan_of_a_file_is_drawn(run: Run, pair: Path) -> None:
    Path("parent.fasta").write_text(f">parent\n{X[3]}\n")
    result = run("scan", pair, "parent.fasta", "-o", "s.tsv", "--picture", "s.png")
    assert result.code == 0, result.err
    assert Path("s.png").read_bytes()[1:4] == b"PNG"
    assert len(Path("s.tsv").read_text().splitlines()) == 1 + 10 * 3
    again = run("scan", pair, "parent.fasta", "-o", "new.tsv", "--picture", "s.png")
    assert again.code == 2
    assert not Path("new.tsv").exists()


def test_proposals_are_those_of_python(run: Run, pair: Path) -> None:
    result = run(
        *("propose", pair, X[0], "-n", "5", "--max-mutations", "2", "--seed", "3"),
        *("--positions", "1-5", "--fixed", "2", "--letters", "not G"),
        *("--forbid", "EcoRI", "--gc", "0.1", "0.9", "--max-novelty", "9"),
    )
    assert result.code == 0, result.err
    found = rows(result.out)
    assert len({row["sequence"] for row in found}) == 5
    for row in found:
        changed = [i for i in range(10) if row["sequence"][i] != X[0][i]]
        assert set(changed) <= {0, 2, 3, 4}
        assert all(row["sequence"][i] != "G" for i in changed)
        assert int(row["n_mutations"]) == len(changed) <= 2
    assert "5 sequences" in result.err


def test_the_best_of_a_table_are_mutated_onto_a_plate(run: Run, pair: Path) -> None:
    write_csv("data.csv", variant=X, activity=Y)
    result = run(
        *("propose", pair, "data.csv", "--by", "activity", "--best", "3", "-n", "30"),
        *("--plate", "24", "-o", "plate.csv", "--max-novelty", "9"),
    )
    assert result.code == 0, result.err
    found = rows(Path("plate.csv").read_text())
    assert [row["plate"] for row in found] == ["1"] * 24 + ["2"] * 6
    assert found[1]["well"] == "B1"
    assert not {row["sequence"] for row in found} & set(X)
    best = {X[i] for i in np.argsort(-Y)[:3]}
    assert {row["parent"] for row in found} <= best
    again = propose(
        load(pair),
        [X[i] for i in np.argsort(-Y, kind="stable")[:3]],
        n=30,
        measured=X,
        max_novelty=9,
        random_state=0,
    )
    assert [row["sequence"] for row in found] == list(again)
    lowest = run(
        *("propose", pair, "data.csv", "--by", "activity", "--best", "1", "-n", "4"),
        *("--minimize", "--max-mutations", "1", "--max-novelty", "9"),
    )
    assert {row["parent"] for row in rows(lowest.out)} == {X[int(np.argmin(Y))]}


def test_intervals_and_novelty_stand_beside_predictions(
    run: Run, tmp_path: Path
) -> None:
    write_csv("data.csv", variant=X, activity=Y)
    assert run("fit", "data.csv", "-q", *QUICK).code == 0
    result = run("predict", "data.lyra", "data.csv", "--confidence", "0.8", "--novelty")
    assert result.code == 0, result.err
    model = load("data.lyra")
    found = rows(result.out)
    bounds = model.predict_interval(list(X), confidence=0.8)
    for at, name in enumerate(("prediction_low", "prediction_high")):
        values = [float(row[name]) for row in found]
        np.testing.assert_allclose(values, bounds[:, at], rtol=1e-4)
    novelty = [float(row["novelty"]) for row in found]
    np.testing.assert_allclose(novelty, model.novelty(list(X)), rtol=1e-4, atol=1e-6)
    words = np.where(np.array(Y) > np.median(Y), "high", "low")
    write_csv("classes.csv", variant=X, activity=words)
    assert run("fit", "classes.csv", "-q", *QUICK).code == 0
    refused = run("predict", "classes.lyra", "classes.csv", "--confidence", "0.8")
    assert refused.code == 2
    assert "LyraClassifier, which has no intervals" in refused.err


def test_a_report_is_written(run: Run, pair: Path) -> None:
    write_csv("data.csv", variant=X, activity=Y)
    arguments = ["report", pair, "--data", "data.csv", "--test", "data.csv", "-n", "0"]
    result = run(*arguments, "--parent", X[0], "-o", "page.html", "--title", "Mine")
    assert result.code == 0, result.err
    text = Path("page.html").read_text("utf-8")
    assert "<h1>Mine</h1>" in text
    assert "60 of 60 test sequences are in training" in text or "Novelty" in text
    assert run(*arguments, "-o", "page.html").code == 2
    write_csv("other.csv", variant=X, activity=Y[::-1])
    refused = run("report", pair, "--data", "other.csv", "-n", "0", "-o", "new.html")
    assert refused.code == 2
    assert "not what the model was fitted to" in refused.err
    assert not Path("new.html").exists()


@pytest.mark.slow
def test_a_plate_has_what_is_ordered(run: Run, refuse: Run) -> None:
    proteins = [x.translate(str.maketrans("ACGT", "AKLW")) for x in X]
    write_csv("data.csv", variant=proteins, activity=Y)
    settings = [*QUICK, "--set=n_members=2"]
    assert run("fit", "data.csv", "-o", "m.lyra", "-q", *settings).code == 0
    template = "".join(
        {"A": "GCA", "K": "AAA", "L": "CTA", "W": "TGG"}[x] for x in proteins[0]
    )
    Path("../gene.fasta").write_text(f">gene\n{template}TAA\n")
    asked = [
        *("propose", "m.lyra", proteins[0], "-n", "6", "--max-novelty", "9"),
        *("--plate", "24", "--with-parent", "--coding-dna", "../gene.fasta"),
    ]
    done = run(*asked, "-o", "plate.xlsx")
    assert done.code == 0, done.err
    assert "from 1 parents" in done.err
    frame = pandas.read_excel("plate.xlsx", engine="calamine")
    assert frame["name"].tolist() == [
        "control_1",
        *(f"variant_{i}" for i in range(1, 7)),
    ]
    assert frame["sequence"][0] == proteins[0]
    assert frame["dna"][0] == f"{template}TAA"
    for protein, dna in zip(frame["sequence"], frame["dna"], strict=True):
        assert str(Seq(dna).translate()) == f"{protein}*"
    assert frame["value"].dtype == frame["n_mutations"].dtype == float
    assert run("convert", "plate.xlsx", "plate.fasta", "--sequence", "dna").code == 0
    assert Path("plate.fasta").read_text().startswith(">control_1 plate=1 well=A1")
    # and the page shows what is ordered
    asked_page = ("--data", "data.csv", "--proposal", "plate.xlsx", "-o", "page.html")
    page = run("report", "m.lyra", *asked_page)
    assert page.code == 0, page.err
    html = Path("page.html").read_text()
    assert all(f">{name}<" in html for name in frame["name"])
    assert "Measure next: 6 sequences, listed below" in html
    assert "and 1 control" in html
    n_above = (frame["value"] > max(Y)).sum()
    said = f"{n_above} of 6 are predicted above the highest that was measured"
    assert f"{said} ({max(Y):.4g})." in html
    assert template not in html
    assert (
        "is a model: MODEL comes before" in refuse("propose", "data.csv", "m.lyra").err
    )
    assert "say --plate 96" in refuse("propose", "m.lyra", X[0], "--control", X[0]).err
    write_csv("bad.csv", wrong=["A"])
    bad = refuse("report", "m.lyra", "--proposal", "bad.csv", "-o", "new.html")
    assert "no column 'sequence'" in bad.err
    short = refuse(*asked[:-1], "ATGAAA", "-o", "new.csv")
    assert "--coding-dna: proteins[0] has 10 residues" in short.err
    assert not Path("new.csv").exists()


def test_parents_are_read_from_any_place(run: Run, pair: Path) -> None:
    Path("../parent.fasta").write_text(f">parent\n{X[0]}\n")
    asked = ("--positions", "2-3")
    expected = run("scan", pair, X[0], *asked)
    found = run("scan", pair, "../parent.fasta", *asked)
    assert found.code == expected.code == 0, found.err
    assert found.out == expected.out
    text = Path("../parent.fasta").read_bytes()
    piped = run("scan", pair, "-", *asked, stdin=text)
    assert piped.code == 0, piped.err
    assert piped.out == expected.out


def test_dna_is_for_proteins(refuse: Run, pair: Path) -> None:
    asked = ("propose", pair, X[0], "--coding-dna", "ATGAAA")
    assert "for models of proteins" in refuse(*asked).err


def test_one_member_says_what_to_do(run: Run, refuse: Run) -> None:
    write_csv("data.csv", variant=X, activity=Y)
    assert run("fit", "data.csv", "-q", *QUICK).code == 0
    assert "strategy 'exploit'" in refuse("propose", "data.lyra", X[0], "-n", "2").err
    done = run("report", "data.lyra", "--data", "data.csv", "-n", "2", "-o", "a.html")
    assert done.code == 0, done.err
    assert "2 new sequences near" in Path("a.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["scan", "MODEL", "nowhere.fasta"], "nowhere.fasta is neither a file nor a"),
        (["scan", "MODEL", "no/ACGT"], "no/ACGT is neither a file nor a sequence"),
        (["scan", "MODEL", "many.csv"], "60 sequences, but 1 can be mutated"),
        (["scan", "MODEL", "ACGT!"], "neither a file nor a sequence"),
        (["scan", "MODEL", X[0], "--positions", "3-1"], "3-1 runs backwards"),
        (["scan", "MODEL", X[0], "--positions", "a"], "write numbers as 10-40,55"),
        (["scan", "MODEL", X[0], "--positions", "99"], "positions[0] is 99"),
        (["propose", "MODEL", "many.csv"], "--by COLUMN takes the best"),
        (["propose", "MODEL", "many.csv", "--by", "activty"], "'activity'"),
        (["propose", "MODEL", "many.csv", "--by", "variant"], "has no numbers"),
        (["propose", "MODEL", X[0], "--gc", "0.9", "0.1"], "allows nothing"),
        (["propose", "MODEL", X[0], "--forbid", "EcoXX"], "restriction enzymes"),
        (["propose", "MODEL", X[0], "--max-novelty=-1"], "more novel than max_nov"),
    ],
)
def test_what_cannot_be_is_refused(
    refuse: Run, pair: Path, arguments: list[str], message: str
) -> None:
    write_csv("many.csv", variant=X, activity=Y)
    given = [str(pair) if word == "MODEL" else word for word in arguments]
    assert message in refuse(*given).err
