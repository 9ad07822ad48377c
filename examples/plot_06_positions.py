"""
A label for every position
==========================

In an artificial family of proteins, the motif ``WKW`` marks a site twenty positions
further along. Nothing near the site says that it is one: a window around a residue is
not enough. `LyraPositionClassifier` learns it from strings of states, of which some
were not measured.
"""

import matplotlib

matplotlib.use("Agg")
import numpy as np

from sklyra import LyraPositionClassifier, PositionDisplay
from sklyra.datasets import make_positions
from sklyra.metrics import flatten_positions, position_auroc, position_mcc

# %%
# Strings of letters, and strings of states as long: "S" for a site, "N" for others, "-"
# where it was not measured.

X, y = make_positions(240, length=70, distance=20, missing=0.2, random_state=0)
print(X[0])
print(y[0])
train, test = slice(0, 200), slice(200, None)

# %%
# One member is enough to see what is learned.

model = LyraPositionClassifier(n_members=1, max_epochs=12, random_state=0)
model.fit(X[train], y[train])
predicted = model.predict(X[test])
print(predicted[0])

# %%
# Before they are stacked, the parts of the model say what they know by themselves: the
# network, and a linear model of a window of 15 and of wider means. That one scores
# positions by how probable a site is.

parts = model.predict_parts(X[test])
for name in ("surroundings", "lyra"):
    scores = [members.mean(axis=0) for members in parts[name]]
    print(f"{name}: area under the ROC curve {position_auroc(y[test], scores):.2f}")
print(f"Matthews correlation of states: {position_mcc(y[test], predicted):.2f}")

# %%
# Any metric of scikit-learn can score the positions that were measured.

true, seen = flatten_positions(y[test], predicted)
print(f"{np.mean(seen[true == 'S'] == 'S'):.0%} of the sites were found")

# %%
# Three sequences: the probability of a site, and shaded what was measured.

display = PositionDisplay.from_estimator(model, X[200:203], y[200:203])
display.figure_.suptitle("sites in three proteins")
