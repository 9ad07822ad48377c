"""
How far can a model be trusted?
===============================

Cross-validation estimates how good a model is on sequences like those it was trained
on. Design of sequences needs others: with more mutations, or with mutations at
positions where none were measured. The score of one model, on one antibody landscape,
is different for each of these questions.
"""

# %%
# The landscape: all 2,048 combinations of 11 mutations between an antibody's germline
# and its mature form. Every test sequence of a random split has neighbors in training
# that are one mutation away.

import numpy as np

from sklyra.datasets import load_cr6261
from sklyra.model_selection import MutationSplit, PositionKFold, leakage_report

X, y = load_cr6261(return_X_y=True)
germline = X[0]
rows = np.random.default_rng(0).permutation(len(X))
print(leakage_report(X[rows[:1500]], X[rows[1500:1600]]))

# %%
# Three questions are three splitters: any variant; variants with more mutations than
# any measured; variants with a mutation at a position where training saw none.

from sklearn.linear_model import RidgeCV
from sklearn.model_selection import KFold, cross_val_score
from sklearn.pipeline import make_pipeline

from sklyra import LyraRegressor, SequenceOneHotEncoder
from sklyra.metrics import spearman_scorer

questions = {
    "any variant": KFold(3, shuffle=True, random_state=0),
    "more mutations": MutationSplit(5, parent=germline),
    "new positions": PositionKFold(3, parent=germline, random_state=0),
}
models = {
    "ridge": make_pipeline(SequenceOneHotEncoder(flatten=True), RidgeCV()),
    "one network": LyraRegressor(
        n_members=1, gaussian_process=False, max_epochs=5, random_state=0
    ),
}
found = {
    name: [
        cross_val_score(model, X, y, cv=cv, scoring=spearman_scorer).mean()
        for cv in questions.values()
    ]
    for name, model in models.items()
}
for name, scores in found.items():
    print(name, dict(zip(questions, np.round(scores, 2), strict=True)))

# %%
# The best model for the first question need not be the best for the last: no model
# trained on these data alone can know the effect of a mutation that it has never seen.

import matplotlib.pyplot as plt

figure, ax = plt.subplots(layout="constrained")
for shift, (name, scores) in zip((-0.2, 0.2), found.items(), strict=True):
    ax.bar(np.arange(3) + shift, scores, 0.4, label=name)
ax.set_xticks(range(3), questions)
ax.set_ylabel("Spearman correlation")
ax.legend()
figure.savefig("honest_splits.png")
