"""What could be mistaken silently: keys, columns, words and numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sklyra
from sklyra import LyraPositionClassifier, LyraPositionRegressor
from sklyra.datasets import make_positions
from tests.cli.conftest import QUICK, Run, X, Y, write_csv

N = range(1, 61)
FASTA = "".join(f">{n}\n{x}\n" for n, x in zip(N, X, strict=True))


def test_tables_are_joined_by_what_names_most_sequences(run: Run, refuse: Run) -> None:
    Path("a.fasta").write_text(FASTA)
    well = [n % 12 + 1 for n in N]
    write_csv("t.csv", well=well, id=N, activity=Y)
    done = run("fit", "a.fasta", "--table", "t.csv", "--target=activity", *QUICK)
    assert "joined by 'id', 60 of 60 rows and 60 of 60 sequences" in done.err
    write_csv("t.csv", rank=N[::-1], clone=N, activity=Y)
    told = refuse("fit", "a.fasta", "--table", "t.csv", "-o", "b.lyra", *QUICK).err
    assert (
        "2 columns of t.csv name as many sequences of a.fasta: 'rank', 'clone'" in told
    )
    write_csv("t.csv", id=N, sequence=X[::-1], activity=Y)
    told = refuse("fit", "a.fasta", "--table", "t.csv", "-o", "b.lyra", *QUICK).err
    assert "'sequence', which differs" in told
    assert not Path("b.lyra").exists()


@pytest.mark.parametrize("column", ["prediction", "prediction_low", "novelty"])
def test_columns_of_the_user_are_never_replaced(
    column: str, model: Path, refuse: Run
) -> None:
    write_csv("new.csv", variant=X[:3], **{column: ["mine"] * 3})
    options = ("--confidence=0.8", "--novelty")
    told = refuse("predict", model, "new.csv", *options, "-o", "out.csv").err
    assert f"has a column '{column}' already: rename it, or pass --name" in told
    assert not Path("out.csv").exists()


def test_labels_of_positions_are_one_text_and_numbers_are_refused(
    run: Run, refuse: Run
) -> None:
    sequences, states = make_positions(30, length=100, random_state=0)[:2]
    options = {"n_members": 1, "max_epochs": 1, "d_model": 4, "random_state": 0}
    classifier = LyraPositionClassifier(**options).fit(sequences, states)
    classifier.save("states.lyra")
    new = sequences[:3]
    write_csv("new.csv", sequence=new)
    done = run("predict", "states.lyra", "new.csv", "-q")
    expected = [f"{s},{p}" for s, p in zip(new, classifier.predict(new), strict=True)]
    assert done.out.split() == ["sequence,prediction", *expected]
    numbers = [np.arange(len(s)) / 10 for s in sequences]
    LyraPositionRegressor(**options).fit(sequences, numbers).save("numbers.lyra")
    told = refuse("predict", "numbers.lyra", "new.csv", "-q").err
    assert "as many numbers as a sequence has positions" in told


def test_covariates_have_decimal_commas_too(run: Run) -> None:
    dose = [f"{n % 7},5" for n in N]
    write_csv("data.csv", ";", sequence=X, dose=dose, activity=Y)
    assert run("fit", "data.csv", "--covariate=dose", *QUICK).code == 0
    write_csv("same.csv", sequence=X, dose=[n % 7 + 0.5 for n in N], activity=Y)
    assert run("fit", "same.csv", "--covariate=dose", *QUICK).code == 0
    done = [run("predict", "data.lyra", f"{n}.csv").out for n in ("data", "same")]
    found, expected = (
        [line.replace(",", ";").split(";")[-1] for line in out.split()] for out in done
    )
    assert len(found) == 61
    assert found == expected
    assert sklyra.load("data.lyra").columns_[1]["kind"] == "number"


def test_a_class_may_be_called_none(run: Run, refuse: Run) -> None:
    labels = [("none", "weak", "strong")[n % 3] for n in N]
    write_csv("data.csv", sequence=X, label=labels)
    told = refuse("fit", "data.csv", "-q", *QUICK).err
    assert "'none' in 'label', which may be a class, or say that nothing" in told
    write_csv("data.csv", sequence=X, label=[y if y != "none" else "" for y in labels])
    done = run("fit", "data.csv", *QUICK)
    assert done.code == 0
    assert "20 rows were not measured and are left out\n" in done.err
    write_csv("data.csv", sequence=X, value=["NA", "n/a", *Y[2:]])
    done = run("fit", "data.csv", "-o", "b.lyra", *QUICK)
    assert "2 rows were not measured and are left out: they say 'NA', 'n/a'" in done.err


def test_words_with_digits_are_no_numbers(run: Run) -> None:
    write_csv("data.csv", sequence=X, clade=[f"{n % 2}_{n % 3}" for n in N])
    done = run("fit", "data.csv", *QUICK)
    assert "target: 'clade' (classes)" in done.err
    assert sklyra.load("data.lyra").classes_.tolist() == [
        *("0_0", "0_1", "0_2", "1_0", "1_1", "1_2")
    ]


@pytest.mark.parametrize("command", ["fit", "search"])
def test_a_model_never_replaces_its_data(command: str, refuse: Run) -> None:
    write_csv("data.csv", sequence=X, activity=Y)
    before = Path("data.csv").read_text()
    told = refuse(command, "data.csv", "-o", "./data.csv", "--force", *QUICK).err
    assert "./data.csv is what is read: name another for the model" in told
    assert Path("data.csv").read_text() == before


def test_files_of_sequences_have_one_column_of_them(model: Path, run: Run) -> None:
    Path("two.fasta").write_text(f">a\n{X[0]}\n>b\n{X[0]}\n")
    done = run("predict", model, "two.fasta", "-q")
    assert done.code == 0, done
    assert done.out.count(X[0]) == 2
