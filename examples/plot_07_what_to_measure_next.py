"""
What to measure next
====================

A campaign: a plate of 96 antibodies is measured, a model is fitted, and the next plate
is chosen by it, three plates in all. Because every variant of this antibody has been
measured, the campaign can be replayed, and compared with choosing at random and by a
ridge regression on one-hot letters.
"""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline

from sklyra import LyraRegressor, SequenceOneHotEncoder
from sklyra.datasets import load_cr6261
from sklyra.design import Constraints, plate, propose, select

# %%
# All 2,048 combinations of eleven mutations, and how strongly each binds an influenza
# hemagglutinin (Phillips et al. 2021). The best 1% are what the campaign is after.

X, y = load_cr6261(return_X_y=True)
top = set(np.argsort(-y)[: len(y) // 100])
n_plates, size = 3, 96

# %%
# Three ways to choose the next plate of what is left. `select` lets the members of the
# model take turns, so that a plate holds what all find good and some of what they
# disagree about.


def at_random(measured, left, plate_number):
    return np.random.default_rng(plate_number).choice(left, size, replace=False)


def by_ridge(measured, left, plate_number):
    model = make_pipeline(SequenceOneHotEncoder(flatten=True), RidgeCV())
    model.fit(X[measured], y[measured])
    return left[np.argsort(-model.predict(X[left]))[:size]]


def by_sklyra(measured, left, plate_number):
    model = LyraRegressor(n_members=2, max_epochs=40, random_state=0)
    model.fit(X[measured], y[measured])
    return left[select(model, X[left], n=size)]


# %%
# All begin with the same plate.

found, best = {}, {}
for choose in (at_random, by_ridge, by_sklyra):
    measured = np.random.default_rng(0).choice(len(X), size, replace=False)
    found[choose.__name__] = [len(top & set(measured))]
    best[choose.__name__] = [y[measured].max()]
    for plate_number in range(1, n_plates):
        left = np.setdiff1d(np.arange(len(X)), measured)
        new = choose(measured, left, plate_number)
        measured = np.concatenate([measured, new])
        found[choose.__name__].append(len(top & set(measured)))
        best[choose.__name__].append(y[measured].max())

for name, numbers in found.items():
    print(f"{name}: {numbers[-1]} of the best {len(top)} after {n_plates} plates")

# %%
# How many of the best variants have been measured after each plate, and the best of
# them.

figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
plates = np.arange(1, n_plates + 1)
styles = {"at_random": ("#7f7f7f", "o"), "by_ridge": ("#d95f02", "s")}
styles["by_sklyra"] = ("#1b6ca8", "D")
for name, (color, marker) in styles.items():
    label = name.replace("_", " ")
    axes[0].plot(plates, found[name], color=color, marker=marker, label=label)
    axes[1].plot(plates, best[name], color=color, marker=marker, label=label)
axes[0].set_ylabel(f"of the best {len(top)}, measured")
axes[1].axhline(y.max(), color="black", linewidth=0.8, linestyle=":")
axes[1].set_ylabel("best binding so far (-log10 Kd)")
for ax in axes:
    ax.set_xlabel(f"plates of {size}")
    ax.set_xticks(plates)
axes[0].legend(frameon=False)
figure.suptitle("campaigns on the landscape of an antibody")

# %%
# After the last plate, sequences that nobody has listed: `propose` makes them near the
# best, and keeps what is asked of them. Here positions outside of the heavy chain's
# first half stay as they are, and no proposal has a site for N-glycosylation that the
# cell would fill.

model = LyraRegressor(n_members=2, max_epochs=20, random_state=0)
model.fit(X[measured], y[measured])
parents = X[measured][np.argsort(-y[measured])[:4]]
proposal = propose(
    model,
    parents,
    n=6,
    max_mutations=1,
    constraints=Constraints(positions=range(25, 80), forbidden=["N{P}[ST]G"]),
    random_state=0,
)
print(proposal)
print(plate(proposal)[["well", "mutations", "value", "value_std", "novelty"]].round(2))
