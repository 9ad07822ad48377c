"""Predicted against measured affinities of an antibody, for the README's first screen.

    python docs/pictures/landscape.py  # about a minute

Ridge regression and `LyraRegressor` with one member are fitted to the same 400 of the
2,048 variants of `load_cr6261`, drawn at random. The points are the other 1,648.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from sklyra import LyraRegressor, SequenceOneHotEncoder
from sklyra.datasets import load_cr6261
from sklyra.metrics import spearman_score

PICTURE = Path(__file__).with_suffix(".png")


def predict() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Fit both models, and return held-out measurements and their predictions."""
    X, y = load_cr6261(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, train_size=400, random_state=0
    )
    ridge = make_pipeline(
        SequenceOneHotEncoder(flatten=True), RidgeCV(np.logspace(-2, 3, 11))
    )
    models = {
        "ridge on one-hot letters": ridge,
        "LyraRegressor(n_members=1)": LyraRegressor(n_members=1, random_state=0),
    }
    return y_test, {
        name: model.fit(X_train, y_train).predict(X_test)
        for name, model in models.items()
    }


def draw(measured: np.ndarray, predicted: dict[str, np.ndarray]) -> None:
    """Draw a panel for each model."""
    figure, panels = plt.subplots(
        1, 2, figsize=(7.2, 3.5), sharex=True, sharey=True, layout="constrained"
    )
    for panel, color, (name, values) in zip(
        panels, ("0.45", "C0"), predicted.items(), strict=True
    ):
        panel.axline((8, 8), slope=1, color="0.7", linewidth=1, zorder=0)
        panel.scatter(measured, values, s=8, alpha=0.4, linewidths=0, color=color)
        rank = spearman_score(measured, values)
        panel.set_title(f"{name}\nrank correlation {rank:.2f}", fontsize=10)
        panel.set_xlabel(r"measured affinity, $-\log_{10} K_d$")
    panels[0].set_ylabel(r"predicted, $-\log_{10} K_d$")
    figure.savefig(PICTURE, dpi=110)
    # 32 colors are enough, and make the file a third as large
    with Image.open(PICTURE) as image:
        few = image.convert("RGB").quantize(32)
    few.save(PICTURE, optimize=True)


if __name__ == "__main__":
    draw(*predict())
