"""
What to measure next
====================

A campaign: a plate of 96 splice sites is measured, a model is fitted, and the next
plate is chosen by it, three plates in all. Because all of these splice sites have been
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
from sklyra.datasets import load_mpsa
from sklyra.design import Constraints, plate, propose, select

# %%
# Nine letters around the start of an intron, and how much of the RNA is spliced there
# (Wong et al. 2018). The best 1% are what the campaign is after. Pairs of letters
# matter here; where effects nearly add up, as in the antibody of other examples, a
# ridge finds as many.

X, y = load_mpsa(return_X_y=True)
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
    model = LyraRegressor(n_members=2, random_state=0)
    models.append(model.fit(X[measured], y[measured]))
    return left[select(model, X[left], n=size)]


# %%
# All begin with the same plate.

found, best, models = {}, {}, []
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
axes[1].set_ylabel("most spliced so far")
for ax in axes:
    ax.set_xlabel(f"plates of {size}")
    ax.set_xticks(plates)
axes[0].legend(frameon=False)
figure.suptitle("campaigns among splice sites")

# %%
# After the last plate, splice sites that may not be in any list: `propose` makes them
# near the best, and keeps what is asked of them. Here the first two letters of the
# intron stay, and no proposal has a run of four letters or a BsaI site, with which the
# library is cloned. The model is the last of the campaign.

parents = X[measured][np.argsort(-y[measured])[:4]]
proposal = propose(
    models[-1],
    parents,
    n=6,
    max_mutations=2,
    measured=X[measured],
    constraints=Constraints(fixed=[4, 5], max_homopolymer=3, forbidden=["BsaI"]),
    random_state=0,
)
print(proposal)
print(plate(proposal)[["well", "mutations", "value", "value_std", "novelty"]].round(2))
