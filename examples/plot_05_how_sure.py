"""
Ask a model how sure it is
==========================

A prediction without its error costs a plate. After one ordinary `fit`, a
`LyraRegressor` says how far off each prediction may be, and for which sequences it is
guesswork: here for variants of an antibody with few mutations, like those it learned
from, and with more.
"""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from sklyra import CoverageDisplay, IntervalDisplay, LyraRegressor
from sklyra.datasets import load_cr6261
from sklyra.metrics import coverage_score, interval_score

# %%
# 2,048 variants of the antibody CR6261, with 0 to 11 mutations. The model learns from
# 250 that have five at most. Others with five at most are like these; those with eight
# or more are not.

X, y = load_cr6261(return_X_y=True)
parent = X[0]
n_mutations = np.array([sum(a != b for a, b in zip(x, parent, strict=True)) for x in X])
rows = np.random.default_rng(0).permutation(np.flatnonzero(n_mutations <= 5))
train, alike, more = rows[:250], rows[250:650], np.flatnonzero(n_mutations >= 8)

model = LyraRegressor(n_members=2, random_state=0).fit(X[train], y[train])

# %%
# Means, standard deviations, and intervals that hold nine of ten new measurements.
# Standard deviations are calibrated by what the model held out of its training data.

mean, std = model.predict(X[alike], return_std=True)
low, high = model.predict_interval(X[alike], confidence=0.9).T
for i in range(3):
    print(f"{mean[i]:.2f} ± {std[i]:.2f}, 90% in {low[i]:.2f} to {high[i]:.2f}")

for name, rows in {"five mutations at most": alike, "eight or more": more}.items():
    interval = model.predict_interval(X[rows])
    print(
        f"{name:22s} coverage {coverage_score(y[rows], interval):.2f}, "
        f"mean width {np.diff(interval, axis=1).mean():.2f}, "
        f"interval score {interval_score(y[rows], interval):.2f}, "
        f"median novelty {np.median(model.novelty(X[rows])):.2f}"
    )

# %%
# Intervals around predictions. They are wide where predictions were off among the
# sequences that were held out, and narrow at the detection limit of the assay, 7.

figure, axes = plt.subplots(1, 2, figsize=(9, 4.4), sharex=True, sharey=True)
for axis, (name, rows) in zip(
    axes, {"five mutations at most": alike, "eight or more": more}.items(), strict=True
):
    shown = rows[:120]
    IntervalDisplay.from_estimator(model, X[shown], y[shown], ax=axis)
    axis.set(xlabel=r"measured $-\log_{10} K_d$", ylabel="")
    axis.set_title(f"{name}: {axis.get_title()}", fontsize=10)
axes[0].set_ylabel("predicted, with intervals of 90%")
figure.tight_layout()

# %%
# Is it true? Coverage that was asked for against coverage that was found, and against
# novelty: the training sequences that were held out have a novelty below 1, all but one
# in twenty.

both = np.concatenate([alike, more])
figure, axes = plt.subplots(1, 2, figsize=(9, 4.2))
CoverageDisplay.from_estimator(model, X[alike], y[alike], ax=axes[0])
CoverageDisplay.from_estimator(model, X[both], y[both], by="novelty", ax=axes[1])
figure.tight_layout()

# %%
# Errors against standard deviations: a model that knows what it does not know has its
# large errors to the right.

mean, std = model.predict(X[both], return_std=True)
figure, axis = plt.subplots(figsize=(5, 4))
axis.scatter(std, np.abs(y[both] - mean), s=8, alpha=0.4, linewidths=0)
axis.axline((0, 0), slope=1, color="0.6", linestyle="--")
axis.set(xlabel="standard deviation", ylabel="error")
figure.tight_layout()
