"""
Fit an antibody's binding landscape
===================================

2,048 variants of the antibody CR6261, all combinations of 11 mutations, and how
strongly each binds influenza hemagglutinin. 200 of them predict the others. Some
mutations only help when others are present: epistasis. Ridge regression on one-hot
letters adds up single effects and misses it; `LyraRegressor` does not.
"""

import subprocess
import sys
from pathlib import Path

import joblib
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from sklyra import LyraRegressor, SequenceOneHotEncoder
from sklyra.datasets import load_cr6261
from sklyra.metrics import spearman_score

HERE = Path(__file__).parent if "__file__" in globals() else Path()

# %%
# Sequences are strings and affinities are numbers: no preprocessing is needed.

X, y = load_cr6261(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(
    X, y, train_size=200, random_state=0
)
print(f"{len(X_train)} variants to learn from, {len(X_test)} held out")
print(f"for example {X_train[0][:40]}... has -log10 Kd {y_train[0]:.2f}")

# %%
# What additive effects explain, and what `LyraRegressor` does.

ridge = make_pipeline(
    SequenceOneHotEncoder(flatten=True), RidgeCV(np.logspace(-2, 3, 11))
)
ridge.fit(X_train, y_train)
model = LyraRegressor(random_state=0, verbose=1).fit(X_train, y_train)

predicted = {"one-hot ridge": ridge.predict(X_test), "sklyra": model.predict(X_test)}
for name, values in predicted.items():
    print(f"{name:14s} held-out Spearman {spearman_score(y_test, values):.3f}")

# %%
# Predicted against measured. The column at 7 is the detection limit of the assay.

figure, axes = plt.subplots(1, 2, figsize=(9, 4.4), sharex=True, sharey=True)
for axis, (name, values) in zip(axes, predicted.items(), strict=True):
    axis.axline((8, 8), slope=1, color="0.8", zorder=0)
    axis.scatter(y_test, values, s=12, alpha=0.5, linewidths=0)
    axis.set_title(f"{name}: Spearman {spearman_score(y_test, values):.3f}")
    axis.set_xlabel(r"measured $-\log_{10} K_d$")
axes[0].set_ylabel(r"predicted $-\log_{10} K_d$")
figure.tight_layout()
figure.savefig(HERE / "antibody_landscape.png", dpi=150)
print(f"drawn to {HERE / 'antibody_landscape.png'}")

# %%
# A saved model predicts the same numbers in another process.

path = HERE / "antibody_model.joblib"
joblib.dump(model, path)
program = (
    "import sys, joblib; from sklyra.datasets import load_cr6261; "
    "X = load_cr6261().data[:200]; "
    "print(joblib.load(sys.argv[1]).predict(X).tobytes().hex())"
)
reply = subprocess.run(
    [sys.executable, "-c", program, path], capture_output=True, text=True, check=True
)
elsewhere = np.frombuffer(bytes.fromhex(reply.stdout), np.float64)
assert np.array_equal(elsewhere, model.predict(X[:200]))
print(
    f"{path.stat().st_size / 1e6:.2f} MB saved; loaded elsewhere, it predicts the same"
)
