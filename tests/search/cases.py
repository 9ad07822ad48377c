"""A few antibodies, a small model, and a space of two parameters."""

from __future__ import annotations

from sklearn.model_selection import KFold

from sklyra import LyraRegressor
from sklyra.datasets import load_cr6261
from tests.settings import TRIAL

X, Y = load_cr6261(return_X_y=True)
X, Y = X[::16], Y[::16]  # 128
FEW = dict.fromkeys(
    ["d_model", "pgc_hidden", "n_s4d_layers", "pooling", "head_hidden", "weight_decay"]
)
OPTIONS = {"space": FEW, "cv": KFold(2), "random_state": 0}


def small() -> LyraRegressor:
    return LyraRegressor(**TRIAL)
