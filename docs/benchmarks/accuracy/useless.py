"""A number that tells nothing beside the sequences: left out, and used all the same.

    python docs/benchmarks/accuracy/useless.py mpsa cr6261 --rows 1000 --seeds 3

Each model is fitted to the same rows three times: without the number, with it, and with
it named by `columns`, so that it is used. The last row has a number instead that
explains 1% of the variance.
"""

from __future__ import annotations

import argparse
import warnings

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from sklyra import LyraRegressor
from sklyra.datasets import load_cr6261, load_mpsa

LIBRARIES = {"mpsa": load_mpsa, "cr6261": load_cr6261}
N_TEST = 1000
COLUMN = {"number": "number"}


def compare(name: str, rows: int, seed: int) -> dict[str, tuple[float, bool]]:
    """Fit to one draw: scores of rows held out, and whether the number is used."""
    X, y = LIBRARIES[name](return_X_y=True)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(X))[: rows + N_TEST]
    X, y = np.asarray(X, dtype=object)[order], np.asarray(y, dtype=float)[order]
    table = pd.DataFrame({"sequence": X, "number": rng.normal(size=len(X))})
    cases = {
        "without": (table[["sequence"]], None, y),
        "noise": (table, None, y),
        "noise, named": (table, COLUMN, y),
        "of use": (table, None, y + 0.1 * y.std() * table["number"].to_numpy()),
    }
    found = {}
    for case, (frame, columns, target) in cases.items():
        model = LyraRegressor(columns=columns, random_state=seed)
        model.fit(frame[:rows], target[:rows])
        score = spearmanr(model.predict(frame[rows:]), target[rows:]).statistic
        used = len(frame.columns) > 1 and model.columns_[1]["used"]
        found[case] = float(score), used
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("libraries", nargs="+", choices=LIBRARIES)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    print("| library | draw | without | noise | noise, named | of use |")
    print("|---|---|---|---|---|---|")
    for name in arguments.libraries:
        for seed in range(arguments.seeds):
            found = compare(name, arguments.rows, seed)
            scores = [
                f"{score:.4f}" + (" (used)" if used else "")
                for score, used in found.values()
            ]
            print(f"| {name} | {seed} | {' | '.join(scores)} |", flush=True)


if __name__ == "__main__":
    main()
