"""A few short sequences, a small model, and a space of two parameters."""

from __future__ import annotations

from sklearn.model_selection import KFold

from sklyra import LyraRegressor
from sklyra.datasets import make_epistasis
from tests.settings import TRIAL

X, Y, *_ = make_epistasis(128, length=20, random_state=0)
FEW = dict.fromkeys(
    ["d_model", "pgc_hidden", "n_s4d_layers", "pooling", "head_hidden", "weight_decay"]
)
OPTIONS = {"space": FEW, "cv": KFold(2), "random_state": 0}


def small() -> LyraRegressor:
    return LyraRegressor(**TRIAL)
