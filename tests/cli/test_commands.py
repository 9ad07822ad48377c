"""Commands, as users run them."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pytest

import sklyra
from sklyra.cli.main import main
from sklyra.cli.main import sklyra as cli
from sklyra.cli.messages import CommandError
from sklyra.cli.resuming import Growing, growing
from sklyra.datasets import make_pairs
from sklyra.exceptions import SklyraWarning
from tests.cli.conftest import QUICK, Run, X, Y, write_csv

NEW = X[:7]


def table(text: str, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


def test_a_two_column_file_needs_no_option(run: Run) -> None:
    write_csv("data.csv", variant=X, activity=Y)
    done = run("fit", "data.csv", *QUICK)
    assert done.code == 0, done
    assert done.out == ""
    expected = "data.csv: 60 rows; sequences: 'variant'; target: 'activity' (values)"
    assert expected in done.err
    assert re.search(r"held out of training: R2 \S+ \(\d+ of \d+ rows\)", done.err)
    assert "wrote data.lyra\n" in done.err
    model = sklyra.load("data.lyra")
    assert isinstance(model, sklyra.LyraRegressor)
    assert model.random_state == 0
    write_csv("new.csv", name=range(7), variant=NEW)
    done = run("predict", "data.lyra", "new.csv")
    rows = table(done.out)
    assert [row["name"] for row in rows] == [str(n) for n in range(7)]
    found = [float(row["prediction"]) for row in rows]
    np.testing.assert_allclose(found, model.predict(NEW), rtol=1e-6)


def test_classes_have_probabilities(run: Run) -> None:
    write_csv("data.csv", ";", seq=X, kind=np.where(Y > 0, "hi", "lo"))
    assert run("fit", "data.csv", "-q", *QUICK).err == ""
    assert run("predict", "data.lyra", "data.csv", "-o", "out.tsv", "-q").err == ""
    rows = table(Path("out.tsv").read_text(), "\t")
    model = sklyra.load("data.lyra")
    assert [row["prediction"] for row in rows] == model.predict(X).tolist()
    found = [[float(row[f"probability_{c}"]) for c in ("hi", "lo")] for row in rows]
    np.testing.assert_allclose(found, model.predict_proba(X), rtol=1e-6, atol=1e-9)


def test_sequences_and_a_table_are_joined_by_name(run: Run) -> None:
    records = "".join(f">s{n} x\n{x}\n" for n, x in enumerate(X))
    Path("variants.fasta").write_text(records)
    order = range(49, -1, -1)
    write_csv(
        "values.csv", clone=[f"s{n}" for n in order], fitness=[Y[n] for n in order]
    )
    done = run("fit", "variants.fasta", "--table", "values.csv", *QUICK)
    assert "joined by 'clone', 50 of 50 rows and 50 of 60 sequences" in done.err
    write_csv("same.csv", sequence=[X[n] for n in order], fitness=[Y[n] for n in order])
    run("fit", "same.csv", *QUICK)
    found, expected = (
        sklyra.load(f"{n}.lyra").predict(X) for n in ("variants", "same")
    )
    np.testing.assert_array_equal(found, expected)


SAID = ["--sequence=guide", "--sequence=target", "--covariate=dose", "--covariate=cell"]
KINDS = {"guide": "dna", "target": "dna", "dose": "number", "cell": "category"}


def test_several_columns_are_a_table(run: Run) -> None:
    columns, y, *_ = make_pairs(40, random_state=0)
    names = list(columns)
    write_csv("data.csv", **columns, value=y)
    done = run("fit", "data.csv", *SAID, *QUICK)
    assert done.code == 0, done
    found = {row["name"]: row["kind"] for row in sklyra.load("data.lyra").columns_}
    assert found == KINDS
    done = run("predict", "data.lyra", "data.csv", "-o", "out.csv")
    assert done.code == 0, done
    assert len(table(Path("out.csv").read_text())) == 40
    write_csv("bad.csv", **{n: c for n, c in columns.items() if n != names[0]})
    done = run("predict", "data.lyra", "bad.csv")
    assert done.code == 2
    assert f"bad.csv has no column {names[0]!r}" in done.err


def test_rows_that_were_not_measured_are_left_out(run: Run) -> None:
    values = ["NA", "", *map(str, Y[2:])]
    write_csv("data.csv", variant=X, activity=values)
    done = run("fit", "data.csv", *QUICK)
    assert "2 rows were not measured and are left out" in done.err
    assert sklyra.file_info("data.lyra")["learned_from"]["rows"] == 58


def test_decimal_commas_are_read(run: Run) -> None:
    values = [str(y).replace(".", ",") for y in Y]
    write_csv("data.csv", ";", variant=X, activity=values)
    assert run("fit", "data.csv", *QUICK).code == 0
    write_csv("same.csv", variant=X, activity=Y)
    run("fit", "same.csv", *QUICK)
    found, expected = (sklyra.file_info(f"{n}.lyra") for n in ("data", "same"))
    assert found["learned_from"]["sha256"] == expected["learned_from"]["sha256"]


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ([], "wrong column"),
        (["--target", "activty"], "no column 'activty'.*mean 'activity'"),
        (["--task", "regression", "--target", "name"], "'n0' in.*name.* is no number"),
        (["--set", "nonsense=1"], "--set nonsense: LyraRegressor has"),
        (["--set", "n_member=1"], "did you mean 'n_members'?"),
        (["--set", "lr"], "--set lr: write NAME=VALUE"),
        (["--set", "lr=-1"], "lr=-1 is not an option: choose"),
        (["--nonsense"], "No such option.*See sklyra fit --help"),
        (["--seed", "x"], "Invalid value for '--seed'"),
        (["-o", "nowhere/m.lyra"], "There is no folder .*nowhere"),
        (["-o", "."], "is a folder"),
        (["-o", "/proc/m.lyra"], "/proc/m.lyra cannot be written|no folder"),
        (["-o", "data.csv"], "data.csv is what is read: name another"),
        (["--table", "data.csv"], "--table is for files of sequences"),
        (["--device", "abacus"], "abacus"),
    ],
)
def test_wrong_options_are_refused(
    arguments: list[str], match: str, refuse: Run
) -> None:
    write_csv("data.csv", variant=X, name=[f"n{n}" for n in range(60)], activity=Y)
    if not arguments:
        arguments, match = ["--sequence", "activity"], "activity|data.csv"
    result = refuse("fit", "data.csv", "-q", *arguments)
    assert re.search(match, result.err), result.err
    assert sorted(os.listdir()) == ["data.csv"]


ROWS = "".join(f"{x},{y}\n" for x, y in zip(X, Y, strict=True))


@pytest.mark.parametrize(
    ("rows", "match"),
    [
        ("", "data.csv is empty"),
        ("ACGT,1\nACGT,1,2\n", "data.csv, line 3: 3 fields"),
        (f"{ROWS}ACGT,low\n", "'low' in .*activity.* is no number, as most are"),
        (f"{ROWS}ACG!ACGTAA,1\n", "data.csv: .*row 61"),
    ],
)
def test_wrong_tables_are_refused(rows: str, match: str, refuse: Run) -> None:
    Path("data.csv").write_text(f"variant,activity\n{rows}")
    result = refuse("fit", "data.csv", "--sequence", "variant", "-q", *QUICK)
    assert re.search(match, result.err), result.err
    assert sorted(os.listdir()) == ["data.csv"]


def test_what_is_not_there_is_said(refuse: Run) -> None:
    assert "No such file or directory: data.csv" in refuse("fit", "data.csv").err
    assert "m.lyra" in refuse("info", "m.lyra").err
    assert "No such command 'fti'" in refuse("fti").err


def test_a_file_that_is_no_model_is_refused(refuse: Run) -> None:
    write_csv("data.csv", variant=X, activity=Y)
    for command in (["info", "data.csv"], ["predict", "data.csv", "data.csv"]):
        assert "data.csv is no model file of sklyra" in refuse(*command).err
    sklyra.KmerVectorizer().fit(X).save("kmers.lyra")
    assert "predicts nothing" in refuse("predict", "kmers.lyra", "data.csv").err


def test_nothing_is_replaced_without_force(model: Path, run: Run, refuse: Run) -> None:
    write_csv("new.csv", variant=NEW)
    Path("out.csv").write_text("precious")
    for command in (["predict", str(model), "new.csv", "-o"], ["convert", "new.csv"]):
        assert "out.csv is there already" in refuse(*command, "out.csv").err
        assert Path("out.csv").read_text() == "precious"
    assert run("predict", str(model), "new.csv", "-o", "out.csv", "--force").code == 0
    assert len(table(Path("out.csv").read_text())) == 7


def test_stdin_and_every_output(model: Path, run: Run) -> None:
    expected = sklyra.load(model).predict(NEW)
    fasta = "".join(f">s{n}\n{x}\n" for n, x in enumerate(NEW)).encode()
    rows = table(run("predict", model, "-", stdin=gzip.compress(fasta)).out)
    assert [row["id"] for row in rows] == [f"s{n}" for n in range(7)]
    Path("new.fasta").write_bytes(fasta)
    for name in ("a.csv", "a.csv.gz", "a.tsv", "a.fasta", "a.parquet"):
        if name == "a.parquet":
            pytest.importorskip("pyarrow")
        assert run("predict", model, "new.fasta", "-o", name).code == 0
    packed = gzip.decompress(Path("a.csv.gz").read_bytes()).decode()
    assert packed == Path("a.csv").read_text()
    found = [float(row["prediction"]) for row in table(packed)]
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    first = Path("a.fasta").read_text().splitlines()[:2]
    assert first == [f">s0 prediction={found[0]:.7g}", NEW[0]]
    pandas = pytest.importorskip("pandas")
    assert pandas.read_parquet("a.parquet")["prediction"].tolist() == found


def test_other_endings_and_names_that_are_taken(model: Path, refuse: Run) -> None:
    write_csv("new.csv", variant=NEW, prediction=range(7))
    assert "--name" in refuse("predict", model, "new.csv").err
    assert "ends in .csv" in refuse("predict", model, "new.csv", "-o", "a.docx").err
    assert sorted(os.listdir()) == ["new.csv"]


def test_a_wrong_row_far_down_is_named_and_nothing_is_left(
    model: Path, refuse: Run
) -> None:
    write_csv("new.csv", variant=[*np.resize(X, 12000), "ACG?", "ACGT"])
    result = refuse("predict", model, "new.csv", "-o", "out.csv", "-q")
    assert "new.csv: " in result.err
    assert "row 12001" in result.err
    assert sorted(os.listdir()) == ["new.csv"]


def test_convert_rewrites_tables_and_sequences(run: Run, refuse: Run) -> None:
    write_csv("a.csv", clone=["x y", "z"], variant=["ACGTACGA", "ACGAACGA"])
    run("convert", "a.csv", "b.fasta", "--sequence", "variant")
    assert Path("b.fasta").read_text().startswith(">row_1 clone=x y\nACGTACGA\n")
    run("convert", "b.fasta", "c.tsv")
    rows = table(Path("c.tsv").read_text(), "\t")
    assert [row["sequence"] for row in rows] == ["ACGTACGA", "ACGAACGA"]
    assert "no column 'q'" in refuse("convert", "a.csv", "d.fa", "--sequence", "q").err


def test_evaluate_holds_out_copies_together(run: Run) -> None:
    write_csv("data.csv", variant=[*X, *X], activity=[*Y, *Y])
    done = run("evaluate", "data.csv", "--folds", "3", *QUICK)
    assert done.code == 0, done
    rows = table(done.out)
    assert [row["fold"] for row in rows] == ["1", "2", "3"]
    assert sum(int(row["n_test"]) for row in rows) == 120
    assert all(int(row["n_test"]) % 2 == 0 for row in rows)
    assert set(rows[0]) == {"fold", "n_train", "n_test", "R2", "spearman", "rmse"}
    assert "spearman: " in done.err


def test_evaluate_by_positions_groups_and_of_a_model(
    model: Path, run: Run, refuse: Run
) -> None:
    group = np.unique(X, return_inverse=True)[1] % 3  # copies are of one family
    write_csv("data.csv", variant=X, activity=Y, family=group)
    options = ["data.csv", "--target", "activity", *QUICK]
    done = run("evaluate", *options, "--folds=2", "--split=position", "-o", "s.csv")
    assert len(table(Path("s.csv").read_text())) == 2, done
    done = run("evaluate", *options, "--folds", "3", "--group", "family")
    sizes = [int(row["n_test"]) for row in table(done.out)]
    assert sorted(sizes) == sorted(np.bincount(group))
    (row,) = table(run("evaluate", *options[:3], "--model", model).out)
    assert float(row["R2"]) == pytest.approx(sklyra.load(model).score(X, Y), rel=1e-5)
    done = refuse("evaluate", *options, "-q", "--folds", "4", "--group", "family")
    assert "There are 3 groups" in done.err
    done = refuse("evaluate", *options, "-q", "--group=family", "--split=cluster")
    assert "exclude each other" in done.err


def test_search_writes_the_best_model(run: Run) -> None:
    write_csv("data.csv", variant=X, activity=Y)
    options = ["--trials", "2", "--folds", "2", "--storage", "study.log"]
    done = run("search", "data.csv", "-o", "best.lyra", *options, *QUICK)
    assert done.code == 0, done
    parameters = sklyra.load("best.lyra").get_params()
    for name, value in json.loads(done.out).items():
        found = parameters[name]
        assert (list(found) if isinstance(found, tuple) else found) == value


def test_info_is_text_or_json(model: Path, run: Run) -> None:
    done = run("info", model)
    assert "alphabet:             dna" in done.out
    assert "rows:                 60" in done.out
    assert "training sequences:   0" in done.out
    found = json.loads(run("info", model, "--json").out)
    assert found == sklyra.file_info(model)


def test_help_has_every_command_and_examples(run: Run) -> None:
    done = run("--help")
    assert done.code == 0
    for command in cli.commands:
        assert f"sklyra {command}" in done.out
        own = run(command, "--help").out
        assert re.search(rf"^ +sklyra {command} ", own, flags=re.MULTILINE)
    assert run("--version").out == f"sklyra, version {sklyra.__version__}\n"
    assert run().code == 2


def test_help_imports_nothing_that_takes_long() -> None:
    script = (
        "import sys; from sklyra.cli.main import main; main(['fit', '--help']); "
        "print({'torch', 'sklearn', 'pandas', 'Bio'} & set(sys.modules))"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert found.stdout.endswith("set()\n")


def test_warnings_are_lines_and_debug_shows_where(model: Path, run: Run) -> None:
    write_csv("new.csv", variant=[X[0] * 9])
    with warnings.catch_warnings():
        warnings.simplefilter("always", SklyraWarning)
        done = run("predict", model, "new.csv")
        assert done.err.startswith("sklyra: warning: X[0] has 90 positions")
        assert run("predict", model, "new.csv", "-q").err == ""
    assert "Traceback" in run("info", "nothing.lyra", "--debug").err


def test_an_interrupted_output_says_how_to_go_on(tmp_path: Path) -> None:
    output = str(tmp_path / "out.csv")

    def write(rows: list[bytes], resume: bool, ends: BaseException | None) -> int:
        with growing(output, {"data": 1}, resume) as grows:
            begun = grows.n_rows
            for row in rows:
                grows.file.write(row)
                grows.commit(1)
            if ends is not None:
                grows.file.write(b"half a r")
                raise ends
        return begun

    with pytest.raises(KeyboardInterrupt, match=r"2 rows are in .*out\.csv\.part"):
        write([b"a\n", b"b\n"], False, KeyboardInterrupt())
    assert not Path(output).exists()
    with pytest.raises(CommandError, match="other data"):
        Growing(output, {"data": 2}, True)
    assert write([b"c\n"], True, None) == 2
    assert Path(output).read_bytes() == b"a\nb\nc\n"
    assert sorted(os.listdir(tmp_path)) == ["out.csv"]
    with pytest.raises(OSError, match="disk"):
        write([b"d\n"], False, OSError("disk is full"))
    assert sorted(os.listdir(tmp_path)) == ["out.csv"]


def test_resume_needs_files(model: Path, refuse: Run) -> None:
    write_csv("new.csv", variant=NEW)
    for options in (["new.csv"], ["-", "-o", "a.csv"], ["new.csv", "-o", "a.fasta"]):
        assert "--resume needs" in refuse("predict", model, *options, "--resume").err


@pytest.mark.slow
def test_a_run_that_was_killed_goes_on_without_loss(
    model: Path, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    sequences = ["".join(row) for row in rng.choice(list("ACGT"), (60_000, 10))]
    write_csv(tmp_path / "new.csv", n=range(60_000), variant=sequences)
    command = ["predict", str(model), str(tmp_path / "new.csv"), "--threads=1", "-o"]
    output = tmp_path / "out.csv"
    script = "import sys; from sklyra.cli.main import main; main(sys.argv[1:])"
    running = subprocess.Popen([sys.executable, "-c", script, *command, str(output)])
    notes = tmp_path / "out.csv.part.json"
    while not (notes.exists() and json.loads(notes.read_text())["rows"] >= 20_000):
        assert running.poll() is None, "it was over before it was killed"
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert not output.exists()
    assert main([*command, str(output), "--resume", "-q"]) == 0
    whole = tmp_path / "whole.csv"
    assert main([*command, str(whole), "-q"]) == 0
    assert output.read_bytes() == whole.read_bytes()
    assert not notes.exists()
