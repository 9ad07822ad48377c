"""
Pairs of sequences: guides and their targets
============================================

A table with a guide, its target, a dose and a kind of cell in each row goes in as it
is. What counts is where guide and target differ, which neither of them knows alone.
`LyraRegressor` finds out where the guide stands in its target and compares the letters
that face each other.
"""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from sklyra import LyraRegressor
from sklyra.datasets import make_pairs

# %%
# An artificial table whose effects are known: mismatches cost more toward the end of
# the guide, and the dose counts twice as much in one kind of cell.

pairs = make_pairs(300, length=12, flank=4, random_state=0)
table = pd.DataFrame(pairs.table)
print(table.head(3))
train, test = np.arange(200), np.arange(200, 300)

# %%
# The whole table, and what is left without the target.

options = {"n_members": 2, "max_epochs": 10, "random_state": 0}
models = {
    "guide, dose and cell": LyraRegressor(**options).fit(
        table.loc[train, ["guide", "dose", "cell"]], pairs.y[train]
    ),
    "the whole table": LyraRegressor(**options).fit(table.loc[train], pairs.y[train]),
}
model = models["the whole table"]
predicted = {
    name: fitted.predict(table.loc[test, list(fitted.feature_names_in_)])
    for name, fitted in models.items()
}

# %%
# The effect of one mismatch at each position, as the model has learned it: predictions
# for a guide with the mismatch, less those for the perfect guide.

site = table["target"].str[4:16]
perfect = table.assign(guide=site).loc[test]
effects = []
for position in range(12):
    other = site.str[position].map({"A": "C", "C": "A", "G": "T", "T": "G"})
    guide = site.str[:position] + other + site.str[position + 1 :]
    change = model.predict(perfect.assign(guide=guide)) - model.predict(perfect)
    effects.append(change.mean())

# %%
# Left, predictions of rows held out. Right, what mismatches cost.

figure, axes = plt.subplots(1, 2, figsize=(9, 4))
for name, values in predicted.items():
    r2 = np.corrcoef(values, pairs.y[test])[0, 1] ** 2
    axes[0].scatter(pairs.y[test], values, s=14, alpha=0.7, label=f"{name}: {r2:.2f}")
axes[0].axline((0, 0), slope=1, color="0.8", zorder=0)
axes[0].set(xlabel="measured", ylabel="predicted")
axes[0].legend(title="squared correlation", frameon=False)
positions = np.arange(1, 13)
axes[1].bar(positions, effects, color="C1", label="learned")
axes[1].plot(positions, -pairs.mismatch_effects, "k.-", label="true")
axes[1].set(xlabel="position of the mismatch", ylabel="effect")
axes[1].legend(frameon=False)
figure.tight_layout()

# %%
# What each column explains, and what columns explain together.

shares = pd.Series(model.variance_shares_).sort_values(ascending=False)
print(shares.head(6).round(3))
