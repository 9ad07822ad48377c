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
from sklearn.linear_model import LogisticRegression

from sklyra import LyraPositionClassifier, PositionDisplay
from sklyra.datasets import make_positions
from sklyra.metrics import flatten_positions, position_mcc

# %%
# Strings of letters, and strings of states as long: "S" for a site, "o" for others, "-"
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
# For comparison, logistic regression on the letters of a window of 15.


def windows(sequences):
    letters = "ACDEFGHIKLMNPQRSTVWY_"
    rows = []
    for sequence in sequences:
        padded = "_" * 7 + sequence + "_" * 7
        for place in range(len(sequence)):
            codes = [letters.index(letter) for letter in padded[place : place + 15]]
            rows.append(np.eye(len(letters))[codes].ravel())
    return rows


def known(sequences, states):
    """Windows and states of the positions that were measured."""
    flat = "".join(states)
    kept = [place for place, state in enumerate(flat) if state != "-"]
    return np.array(windows(sequences))[kept], [flat[place] for place in kept]


linear = LogisticRegression(max_iter=300).fit(*known(X[train], y[train]))
of_windows = linear.predict(windows(X[test]))
cuts = np.cumsum([len(sequence) for sequence in X[test]])[:-1]
of_windows = ["".join(part) for part in np.split(of_windows, cuts)]
for name, states in (("window of 15", of_windows), ("sklyra", predicted)):
    print(f"{name}: Matthews correlation {position_mcc(y[test], states):.2f}")

# %%
# Any metric of scikit-learn can score the positions that were measured.

true, seen = flatten_positions(y[test], predicted)
print(f"{np.mean(seen[true == 'S'] == 'S'):.0%} of the sites were found")

# %%
# Three sequences: the probability of a site, and shaded what was measured.

display = PositionDisplay.from_estimator(model, X[200:203], y[200:203])
display.figure_.suptitle("sites in three proteins")
