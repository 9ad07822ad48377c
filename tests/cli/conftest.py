"""Commands are run as users run them, in a folder of their own."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from sklyra.cli.main import main
from sklyra.datasets import make_epistasis

X, Y, *_ = make_epistasis(60, length=10, alphabet="dna", random_state=0)
# A fit takes a moment.
QUICK = [
    f"--set={setting}"
    for setting in (
        *("n_members=1", "max_epochs=1", "d_model=4", "d_state=2", "pgc_hidden=[4]"),
        *("head_hidden=2", "perceptron=false", "gaussian_process=false"),
    )
]


class Result(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Run:
    """Run commands in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, stdin: bytes = b"") -> Result:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capfd.readouterr()
        code = main([str(argument) for argument in arguments])
        return Result(code, *capfd.readouterr())

    return run


@pytest.fixture
def refuse(run: Run) -> Run:
    """Run a command that is to be refused: one line on stderr, exit code 2."""

    def refuse(*arguments: str, stdin: bytes = b"") -> Result:
        result = run(*arguments, stdin=stdin)
        assert result.code == 2, result
        assert result.out == ""
        assert result.err.count("\n") == 1, result.err
        assert result.err.startswith("sklyra: ")
        return result

    return refuse


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fit a model by command, which tests only read."""
    folder = tmp_path_factory.mktemp("model")
    data, path = folder / "data.csv", folder / "model.lyra"
    write_csv(data, variant=X, activity=Y)
    assert main(["fit", str(data), "-o", str(path), "-q", *QUICK]) == 0
    return path


def write_csv(path: Path | str, delimiter: str = ",", **columns: object) -> None:
    rows = zip(*columns.values(), strict=True)
    lines = [columns, *rows]
    text = "".join(delimiter.join(map(str, line)) + "\n" for line in lines)
    Path(path).write_text(text)
