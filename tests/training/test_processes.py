"""New and forked processes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.settings import PROTEIN_NETWORK
from tests.training.cases import X, Y


def run_alone(code: str) -> str:
    """Run code in a process of its own, and give back what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


FIT = f"""
from sklyra import LyraRegressor
def fit():
    return LyraRegressor(**{PROTEIN_NETWORK}).fit({X}, {Y.tolist()}).predict({X}).sum()
"""


@pytest.mark.slow
def test_fitting_imports_neither_the_compiler_nor_optuna() -> None:
    """They would take seconds in each process, longer than small fits."""
    slow = "['torch._dynamo', 'torch._inductor', 'sympy', 'optuna']"
    code = f"{FIT}\nimport sys\nfit()\nprint([m for m in {slow} if m in sys.modules])"
    assert run_alone(code).strip() == "[]"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not fork")
def test_a_forked_process_can_fit() -> None:
    """OpenMP's threads stay behind in the parent: waiting for them takes forever."""
    code = f"""{FIT}
import torch
from multiprocessing import get_context
torch.set_num_threads(2)
first = fit()
with get_context("fork").Pool(1) as pool:
    second = pool.apply_async(fit).get(timeout=60)
print(abs(first - second) < 1e-4)
"""
    assert run_alone(code).strip() == "True"
