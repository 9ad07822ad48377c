"""The notebook for those who do not program: its cells run one after the other."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from sklyra.datasets import load_mpsa

NOTEBOOK = Path(__file__).parents[1] / "examples" / "from_table_to_plate.ipynb"


def as_script(cells: list[str]) -> str:
    """Write cells as IPython would run them; what they install is there."""
    lines = ["import subprocess"]
    for line in "\n".join(cells).splitlines():
        if line.startswith("%pip"):
            continue
        command = re.fullmatch(r"!(.*)", line)
        if command:
            # less training: what is tested is that the cells run
            quick = r"\g<0> --set max_epochs=3"
            text = re.sub("^sklyra (fit|evaluate)", quick, command[1])
            line = f"subprocess.run(f{text!r}, shell=True, check=True)"
        lines.append(line)
    return "\n".join(lines).replace(
        "from IPython.display import IFrame", "IFrame = dict"
    )


@pytest.mark.slow
def test_a_table_becomes_a_plate(tmp_path: Path) -> None:
    X, y = load_mpsa(return_X_y=True)
    table = pd.DataFrame({"site": X[:60], "measured": y[:60]})
    table.to_csv(tmp_path / "my_table.csv", index=False)
    notebook = json.loads(NOTEBOOK.read_text())
    assert all(not cell.get("outputs") for cell in notebook["cells"])
    cells = [
        "".join(cell["source"])
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]
    script = as_script(cells).replace('IFrame("report.html", width', "IFrame(width")
    folder = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PATH": folder, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "'site'" in done.stderr  # what was taken for what
    plate = pd.read_csv(tmp_path / "plate.csv")
    assert len(plate) == 24
    assert not set(plate["sequence"]) & set(table["site"])
    assert (tmp_path / "report.html").read_text().startswith("<!DOCTYPE html>")
    assert len(pd.read_csv(tmp_path / "scores.csv")) >= 3
